"""ISO 8601 texts in expressions: whether they are whole, and which of two is later.

A text of any precision is an interval. One is after another for certain when it is so in all that both say:
cut to the length of the shorter one, it is the greater text. So 2020-03 is after 2020-02-29, and neither
after nor before 2020-03-15.
"""

from __future__ import annotations

import polars as pl

PREFIX = (
    r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])"
    r"(T([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d([.,]\d+)?)?)?)?)?)?"
)
"""A date and time that is complete up to some part, which can be compared as text."""
_ORDERED = f"^{PREFIX}$"


def is_day(text: pl.Expr) -> pl.Expr:
    """Whether a text says the whole day (and that day exists)."""
    return day(text).is_not_null()


def day(text: pl.Expr) -> pl.Expr:
    """The day as a Date; null where the text does not say it whole."""
    return text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def after(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether one is later than the other for certain; null where either is missing or no such text."""
    shorter = pl.min_horizontal(one.str.len_bytes(), other.str.len_bytes())
    ordered = one.str.contains(_ORDERED) & other.str.contains(_ORDERED)
    later = _point(one.str.slice(0, shorter)) > _point(other.str.slice(0, shorter))
    return pl.when(ordered).then(later)


def _point(text: pl.Expr) -> pl.Expr:
    """A fraction of a second with a point, in place of the comma that ISO 8601 permits as well."""
    return text.str.replace(",", ".", literal=True)


def study_day(on: pl.Expr, start: pl.Expr) -> pl.Expr:
    """The study day of a Date: 1 on that of the start, -1 the day before; null unless both are known."""
    apart = (on - start).dt.total_days()
    return apart + (apart >= 0).cast(pl.Int64)
