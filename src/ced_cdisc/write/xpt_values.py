"""What SAS keeps of a polars column: text, or a number.

SAS has two types. A date is the number of days since 1960-01-01, a datetime the number of seconds since
that midnight, a time the seconds since midnight.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeVar

import polars as pl

from ced_cdisc.core.moments import as_numbers

Sliced = TypeVar("Sliced", pl.DataFrame, pl.Series)

FEW = 1024
"""Rows up to which plain Python is faster than the set-up of a vectorised pass."""


def sas_type(dtype: pl.DataType) -> Literal["Char", "Num", "Any"] | None:
    """The SAS type that holds a polars type, ``Any`` for a column of nulls, None if neither does.

    A datetime with a time zone has none: SAS knows no zones, and dropping one in silence shifts the time.
    """
    if isinstance(dtype, pl.Null):
        return "Any"
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return "Char"
    if isinstance(dtype, pl.Datetime):
        return None if dtype.time_zone else "Num"
    return "Num" if dtype.is_numeric() or isinstance(dtype, pl.Date | pl.Time) else None


def sas_text(series: pl.Series) -> pl.Series:
    """A column of the SAS type Char as String; nulls stay null."""
    return series if series.dtype == pl.String else series.cast(pl.String)


def sas_numbers(series: pl.Series) -> pl.Series:
    """A column of the SAS type Num as Float64: days for dates, seconds for times; nulls stay null.

    >>> from datetime import date, time
    >>> sas_numbers(pl.Series([date(1960, 1, 2), None])).to_list()
    [1.0, None]
    >>> sas_numbers(pl.Series([time(0, 1, 0, 500_000)])).to_list()
    [60.5]
    """
    kind = series.dtype
    if kind == pl.Float64:
        return series
    is_moment = isinstance(kind, pl.Date | pl.Datetime | pl.Time)
    return as_numbers(series) if is_moment else series.cast(pl.Float64)


def slices(data: Sliced, rows: int) -> Iterator[Sliced]:
    """The frame or column in blocks of that many rows, without copying."""
    for start in range(0, len(data), rows):
        yield data.slice(start, rows)
