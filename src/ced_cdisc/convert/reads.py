"""What a tree reads: columns of the row at hand, aggregates, and whether data may be at fault for it."""

from __future__ import annotations

from ced_cdisc.convert.faults import SUBJECT
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Aggregate

_READ = "_read"
_FAULTY = ("seconds", "convert", "unit", "duration", "duration_of", "until")


def can_fault(node: tree.Node) -> bool:
    """Whether records can hold values that it cannot take; of an aggregate then only those needed count."""
    kinds = (tree.Recode, tree.ReadDate, tree.ReadNumber, tree.Plugin)
    return any(
        isinstance(below, kinds) or (isinstance(below, tree.Call) and below.name in _FAULTY)
        for below in tree.walk(node)
    )


def aggregates_in(node: tree.Node) -> list[Aggregate]:
    """The aggregates of a tree; none stands inside another."""
    return [below for below in tree.walk(node) if isinstance(below, Aggregate)]


def names_in(node: tree.Node) -> frozenset[str]:
    """The columns of the row at hand that a tree may read, those inside aggregates included."""
    read: frozenset[str] | None = node.__dict__.get(_READ)
    if read is None:
        names: set[str] = set()
        for below in tree.walk(node):
            if isinstance(below, tree.Column):
                names.add(below.name)
            elif isinstance(below, Aggregate):
                names.update((SUBJECT, *below.on))
        read = frozenset(names)
        object.__setattr__(node, _READ, read)  # asked of each line four times
    return read
