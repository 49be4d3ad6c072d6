"""ISO 8601 text of any precision as an interval from its first to its last second.

``2018-03`` is 2018-03-01T00:00:00 to 2018-03-31T23:59:59, ``2018---15`` (unknown month) is
2018-01-15T00:00:00 to 2018-12-15T23:59:59. Bounds are texts of 19 characters, so that comparing texts
compares times. A text of another form says nothing: both bounds are missing, and every comparison with it is
unknown.
"""

from __future__ import annotations

import polars as pl

from ced_cdisc.core.dates import bounds
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import each


def lower(dtc: pl.Expr) -> pl.Expr:
    """The first second."""
    return each(dtc, lambda text: (bounds(text) or (None,))[0], Type.DTC)


def upper(dtc: pl.Expr) -> pl.Expr:
    """The last second; the last day of a month is the calendar's."""
    return each(dtc, lambda text: (bounds(text) or (None,))[-1], Type.DTC)


def compare(op: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """``left op right`` on intervals: true or false where it is so for every time in both, else unknown.

    Equal texts are equal, whatever their precision. Two texts of the same precision, the day at least,
    compare as they stand: the same day is on or before itself.
    """
    if op in (">", ">="):
        return compare("<" if op == ">" else "<=", right, left)
    precision = left.str.len_bytes()
    known = lower(left).is_not_null() & lower(right).is_not_null()
    alike = known & (precision == right.str.len_bytes()) & (precision >= 10)
    plain = {"=": left == right, "!=": left != right, "<": left < right, "<=": left <= right}[op]
    return pl.when(alike).then(plain).otherwise(_intervals(op, left, right))


def _intervals(op: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    if op in ("=", "!="):
        apart = (upper(left) < lower(right)) | (upper(right) < lower(left))
        equal = pl.when(left == right).then(True).when(apart).then(False)
        return equal if op == "=" else ~equal
    yes = upper(left) < lower(right) if op == "<" else upper(left) <= lower(right)
    no = lower(left) >= upper(right) if op == "<" else lower(left) > upper(right)
    return pl.when(yes).then(True).when(no).then(False)
