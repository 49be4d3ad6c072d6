"""What may not be settled about a value over several records; planning asks it, too, and loads no polars."""

from __future__ import annotations

from ced_cdisc.expr.tree import Aggregate, Type

TIED, OPEN = "_tied", "_open"
"""Suffixes of the hidden columns: records have the same place in the order, or may have another one, as dates
are partial."""
LACKING = "_lacking"
"""A record is the first or last since it has no value in the order, where others have one."""
UNCOUNTED = "_uncounted"
"""Records for which the condition is unknown, which no column says."""
UNDECIDED = "_undecided"
"""Records whose value goes by an ``if`` with a condition that is unknown, which no column says."""
LOST = "_lost"
"""Records whose value needs a whole date where one is partial, which no column says."""
ORDERED = ("first", "last", "rank", "next", "previous")
"""What goes by an order."""


def marks(node: Aggregate) -> tuple[str, ...]:
    """The suffixes of the columns that say what is not settled about an aggregate."""
    found: tuple[str, ...] = ()
    if node.func in ("min", "max"):
        found = (OPEN,) if node.of is not None and node.of.type is Type.DTC else ()
    elif node.func in ORDERED:
        found = (TIED, OPEN) if any(one.of.type is Type.DTC for one in node.order) else (TIED,)
        if node.order and (node.take or node.func in ("first", "last")):
            found = (*found, LACKING)
    return tuple(mark for mark in found if mark not in node.untold) if node.untold else found
