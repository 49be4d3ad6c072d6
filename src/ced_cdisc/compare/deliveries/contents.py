"""What the texts of a raw column are: numbers, dates or other texts, with their range."""

from __future__ import annotations

import re
from typing import Literal

import polars as pl
from msgspec import Struct

from ced_cdisc.core.dates import ISO, bounds, read_date
from ced_cdisc.core.masking import shape

Kind = Literal["nothing", "numbers", "dates", "texts"]

NUMBER = r"^[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)$"
_DATE = (
    r"^(?:[0-9]{4}-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9:.]+)?)?"
    r"|(?:[0-9]{1,2}|UNK?|ND)[-/. ](?:[A-Za-z]{3,9}|UNK?)[-/. ][0-9]{4}"
    r"|[0-9]{1,2}([-/.])[0-9]{1,2}[-/.][0-9]{4})$"
)
_UNDECLARED = (ISO, "DD-MON-YYYY", "D-MON-YYYY", "UN-MON-YYYY", "UN-UNK-YYYY")
"""Formats that can be read one way only, for a column of which the specs say none."""
_MOST = 100_000


class Contents(Struct, frozen=True):
    """What is in a column.

    Attributes:
        kind: what all of its texts are; ``texts`` where they are not of one kind.
        distinct: how many different texts.
        low, high: the range of numbers.
        first, last: the first and the last day of dates that can be read, ISO 8601.
        decimals: the most decimals of a number.
        longest: the length of the longest text, in characters.
        shapes: how dates are written: ``99-AAA-9999``.
    """

    kind: Kind
    distinct: int = 0
    low: float = 0.0
    high: float = 0.0
    first: str = ""
    last: str = ""
    decimals: int = 0
    longest: int = 0
    shapes: frozenset[str] = frozenset()


def contents(texts: pl.Series, formats: tuple[str, ...] = (), pivot: int | None = None) -> Contents:
    """What the texts of a column are.

    Args:
        texts: each text once, none missing.
        formats: those that the specs give for its dates.
        pivot: the first year of the hundred that two-digit years stand for.
    """
    if not len(texts):
        return Contents("nothing")
    longest = int(texts.str.len_chars().max() or 0)  # type: ignore[arg-type] # of integers
    if formats or texts.str.contains(_DATE).all():
        return _of_dates(texts, formats or _UNDECLARED, pivot, longest)
    if not texts.str.contains(NUMBER).all():
        return Contents("texts", len(texts), longest=longest)
    points = texts.str.replace(",", ".", literal=True)
    numbers = points.cast(pl.Float64).sort()
    decimals = points.str.extract(r"\.([0-9]*)$").str.len_chars().max() or 0
    return Contents(
        "numbers", len(texts), float(numbers[0]), float(numbers[-1]), decimals=int(decimals), longest=longest  # type: ignore[arg-type]
    )  # fmt: skip


def _of_dates(texts: pl.Series, formats: tuple[str, ...], pivot: int | None, longest: int) -> Contents:
    """Times of day are cut from ISO 8601: of a million moments, few days are left to be read."""
    days = texts.str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ].*$", "$1").unique()
    first, last, shapes = "", "", set[str]()
    for text in days.sort().to_list()[:_MOST]:
        dtc = read_date(text, None, formats, pivot=pivot).dtc
        span = bounds(dtc) if dtc else None
        shapes.add(re.sub("[a-z]", "A", shape(text)))
        if span is not None:
            first, last = min(first or span[0], span[0]), max(last, span[1])
    return Contents(
        "dates", len(texts), first=first[:10], last=last[:10], longest=longest, shapes=frozenset(shapes)
    )
