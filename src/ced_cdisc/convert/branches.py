"""Where the aggregates of a tree stand: only on rows that take an aggregate's branch do its faults count.

Aggregates are computed for all rows before the expression that holds them, so what they could not take must
be set against the branches afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import TypeVar

import polars as pl
from msgspec import Struct

from ced_cdisc.convert.faults import Place
from ced_cdisc.convert.reads import aggregates_in
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Aggregate, Type, children
from ced_cdisc.expr.values import true


class Condition(Struct, frozen=True):
    """A condition that is true on the rows that take a branch, or (``holds`` false) is not true there."""

    node: tree.Node
    holds: bool = True


Branch = tuple[Condition, ...]
N = TypeVar("N", bound=tree.Node)


class Use(Struct, frozen=True):
    """An aggregate in a line: the line, and all conditions of the branch that it stands in."""

    node: Aggregate
    place: Place
    branch: Branch = ()


def uses_in(node: tree.Node, place: Place) -> list[Use]:
    """The aggregates of a tree, in the order of its text; none stands inside another."""
    if not aggregates_in(node):
        return []
    return [Use(one, place, branch) for one, branch in uses_of(node, Aggregate)]


def uses_of(node: tree.Node, kind: type[N], branch: Branch = ()) -> Iterator[tuple[N, Branch]]:
    """The nodes of a kind in a tree, each with the conditions of the branch that it stands in."""
    if isinstance(node, kind):
        yield node, branch
        return
    for child, more in _branches(node):
        yield from uses_of(child, kind, (*branch, *more))


def _branches(node: tree.Node) -> Iterator[tuple[tree.Node, Branch]]:
    """The children of a node, each with the conditions that it adds."""
    if isinstance(node, tree.Call) and node.name == "if":
        condition, then, other = node.args
        known = () if condition.type is Type.MISSING else (Condition(condition),)
        yield condition, ()
        yield then, known
        yield other, tuple(Condition(one.node, holds=False) for one in known)
    elif isinstance(node, tree.Call) and node.name == "coalesce":
        before: Branch = ()
        for arg in node.args:
            yield arg, before
            before = (*before, Condition(tree.IsMissing(of=arg, type=Type.TRUTH)))
    else:
        yield from ((child, ()) for child in children(node))


def rows_taken(
    frame: pl.DataFrame, branches: Iterable[Branch], compiled: Callable[[tree.Node], pl.Expr]
) -> pl.DataFrame:
    """The rows that take one of the branches; ``compiled`` gives a condition."""

    def expression(condition: Condition) -> pl.Expr:
        holds = true(compiled(condition.node))
        return holds if condition.holds else ~holds

    taken = [
        reduce(lambda all_, one: all_ & one, map(expression, branch), pl.lit(value=True))
        for branch in branches
    ]
    return frame.filter(reduce(lambda one, other: one | other, taken, pl.lit(value=False)))
