"""Where the answer of a line is unknown: the records for which a condition is neither true nor false."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.expr import tree
from ced_cdisc.expr.marks import OPEN, marks
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.language.expressions import both
from ced_cdisc.spec.models import LineSpec


def unknown_of(spec: LineSpec, verb: str, node: tree.Node, findings: Findings) -> tree.Node | None:
    """The condition that the answer of a line is unknown, or None where nobody is to be told.

    * ``unknown: report``: a condition that decides the value is unknown, whatever the reason.
    * Nothing said: so, and a comparison in it is unknown although nothing in it is missing, which is so of
      partial dates alone.
    * ``unknown: accept``: nobody is told.

    ``report`` in a line without a condition, and without a choice among dates, is CED065.
    """
    if spec.unknown == "accept":
        return None
    conditions = list(_conditions(node, verb))
    if spec.unknown == "report":
        if not conditions and not _has_doubt(node):
            hint = "a condition stands in when, cases, where or if(..)"
            problem = "'unknown: report' needs a condition that decides the value"
            findings.add(Finding("CED065", problem, spec.place, hint=hint))
        return _undecided(conditions)
    partial = [part for condition in conditions for part in _partials(condition)]
    return both(_undecided(conditions), _any(partial)) if partial else None


def left_out(where: tree.Node | None, more: tree.Node | None) -> tree.Node | None:
    """Whether records are left out since a condition is unknown; None where it never is.

    That a missing value is equal to none, and not one of a list, is what everybody reads in ``X = 'Y'`` and
    ``X in (..)``: what is unknown for that reason alone does not count.

    Args:
        where: the condition of the spec that chooses them.
        more: what else chooses them, such as that the result of a test is there; where that is false, they
            are left out for all that ``where`` may be.
    """
    if where is None or not _is_doubtful(where):
        return None
    unknown = both(_is_unknown(where), _may_hold(_as_read(where)))
    return both(unknown, None if more is None else _may_hold(more))


def _as_read(node: tree.Node) -> tree.Node:
    """A condition in which a missing value is equal to none, and not one of a list."""
    if isinstance(node, tree.Both | tree.Either | tree.Negated):
        return tree.rebuild(node, _as_read)
    return _all([*_present(node), node]) if _is_equality(node) else node


def _is_equality(node: tree.Node) -> bool:
    return (isinstance(node, tree.Compare) and node.op == "=") or (
        isinstance(node, tree.Member) and not node.negated
    )


def partly_left_out(where: tree.Node, more: tree.Node | None) -> tree.Node | None:
    """As :func:`left_out`, but only where nothing in a comparison is missing: dates are partial."""
    partial = list(_partials(where))
    if not partial:
        return None
    unknown = both(_is_unknown(where), _any(partial))
    return both(unknown, None if more is None else _may_hold(more))


def _is_unknown(condition: tree.Node) -> tree.Node:
    return tree.IsMissing(of=condition, type=Type.TRUTH)


def _may_hold(condition: tree.Node) -> tree.Node:
    """Whether a condition is true or unknown."""
    return tree.Either(left=_is_unknown(condition), right=condition, type=Type.TRUTH)


def _is_doubtful(node: tree.Node, *, negated: bool = False) -> bool:
    """Whether a condition can be unknown for another reason than a missing value that is equal to none."""
    if isinstance(node, tree.Both | tree.Either):
        return any(_is_doubtful(part, negated=negated) for part in (node.left, node.right))
    if isinstance(node, tree.Negated):
        return _is_doubtful(node.of, negated=True)
    if _is_equality(node) and not any(part.type is Type.DTC for part in tree.children(node)):
        return negated
    return not isinstance(node, tree.IsMissing)


def _has_doubt(node: tree.Node) -> bool:
    """Whether partial dates can leave a value open."""
    return any(
        OPEN in marks(below)
        if isinstance(below, tree.Aggregate)
        else isinstance(below, tree.Call) and below.name in ("least", "greatest") and below.type is Type.DTC
        for below in tree.walk(node)
    )


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
        unknown: tree.Node = _is_unknown(condition)
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


def _partials(condition: tree.Node) -> list[tree.Node]:
    """Of each comparison of dates in a condition, whether it is unknown although nothing in it is missing."""
    return [_partial(comparison) for comparison in _comparisons(condition)]


def _partial(comparison: tree.Node) -> tree.Node:
    """Whether a comparison is unknown although nothing in it is missing."""
    return _all([_is_unknown(comparison), *_present(comparison)])


def _present(comparison: tree.Node) -> list[tree.Node]:
    """That the operands of a comparison are there."""
    return [
        tree.IsMissing(of=part, negated=True, type=Type.TRUTH)
        for part in tree.children(comparison)
        if not isinstance(part, tree.Literal)
    ]


def _all(conditions: list[tree.Node]) -> tree.Node:
    return reduce(lambda one, other: tree.Both(left=one, right=other, type=Type.TRUTH), conditions)


def _any(conditions: list[tree.Node]) -> tree.Node:
    return reduce(lambda one, other: tree.Either(left=one, right=other, type=Type.TRUTH), conditions)
