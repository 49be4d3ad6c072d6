"""What a value hangs on: the names that a tree reads."""

from __future__ import annotations

from ced_cdisc.expr import tree

_READ, _OWN = "_columns", "_own_columns"
"""What is known of a node once it was asked: planning asks many times."""


def columns(node: tree.Node) -> tuple[tree.Column, ...]:
    """All columns that a tree reads, in order of appearance."""
    known = node.__dict__
    found: tuple[tree.Column, ...] | None = known.get(_READ)
    if found is None:
        gathered: list[tree.Column] = []
        _gather(node, gathered)
        found = known[_READ] = tuple(gathered)
    return found


def _gather(node: tree.Node, found: list[tree.Column]) -> None:
    if isinstance(node, tree.Column):
        found.append(node)
        return
    for child in tree.children(node):
        _gather(child, found)


def own_columns(node: tree.Node) -> tuple[tree.Column, ...]:
    """The columns that a tree reads from the row at hand or from other rows of its own dataset.

    What an aggregate reads from the records of another dataset is left out.
    """
    known = node.__dict__
    found: tuple[tree.Column, ...] | None = known.get(_OWN)
    if found is None:
        if any(isinstance(below, tree.Aggregate) and below.dataset for below in tree.walk(node)):
            made: list[tree.Column] = []
            _collect(node, "", made)
            found = tuple(made)
        else:
            found = columns(node)
        known[_OWN] = found
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
