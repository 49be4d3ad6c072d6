"""Where the answer of a line is unknown: the records for which a condition is neither true nor false."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.expr import tree
from ced_cdisc.expr.doubts import needs_whole_dates, partly_unknown, undecided, undecided_value
from ced_cdisc.expr.marks import LACKING, OPEN, marks
from ced_cdisc.expr.tree import Type, both
from ced_cdisc.plan.told import Asked
from ced_cdisc.spec.models import LineSpec


def unknown_of(spec: LineSpec, verb: str, node: tree.Node, findings: Findings) -> tree.Node | None:
    """The condition that the answer of a line is unknown, or None where nobody is to be told.

    * ``unknown: report``: a condition that decides the value is unknown, whatever the reason.
    * Nothing said: so, and a comparison in it is unknown although nothing in it is missing, which is so of
      partial dates alone.
    * ``unknown: accept``: nobody is told.

    Either word in a line without a condition, and without a choice among dates, is CED065.
    """
    if spec.unknown == "accept":
        if not _has_doubt(node) and all(below.type is not Type.TRUTH for below in tree.walk(node)):
            _refuse(spec, findings)
        return None
    unknown = (
        unknown_among([*_of_flag(node)], spec.unknown)
        if verb == "flag"
        else undecided_value(node, spec.unknown or "")
    )
    if spec.unknown == "report" and unknown is None and not _has_doubt(node):
        _refuse(spec, findings)
    return unknown


def _refuse(spec: LineSpec, findings: Findings) -> None:
    hint = "a condition stands in when, cases, where or if(..)"
    problem = f"'unknown: {spec.unknown}' needs a condition that decides the value"
    findings.add(Finding("CED065", problem, spec.place, hint=hint))


def unknown_among(conditions: Sequence[tree.Node], unknown: Asked | None) -> tree.Node | None:
    """That one of several conditions is unknown before one is true, as far as somebody is to be told."""
    if unknown == "accept":
        return None
    if unknown == "report":
        return undecided(conditions)
    partial = partly_unknown(conditions)
    return None if partial is None else both(undecided(conditions), partial)


def _has_doubt(node: tree.Node) -> bool:
    """Whether partial dates can leave a value open, or which records it is made of."""
    return any(
        not {OPEN, LACKING}.isdisjoint(marks(below)) or below.where is not None
        if isinstance(below, tree.Aggregate)
        else needs_whole_dates(below)
        or (
            isinstance(below, tree.Call)
            and (below.name == "if" or (below.name in ("least", "greatest") and below.type is Type.DTC))
        )
        for below in tree.walk(node)
    )


def _of_flag(node: tree.Node) -> Iterator[tree.Node]:
    """The conditions that decide whether a record may be flagged, in their order."""
    while isinstance(node, tree.Call) and node.name == "if":
        condition, node, _ = node.args
        rank = condition.left if isinstance(condition, tree.Compare) else None
        if not isinstance(rank, tree.Aggregate):
            yield condition
        elif rank.where is not None:
            yield rank.where
