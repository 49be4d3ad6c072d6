"""What a value hangs on: the names that a tree reads."""

from __future__ import annotations

from ced_cdisc.expr import tree


def columns(node: tree.Node) -> list[tree.Column]:
    """All columns that a tree reads, in order of appearance."""
    return [below for below in tree.walk(node) if isinstance(below, tree.Column)]


def own_columns(node: tree.Node) -> list[tree.Column]:
    """The columns that a tree reads from the row at hand or from other rows of its own dataset.

    What an aggregate reads from the records of another dataset is left out.
    """
    found: list[tree.Column] = []
    _collect(node, "", found)
    return found


def _collect(node: tree.Node, foreign: str, found: list[tree.Column]) -> None:
    if isinstance(node, tree.Column):
        if not foreign or node.owner != foreign:
            found.append(node)
        return
    if isinstance(node, tree.Aggregate):
        foreign = node.dataset
    for child in tree.children(node):
        _collect(child, foreign, found)
