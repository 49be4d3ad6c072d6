"""Blocks of a domain spelled out: ``for`` repeated, ``items`` and ``long`` turned into one block a test."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.spec.models import BlockSpec, InstrumentSpec, LineSpec, TestSpec
from ced_cdisc.spec.source import Text

T = TypeVar("T")
_NAME = re.compile(r"\{([A-Za-z_]+)\}")


@dataclass(frozen=True)
class Rows:
    """One block, spelled out: a source, its lines, and for findings the one test it makes."""

    spec: BlockSpec
    variables: dict[Text, LineSpec]
    supp: dict[Text, LineSpec]
    test: TestSpec | None = None
    constants: dict[str, str] = field(default_factory=dict[str, str])


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
            filled = fill(block, {str(k): v for k, v in values.items()}, findings)
            variables = dict(shared.variables) if block is not shared else {}
            supp = dict(shared.supp) if block is not shared else {}
            if block is not shared:
                variables = {
                    k: fill(v, {str(a): b for a, b in values.items()}, findings) for k, v in variables.items()
                }
            variables = _merged(variables, filled.variables)
            supp = _merged(supp, filled.supp)
            tests = list(filled.long or [])
            if filled.items is not None:
                tests += _items(filled, instruments, findings)
            if not tests:
                made.append(Rows(filled, variables, supp))
            for test in tests:
                made.append(Rows(filled, _merged(variables, test.variables), supp, test))
    return made


def _merged(base: dict[Text, LineSpec], over: dict[Text, LineSpec]) -> dict[Text, LineSpec]:
    """The lines of ``base`` with those of ``over`` in their place; keys keep the place of the line that holds."""
    merged = {k: v for k, v in base.items() if k not in over}
    merged.update(over)
    return merged


def _items(block: BlockSpec, instruments: Mapping[str, InstrumentSpec], findings: Findings) -> list[TestSpec]:
    use = block.items
    assert use is not None
    instrument = instruments.get(str(use.instrument))
    if instrument is None:
        hint = did_you_mean(str(use.instrument), instruments) or "instruments stand in mappings/instruments/"
        findings.add(
            Finding("CED016", f"unknown instrument {use.instrument}", use.instrument.where, hint=hint)
        )
        return []
    tests: list[TestSpec] = []
    for code, item in instrument.items.items():
        constants = {"column": item.column, "item": code, "scale": item.scale or Text("", item.place)}
        result = fill(use.result, constants, findings)
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
    return {Text("--SCAT", scale.where): line(scale, assign=scale)}


def line(place: Text, **values: Any) -> LineSpec:
    """A line made by the planner, with the place of the text it comes from."""
    made = LineSpec.model_validate({_ALIASES.get(k, k): v for k, v in values.items()})
    made._place = place.where  # pyright: ignore[reportPrivateUsage]
    return made


_ALIASES = {"copy_": "copy", "else_": "else", "as_": "as"}


def fill(value: T, constants: Mapping[str, Text], findings: Findings) -> T:
    """The value with {name} replaced in every text below it; an unknown name stays (``{result}``)."""
    if not constants:
        return value
    return cast(T, _fill(value, constants))


def _fill(value: Any, constants: Mapping[str, Text]) -> Any:
    if isinstance(value, Text):
        if "{" not in value:
            return value
        replaced = _NAME.sub(lambda m: str(constants.get(m[1], m[0])), value)
        return value if replaced == value else Text(replaced, value.where)
    if isinstance(value, BaseModel):
        changes = {name: _fill(getattr(value, name), constants) for name in type(value).model_fields}
        copy = value.model_copy(update=changes)
        return copy
    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value)
        return {_fill(k, constants): _fill(v, constants) for k, v in items.items()}
    if isinstance(value, list):
        return [_fill(v, constants) for v in cast("list[Any]", value)]
    return value
