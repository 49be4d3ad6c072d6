"""ISO 8601 text of any precision as an interval from its first to its last second.

``2018-03`` is 2018-03-01T00:00:00 to 2018-03-31T23:59:59, ``2018---15`` (unknown month) is
2018-01-15T00:00:00 to 2018-12-15T23:59:59. Bounds are texts of 19 characters, so that comparing texts compares times. A text of
another form says nothing: both bounds are missing, and every comparison with it is unknown.
"""

from __future__ import annotations

import polars as pl

_CLOCK = r"(T\d\d(:\d\d(:\d\d([.,]\d+)?)?)?)?"
_FORM = rf"(?-u)^\d{{4}}(-\d\d(-\d\d{_CLOCK})?|---\d\d{_CLOCK})?$"
_LOWER = "0000-01-01T00:00:00"
_UPPER = "9999-12-31T23:59:59"


def lower(dtc: pl.Expr) -> pl.Expr:
    """The first second."""
    text = _readable(dtc).str.replace("---", "-01-", literal=True)
    return _filled(text, _LOWER)


def upper(dtc: pl.Expr) -> pl.Expr:
    """The last second; the last day of a month is the calendar's."""
    text = _readable(dtc).str.replace("---", "-12-", literal=True)
    month = text.str.slice(5, 2)
    year = text.str.slice(0, 4).cast(pl.Int32, strict=False)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = (
        pl.when(month.is_in(["04", "06", "09", "11"]))
        .then(pl.lit("-30"))
        .when(month == "02")
        .then(pl.when(leap).then(pl.lit("-29")).otherwise(pl.lit("-28")))
        .otherwise(pl.lit("-31"))
    )
    return _filled(pl.when(text.str.len_bytes() == 7).then(text + last).otherwise(text), _UPPER)


def _readable(dtc: pl.Expr) -> pl.Expr:
    return pl.when(dtc.str.contains(_FORM)).then(dtc)


def _filled(text: pl.Expr, model: str) -> pl.Expr:
    """The text with what it lacks taken from the end of the model."""
    cut = text.str.slice(0, 19)
    filled = pl.when(cut.is_null()).then(pl.lit(None, dtype=pl.String))
    for length in (4, 7, 10, 13, 16):
        filled = filled.when(cut.str.len_bytes() == length).then(cut + pl.lit(model[length:]))
    return filled.otherwise(cut)


def compare(op: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """``left op right`` on intervals: true or false where it is so for every time in both, else unknown.

    Equal texts are equal, whatever their precision.
    """
    if op in ("=", "!="):
        apart = (upper(left) < lower(right)) | (upper(right) < lower(left))
        equal = pl.when(left == right).then(True).when(apart).then(False)
        return equal if op == "=" else ~equal
    if op in (">", ">="):
        return compare("<" if op == ">" else "<=", right, left)
    if op == "<":
        return _decided(upper(left) < lower(right), lower(left) >= upper(right))
    return _decided(upper(left) <= lower(right), lower(left) > upper(right))


def _decided(yes: pl.Expr, no: pl.Expr) -> pl.Expr:
    return pl.when(yes).then(True).when(no).then(False)
