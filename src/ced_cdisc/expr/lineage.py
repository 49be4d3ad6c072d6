"""What a value hangs on: the names that a tree reads, and the records that it goes over."""

from __future__ import annotations

from ced_cdisc.expr import tree

_READ, _OWN, _OVER = "_columns", "_own_columns", "_aggregates"
"""What is known of a node once it was asked: planning asks many times."""


def columns(node: tree.Node) -> tuple[tree.Column, ...]:
    """All columns that a tree reads, in order of appearance."""
    known = vars(node)
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


def aggregates(node: tree.Node) -> tuple[tree.Aggregate, ...]:
    """All aggregates of a tree, in order of appearance; those within others, too."""
    known = vars(node)
    found: tuple[tree.Aggregate, ...] | None = known.get(_OVER)
    if found is None:
        found = tuple(below for below in tree.walk(node) if isinstance(below, tree.Aggregate))
        known[_OVER] = found
    return found


def own_columns(node: tree.Node) -> tuple[tree.Column, ...]:
    """The columns that a tree reads from the row at hand or from other rows of its own dataset.

    What an aggregate reads from the records of another dataset is left out.
    """
    known = vars(node)
    found: tuple[tree.Column, ...] | None = known.get(_OWN)
    if found is None:
        if any(one.dataset for one in aggregates(node)):
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
