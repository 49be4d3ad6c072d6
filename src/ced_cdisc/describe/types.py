"""Types and lengths as define.xml and XPT know them, measured on the values of a column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from ced_cdisc.core.metadata import DataType
from ced_cdisc.expr.tree import Type

_FEW = 4096  # rows up to which plain Python is faster than finding the distinct values first
_DURATIONS = ("DUR", "ELTM", "EVLINT", "STINT", "ENINT")
_TIME_POINTS = ("STTPT", "ENTPT")
_DATE = re.compile(r"\d{4}(-\d\d){0,2}|\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


@dataclass(frozen=True)
class Measured:
    """Type, length [characters or digits] and decimals of a column; ``bytes`` is the longest text [bytes]."""

    type: DataType
    length: int
    significant_digits: int | None
    bytes: int
    empty: bool


def measure(values: pl.Series, kind: Type, name: str, *, sdtm: bool, decimals: int | None = None) -> Measured:
    """Measure a column; missing values do not count.

    Args:
        values: text, numbers, dates or date-times.
        kind: the variable's type in the plan.
        name: the variable's name; SDTM durations are known by it.
        sdtm: whether the dataset is SDTM.
        decimals: planned decimals, which the data may not exceed silently: the larger number counts.
    """
    present = distinct(values)
    empty = not present
    if kind in (Type.TEXT, Type.DTC):
        longest = max((len(text.encode()) for text in present), default=1)
        return Measured(_text_type(present, kind, name, sdtm=sdtm), longest, None, longest, empty)
    if kind in (Type.DATE, Type.DATETIME):
        return Measured("integer", 10 if kind is Type.DATETIME else 5, None, 8, empty)
    texts = [number_text(x) for x in present]
    places = max((len(t.partition(".")[2]) for t in texts), default=0)
    places = max(places, decimals or 0)
    whole = max((len(t.partition(".")[0]) for t in texts), default=1)
    if places:
        return Measured("float", whole + 1 + places, places, 8, empty)
    return Measured("integer", whole, None, 8, empty)


def distinct(values: pl.Series) -> set[Any]:
    """The different values of a column, without missing ones."""
    few = values.unique() if len(values) > _FEW else values
    return {value for value in few.to_list() if value is not None}


def number_text(value: float) -> str:
    """A number without exponent, shortest digits that read back."""
    text = format(Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text_type(present: set[str], kind: Type, name: str, *, sdtm: bool) -> DataType:
    reference = sdtm and name[2:] in _TIME_POINTS and bool(present)
    if reference and all(_DATE.fullmatch(text) for text in present):
        kind = Type.DTC  # such a variable holds a date or the name of a time point
    if kind is Type.TEXT:
        return "durationDatetime" if sdtm and name[2:] in _DURATIONS else "text"
    if any("--" in text for text in present):
        return "incompleteDatetime"
    lengths = {len(text) for text in present}
    if not lengths or lengths == {10}:
        return "date"
    if lengths == {19}:
        return "datetime"
    return "partialDate" if max(lengths) <= 10 else "partialDatetime"
