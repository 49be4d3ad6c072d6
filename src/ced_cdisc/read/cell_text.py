"""Typed values as the texts that a raw table holds: one text for a value, whatever the format of its file."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from ced_cdisc.core.decimals import decimal_text, shortest

NO_NUMBER = ("NaN", "Infinity", "-Infinity")
"""What a floating-point number can be that is none."""


class NoText(Exception):
    """A value of a kind that has no text: bytes, a list, a record. The argument names the kind."""


def moment_text(value: datetime | time) -> str:
    """ISO 8601 with seconds, the fraction that there is, and the offset from UTC if the value has one.

    >>> moment_text(datetime(2017, 6, 30)), moment_text(time(8, 21, 0, 250000))
    ('2017-06-30T00:00:00', '08:21:00.25')
    """
    whole = value.replace(microsecond=0).isoformat()
    if not value.microsecond:
        return whole
    at = whole.index(":") + 6  # behind the seconds; an offset may follow
    return whole[:at] + _fraction(value.microsecond) + whole[at:]


def duration_text(value: timedelta) -> str:
    """``HH:MM:SS`` with the fraction that there is; hours may pass 24.

    >>> duration_text(timedelta(days=1, hours=2, minutes=3, seconds=4)), duration_text(timedelta(0, 4.5))
    ('26:03:04', '00:00:04.5')
    """
    sign = "-" if value < timedelta() else ""
    seconds, rest = divmod(abs(value), timedelta(seconds=1))
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return text + _fraction(rest // timedelta(microseconds=1))


def _fraction(micro: int) -> str:
    return f".{micro:06d}".rstrip("0") if micro else ""


def boolean_text(value: bool) -> str:
    """``TRUE`` or ``FALSE``, as spreadsheets show them."""
    return "TRUE" if value else "FALSE"


def value_text(value: object) -> str:
    """The text of a value that is there; a floating-point number that is none is one of :data:`NO_NUMBER`.

    Raises:
        NoText: the value is of a kind that has none.

    >>> [value_text(v) for v in ("001", True, 7, 2.50, Decimal("2.50"), date(2017, 6, 30), 1e21)]
    ['001', 'TRUE', '7', '2.5', '2.5', '2017-06-30', '1000000000000000000000']
    >>> value_text(float("nan"))
    'NaN'
    """
    match value:
        case str():
            return value
        case bool():
            return boolean_text(value)
        case int():
            return str(value)
        case float():
            return shortest(value) if math.isfinite(value) else no_number_text(value)
        case Decimal():
            return decimal_text(value) if value.is_finite() else no_number_text(float(value))
        case datetime() | time():
            return moment_text(value)
        case date():
            return value.isoformat()
        case timedelta():
            return duration_text(value)
        case UUID():
            return str(value)
        case _:
            raise NoText(type(value).__name__)


def no_number_text(value: float) -> str:
    """Which of :data:`NO_NUMBER` a value is."""
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
