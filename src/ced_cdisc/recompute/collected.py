"""Collected text read as numbers, seconds and coded terms; dates are in :mod:`ced_cdisc.recompute.written`.

What is read has a written form; a text of any other form is a :class:`DataFault`, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from ced_cdisc.recompute.values import DataFault, filled, finite

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,2}):(?=\d\d:))?(\d{1,2}):(\d\d)", re.ASCII)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?) ?([a-z]+)", re.ASCII | re.IGNORECASE)
_SECONDS = {"s": 1, "sec": 1, "secs": 1, "seconds": 1, "min": 60, "minutes": 60, "h": 3600, "hours": 3600}


def numeric(text: str | None) -> float | None:
    """The number, where the text is just an optional sign, digits and optional decimals; else missing."""
    if text is None or not _NUMBER.fullmatch(text):
        return None
    return finite(float(text))


def read_number(text: str | None) -> float | None:
    """The number; a text that is none by :func:`numeric` is a fault, a missing one stays missing.

    So is one that a double is not: a whole number that differs from its double, exact or in its shortest
    digits, and one with decimals of which nothing is left.
    """
    number = numeric(text)
    if text is None:
        return None
    if number is None:
        raise DataFault(f"'{text}' is no number")
    written = Fraction(text)
    if written.denominator == 1 and written not in (Fraction(number), Fraction(repr(number))):
        raise DataFault(f"'{text}' has more digits than a double")
    if written and not number:
        raise DataFault(f"'{text}' is less than any double")
    return number


def comparator(text: str | None) -> str | None:
    """The comparator before the number of a text such as ``<0.18``; missing where there is none."""
    return _compared(text)[0]


def numeral(text: str | None) -> float | None:
    """The number of a text with or without comparator; missing where it is neither."""
    return _compared(text)[1]


def _compared(text: str | None) -> tuple[str | None, float | None]:
    for sign in ("<=", ">=", "<", ">"):
        if text is not None and text.startswith(sign):
            number = numeric(text[len(sign) :].lstrip(" "))
            return (None, None) if number is None else (sign, number)
    return None, numeric(text.lstrip(" ")) if text is not None else None


def decimal(text: str | None, notation: str | None) -> str | None:
    """A number written with decimal ``comma``, or thousands in ``groups``, as one with a point.

    With ``either`` a comma is one as a point is; two of them make no number. What is no such number is given
    so that it reads as none.
    """
    if text is None:
        return None
    words = (notation or "").split()
    if "either" in words:
        pointed = ".".join(text.split(","))
        return pointed if numeral(pointed) is not None else text
    if "comma" in words:
        text = "".join({",": ".", ".": ","}.get(letter, letter) for letter in text)
    if "groups" not in words or "," not in text:
        return text
    head = text.lstrip("<>= ").lstrip("+-")
    first, *groups = head.partition(".")[0].split(",")
    if not 1 <= len(first) <= 3 or first[0] == "0" or not all(len(group) == 3 for group in groups):
        return text
    plain = text.partition(".")[0].replace(",", "") + "".join(text.partition(".")[1:])
    return plain if numeral(plain) is not None else text


def seconds(text: str | None) -> float | None:
    """A duration in seconds.

    ``M:SS``, ``MM:SS`` and ``H:MM:SS`` (seconds, and minutes after hours, below 60), or an amount and a unit
    of any case: s, sec, secs, seconds, min, minutes, h, hours. The arithmetic is exact.

    >>> [seconds(text) for text in ("7:04", "1:00:01", "7.1 min", "424 SEC")]
    [424.0, 3601.0, 426.0, 424.0]
    """
    if text is None:
        return None
    if match := _CLOCK.fullmatch(text):
        hours, minutes, rest = (int(part or 0) for part in match.groups())
        if rest < 60 and (minutes < 60 or match[1] is None):
            return float(hours * 3600 + minutes * 60 + rest)
    elif (match := _AMOUNT.fullmatch(text)) and match[2].lower() in _SECONDS:
        return finite(float(Decimal(match[1]) * _SECONDS[match[2].lower()]))
    raise DataFault(f"'{text}' is no duration")


def recode(
    text: str | None,
    pairs: Sequence[tuple[str, str]],
    otherwise: str | None,
    terms: Sequence[tuple[str, Sequence[str]]] = (),
    *,
    ignore_case: bool = False,
) -> str | None:
    """The term of a raw code: the first pair's whose code is the text, else the one term that it spells.

    Where case is ignored, the same spelling goes before another one. What is not found is ``otherwise``, or
    a fault; a text that spells several terms always is. Missing stays missing; an empty term is missing.
    """
    if text is None:
        return None
    forms = (str, str.lower) if ignore_case else (str,)
    for form in forms:
        for code, term in pairs:
            if form(code) == form(text):
                return filled(term)
    for form in forms:
        found = [term for term, names in terms if form(text) in map(form, names)]
        if len(found) > 1:
            raise DataFault(f"raw value '{text}' fits several terms")
        if found:
            return found[0]
    if otherwise is None:
        raise DataFault(f"raw value '{text}' has no term")
    return filled(otherwise)
