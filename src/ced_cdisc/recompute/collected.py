"""Collected text read as numbers, durations, dates and coded terms.

What is read has a written form; a text of any other form is a :class:`DataFault`, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from ced_cdisc.recompute.partial import bounds
from ced_cdisc.recompute.values import DataFault, filled, finite

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,2}):(?=\d\d:))?(\d{1,2}):(\d\d)", re.ASCII)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?) ?([a-z]+)", re.ASCII | re.IGNORECASE)
_SECONDS = {"s": 1, "sec": 1, "secs": 1, "seconds": 1, "min": 60, "minutes": 60, "h": 3600, "hours": 3600}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DATE_TOKENS = ("YYYY", "MON", "UNK", "UN", "ND", "MM", "DD", "M", "D")
_TIME_TOKENS = ("HH", "MM", "SS", "H")
_UNKNOWN = ("UNK", "UN", "ND")


def numeric(text: str | None) -> float | None:
    """The number, where the text is just an optional sign, digits and optional decimals; else missing."""
    if text is None or not _NUMBER.fullmatch(text):
        return None
    return finite(float(text))


def read_number(text: str | None) -> float | None:
    """The number; a text that is none by :func:`numeric` is a fault, a missing one stays missing."""
    number = numeric(text)
    if number is None and text is not None:
        raise DataFault(f"'{text}' is no number")
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

    What is no such number is given so that it reads as none.
    """
    if text is None:
        return None
    words = (notation or "").split()
    if "comma" in words:
        text = "".join({",": ".", ".": ","}.get(letter, letter) for letter in text)
    if "groups" not in words or "," not in text:
        return text
    head = text.lstrip("<>= ").lstrip("+-")
    first, *groups = head.partition(".")[0].split(",")
    if not 1 <= len(first) <= 3 or not all(len(group) == 3 for group in groups):
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


def read_date(
    day: str | None, clock: str | None, formats: Sequence[str], time_formats: Sequence[str] = ()
) -> str | None:
    """A collected date, and the time that goes with it, in ISO 8601 to the precision that is known.

    Tokens of a date format: ``YYYY`` four digits, ``MON`` an English month in three letters of any case,
    ``MM`` and ``DD`` two digits, ``M`` and ``D`` one or two; ``UN``, ``UNK`` and ``ND`` stand for
    themselves, in any case, and mean that the part is unknown; every other character stands for itself.
    ``ISO`` is ISO 8601 of any precision. The first format that fits and makes a date of the calendar rules.
    Tokens of a time format: ``HH``, ``MM``, ``SS`` two digits, ``H`` one or two.

    Raises:
        DataFault: no format fits, or there is a time without a complete date, or two times.
    """
    if day is None:
        if clock is not None:
            raise DataFault(f"time '{clock}' has no date")
        return None
    dtc = next((found for found in (_dated(day, form) for form in formats) if found), None)
    if dtc is None:
        raise DataFault(f"'{day}' is no date of the form {' or '.join(formats)}")
    if clock is None:
        return dtc
    if len(dtc) < 10:
        raise DataFault(f"time '{clock}' has an incomplete date '{day}'")
    if len(dtc) > 10:
        raise DataFault(f"time '{clock}' has a date with a time of its own, '{day}'")
    timed = next((found for found in (_timed(clock, form) for form in time_formats) if found), None)
    if timed is None:
        raise DataFault(f"'{clock}' is no time of the form {' or '.join(time_formats)}")
    return f"{dtc}T{timed}"


def _dated(text: str, form: str) -> str | None:
    """The date in ISO 8601 if the text has this form, else None."""
    if form == "ISO":
        return text if bounds(text) and len(text) != 13 and "---" not in text else None
    for parts in _fits(text, _tokens(form, _DATE_TOKENS), _DATE_TOKENS):
        year, month, day = (parts.get(letter) for letter in "YMD")
        if year is None or year < 1:
            continue
        if month is None:
            if day is None:
                return f"{year:04}"
            if 1 <= day <= 31:
                return f"{year:04}---{day:02}"
            continue
        try:
            complete = date(year, month, day or 1) if day != 0 else None
        except ValueError:
            continue
        if complete is not None:
            return complete.isoformat() if day else complete.isoformat()[:7]
    return None


def _timed(text: str, form: str) -> str | None:
    """The time as HH:MM or HH:MM:SS if the text has this form, else None."""
    for parts in _fits(text, _tokens(form, _TIME_TOKENS), _TIME_TOKENS):
        hour, minute, second = (parts.get(letter) for letter in "HMS")
        if hour is None or minute is None or hour > 23 or minute > 59:
            continue
        if second is None:
            return f"{hour:02}:{minute:02}"
        if second <= 59:
            return f"{hour:02}:{minute:02}:{second:02}"
    return None


def _tokens(form: str, known: Sequence[str]) -> tuple[str, ...]:
    """The tokens of a format from left to right, the longest first; other characters one by one."""
    tokens: list[str] = []
    while form:
        token = next((token for token in known if form.startswith(token)), form[0])
        tokens.append(token)
        form = form[len(token) :]
    return tuple(tokens)


def _fits(text: str, tokens: tuple[str, ...], known: Sequence[str]) -> Iterator[dict[str, int]]:
    """Every way in which the text is made of the tokens: the numbers by the first letter of their token."""
    if not tokens:
        if not text:
            yield {}
        return
    token, rest = tokens[0], tokens[1:]
    if token not in known:
        if text.startswith(token):
            yield from _fits(text[len(token) :], rest, known)
    elif token in _UNKNOWN:
        if text[: len(token)].upper() == token:
            yield from _fits(text[len(token) :], rest, known)
    elif token == "MON":
        if text[:3].upper() in _MONTHS:
            month = _MONTHS.index(text[:3].upper()) + 1
            yield from ({"M": month, **parts} for parts in _fits(text[3:], rest, known))
    else:
        for width in (2, 1) if len(token) == 1 else (len(token),):
            digits = text[:width]
            if len(digits) == width and digits.isascii() and digits.isdigit():
                yield from ({token[0]: int(digits), **parts} for parts in _fits(text[width:], rest, known))
