"""Dates of any precision as intervals, and what is counted between them.

An ISO 8601 text stands for all moments, to the second, that it may mean: ``2018-03`` for those from
2018-03-01T00:00:00 to 2018-03-31T23:59:59. With an unknown month, ``2018---15`` reaches from 2018-01-15 to
2018-12-15. A comparison is true or false where it is so for every pair of moments, else unknown.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, time
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ced_cdisc.recompute.values import DataFault, filled, number_text

Day = str | date | datetime | None
"""Anything that has a date part: ISO 8601 text, a date, a date-time, or nothing."""

_ISO = re.compile(
    r"(\d{4})(?:---(?P<only_day>\d\d)|-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?)?)?)?",
    re.ASCII,
)
_COMPLETE = re.compile(r"\d{4}-\d\d-\d\d(?=$|T)", re.ASCII)
_TO_THE_MINUTE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,](?P<fraction>\d+))?)?", re.ASCII)


def bounds(dtc: str) -> tuple[datetime, datetime] | None:
    """The first and the last moment that an ISO 8601 text may mean; None for any other text.

    >>> [str(moment) for moment in bounds("2016-02") or ()]
    ['2016-02-01 00:00:00', '2016-02-29 23:59:59']
    """
    match = _ISO.fullmatch(dtc)
    if match is None:
        return None
    year = int(match[1])
    month, day, hour, minute, second = (int(part) if part else None for part in match.group(3, 4, 5, 6, 7))
    last = month or 12
    try:
        if match["only_day"]:
            number = int(match["only_day"])
            first, final = date(year, 1, number), date(year, 12, number)
        else:
            first = date(year, month or 1, day or 1)
            final = date(year, last, monthrange(year, last)[1] if day is None else day)
        start = time(hour or 0, minute or 0, second or 0)
        end = time(
            23 if hour is None else hour,
            59 if minute is None else minute,
            59 if second is None else second,
        )
    except ValueError:
        return None
    return datetime.combine(first, start), datetime.combine(final, end)


def known_parts(dtc: str) -> tuple[int | None, ...] | None:
    """Year, month, day, hour, minute and second of an ISO 8601 date, None for each that it lacks.

    None for any other text.
    """
    match = _ISO.fullmatch(dtc)
    if match is None or bounds(dtc) is None:
        return None
    only, parts = match["only_day"], match.group(1, 3, 4, 5, 6, 7)
    year, month, day, *clock = (int(part) if part else None for part in parts)
    return year, month, int(only) if only else day, *clock


def compare_dtc(op: str, left: str, right: str) -> bool | None:
    """``left op right`` of two ISO 8601 texts, None when unknown.

    * ``a < b`` is true if the end of a is before the start of b, false if the start of a is not before the
      end of b. ``a <= b`` is true if the end of a is not after the start of b, false if the start of a is
      after the end of b. ``>`` and ``>=`` are these with the sides changed.
    * ``=`` is true for the same text, false for intervals that do not meet; ``!=`` is its negation.
    * Two texts with a fraction of a second are two moments: ``.5``, ``.50`` and ``,5`` are one.
    * Two texts of the same precision, the day at least, compare as they stand: the same day is on or before
      itself, and days do not ask for times that nobody collected.
    * A text that is no ISO 8601 date is equal to itself, and all else about it is unknown.
    """
    if op == "!=":
        equal = compare_dtc("=", left, right)
        return None if equal is None else not equal
    if op in (">", ">="):
        return compare_dtc(op.replace(">", "<"), right, left)
    if op == "=" and left == right:
        return True
    first, second = bounds(left), bounds(right)
    if first is None or second is None:
        return None
    moments = _moment(left), _moment(right)
    if moments[0] is not None and moments[1] is not None:
        return _decided(op, moments[0], moments[1])
    if len(left) == len(right) >= 10:
        return _decided(op, left, right)
    if op == "=":
        return False if first[1] < second[0] or second[1] < first[0] else None
    if op == "<":
        return True if first[1] < second[0] else False if first[0] >= second[1] else None
    return True if first[1] <= second[0] else False if first[0] > second[1] else None


def _decided(op: str, left: Any, right: Any) -> bool:
    return left < right if op == "<" else left <= right if op == "<=" else left == right


def _moment(dtc: str) -> tuple[str, Fraction] | None:
    """The second and its fraction; None where there is no fraction."""
    match = _TO_THE_MINUTE.fullmatch(dtc)
    if match is None or match["fraction"] is None:
        return None
    return dtc[:19], Fraction(int(match["fraction"]), 10 ** len(match["fraction"]))


def extreme(texts: Sequence[str], *, latest: bool) -> str | None:
    """The earliest or the latest of ISO 8601 dates, as far as that is certain.

    It lies from the earliest first moment to the earliest last moment of all (the latest, of the latest): the
    date that stands for these moments, else year, month, day and so on as far as both moments have the same.
    Dates of the same precision, the day at least, compare as they stand, fractions of a second as numbers;
    where a text is no ISO 8601 date, all do by code point.

    >>> [extreme(["2020-02", "2020-02-10", "2020-03"], latest=latest) for latest in (False, True)]
    ['2020-02', '2020-03']
    """
    choose = max if latest else min
    spans = [span for span in map(bounds, texts) if span is not None]
    if len(spans) < len(texts):
        return choose(texts)
    moments = [(moment, text) for text in sorted(texts) if (moment := _moment(text)) is not None]
    if len(moments) == len(texts):
        return choose(moments, key=lambda moment: moment[0])[1]
    if len(set(map(len, texts))) == 1 and len(texts[0]) >= 10:
        return choose(texts)
    first, final = choose(span[0] for span in spans), choose(span[1] for span in spans)
    same = [text for text, span in zip(texts, spans, strict=True) if span == (first, final)]
    if same:
        return min(same)
    made = ""
    both = first.isoformat(), final.isoformat()
    for begin, end in pairwise((0, 4, 7, 10, 13, 16, 19)):  # strftime writes the year 999 in three digits
        if both[0][begin:end] != both[1][begin:end]:
            break
        made += both[0][begin:end]
    return filled(made)


def date_of(day: Day) -> date | None:
    """The date part; missing unless year, month and day are all known and make a date of the calendar."""
    if day is None:
        return None
    if isinstance(day, str):
        match = _COMPLETE.match(day)
        if match is None:
            return None
        try:
            return date.fromisoformat(match[0])
        except ValueError:
            return None
    return day.date() if isinstance(day, datetime) else day


def datetime_of(dtc: str | None) -> datetime | None:
    """The date-time; missing unless known to the minute at least. Unknown seconds are 0.

    Raises:
        DataFault: its fraction of a second has more digits than microseconds.
    """
    match = None if dtc is None else _TO_THE_MINUTE.fullmatch(dtc)
    if dtc is None or match is None:
        return None
    if len((match["fraction"] or "").rstrip("0")) > 6:
        raise DataFault(f"'{dtc}' has more digits than a date-time")
    try:
        return datetime.fromisoformat(dtc)
    except ValueError:
        return None


def day_of(dtc: str | None) -> str | None:
    """The text cut to its date part; a less precise one stays as it is."""
    return filled(dtc[:10]) if dtc and date_of(dtc) else dtc


def add_days(day: Day, days: float | None) -> Day:
    """So many days later, at the same time where it has one; missing unless the date is complete.

    Raises:
        DataFault: the days are no whole number, or more than the calendar has.
    """
    if day is None or days is None:
        return None
    if days != int(days):
        raise DataFault(f"{number_text(days)} is no whole number of days")
    first = date_of(day)
    if first is None:
        return None
    number = first.toordinal() + int(days)
    if not 1 <= number <= date.max.toordinal():
        raise DataFault(f"{first} plus {number_text(days)} days is outside the calendar")
    last = date.fromordinal(number)
    if isinstance(day, str):
        return f"{last}{day[10:]}"
    return datetime.combine(last, day.time()) if isinstance(day, datetime) else last


def study_day(day: Day, reference: Day) -> float | None:
    """Days from the reference to the day, the reference itself being day 1 and the day before it day -1.

    There is no day 0 (SDTMIG 3.4, section 4.4.4). Missing unless both dates are complete.
    """
    difference = days_between(reference, day)
    if difference is None:
        return None
    return difference + 1 if difference >= 0 else difference


def days_between(start: Day, end: Day) -> float | None:
    """Date of the end minus date of the start, in days; missing unless both dates are complete."""
    first, last = date_of(start), date_of(end)
    return None if first is None or last is None else float((last - first).days)


def age(birth: Day, at: Day) -> float | None:
    """Completed years from birth to a day; someone born on 29 February completes a year on 1 March otherwise.

    Partial dates are intervals: the age is given where the earliest birth with the latest day and the
    latest birth with the earliest day agree, else it is missing.
    """
    born, then = _days(birth), _days(at)
    if born is None or then is None:
        return None
    most, least = _completed_years(born[0], then[1]), _completed_years(born[1], then[0])
    return float(most) if most == least else None


def _days(day: Day) -> tuple[date, date] | None:
    if isinstance(day, str):
        moments = bounds(day)
        return None if moments is None else (moments[0].date(), moments[1].date())
    single = date_of(day)
    return None if single is None else (single, single)


def _completed_years(birth: date, at: date) -> int:
    return at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))


def starts_by(start: str | None, at: str | None) -> bool | None:
    """Whether the start is on or before ``at``, compared to the precision that both have.

    Unknown unless both have complete dates. ``2018-03-05`` starts by ``2018-03-05T08:00``, and the other way.
    """
    if start is None or at is None or date_of(start) is None or date_of(at) is None:
        return None
    length = min(len(start), len(at))
    return start[:length].replace(",", ".") <= at[:length].replace(",", ".")
