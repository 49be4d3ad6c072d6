"""Values as people read them: visible blanks and control characters, dates for SAS date formats."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import polars as pl

from ced_cdisc.core.findings import printable
from ced_cdisc.core.moments import Moment, as_numbers

MISSING = "(missing)"
SAS_EPOCH = date(1960, 1, 1)
_LONGEST = 80


def number_text(value: float | None, kind: Moment = "", special: str | None = None) -> str:
    """A number, or the date it stands for.

    >>> number_text(21916.0, "date"), number_text(0.1), number_text(3.0), number_text(None, "", "A")
    ('2020-01-02', '0.1', '3', '.A')
    """
    if value is None:
        return f".{special}" if special else MISSING
    shown = _moment_text(value, kind) if kind else ""
    if shown:
        return shown
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)


def _moment_text(value: float, kind: Moment) -> str:
    try:
        if kind == "date" and value == int(value):
            return (SAS_EPOCH + timedelta(days=int(value))).isoformat()
        if kind == "datetime":
            return (datetime(1960, 1, 1) + timedelta(seconds=value)).isoformat()  # noqa: DTZ001
        if kind == "time" and 0 <= value < 86400:
            return (datetime(1960, 1, 1) + timedelta(seconds=value)).time().isoformat()  # noqa: DTZ001
    except OverflowError:
        return ""
    return ""


def text_text(value: str | None) -> str:
    """A text with visible blanks at its ends and where two stand together, and visible control characters.

    >>> text_text("A  B "), text_text("tab\\there"), text_text(None), text_text("café\\u00a0x")
    ("'A··B·'", "'tab\\\\there'", '(missing)', "'café\\\\xa0x'")
    """
    if not value:
        return MISSING
    cut = value if len(value) <= _LONGEST else value[:_LONGEST] + "..."
    shown = printable(cut)
    shown = re.sub(r"^ +| +$| {2,}", lambda match: "·" * len(match[0]), shown)
    return f"'{shown}'"


def whole_text(value: str | None) -> str:
    """A value of a key: like :func:`text_text`, without quotes where it is plain."""
    shown = text_text(value)
    return shown[1:-1] if value and re.fullmatch(r"[\w.,:/+-]+", value) else shown


def value_text(value: object, kind: Moment = "") -> str:
    """A key value of either type."""
    return number_text(value, kind) if isinstance(value, float) else whole_text(str(value) if value else None)


def sas_number(column: pl.Series) -> pl.Series:
    """Dates, times, durations and truth values as the numbers that SAS has for them; others as Float64.

    Whole days since 1960 for a date, seconds since 1960 for a date-time, seconds for a time. NaN is missing.
    """
    if isinstance(column.dtype, pl.Duration):
        return column.dt.total_microseconds().cast(pl.Float64) / 1e6
    return as_numbers(column)


def numbers_of(texts: pl.Series, kind: Moment = "") -> pl.Series:
    """The numbers that texts stand for, null where a text is none.

    Under a date format an ISO 8601 or ``02JAN2020`` date counts, under a date-time format an ISO 8601 one.
    """
    stripped = texts.str.strip_chars()
    numbers = stripped.cast(pl.Float64, strict=False)
    numbers = numbers.set(~numbers.is_finite().fill_null(True), None)
    if kind == "date":
        dates = stripped.str.to_date("%Y-%m-%d", strict=False)
        other = stripped.str.to_titlecase().str.to_date("%d%b%Y", strict=False)
        return numbers.zip_with(numbers.is_not_null(), sas_number(dates.zip_with(dates.is_not_null(), other)))
    if kind == "datetime":
        moments = stripped.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False)
        return numbers.zip_with(numbers.is_not_null(), sas_number(moments))
    if kind == "time":
        times = stripped.str.to_time("%H:%M:%S", strict=False)
        return numbers.zip_with(numbers.is_not_null(), sas_number(times))
    return numbers
