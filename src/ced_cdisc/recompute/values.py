"""Values of the second engine: what a cell can be, its text, its order, and what goes wrong with it.

Text is ``str``, a number ``float``, an ISO 8601 date of any precision ``str``, a date and a date-time those
of :mod:`datetime`, a truth ``bool``. Missing, and unknown among truths, is ``None``; an empty text never
occurs, it is ``None`` as well.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from ced_cdisc.core.findings import Location

Value = str | float | date | datetime | bool | None
"""What a cell holds."""

Key = tuple[Any, ...]
"""What tells a record from the others of its dataset; it breaks every tie, so no order hangs on a file's."""


class DataFault(Exception):
    """A value that the spec says cannot be; the record and the variable are known further out.

    Attributes:
        message: what is wrong, with the value.
        at: offset in the expression's text of the part that met it; None until a node is known.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.at: int | None = None


class Fault(Struct, frozen=True):
    """A fault of the data, with its place: the dataset's line and the record.

    ``variable`` is empty where no line is at fault but the choice of the record. The value is then missing
    (or the record left out) and the work goes on, so that all faults are seen.
    """

    message: str
    dataset: str = ""
    variable: str = ""
    subject: str | None = None
    key: Key = ()
    where: Location = field(default_factory=lambda: Location(""))


def filled(text: str | None) -> str | None:
    """The text, or missing where it is empty."""
    return text or None


def finite(number: float) -> float | None:
    """The number, or missing where it left the range of double precision; there is one zero, not two."""
    return number + 0.0 if math.isfinite(number) else None


def number_text(number: float) -> str:
    """The shortest decimal text that reads back as the same number, never with an exponent.

    >>> [number_text(x) for x in (1.0, 0.1, 1e-7, -2.5, 1e22)]
    ['1', '0.1', '0.0000001', '-2.5', '10000000000000000000000']
    """
    if number == 0:
        return "0"
    digits = format(Decimal(repr(float(number))), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def as_text(value: Value) -> str | None:
    """The text of a value: a number by :func:`number_text`, a date or date-time in ISO 8601."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        raise TypeError("a truth has no text")
    if isinstance(value, datetime):
        text = value.isoformat()
        return text.rstrip("0") if value.microsecond else text
    if isinstance(value, date):
        return value.isoformat()
    return number_text(value)


def in_order(value: Value) -> tuple[int, Any]:
    """The place of a value in a rising order: missing first, text by code point, the rest by size."""
    return (0, 0) if value is None else (1, value)
