"""What a tree reads: columns of the row at hand, aggregates, and whether data may be at fault for it."""

from __future__ import annotations

from typing import NamedTuple

from ced_cdisc.convert.faults import SUBJECT
from ced_cdisc.expr import tree
from ced_cdisc.expr.near import may_be_near
from ced_cdisc.expr.tree import Aggregate

_READ = "_read"
_FAULTY = (
    *("seconds", "convert", "unit", "duration", "duration_of", "until", "least", "greatest", "datetime"),
    *("log", "log10", "add_days"),
)
_READING = (tree.Recode, tree.ReadDate, tree.ReadNumber, tree.Plugin)


class _Read(NamedTuple):
    names: frozenset[str]
    aggregates: tuple[Aggregate, ...]
    can_fault: bool


def can_fault(node: tree.Node) -> bool:
    """Whether records can hold values that it cannot take; of an aggregate then only those needed count."""
    return _read(node).can_fault


def aggregates_in(node: tree.Node) -> tuple[Aggregate, ...]:
    """The aggregates of a tree in the order of its text; none stands inside another."""
    return _read(node).aggregates


def names_in(node: tree.Node) -> frozenset[str]:
    """The columns of the row at hand that a tree may read, those inside aggregates included."""
    return _read(node).names


def _read(node: tree.Node) -> _Read:
    """What is found in one look over the tree, which is kept: it is asked of each line many times."""
    known: _Read | None = vars(node).get(_READ)
    if known is not None:
        return known
    names: set[str] = set()
    aggregates: list[Aggregate] = []
    faulty = False
    below = [node]
    while below:
        one = below.pop()
        if isinstance(one, tree.Column):
            names.add(one.name)
        elif isinstance(one, Aggregate):
            names.update((SUBJECT, *one.on))
            aggregates.append(one)
        elif isinstance(one, _READING) or (isinstance(one, tree.Call) and one.name in _FAULTY):
            faulty = True
        elif isinstance(one, tree.Compare):
            faulty = faulty or may_be_near(one.left, one.right)
        elif isinstance(one, tree.Between):
            faulty = faulty or may_be_near(one.of, one.low) or may_be_near(one.of, one.high)
        if not isinstance(one, tree.Column | tree.Literal):
            below.extend(reversed(tree.children(one)))
    known = _Read(frozenset(names), tuple(aggregates), faulty)
    vars(node)[_READ] = known
    return known
