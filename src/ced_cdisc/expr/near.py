"""Comparisons that the last digits of computed numbers decide: 0.14 * 5 is 0.7000000000000001, above 0.7."""

from __future__ import annotations

import re

import polars as pl

from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type

_SHARE, _OF_ZERO = 1e-12, 1e-12
"""How far apart numbers are that computing may have told from one another: as a share, and beside 0."""
_COUNTED = ("rank", "count")
_WHOLE = {"study_day", "days_between"}
_WHOLE_NAME = re.compile(r"(?:.*\.)?(?:__.*|.*(?:DY|SEQ|ORD|NUM|ITN|PTN|ARAMN))")
"""Names of days, sequence, order and visit numbers: whole ones, or such as the specs write. Most comparisons
are with these, in windows and elements."""


def may_be_near(left: tree.Node, right: tree.Node) -> bool:
    """Whether numbers are compared of which one may be computed, and may have a fraction."""
    if left.type is not Type.NUMBER or right.type is not Type.NUMBER:
        return False
    return not (_is_exact(left) and _is_exact(right))


def _is_exact(node: tree.Node) -> bool:
    """Whether a number is one that is written or collected, or a whole one."""
    match node:
        case tree.Literal():
            return True
        case tree.Negative():
            return _is_exact(node.of)
        case tree.ReadNumber():
            return isinstance(node.of, tree.Column)
        case tree.Aggregate():
            return node.func in _COUNTED
        case tree.Call(name="if"):
            return all(_is_exact(branch) for branch in node.args[1:])
        case tree.Call():
            return node.name in _WHOLE
        case tree.Column():
            return _WHOLE_NAME.fullmatch(node.name) is not None
        case _:
            return False


def by_last_digits(op: str, sides: tuple[tree.Node, tree.Node], left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Whether a comparison has another answer than it would have for equal numbers, which these nearly are.

    Args:
        op: the operator.
        sides: what is compared; a literal among them tells how large the numbers are.
        left: the values of the first side.
        right: those of the second.
    """
    apart = right - left if op in ("<", ">=") else left - right
    if op in ("=", "!="):
        apart = apart.abs()
    written = [side.value for side in sides if isinstance(side, tree.Literal)]
    if written and isinstance(written[0], float):
        return apart.is_between(0, abs(written[0]) * _SHARE or _OF_ZERO, closed="none")
    least = pl.when(right == 0).then(_OF_ZERO).otherwise(right.abs() * _SHARE)
    return apart.is_between(0, least, closed="none")
