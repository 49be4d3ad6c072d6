"""Functions of dates on columns. ISO 8601 text keeps its precision; a date is complete or missing."""

from __future__ import annotations

import datetime as calendar
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import polars as pl

from ced_cdisc.core.dates import bounds
from ced_cdisc.core.imputation import highest_missing
from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import Argument, Faulty, each, each_pair, missing

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(T.*)?")
_CLOCK = re.compile("([01][0-9]|2[0-3]|[0-9](?=:)):?([0-5][0-9])((?<=:[0-5][0-9]):[0-5][0-9])?")
_MINUTE = re.compile("([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(?:(:[0-9]{2})([.,][0-9]+)?)?")
_FINER = "[.,][0-9]{6}[0-9]*[1-9]"
"""Digits behind the microsecond, which no date-time holds."""


def _date(argument: Argument) -> pl.Expr:
    """The date part where it is complete."""
    of = argument.expr
    if argument.type is Type.MISSING:
        return missing(Type.DATE)
    if argument.type is Type.DATE:
        return of
    if argument.type is Type.DATETIME:
        return of.dt.date()
    return each(of, _complete_date, Type.DATE)


@lru_cache(maxsize=1 << 16)
def _complete_date(dtc: str) -> calendar.date | None:
    if not _DAY.fullmatch(dtc):
        return None
    try:
        return calendar.date.fromisoformat(dtc[:10])
    except ValueError:
        return None


def date(args: Sequence[Argument]) -> pl.Expr:
    """``date(dtc)``: missing where the date part is incomplete."""
    return _date(args[0])


def datetime(args: Sequence[Argument]) -> Faulty:
    """``datetime(dtc)``: needs hours and minutes; seconds default to 0, and their fraction stays."""
    dtc = args[0].expr
    return Faulty(each(dtc, _complete_datetime, Type.DATETIME), "fraction", dtc.str.contains(_FINER), dtc)


def complete_minute(dtc: str | None) -> tuple[calendar.datetime, Fraction] | None:
    """A date-time to the second and the fraction behind it, of any number of digits; unknown seconds are 0.

    >>> complete_minute("2018-03-15T09:30:10.5"), complete_minute("2018-03-15T09")
    ((datetime.datetime(2018, 3, 15, 9, 30, 10), Fraction(1, 2)), None)
    """
    match = _MINUTE.fullmatch(dtc or "")
    whole = None if match is None else _complete_datetime(match[1] + (match[2] or ""))
    if match is None or whole is None:
        return None
    return whole, Fraction((match[3] or "0").replace(",", "."))


def _complete_datetime(dtc: str) -> calendar.datetime | None:
    match = _MINUTE.fullmatch(dtc)
    if match is None:
        return None
    try:
        return calendar.datetime.fromisoformat(match[1] + (match[2] or ":00") + (match[3] or ""))
    except ValueError:
        return None


def date_flag(args: Sequence[Argument]) -> pl.Expr:
    """``date_flag(dtc, imputed)``: Y, M or D for the highest part of the date that was imputed."""
    return _flag(args, {"year": "Y", "month": "M", "day": "D"})


def time_flag(args: Sequence[Argument]) -> pl.Expr:
    """``time_flag(dtc, imputed)``: H, M or S for the highest part of the time that was imputed."""
    above = dict.fromkeys(("year", "month", "day", "hour"), "H")
    return _flag(args, above | {"minute": "M", "second": "S"})


def _flag(args: Sequence[Argument], letters: Mapping[str, str]) -> pl.Expr:
    """The letter of the highest missing part where there is an imputed value."""
    dtc = missing(Type.DTC) if args[0].type is Type.MISSING else args[0].expr

    def letter(collected: str | None, imputed: bool) -> str | None:
        return letters.get(highest_missing(collected) or "") if imputed else None

    return each_pair(dtc, args[1].expr.is_not_null(), letter, Type.TEXT)


def day(args: Sequence[Argument]) -> pl.Expr:
    """``day(dtc)``: the text before the time."""
    return args[0].expr.str.split_exact("T", 1).struct.field("field_0")


def until(args: Sequence[Argument]) -> Faulty:
    """``until(start, time)``: a text that is no time, and a time beside a start without one, are faults."""
    start, time = args[0].expr, args[1].expr
    clock = each(time, clock_of, Type.TEXT)
    end = each_pair(start, clock, _first_after, Type.DTC)
    return Faulty(end, "clock", time.is_not_null() & end.is_null(), time)


def clock_of(text: str) -> str | None:
    """A collected time, ``HH:MM``, ``HHMM``, ``H:MM`` or ``HH:MM:SS``, in ISO 8601; None where it is none.

    >>> clock_of("8:05"), clock_of("0805"), clock_of("08:05:30"), clock_of("24:00")
    ('08:05', '08:05', '08:05:30', None)
    """
    match = _CLOCK.fullmatch(text)
    return None if match is None else f"{int(match[1]):02d}:{match[2]}{match[3] or ''}"


def _first_after(start: str | None, clock: str | None) -> str | None:
    match = _MINUTE.fullmatch(start or "")
    if match is None or clock is None or _complete_datetime(match[0]) is None:
        return None
    begun = match[1][11:] + (match[2] or "")
    precision = min(len(begun), len(clock))
    later = clock[:precision] < begun[:precision]
    try:
        day = calendar.date.fromisoformat(match[1][:10]) + calendar.timedelta(days=int(later))
    except OverflowError:
        return None
    return f"{day.isoformat()}T{clock}"


def iso(args: Sequence[Argument]) -> pl.Expr:
    """``iso(date)``: ISO 8601 text."""
    return text(args)


def add_days(args: Sequence[Argument]) -> pl.Expr | Faulty:
    """``add_days(date, days)``: a time stays; missing where the date is not complete.

    A number that is no whole one, and a day that the calendar does not reach, are faults.
    """
    of, days = args
    if Type.MISSING in (of.type, days.type):
        return missing(of.type)
    value = each_pair(of.expr, days.expr, _later, of.type)
    given = of.expr.is_not_null() & days.expr.is_not_null()
    cannot = (days.expr != days.expr.floor()) | (_date(of).is_not_null() & value.is_null())
    return Faulty(value, "days", given & cannot, text([days]))


def _later(of: Any, days: float | None) -> Any:
    """Text, a date or a date-time so many days later; None where there is none."""
    if of is None or days is None or not days.is_integer():
        return None
    try:
        passed = calendar.timedelta(days=int(days))
        if not isinstance(of, str):
            return of + passed
        first = _complete_date(of)
        return None if first is None else (first + passed).isoformat() + of[10:]
    except OverflowError:
        return None


def study_day(args: Sequence[Argument]) -> pl.Expr:
    """``study_day(date, reference)``: no day 0 (SDTMIG 3.4, 4.4.4)."""
    days = _days(args[1], args[0])
    return pl.when(days >= 0).then(days + 1).otherwise(days)


def days_between(args: Sequence[Argument]) -> pl.Expr:
    """``days_between(from, to)``."""
    return _days(args[0], args[1])


def _days(start: Argument, end: Argument) -> pl.Expr:
    return (_date(end) - _date(start)).dt.total_days().cast(pl.Float64)


def age(args: Sequence[Argument]) -> pl.Expr:
    """``age(birth, at)``: completed years where the earliest and latest reading of both agree, else missing.

    The anniversary of 29 February is 1 March in other years.
    """
    return each_pair(_as_text(args[0]), _as_text(args[1]), _age, Type.NUMBER)


def _as_text(argument: Argument) -> pl.Expr:
    """A date as ISO 8601 text."""
    return text([argument])


def _age(birth: str | None, at: str | None) -> float | None:
    born, then = bounds(birth or ""), bounds(at or "")
    if born is None or then is None:
        return None
    least, most = _years(born[1], then[0]), _years(born[0], then[1])
    return float(least) if least == most else None


def _years(born: str, at: str) -> int:
    """Completed years; a day sorts by its text."""
    return int(at[:4]) - int(born[:4]) - (at[5:10] < born[5:10])


def starts_by(args: Sequence[Argument]) -> pl.Expr:
    """``starts_by(start, at)``: on or before, compared to the precision that both have."""
    return each_pair(args[0].expr, args[1].expr, _starts_by, Type.TRUTH)


def _starts_by(start: str | None, at: str | None) -> bool | None:
    if start is None or at is None or _complete_date(start) is None or _complete_date(at) is None:
        return None
    length = min(len(start), len(at))
    return start[:length].replace(",", ".") <= at[:length].replace(",", ".")
