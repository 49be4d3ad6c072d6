"""What a plug-in returned, as a value of the language: or why it is none."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from numbers import Real
from typing import Any, TypeAlias

from ced_cdisc.core.dates import bounds

Value: TypeAlias = str | float | date | bool | None

_WORDS = {
    "text": "a text",
    "number": "a number",
    "dtc": "ISO 8601 text",
    "date": "a date",
    "datetime": "a date-time",
    "truth": "True or False",
}


class NoValue(Exception):
    """A value that is not of the declared type; the text says which."""


def as_value(returned: Any, kind: str) -> Value:
    """The value of the language; None, NaN and an empty text are missing.

    Raises:
        NoValue: it is of another type than declared, or a number without size.
    """
    if returned is None or _is_gap(returned):
        return None
    made = _read(returned, kind)
    if made is None:
        shown = f"'{returned}'" if isinstance(returned, str) else str(returned)
        raise NoValue(f"returned {shown} ({type(returned).__name__}), not {_WORDS[kind]}")
    return None if made == "" else made


def _is_gap(value: Any) -> bool:
    """NaN, NaT and pandas.NA; a comparison with the last is neither true nor false."""
    if type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and math.isnan(value)


def _read(value: Any, kind: str) -> Value:
    match kind:
        case "text":
            return str(value) if isinstance(value, str) else None
        case "dtc":
            return str(value) if isinstance(value, str) and (value == "" or bounds(value)) else None
        case "truth":
            return bool(value) if type(value).__name__ in ("bool", "bool_") else None
        case "number":
            number = isinstance(value, Real) and type(value).__name__ not in ("bool", "bool_")
            return float(value) if number and math.isfinite(value) else None
        case "date":
            if isinstance(value, datetime):
                at_midnight = value.time() == time() and value.tzinfo is None
                return date(value.year, value.month, value.day) if at_midnight else None
            return value if isinstance(value, date) else None
        case _:
            if not isinstance(value, datetime) or value.tzinfo is not None:
                return None
            return datetime.combine(date(value.year, value.month, value.day), value.time())
