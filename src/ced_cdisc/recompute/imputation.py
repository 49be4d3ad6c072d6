"""Imputed dates, from the definition: the days and moments that a collected date may mean, and one of them.

The days are written out one by one, and the rule picks from the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeGuard

from ced_cdisc.core.imputation import PARTS, Imputation
from ced_cdisc.recompute.partial import Day, bounds, datetime_of, known_parts

_TIMES = {"first": time(0, 0, 0), "last": time(23, 59, 59)}


def impute(dtc: str | None, rule: Imputation, not_before: Sequence[Day], not_after: Sequence[Day]) -> Day:
    """The imputed date, or date-time where the rule asks for one; missing where the rule allows none.

    The collected date lacks a part above ``highest``: missing. Else of all days that it may mean the first,
    the last, or the one that the rule writes out (the last of its month where the month is too short); then
    the first day on or after each of ``not_before``, and the last on or before each of ``not_after``, where
    these lie between the first and the last of the days. Times likewise.
    """
    lows, highs = _moments(not_before, 0), _moments(not_after, 1)
    lacking = lacking_part(dtc)
    if lacking is None:
        return None
    if not rule.moment and PARTS.index(lacking) < PARTS.index("day"):
        lacking = "none"
    if PARTS.index(lacking) > PARTS.index(rule.highest):
        return None
    day = _from_bounds(rule, lows, highs) if dtc is None else _from_days(dtc, rule, lows, highs)
    return day if day is None or not rule.moment else _timed(dtc, day, rule, lows, highs)


def lacking_part(dtc: str | None) -> str | None:
    """The highest part that the date lacks; None for a text that is no ISO 8601 date."""
    if dtc is None:
        return "year"
    known = known_parts(dtc)
    if known is None:
        return None
    names = ("year", "month", "day", "hour", "minute", "second")
    return next((name for name, part in zip(names, known, strict=True) if part is None), "none")


def date_flag(dtc: str | None, imputed: Day) -> str | None:
    """Y, M or D for the highest part of the date that was imputed; missing if none or no value."""
    if imputed is None:
        return None
    return {"year": "Y", "month": "M", "day": "D"}.get(lacking_part(dtc) or "")


def time_flag(dtc: str | None, imputed: Day) -> str | None:
    """H, M or S for the highest part of the time that was imputed; missing if none or no value."""
    if imputed is None:
        return None
    parts = {"year": "H", "month": "H", "day": "H", "hour": "H", "minute": "M", "second": "S"}
    return parts.get(lacking_part(dtc) or "")


def _moments(dates: Sequence[Day], end: int) -> list[date]:
    """Bounds: dates, and date-times of those that have a time; of a partial date its first or last day."""
    found: list[date] = []
    for one in dates:
        if isinstance(one, str):
            span = bounds(one)
            if span is not None:
                found.append((_to_the_second(one) or span[end]) if "T" in one else span[end].date())
        elif one is not None:
            found.append(one)
    return found


def _to_the_second(dtc: str | None) -> datetime | None:
    """The moment with its fraction, of a text that has seconds."""
    return datetime_of(dtc) if dtc is not None and lacking_part(dtc) == "none" else None


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _from_bounds(rule: Imputation, lows: Sequence[date], highs: Sequence[date]) -> date | None:
    """The day of a date of which nothing is known: that of a bound."""
    after = min(map(_day, highs), default=None)
    if rule.to != "first":
        return after
    before = max(map(_day, lows), default=None)
    return before if before is None or after is None else min(before, after)


def _from_days(dtc: str, rule: Imputation, lows: Sequence[date], highs: Sequence[date]) -> date:
    days = possible_days(dtc)
    picked = _picked(days, rule)
    for low in map(_day, lows):
        if days[0] <= low <= days[-1]:
            picked = next(day for day in days if day >= picked and day >= low)
    for high in map(_day, highs):
        if days[0] <= high <= days[-1]:
            picked = [day for day in days if day <= picked and day <= high][-1]
    return picked


def possible_days(dtc: str) -> list[date]:
    """Every day that an ISO 8601 date may mean, in order."""
    span, known = bounds(dtc), known_parts(dtc)
    assert span is not None and known is not None, dtc
    first, last = span[0].date(), span[1].date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if known[2] is None or day.day == known[2]]


def _picked(days: Sequence[date], rule: Imputation) -> date:
    if rule.to in ("first", "last"):
        return days[0 if rule.to == "first" else -1]
    months = sorted({day.month for day in days})
    month, number = (6, 30) if rule.to == "mid" else map(int, rule.to.split("-"))
    if len(months) == 1 and rule.to == "mid":
        number = 15
    chosen = next((found for found in months if found >= month), months[0])
    of_month = [day for day in days if day.month == chosen]
    return of_month[min(number, len(of_month)) - 1]


def _timed(
    dtc: str | None, day: date, rule: Imputation, lows: Sequence[date], highs: Sequence[date]
) -> datetime:
    """The day with the known parts of the time, the rule's for the others, within date-times of that day."""
    given = (known_parts(dtc) if dtc is not None else None) or (None,) * 6
    ruled = _TIMES.get(rule.time) or time.fromisoformat(rule.time)
    hour, minute, second = (
        own if part is None else part
        for own, part in zip((ruled.hour, ruled.minute, ruled.second), given[3:], strict=True)
    )
    if (complete := _to_the_second(dtc)) is not None:
        return complete
    made = datetime.combine(day, time(hour, minute, second))
    span = bounds(dtc) if dtc is not None else None

    def possible(moment: date) -> TypeGuard[datetime]:
        if not isinstance(moment, datetime) or moment.date() != day:
            return False
        return span is None or span[0] <= moment.replace(microsecond=0) <= span[1]

    for low in lows:
        if possible(low):
            made = max(made, low)
    for high in highs:
        if possible(high):
            made = min(made, high)
    return made
