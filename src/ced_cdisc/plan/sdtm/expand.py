"""Blocks of a domain spelled out: ``for`` repeated, ``items`` and ``long`` turned into one block a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.language.made_lines import spec_line
from ced_cdisc.plan.language.templates import fill, find_instrument
from ced_cdisc.spec.models import BlockSpec, InstrumentSpec, InstrumentUse, LineSpec, TestSpec
from ced_cdisc.spec.source import Text


@dataclass(frozen=True)
class Rows:
    """One block, spelled out: a source, its lines, and for findings the one test it makes."""

    spec: BlockSpec
    variables: dict[Text, LineSpec]
    supp: dict[Text, LineSpec]
    test: TestSpec | None = None


def expand(
    shared: BlockSpec,
    blocks: Sequence[BlockSpec],
    instruments: Mapping[str, InstrumentSpec],
    findings: Findings,
) -> list[Rows]:
    """All blocks of a domain; ``shared`` holds the variables that every block takes over."""
    made: list[Rows] = []
    for block in blocks:
        for values in block.for_ or [{}]:
            constants = {str(name): value for name, value in values.items()}
            filled = fill(block, constants)
            variables, supp = filled.variables, filled.supp
            if block is not shared:
                above = {key: fill(line, constants) for key, line in shared.variables.items()}
                variables, supp = _merged(above, variables), _merged(shared.supp, supp)
            tests = list(filled.long or [])
            if filled.items is not None:
                tests += _items(filled.items, instruments, findings)
            if not tests:
                made.append(Rows(filled, variables, supp))
            for test in tests:
                made.append(Rows(filled, _merged(variables, test.variables), supp, test))
    return made


def _merged(base: dict[Text, LineSpec], over: dict[Text, LineSpec]) -> dict[Text, LineSpec]:
    """The lines of both; one of ``over`` goes before one of ``base``, and its key keeps its own place."""
    return {key: line for key, line in base.items() if key not in over} | over


def _items(
    use: InstrumentUse, instruments: Mapping[str, InstrumentSpec], findings: Findings
) -> list[TestSpec]:
    instrument = find_instrument(use.instrument, instruments, findings)
    if instrument is None:
        return []
    tests: list[TestSpec] = []
    for code, item in instrument.items.items():
        constants = {"column": item.column, "item": code, "scale": item.scale or Text("", item.place)}
        result = fill(use.result, constants)
        tests.append(
            TestSpec.model_construct(
                test=code,
                label=item.label,
                result=result,
                unit=None,
                standard=None,
                decimals=None,
                value=None,
                kind="number",
                variables=_scale(item.scale),
            )
        )
    return tests


def _scale(scale: Text | None) -> dict[Text, LineSpec]:
    if scale is None:
        return {}
    return {Text("--SCAT", scale.where): spec_line(scale.where, assign=scale)}
