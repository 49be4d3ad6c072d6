"""For which records a condition is neither true nor false: partial dates, and values that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type, both

_OF_WHOLE_DATES = (
    *("date", "datetime", "days_between", "hours_between", "minutes_between", "study_day", "age", "add_days"),
)
"""What has no value where a date lacks the parts that it needs."""
_LOOKED_AT = "_looked_at"
"""What is known of a value once it was asked: each line asks several times."""


def undecided(conditions: Iterable[tree.Node]) -> tree.Node | None:
    """Whether one is unknown before one is true."""
    made: tree.Node | None = None
    for condition in reversed(list(conditions)):
        unknown: tree.Node = _is_unknown(condition)
        if made is not None:
            later = tree.Both(left=tree.Negated(of=condition, type=Type.TRUTH), right=made, type=Type.TRUTH)
            unknown = tree.Either(left=unknown, right=later, type=Type.TRUTH)
        made = unknown
    return made


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
    return both(unknown, more and _may_hold(more))


def to_tell(where: tree.Node, more: tree.Node | None, unknown: str) -> tree.Node | None:
    """As :func:`left_out` where missing operands are told, too (``report``, and ``note`` of an event
    or censoring date), as :func:`partly_left_out` where nothing is said, and None for ``accept``."""
    if unknown == "accept":
        return None
    return left_out(where, more) if unknown in ("report", "note") else partly_left_out(where, more)


def undecided_value(node: tree.Node, unknown: str) -> tree.Node | None:
    """Whether an ``if`` anywhere in a value goes by a condition that is unknown; None where nobody is told.

    With ``unknown: report`` whatever the reason, else where nothing is missing, which is so of partial dates
    alone. What stands in a branch counts for the records that take it; what is inside aggregates does not.
    """
    if unknown == "accept":
        return None
    found: list[tree.Node] = []
    for guards, condition in _choices(node):
        unclear = _is_unknown(condition)
        partial = unclear if unknown == "report" else partly_unknown([condition])
        if partial is not None:
            found.append(_all([*guards, unclear, partial]))
    return _any(found) if found else None


def unequal(node: tree.Node, unknown: str) -> tuple[tree.Node, list[tree.Node]] | None:
    """Whether a value is missing since ``X != 'Y'`` or ``X not in (..)`` is asked of a missing text.

    That a missing text is not ``= 'Y'`` is what everybody reads. That it is not ``!= 'Y'`` either is not: SAS
    counts it. The texts come with the condition. None where the spec says what is meant; what
    ``unknown: report`` tells has these records, too.
    """
    found, asked = list[tree.Node](), list[tree.Node]()
    for guards, one in _looked_at(node) if not unknown else ():
        if not isinstance(one, tree.Call) or one.name != "if":
            continue
        condition, then, _ = one.args
        texts = list(_unequal_texts(condition, negated=False))
        if texts and not isinstance(then, tree.Literal):
            guards = [*guards, tree.IsMissing(of=then, negated=True, type=Type.TRUTH)]
        if texts:
            found.append(_all([*guards, _is_unknown(condition), _any([_is_unknown(text) for text in texts])]))
            asked += texts
    return (_any(found), asked) if found else None


def _unequal_texts(node: tree.Node, *, negated: bool) -> Iterator[tree.Node]:
    """The texts that a condition compares with constants, to be none of them."""
    if isinstance(node, tree.Both | tree.Either):
        yield from _unequal_texts(node.left, negated=negated)
        yield from _unequal_texts(node.right, negated=negated)
    elif isinstance(node, tree.Negated):
        yield from _unequal_texts(node.of, negated=not negated)
    elif isinstance(node, tree.Member):
        if node.negated != negated and node.of.type is Type.TEXT:
            yield node.of
    elif isinstance(node, tree.Compare) and node.op == ("=" if negated else "!="):
        sides = (node.left, node.right)
        if any(isinstance(side, tree.Literal) for side in sides):
            yield from (
                side for side in sides if side.type is Type.TEXT and not isinstance(side, tree.Literal)
            )


def lost(node: tree.Node, unknown: str) -> tree.Node | None:
    """Whether a function in a value has none although nothing that it takes is missing: a date is partial.

    None where nobody is told. What stands in a branch counts for the records that take it, and what stands in
    ``coalesce`` where all of it is missing; what is inside aggregates does not.
    """
    if unknown == "accept":
        return None
    found = [_all([*guards, _partial(one)]) for guards, one in _looked_at(node) if needs_whole_dates(one)]
    return _any(found) if found else None


def _choices(node: tree.Node) -> Iterator[tuple[list[tree.Node], tree.Node]]:
    """The conditions of each ``if`` below a node, and for which records it is looked at."""
    for guards, one in _looked_at(node):
        if isinstance(one, tree.Call) and one.name == "if":
            yield guards, one.args[0]


def _looked_at(node: tree.Node) -> tuple[tuple[list[tree.Node], tree.Node], ...]:
    """The nodes of a value, each with the conditions of the records for which it counts.

    Conditions, and what is inside aggregates, are left out.
    """
    known = vars(node)
    found: tuple[tuple[list[tree.Node], tree.Node], ...] | None = known.get(_LOOKED_AT)
    if found is None:
        found = known[_LOOKED_AT] = tuple(_guarded(node, []))
    return found


def _guarded(node: tree.Node, guards: list[tree.Node]) -> Iterator[tuple[list[tree.Node], tree.Node]]:
    if isinstance(node, tree.Aggregate):
        return
    yield guards, node
    if isinstance(node, tree.Call) and node.name == "if":
        condition, then, otherwise = node.args
        yield from _guarded(then, [*guards, condition])
        yield from _guarded(otherwise, [*guards, tree.Negated(of=condition, type=Type.TRUTH)])
        return
    if isinstance(node, tree.Call) and node.name == "coalesce":
        guards = [*guards, _is_unknown(node)]
    for part in tree.children(node):
        yield from _guarded(part, guards)


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
    partial = partly_unknown([where])
    return None if partial is None else both(both(_is_unknown(where), partial), more and _may_hold(more))


def partly_unknown(conditions: Iterable[tree.Node]) -> tree.Node | None:
    """Whether a comparison in one of them is unknown although nothing in it is missing; None without any."""
    partial = [_partial(comparison) for condition in conditions for comparison in _comparisons(condition)]
    return _any(partial) if partial else None


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


def _comparisons(node: tree.Node) -> Iterator[tree.Node]:
    """The comparisons of ISO 8601 dates, and of what is made of whole ones, in a condition, but for those
    inside aggregates."""
    if isinstance(node, tree.Aggregate):
        return
    parts = list(tree.children(node))
    dates = any(part.type is Type.DTC or _has_lost(part) for part in parts)
    if dates and node.type is Type.TRUTH and not isinstance(node, tree.IsMissing):
        yield node
        return
    for part in parts:
        yield from _comparisons(part)


def _partial(node: tree.Node) -> tree.Node:
    """Whether a comparison is unknown, or a function has no value, although nothing in it is missing."""
    return _all([_is_unknown(node), *_present(node)])


def _present(node: tree.Node) -> list[tree.Node]:
    """That the operands of a node are there; of one that is made of whole dates those that it is made of."""
    return [
        made
        for part in tree.children(node)
        if not isinstance(part, tree.Literal)
        for made in (
            _present(part) if _has_lost(part) else [tree.IsMissing(of=part, negated=True, type=Type.TRUTH)]
        )
    ]


def _has_lost(node: tree.Node) -> bool:
    """Whether a value, but for what is inside aggregates, is made of whole dates."""
    return any(needs_whole_dates(one) for _, one in _looked_at(node))


def needs_whole_dates(node: tree.Node) -> bool:
    """Whether a function has no value where one of its dates lacks a part."""
    is_made = isinstance(node, tree.Call) and node.name in _OF_WHOLE_DATES
    return is_made and any(part.type is Type.DTC for part in tree.children(node))


def _all(conditions: list[tree.Node]) -> tree.Node:
    return reduce(lambda one, other: tree.Both(left=one, right=other, type=Type.TRUTH), conditions)


def _any(conditions: list[tree.Node]) -> tree.Node:
    return reduce(lambda one, other: tree.Either(left=one, right=other, type=Type.TRUTH), conditions)
