"""ISO 8601 text of any precision as an interval from its first to its last second.

``2018-03`` is 2018-03-01T00:00:00 to 2018-03-31T23:59:59, ``2018---15`` (unknown month) is
2018-01-15T00:00:00 to 2018-12-15T23:59:59. Bounds are texts of 19 characters, so that comparing texts
compares times. A text of another form says nothing: both bounds are missing, and every comparison with it is
unknown.
"""

from __future__ import annotations

import polars as pl

from ced_cdisc.core.dates import are_of_one_precision, bounds, in_order
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import each_pair

_SECOND = 19


def compare(op: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """``left op right`` on intervals: true or false where it is so for every time in both, else unknown.

    Equal texts are equal, whatever their precision. Two texts of the same precision, the day at least,
    compare as they stand: the same day is on or before itself. Two fractions of a second compare as numbers.
    """
    if op in (">", ">="):
        return compare("<" if op == ">" else "<=", right, left)
    if op == "!=":
        return ~compare("=", left, right)
    decide = {"=": _equal, "<": _before, "<=": _by}[op]

    def decided(one: str | None, other: str | None) -> bool | None:
        if one is None or other is None:
            return None
        return True if one == other and op == "=" else decide(one, other)

    return each_pair(left, right, decided, Type.TRUTH)


def is_before(one: str, other: str) -> bool:
    """Whether all times of one are before all of the other."""
    return _before(one, other) is True


def _equal(one: str, other: str) -> bool | None:
    if _before(one, other) or _before(other, one):
        return False
    is_one = len(one) > _SECOND < len(other) and in_order(one) == in_order(other)
    return True if is_one and bounds(one) is not None else None


def _before(one: str, other: str) -> bool | None:
    this, that = bounds(one), bounds(other)
    if this is None or that is None:
        return None
    if are_of_one_precision((one, other)):
        return in_order(one) < in_order(other)
    return True if this[1] < that[0] else False if this[0] >= that[1] else None


def _by(one: str, other: str) -> bool | None:
    this, that = bounds(one), bounds(other)
    if this is None or that is None:
        return None
    if are_of_one_precision((one, other)):
        return in_order(one) <= in_order(other)
    return True if this[1] <= that[0] else False if this[0] > that[1] else None
