"""What may not be settled about a value over several records; planning asks it, too, and loads no polars."""

from __future__ import annotations

from ced_cdisc.expr.tree import Aggregate, Type

TIED, OPEN = "_tied", "_open"
"""Suffixes of the hidden columns: other records have the same place, or may have it, as dates are partial."""


def marks(node: Aggregate) -> tuple[str, ...]:
    """The suffixes of the columns that say what is not settled about an aggregate."""
    if node.func in ("min", "max"):
        return (OPEN,) if node.of is not None and node.of.type is Type.DTC else ()
    if node.func in ("first", "last") or node.take:
        return (TIED, OPEN) if any(one.of.type is Type.DTC for one in node.order) else (TIED,)
    return ()
