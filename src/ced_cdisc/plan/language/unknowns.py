"""Where the answer of a line is unknown: the records for which a condition is neither true nor false."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.expressions import both
from ced_cdisc.spec.models import LineSpec

_COMPUTED = ("derive", "cases", "flag")


def unknown_of(
    spec: LineSpec, verb: str, node: tree.Node, variable: str, findings: Findings
) -> tree.Node | None:
    """The condition that the answer of a line is unknown, or None where nobody is to be told.

    * ``unknown: report``: a condition that decides the value is unknown, whatever the reason.
    * Nothing said, in a computed flag (``..FL``): so, and a comparison in it is unknown although nothing in
      it is missing, which is so of partial dates alone.
    * ``unknown: accept``: nobody is told.

    ``report`` in a line without a condition is CED065.
    """
    if spec.unknown == "accept":
        return None
    conditions = list(_conditions(node, verb))
    if spec.unknown == "report":
        if not conditions:
            hint = "a condition stands in when, cases, where or if(..)"
            problem = "'unknown: report' needs a condition that decides the value"
            findings.add(Finding("CED065", problem, spec.place, hint=hint))
        return _undecided(conditions)
    if verb not in _COMPUTED or not variable.endswith("FL"):
        return None
    partial = [_partial(below) for condition in conditions for below in _comparisons(condition)]
    return both(_undecided(conditions), _any(partial)) if partial else None


def _conditions(node: tree.Node, verb: str) -> Iterator[tree.Node]:
    """The conditions that decide the value, in the order in which they are looked at."""
    while isinstance(node, tree.Call) and node.name == "if":
        condition, then, otherwise = node.args
        rank = condition.left if isinstance(condition, tree.Compare) else None
        if verb == "flag" and isinstance(rank, tree.Aggregate):
            if rank.where is not None:
                yield rank.where
            return
        yield condition
        nested = isinstance(then, tree.Call) and then.name == "if"
        node = then if nested and isinstance(otherwise, tree.Literal) else otherwise


def _undecided(conditions: Iterable[tree.Node]) -> tree.Node | None:
    """Whether one is unknown before one is true."""
    made: tree.Node | None = None
    for condition in reversed(list(conditions)):
        unknown: tree.Node = tree.IsMissing(of=condition, type=Type.TRUTH)
        if made is not None:
            later = tree.Both(left=tree.Negated(of=condition, type=Type.TRUTH), right=made, type=Type.TRUTH)
            unknown = tree.Either(left=unknown, right=later, type=Type.TRUTH)
        made = unknown
    return made


def _comparisons(node: tree.Node) -> Iterator[tree.Node]:
    """The comparisons of ISO 8601 dates in a condition, but for those inside aggregates."""
    if isinstance(node, tree.Aggregate):
        return
    parts = list(tree.children(node))
    dates = any(part.type is Type.DTC for part in parts)
    if dates and node.type is Type.TRUTH and not isinstance(node, tree.IsMissing):
        yield node
        return
    for part in parts:
        yield from _comparisons(part)


def _partial(comparison: tree.Node) -> tree.Node:
    """Whether a comparison is unknown although nothing in it is missing."""
    present = [
        tree.IsMissing(of=part, negated=True, type=Type.TRUTH)
        for part in tree.children(comparison)
        if not isinstance(part, tree.Literal)
    ]
    unknown = tree.IsMissing(of=comparison, type=Type.TRUTH)
    return reduce(lambda one, other: tree.Both(left=one, right=other, type=Type.TRUTH), present, unknown)


def _any(conditions: list[tree.Node]) -> tree.Node:
    return reduce(lambda one, other: tree.Either(left=one, right=other, type=Type.TRUTH), conditions)
