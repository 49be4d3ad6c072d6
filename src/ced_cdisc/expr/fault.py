"""Where data can be at fault for an expression, and on which rows they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import groupby

import polars as pl
from msgspec import Struct

from ced_cdisc.expr import tree
from ced_cdisc.expr.values import true


class Fault(Struct, frozen=True):
    """A place in a tree where data can be at fault.

    Attributes:
        node: the node that cannot take the value.
        kind: recode, date, number, only, or the kind a function names; of no fault: tie, in doubt, near.
        wrong: true on rows whose values it cannot take, or null where that is unknown.
        shown: the value, as text.
        path: the conditions of the branches in which the node stands, from the outermost.
    """

    node: tree.Node
    kind: str
    wrong: pl.Expr
    shown: pl.Expr
    path: tuple[pl.Expr, ...] = ()

    @property
    def bad(self) -> pl.Expr:
        """True on rows where it happens and the branch is taken."""
        return true(reduce(pl.Expr.and_, self.path, self.wrong))


def wrong_at_all(faults: Sequence[Fault], depth: int = 0) -> list[pl.Expr]:
    """Columns of which any is true on rows that show any of the faults of a tree, in their order.

    The condition of a branch stands in them once, however many faults the branch has.
    """
    found: list[pl.Expr] = []
    for condition, run in groupby(faults, lambda one: id(one.path[depth]) if len(one.path) > depth else None):
        same = list(run)
        if condition is None:
            found += [one.wrong for one in same]
        else:
            found.append(same[0].path[depth] & pl.any_horizontal(wrong_at_all(same, depth + 1)))
    return found
