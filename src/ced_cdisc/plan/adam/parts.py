"""The parts of an analysis dataset: each has one source, and its own lines and parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.plan.language.templates import entries_of, fill
from ced_cdisc.spec.analysis import AnalysisBlock, AnalysisSpec, ParameterSpec
from ced_cdisc.spec.models import LineSpec
from ced_cdisc.spec.rows import MatchSpec
from ced_cdisc.spec.source import Text

_CODE = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")


class Part(Struct, frozen=True):
    """Records from one source.

    Attributes:
        source: the dataset that they are made from.
        with_: its look-ups.
        where: which of its records are taken.
        copied: ``DATASET.VARIABLE`` texts, those of the whole dataset first.
        rows: lines of each record, those of the whole dataset first.
        parameters: the parameters that stand here, computed ones included.
        place: where it stands.
        spec: the block that it is written in.
    """

    source: Text
    with_: dict[Text, MatchSpec]
    where: Text | None
    copied: tuple[Text, ...]
    rows: dict[Text, LineSpec]
    parameters: dict[Text, ParameterSpec]
    place: Location
    spec: AnalysisBlock


def is_computed(parameter: ParameterSpec) -> bool:
    """Whether a parameter's records are made from those of others."""
    return parameter.computed is not None


def is_time_to_event(parameter: ParameterSpec) -> bool:
    """Whether a parameter is a time to an event or a censoring date."""
    return parameter.events is not None or parameter.censors is not None


def parts_of(spec: AnalysisSpec, findings: Findings) -> list[Part]:
    """The parts of a dataset in their order, ``for`` written out; faults are CED018 and CED007."""
    if spec.stack is None:
        if spec.from_ is None:
            hint = "from: DM, or stack: with a source each"
            findings.add(Finding("CED007", "the key 'from' is missing", spec.place, hint=hint))
            return []
        return _repeated(spec, spec, shared=False, findings=findings)
    words = (spec.from_, spec.for_, spec.where, spec.unknown)
    if any(word is not None for word in words) or spec.with_:
        given = next(t for t in (spec.from_, spec.where, *spec.with_, spec.dataset) if t is not None)
        problem = "beside 'stack', the words from, with, where, unknown and for stand in its blocks"
        findings.add(Finding("CED018", problem, given.where))
    for code, parameter in spec.parameters.items():
        if not is_computed(parameter):
            problem = f"parameter {code} has no source: beside 'stack' only computed ones stand here"
            findings.add(Finding("CED018", problem, code.where, hint="write it in a block of 'stack'"))
    return [part for block in spec.stack for part in _repeated(block, spec, shared=True, findings=findings)]


def parameters_of(spec: AnalysisSpec, parts: Iterable[Part]) -> dict[Text, ParameterSpec]:
    """All parameters by code in the order of the spec; of a code in several parts the first one."""
    found: dict[Text, ParameterSpec] = {}
    for parameters in (*(part.parameters for part in parts), spec.parameters if spec.stack else {}):
        for code, parameter in parameters.items():
            found.setdefault(code, parameter)
    return found


def check_parameters(spec: AnalysisSpec, parts: Iterable[Part], findings: Findings) -> None:
    """CED034: PARAMCD and PARAM must be names of one another, one to one."""
    by_code: dict[str, Text] = {}
    by_param: dict[str, Text] = {}
    listed = [item for part in parts for item in part.parameters.items()]
    for code, parameter in (*listed, *(spec.parameters.items() if spec.stack else ())):
        if not _CODE.fullmatch(code):
            problem = f"'{code}' is no parameter code: up to 8 capitals, digits and _, no digit first"
            findings.add(Finding("CED034", problem, code.where))
        param = by_code.setdefault(str(code), parameter.param)
        if param != parameter.param:
            problem = f"{code} means '{param}' in one place and '{parameter.param}' here"
            findings.add(Finding("CED034", problem, parameter.param.where))
            continue
        first = by_param.setdefault(str(parameter.param), code)
        if first != code:
            problem = f"{first} and {code} have one PARAM: '{parameter.param}'"
            findings.add(Finding("CED034", problem, parameter.param.where))


def sources_of(spec: AnalysisSpec) -> set[str]:
    """The datasets that a spec names as sources and look-ups."""
    blocks: list[AnalysisBlock] = [spec, *(spec.stack or ())]
    parameters = [p for block in blocks for p in block.parameters.values()]
    candidates = [c for p in parameters for c in (*(p.events or ()), *(p.censors or ()))]
    named = [*(b.from_ for b in blocks), *(c.from_ for c in candidates)]
    return {str(n) for n in named if n is not None} | {str(n) for b in blocks for n in b.with_}


def _repeated(block: AnalysisBlock, spec: AnalysisSpec, *, shared: bool, findings: Findings) -> list[Part]:
    """The block once, or once for each entry of its ``for``."""
    if block.from_ is None:
        findings.add(Finding("CED007", "the key 'from' is missing", block.place))
        return []
    part = Part(
        source=block.from_,
        with_=block.with_,
        where=block.where,
        copied=(*(spec.copy_ if shared else ()), *block.copy_),
        rows={**(spec.rows if shared else {}), **block.rows},
        parameters=block.parameters,
        place=block.place,
        spec=block,
    )
    if block.for_ is None:
        return [part]
    filled = [part.source, part.with_, part.where, part.rows, part.parameters]
    return [
        replace(
            part,
            source=fill(part.source, constants),
            with_=fill(part.with_, constants),
            where=fill(part.where, constants),
            rows=fill(part.rows, constants),
            parameters=fill(part.parameters, constants),
        )
        for constants in entries_of(block.for_, filled, findings)
    ]
