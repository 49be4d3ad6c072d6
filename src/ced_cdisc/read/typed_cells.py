"""Columns of a typed table (Parquet) as the texts that a raw table holds, whole columns at a time.

The texts are those of :mod:`ced_cdisc.read.cell_text`; a nanosecond is kept, which Python's own types cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, cast

import numpy as np
import polars as pl

from ced_cdisc.core.decimals import decimal_text, shortest
from ced_cdisc.read.cell_text import NoText, no_number_text

_A_SECOND = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_FIRST, _LAST = ((day - date(1970, 1, 1)).days for day in (date.min, date.max))
_ZEROS = r"(\.\d*?)0+$"
"""Zeros behind the last digit of a fraction."""


def column_texts(column: pl.Series) -> pl.Series:
    """The texts of a column, null where it is.

    Raises:
        NoText: the column is of a type that has no text (bytes, lists, records), or has dates outside the
            years 1 to 9999; the argument names it.

    >>> column_texts(pl.Series([1.0, 2.50, None, 1e21])).to_list()
    ['1', '2.5', None, '1000000000000000000000']
    >>> column_texts(pl.Series([True, None])).to_list()
    ['TRUE', None]
    """
    kind = column.dtype
    if isinstance(kind, pl.String | pl.Categorical | pl.Enum | pl.Null) or kind.is_integer():
        return column.cast(pl.String)
    if kind.is_float():
        return _mapped(column, _float_text(kind))
    if isinstance(kind, pl.Decimal):
        return _mapped(column, decimal_text)
    if isinstance(kind, pl.Boolean):
        return pl.select(pl.when(column).then(pl.lit("TRUE")).when(~column).then(pl.lit("FALSE"))).to_series()
    if isinstance(kind, pl.Date | pl.Datetime) and _is_far(column):
        raise NoText(f"{str(kind).partition('(')[0]} and has a year outside 1 to 9999")
    if isinstance(kind, pl.Date):
        return column.dt.to_string("%Y-%m-%d")
    if isinstance(kind, pl.Time):
        return _shortened(column.dt.to_string("%H:%M:%S%.9f"))
    if isinstance(kind, pl.Datetime):
        texts = _shortened(column.dt.to_string("%Y-%m-%dT%H:%M:%S%.9f"))
        return texts + column.dt.to_string("%:z") if kind.time_zone else texts
    if isinstance(kind, pl.Duration):
        unit = _A_SECOND[kind.time_unit]
        return _mapped(column.to_physical(), lambda ticks: _span(ticks, unit))
    raise NoText(str(kind).partition("(")[0])


def _is_far(column: pl.Series) -> bool:
    """Whether any date is outside the calendar of ISO 8601; polars cannot show those that are far outside."""
    unit = 1 if column.dtype == pl.Date else _A_SECOND[cast(pl.Datetime, column.dtype).time_unit] * 86_400
    days = column.to_physical().cast(pl.Int64) // unit
    return bool(((days < _FIRST) | (days > _LAST)).any())


def _mapped(column: pl.Series, text: Callable[[Any], str]) -> pl.Series:
    """Each value by its text, which is made once for equal values."""
    known = column.drop_nulls().unique()
    texts = pl.Series([text(value) for value in known.to_list()], dtype=pl.String)
    return column.replace_strict(known, texts, default=None).cast(pl.String)


def _float_text(kind: pl.DataType) -> Callable[[float], str]:
    narrow: Any = {"Float16": np.float16, "Float32": np.float32}.get(str(kind))

    def text(value: float) -> str:
        if not np.isfinite(value):
            return no_number_text(value)
        # The shortest text that reads back as the same number of that width, so 0.1 and not 0.10000000149.
        return shortest(value) if narrow is None else decimal_text(Decimal(str(narrow(value))))

    return text


def _shortened(texts: pl.Series) -> pl.Series:
    return texts.str.replace(_ZEROS, "$1").str.strip_suffix(".")


def _span(ticks: int, unit: int) -> str:
    """``HH:MM:SS`` with the fraction that there is; hours may pass 24."""
    seconds, rest = divmod(abs(ticks), unit)
    fraction = f".{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    sign = "-" if ticks < 0 else ""
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"
