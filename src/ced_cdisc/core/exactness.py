"""Which whole numbers and moments a number of SAS, a double, holds to their last digit."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from fractions import Fraction

import polars as pl

from ced_cdisc.core.moments import Moment, as_numbers, ticks_of

_EPOCH = datetime.combine(date(1960, 1, 1), time())
_FROM_1970 = 315_619_200  # seconds from 1960 to 1970
_MICRO = 1_000_000
_MICROSECONDS_HELD = 2.0**33
"""Up to so many seconds (the year 2232) doubles stand nearer to each other than microseconds."""
_EXACT = 2.0**53


def first_rounded(values: pl.Series) -> tuple[int, str] | None:
    """Place, from 0, and text of the first value that the double of it does not give back; None if all do.

    Asked are whole numbers, which are compared as such, and datetimes, to the microsecond or as fine as they
    are. Dates and times of day are held always, floating-point numbers are what they are.

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
        if not _gives_back(float(numbers[place]), tick, unit):
            return place, _text(tick, unit)
    return None


def moment_is_held(number: float, text: str, kind: Moment) -> bool:
    """Whether the double of an ISO 8601 text (:func:`.number_of`) gives it back to its last digit.

    >>> moment_is_held(1893456000.25, "2020-01-01T00:00:00.25", "datetime")
    True
    >>> moment_is_held(1893456000.1234567, "2020-01-01T00:00:00.123456789", "datetime")
    False
    """
    return _gives_back(number, *ticks_of(text, kind))


def _gives_back(number: float, tick: int, unit: int) -> bool:
    """Whether the nearest tick is that one: microseconds, as texts are written with, or as fine as it is.

    A finer tick is not held where a text to the microsecond has the same double: that is what is written.
    """
    while unit > _MICRO and tick % 10 == 0:
        tick, unit = tick // 10, unit // 10
    if unit > _MICRO and float(Fraction(round(Fraction(number) * _MICRO), _MICRO)) == number:
        return False
    finer = max(1, _MICRO // unit)
    top, bottom = number.as_integer_ratio()
    return (2 * top * unit * finer + bottom) // (2 * bottom) == tick * finer


def _text(tick: int, unit: int) -> str:
    """A datetime with all its digits; one outside the calendar as seconds since 1960."""
    seconds, rest = divmod(tick, unit)
    digits = f".{rest:0{len(str(unit)) - 1}}".rstrip("0").rstrip(".")
    try:
        return f"{(_EPOCH + timedelta(seconds=seconds)).isoformat()}{digits}"
    except OverflowError:
        return f"{seconds}{digits} seconds since 1960"
