"""ISO 8601 durations on columns: from an amount and a unit, from collected text, and from two dates."""

from __future__ import annotations

import datetime as calendar
import re
from collections.abc import Sequence

import polars as pl

from ced_cdisc.core.dates import bounds
from ced_cdisc.derive.fast.dates import complete_minute
from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import Argument, Faulty, each, each_pair

UNITS: dict[str, str] = {
    word: sign
    for sign, words in {
        "Y": "y yr yrs year years",
        "M": "mo mos month months",
        "W": "w wk wks week weeks",
        "D": "d day days",
        "TH": "h hr hrs hour hours",
        "TM": "min mins minute minutes",
        "TS": "s sec secs second seconds",
    }.items()
    for word in words.split()
}
"""The words for a unit, in lower case, and its designator in ISO 8601, with T before those of a time."""

_AMOUNT = re.compile(r"([+-]?)0*([0-9]+)(?:\.([0-9]*?)0*)?")
_LENGTH = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]+)")
_CLOCK = re.compile(r"(?:([0-9]{1,2}):(?=[0-9]{2}:))?([0-9]{1,2}):([0-5][0-9])")
_ISO = re.compile(
    r"-?P(?:[0-9]+W|(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?)"
)


def in_iso(amount: str, unit: str) -> str | None:
    """An amount and a unit as a duration; None where one of them is none.

    >>> in_iso("3", "DAYS"), in_iso("1.50", "h"), in_iso("-15", "min"), in_iso("3", "m")
    ('P3D', 'PT1.5H', '-PT15M', None)
    """
    match, sign = _AMOUNT.fullmatch(amount), UNITS.get(unit.lower())
    if match is None or sign is None:
        return None
    digits = f"{match[2]}.{match[3]}" if match[3] else match[2]
    minus = "-" if match[1] == "-" and digits.strip("0.") else ""
    return f"{minus}P{sign[:-1]}{digits}{sign[-1]}"


def read_duration(value: str) -> str | None:
    """A collected duration; None where the text is none.

    >>> read_duration("7:04"), read_duration("1:00:30"), read_duration("2 weeks"), read_duration("P1D")
    ('PT7M4S', 'PT1H30S', 'P2W', 'P1D')
    """
    if _ISO.fullmatch(value):
        return value
    if match := _LENGTH.fullmatch(value):
        return in_iso(match[1], match[2])
    match = _CLOCK.fullmatch(value)
    if match is None or (match[1] is not None and int(match[2]) > 59):
        return None
    parts = zip((match[1], match[2], match[3]), "HMS", strict=True)
    return "PT" + ("".join(f"{int(part)}{sign}" for part, sign in parts if int(part or 0)) or "0S")


def between(start: str, end: str) -> str | None:
    """The duration between two ISO 8601 dates to the precision of both; None unless both have a day.

    >>> between("2018-03-05", "2018-03-08T10:00"), between("2018-03-05T23:30", "2018-03-06T01:00:20")
    ('P3D', 'PT1H30M')
    """
    if any(bounds(one) is None or len(one) < 10 or "---" in one for one in (start, end)):
        return None
    length = min(19, len(start), len(end))
    if length < len("2018-03-05T10:00"):
        days = (calendar.date.fromisoformat(end[:10]) - calendar.date.fromisoformat(start[:10])).days
        return f"{'-' * (days < 0)}P{abs(days)}D"
    first, last = (calendar.datetime.fromisoformat(one[:length]) for one in (start, end))
    passed = abs(last - first)
    minutes, seconds = divmod(passed.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = "".join(f"{n}{sign}" for n, sign in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    if not clock and not passed.days:
        return "PT0S" if length == 19 else "PT0M"
    days = f"{passed.days}D" if passed.days else ""
    return f"{'-' * (last < first)}P{days}{'T' * bool(clock)}{clock}"


def duration(args: Sequence[Argument]) -> Faulty:
    """``duration(amount, unit)``: a text that is no number, or an unknown unit, is a fault."""
    amount, unit = text([args[0]]), args[1].expr

    def made(number: str | None, word: str | None) -> str | None:
        return None if number is None or word is None else in_iso(number, word)

    value = each_pair(amount, unit, made, Type.TEXT)
    bad = amount.is_not_null() & unit.is_not_null() & value.is_null()
    return Faulty(value, "duration", bad, amount + pl.lit(" ") + unit)


def duration_of(args: Sequence[Argument]) -> Faulty:
    """``duration_of(text)``: ``7:04``, ``1:02:03``, ``2 weeks``, or an ISO 8601 duration."""
    of = args[0].expr
    value = each(of, read_duration, Type.TEXT)
    return Faulty(value, "duration", of.is_not_null() & value.is_null(), of)


def duration_between(args: Sequence[Argument]) -> pl.Expr:
    """``duration_between(from, to)``: missing where one of the dates is not complete."""

    def made(start: str | None, end: str | None) -> str | None:
        return None if start is None or end is None else between(start, end)

    return each_pair(text([args[0]]), text([args[1]]), made, Type.TEXT)


def hours_between(args: Sequence[Argument]) -> pl.Expr:
    """``hours_between(from, to)``: missing where the time of one of them is not known."""
    return _elapsed(args, 3600)


def minutes_between(args: Sequence[Argument]) -> pl.Expr:
    """``minutes_between(from, to)``: missing where the time of one of them is not known."""
    return _elapsed(args, 60)


def _elapsed(args: Sequence[Argument], unit: int) -> pl.Expr:
    """The double nearest to the exact quotient; a double of the seconds alone would be rounded twice."""

    def passed(start: str | None, end: str | None) -> float | None:
        first, last = complete_minute(start), complete_minute(end)
        if first is None or last is None:
            return None
        whole = (last[0] - first[0]) // calendar.timedelta(seconds=1)
        return float((whole + last[1] - first[1]) / unit)

    return each_pair(text([args[0]]), text([args[1]]), passed, Type.NUMBER)
