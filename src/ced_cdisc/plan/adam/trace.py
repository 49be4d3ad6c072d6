"""SRCDOM, SRCVAR and SRCSEQ: the record and the variable that an analysis value comes from."""

from __future__ import annotations

import re

from msgspec.structs import replace

from ced_cdisc.core.metadata import Comment, Origin
from ced_cdisc.expr import tree
from ced_cdisc.expr.parse import ExpressionError, parse
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.adam.parts import Part, is_computed, is_time_to_event
from ced_cdisc.plan.language.made_lines import constant
from ced_cdisc.plan.language.names import Catalogue
from ced_cdisc.plan.model import Line
from ced_cdisc.spec.analysis import AnalysisSpec, ParameterSpec
from ced_cdisc.spec.source import Text

_SOME = "Given for records that are made from {}one record of a source; missing on all others."
_NAME = re.compile(r"[A-Z][A-Z0-9]*\.[A-Z][A-Z0-9]*")


def is_name(text: Text) -> bool:
    """Whether a text is one DATASET.VARIABLE."""
    return _NAME.fullmatch(text.strip()) is not None


def trace_lines(
    spec: AnalysisSpec, part: Part, parameter: ParameterSpec | None, catalogue: Catalogue
) -> dict[str, Line]:
    """The trace of records made from one record of a source each; empty unless the spec asks for it.

    SRCVAR is the one variable of the source that the value reads; where it reads several, none.
    """
    if not spec.trace or (parameter is not None and is_time_to_event(parameter)):
        return {}
    source, where = str(part.source), part.source.where
    made = {"SRCDOM": constant("SRCDOM", source, where)}
    if parameter is not None:
        variable = source_variable(parameter, source)
        if variable:
            made["SRCVAR"] = constant("SRCVAR", variable, where)
    sequence = sequence_of(source, catalogue)
    if sequence:
        column = tree.Column(name=f"{source}.{sequence}", scope=Scope.DATASET, type=Type.NUMBER)
        made["SRCSEQ"] = Line(
            variable="SRCSEQ",
            tree=column,
            type=Type.NUMBER,
            verb="copy",
            where=where,
            origin=Origin("Predecessor", description=column.name),
        )
    if not _has_others(spec):
        return made
    return {name: replace(line, comment=_comment(str(spec.dataset), name)) for name, line in made.items()}


def _comment(dataset: str, variable: str) -> Comment:
    what = "one variable of " if variable == "SRCVAR" else ""
    return Comment(f"{dataset}.{variable}", _SOME.format(what))


def _has_others(spec: AnalysisSpec) -> bool:
    """Whether a dataset has records that are not made from one record of a source, and so no trace."""
    parts = [spec, *(spec.stack or ())]
    computed = any(is_computed(one) for part in parts for one in part.parameters.values())
    return computed or bool(spec.records) or spec.scales is not None


def source_variable(parameter: ParameterSpec, source: str) -> str:
    """The one variable of the source that a parameter's value reads; empty where it reads several or none."""
    read = _read(parameter.value if parameter.value is not None else parameter.text, source)
    return read.pop() if len(read) == 1 else ""


def sequence_of(dataset: str, catalogue: Catalogue) -> str:
    """The variable that numbers a dataset's records: ASEQ or --SEQ; empty if it has none."""
    known = catalogue.datasets.get(dataset, {})
    return next((name for name in ("ASEQ", f"{dataset[:2]}SEQ") if name in known), "")


def _read(text: Text | None, source: str) -> set[str]:
    """The variables of the source that an expression reads."""
    if text is None:
        return set()
    try:
        parsed = parse(str(text))
    except ExpressionError:
        return set()  # reported where the value is planned
    columns = (node for node in tree.walk(parsed) if isinstance(node, tree.Column))
    return {column.short for column in columns if column.owner == source}
