"""Which whole numbers and moments a number of SAS, a double, holds to their last digit."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import polars as pl

from ced_cdisc.core.moments import as_numbers

_EPOCH = datetime.combine(date(1960, 1, 1), time())
_FROM_1970 = 315_619_200  # seconds from 1960 to 1970
_MICRO = 1_000_000
_MICROSECONDS_HELD = 2.0**33
"""Up to so many seconds (the year 2232) doubles stand nearer to each other than microseconds."""
_EXACT = 2.0**53


def first_rounded(values: pl.Series) -> tuple[int, str] | None:
    """Place, from 0, and text of the first value that the double of it does not give back; None if all do.

    Asked are whole numbers, which are compared as such, and datetimes, whose nearest tick is. Dates and times
    of day are held always, floating-point numbers are what they are.

    >>> first_rounded(pl.Series([1, 2**53 + 1]))
    (1, '9007199254740993')
    >>> first_rounded(pl.Series([datetime.max]))
    (0, '9999-12-31T23:59:59.999999')
    """
    if values.dtype == pl.Int64 or values.dtype == pl.UInt64:
        back = values.cast(pl.Float64).cast(values.dtype, strict=False)
        places = back.ne_missing(values).arg_true()
        return (int(places[0]), str(values[int(places[0])])) if len(places) else None
    if not isinstance(values.dtype, pl.Datetime):
        return None
    unit = {"ms": 1_000, "us": _MICRO, "ns": 1_000_000_000}[values.dtype.time_unit]
    ticks, numbers = values.to_physical(), as_numbers(values)
    is_whole = (ticks % unit == 0) & (numbers.abs() < _EXACT)
    is_micro = (ticks % max(1, unit // _MICRO) == 0) & (numbers.abs() < _MICROSECONDS_HELD)
    for place in (~(is_whole | is_micro)).fill_null(False).arg_true().to_list():
        tick = int(ticks[place]) + _FROM_1970 * unit
        top, bottom = float(numbers[place]).as_integer_ratio()
        if (2 * top * unit + bottom) // (2 * bottom) != tick:
            return place, _text(tick, unit)
    return None


def _text(tick: int, unit: int) -> str:
    """A datetime with all its digits; one outside the calendar as seconds since 1960."""
    seconds, rest = divmod(tick, unit)
    digits = f".{rest:0{len(str(unit)) - 1}}".rstrip("0").rstrip(".")
    try:
        return f"{(_EPOCH + timedelta(seconds=seconds)).isoformat()}{digits}"
    except OverflowError:
        return f"{seconds}{digits} seconds since 1960"
