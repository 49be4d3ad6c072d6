"""Comparisons that the last digits of computed numbers decide: 0.14 * 5 is 0.7000000000000001, above 0.7."""

from __future__ import annotations

import polars as pl

from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type

_SHARE, _OF_ZERO = 1e-9, 1e-12
_WHOLE = ("rank", "count")


def may_be_near(left: tree.Node, right: tree.Node) -> bool:
    """Whether numbers are compared of which one may be computed, and may have a fraction."""
    if left.type is not Type.NUMBER or right.type is not Type.NUMBER:
        return False
    if any(isinstance(one, tree.Aggregate) and one.func in _WHOLE for one in (left, right)):
        return False
    return not (_as_collected(left) and _as_collected(right))


def _as_collected(node: tree.Node) -> bool:
    if isinstance(node, tree.ReadNumber):
        return isinstance(node.of, tree.Column)
    return isinstance(node, tree.Literal)


def by_last_digits(op: str, left: pl.Expr, right: pl.Expr, holds: pl.Expr) -> pl.Expr:
    """Whether a comparison has another answer than it would have for equal numbers, which these nearly are.

    They are where they differ by less than a billionth, or from 0 by less than 1e-12; whole numbers never.
    """
    small, large = pl.min_horizontal(left.abs(), right.abs()), pl.max_horizontal(left.abs(), right.abs())
    near = ((left - right).abs() < large * _SHARE) | ((small == 0) & (large < _OF_ZERO))
    whole = (left.floor() == left) & (right.floor() == right)
    return near & ~whole & (~holds if op in ("=", "<=", ">=") else holds)
