"""Types and lengths as define.xml and XPT know them, measured on the different values of a column."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.decimals import shortest
from ced_cdisc.core.metadata import DataType
from ced_cdisc.expr.tree import Type

_DURATIONS = ("DUR", "ELTM", "EVLINT", "STINT", "ENINT")
_TIME_POINTS = ("STTPT", "ENTPT")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_DATE = re.compile(r"\d{4}(-\d\d){0,2}|\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


class Measured(Struct, frozen=True):
    """Type, length [characters or digits] and decimals of a column; ``bytes`` is the longest text [bytes]."""

    type: DataType
    length: int
    significant_digits: int | None
    bytes: int
    empty: bool


def measure(
    present: Collection[Any], kind: Type, name: str, *, sdtm: bool, decimals: int | None = None
) -> Measured:
    """Measure the values that a column has.

    Args:
        present: text, numbers, dates or date-times, each once at least, none missing.
        kind: the variable's type in the plan.
        name: the variable's name; SDTM durations are known by it.
        sdtm: whether the dataset is SDTM.
        decimals: planned decimals; where the data have more, these count.
    """
    empty = not present
    if kind in (Type.TEXT, Type.DTC):
        longest = _bytes(present)
        return Measured(_text_type(present, kind, name, sdtm=sdtm), longest, None, longest, empty)
    if kind is Type.DATE:
        return Measured("integer", 5, None, 8, empty)
    if kind is Type.DATETIME:
        places = max((len(f"{x.microsecond:06d}".rstrip("0")) for x in present if x.microsecond), default=0)
        return replace(_numbers(10, places, 8), empty=empty)
    if empty:
        return replace(_numbers(1, decimals or 0, 8), empty=True)
    places = max((_places(x) for x in present if x % 1), default=0)
    # No whole part is longer than that of the least or of the greatest number.
    whole = max(len(shortest(x).partition(".")[0]) for x in (min(present), max(present)))
    return _numbers(whole, max(places, decimals or 0), 8)


def measure_results(present: Collection[str]) -> Measured | None:
    """Measure texts as the numbers that they are, as written; None where one is no plain number.

    Plain numbers have no exponent, no sign but a minus, and no leading zeros. The length is that of the
    longest text: 0.65 and 120 need four characters, though no number has both two decimals and three digits.
    """
    if not present or not all(_NUMBER.fullmatch(text) for text in present):
        return None
    longest = max(len(text) for text in present)
    places = max(len(text.partition(".")[2]) for text in present)
    return Measured("float" if places else "integer", longest, places or None, longest, empty=False)


def all_of(measured: Sequence[Measured]) -> Measured:
    """Numbers of several measurements together: the longest whole part and the most decimals of any."""
    whole = max(m.length - (m.significant_digits or 0) - (m.type == "float") for m in measured)
    places = max(m.significant_digits or 0 for m in measured)
    return _numbers(whole, places, max(m.bytes for m in measured))


def _numbers(whole: int, places: int, size: int) -> Measured:
    """Numbers with so many characters before the point and so many behind it; ``size`` in bytes."""
    if places:
        return Measured("float", whole + 1 + places, places, size, empty=False)
    return Measured("integer", whole, None, size, empty=False)


def _bytes(texts: Collection[str]) -> int:
    """The length of the longest text [bytes], 1 where there is none."""
    if "".join(texts).isascii():
        return max(map(len, texts), default=1)
    return max(len(text.encode()) for text in texts)


def _places(value: float) -> int:
    """The decimals of a number that is no whole one."""
    return len(shortest(value).partition(".")[2])


def _text_type(present: Collection[str], kind: Type, name: str, *, sdtm: bool) -> DataType:
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
