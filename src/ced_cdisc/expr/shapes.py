"""What trees have in common: two of one shape are computed alike, of other columns and with other words.

Of a shape is all that an expression is compiled of, but for its leaves: the columns of other tables, and the
texts and numbers that may as well stand in a column.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cache
from typing import Any, cast

from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type

Leaf = tree.Literal | tree.Column
Shape = tuple[Any, ...]

_TAKES_COLUMNS = ("if", "coalesce", "round", "convert")
"""Functions whose words and numbers may stand in a column."""
_HELD = (Type.TEXT, Type.DTC, Type.NUMBER)
_UNSEEN = ("at", "codelist")
"""Fields that no value hangs on: they are for messages."""


def shape(node: tree.Node, columns: Container[str], leaves: list[Leaf]) -> Shape:
    """The shape of a tree without aggregates.

    Args:
        node: a resolved tree.
        columns: the columns of the frame; the name of another is a variable's and no leaf.
        leaves: receives the leaves, in the order in which :func:`with_leaves` takes others.
    """
    return _shape(node, columns, leaves, may_vary=True)


def _shape(node: tree.Node, columns: Container[str], leaves: list[Leaf], *, may_vary: bool) -> Shape:
    if isinstance(node, tree.Literal):
        if may_vary and is_free(node):
            leaves.append(node)
            return tree.Literal, node.type
        return tree.Literal, node.type, node.value
    if isinstance(node, tree.Column):
        if node.owner and node.name in columns:
            leaves.append(node)
            return tree.Column, node.type
        return tree.Column, node.type, node.name
    kind = type(node)
    below, others = _fields(kind)
    may_vary = _may_vary(node)
    found: list[Any] = [kind, node.type, *[getattr(node, name) for name in others]]
    for name in below:
        value = getattr(node, name)
        if isinstance(value, tree.Node):
            found.append(_shape(value, columns, leaves, may_vary=may_vary))
        elif value is not None:
            parts = cast("tuple[tree.Node, ...]", value)
            found.append(tuple([_shape(part, columns, leaves, may_vary=may_vary) for part in parts]))
    return tuple(found)


def with_leaves(node: tree.Node, columns: Container[str], leaves: Iterator[tree.Node]) -> tree.Node:
    """The tree with other leaves, which are taken one by one."""

    def change(below: tree.Node, *, may_vary: bool) -> tree.Node:
        if isinstance(below, tree.Literal):
            return next(leaves) if may_vary and is_free(below) else below
        if isinstance(below, tree.Column):
            return next(leaves) if below.owner and below.name in columns else below
        vary = _may_vary(below)
        return tree.rebuild(below, lambda child: change(child, may_vary=vary))

    return change(node, may_vary=True)


def is_free(node: tree.Literal) -> bool:
    """Whether a column can hold what is written; the word ``missing`` has no type, and a rule is no word."""
    return node.type in _HELD and " = " not in str(node.value)


def _may_vary(node: tree.Node) -> bool:
    """Whether the words and numbers right below a node may stand in a column."""
    if isinstance(node, tree.Call):
        return node.name in _TAKES_COLUMNS
    return not isinstance(node, tree.Member | tree.Plugin)


@cache
def _fields(kind: type[tree.Node]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields of a kind of node that hold nodes, and the others that values hang on."""
    below = tree.parts_of(kind)
    return below, tuple(name for name in kind.__struct_fields__ if name not in (*below, *_UNSEEN, "type"))
