"""Identifiers made of several columns: none where a column is empty that the text does not foresee."""

from __future__ import annotations

from collections.abc import Collection

from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import both
from ced_cdisc.plan.language.expressions import choose

_FORESEEN = "coalesce"
_SAID = "if"


def identifier(node: tree.Node, filled: Collection[str] = ()) -> tree.Node:
    """The value of a tree, missing where a column is: ``join('-', SITE, NUMBER)`` of a row without number
    would be the site alone. What ``coalesce(..)`` and ``if(..)`` say of a missing value stays.

    Args:
        node: a resolved tree.
        filled: columns that are never empty.
    """
    if isinstance(node, tree.Column):
        return node
    if isinstance(node, tree.Call) and node.name == _FORESEEN:
        return tree.rebuild(node, lambda one: identifier(one, filled))
    needed: dict[str, tree.Column] = {}
    made = _followed(node, filled, needed)
    present: tree.Node | None = None
    for one in needed.values():
        present = both(present, tree.IsMissing(of=one, negated=True, type=tree.Type.TRUTH))
    return made if present is None else choose(present, made)


def _followed(node: tree.Node, filled: Collection[str], needed: dict[str, tree.Column]) -> tree.Node:
    """The tree with what it foresees seen to; the columns that must be filled are added to ``needed``."""
    if isinstance(node, tree.Column):
        if node.name not in filled:
            needed[node.name] = node
        return node
    if isinstance(node, tree.Call) and node.name == _SAID:
        return node
    if isinstance(node, tree.Call) and node.name == _FORESEEN:
        return identifier(node, filled)
    return tree.rebuild(node, lambda one: _followed(one, filled, needed))
