"""Imputation of dates: from ISO 8601 text of any precision to a complete date or date-time.

The imputed value is always one of those that the collected text may mean. Bounds move it within these; a
bound that lies outside of them says nothing about the missing part and changes nothing.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence

from msgspec import Struct

from ced_cdisc.core.dates import bounds

PARTS = ("none", "second", "minute", "hour", "day", "month", "year")
"""The parts of a date-time from the least that can be missing; "none" is missing from a complete one."""

_KNOWN = re.compile(r"\d{4}(-\d\d)?(-\d\d)?(T\d\d)?(:\d\d)?(:\d\d)?", re.ASCII)
_DAY = 10
_SECOND = 19
_MIDDLE = "06-30"


class Imputation(Struct, frozen=True):
    """The rule of one imputed variable.

    Attributes:
        highest: the highest part that may be missing from the collected date, one of :data:`PARTS`.
        to: first, last, mid (day 15; 30 June where the month is missing), or a month and day ``06-15``.
        time: first (00:00:00), last (23:59:59), or a time ``12:00:00``: the parts that are missing are its.
        moment: whether the value is a date-time; a date needs no time.
    """

    highest: str
    to: str = "first"
    time: str = "first"
    moment: bool = False

    @property
    def clock(self) -> str:
        """The time of day whose parts stand for the missing ones."""
        return {"first": "00:00:00", "last": "23:59:59"}.get(self.time, self.time)

    @property
    def month_and_day(self) -> tuple[str, str]:
        """The month and day for dates without month, of 06-30 for mid; empty for first and last."""
        written = _MIDDLE if self.to == "mid" else self.to
        return (written[:2], written[3:]) if "-" in written else ("", "")

    @property
    def only_day(self) -> str:
        """The day for dates with a month; empty for first and last."""
        return "15" if self.to == "mid" else self.month_and_day[1]


def highest_missing(dtc: str | None) -> str | None:
    """The highest part that an ISO 8601 date lacks, one of :data:`PARTS`; None for text of another form.

    >>> highest_missing("2018-03"), highest_missing("2018---15"), highest_missing("2018-03-05T08:30")
    ('day', 'month', 'second')
    """
    if dtc is None:
        return "year"
    if bounds(dtc) is None:
        return None
    if "---" in dtc:
        return "month"
    match = _KNOWN.match(dtc)
    known = 1 + sum(part is not None for part in match.groups()) if match else 0
    return PARTS[len(PARTS) - 1 - known] if known < len(PARTS) else None


def impute(
    dtc: str | None, rule: Imputation, not_before: Sequence[str | None], not_after: Sequence[str | None]
) -> str | None:
    """The imputed date (10 characters) or date-time (19 characters, and a fraction of a second
    that was collected), or None where the rule allows none.

    Args:
        dtc: the collected date.
        rule: what is imputed, and how.
        not_before: ISO 8601 dates; of a partial one the first moment counts.
        not_after: ISO 8601 dates; of a partial one the last moment counts. These go last.

    >>> impute("2018-03", Imputation("month"), ["2018-03-10"], [])
    '2018-03-10'
    >>> impute("2018-03", Imputation("month"), ["2018-04-10"], [])
    '2018-03-01'
    """
    lacks = highest_missing(dtc)
    if lacks is None:
        return None
    if not rule.moment and lacks in ("second", "minute", "hour"):
        lacks = "none"
    if PARTS.index(lacks) > PARTS.index(rule.highest):
        return None
    lows, highs = _ends(not_before, 0), _ends(not_after, 1)
    day = _day(dtc, rule, [low[:_DAY] for low in lows], [high[:_DAY] for high in highs])
    if day is None or not rule.moment:
        return day
    return _moment(dtc, day, rule, lows, highs)


def _ends(dates: Sequence[str | None], end: int) -> list[str]:
    """The first (0) or last (1) day of dates, and of date-times the moment, with its fraction of a second."""
    found = [(date, bounds(date)) for date in dates if date is not None]
    return [
        span[end] + date[_SECOND:].replace(",", ".") if "T" in date else span[end][:_DAY]
        for date, span in found
        if span is not None
    ]


def _day(dtc: str | None, rule: Imputation, lows: Sequence[str], highs: Sequence[str]) -> str | None:
    """The day: as the rule says, then moved by those bounds that lie among the possible days."""
    if dtc is None:
        made = max(lows, default=None) if rule.to == "first" else min(highs, default=None)
        return made if made is None else min([made, *highs])
    first, last = (moment[:_DAY] for moment in bounds(dtc) or ("", ""))
    made = {"first": first, "last": last}.get(rule.to) or _written_day(dtc, rule)
    made = max([made, *(low for low in lows if first <= low <= last)])
    if "---" in dtc:
        made = min(day for day in _months_with_day(dtc) if day >= made)
    made = min([made, *(high for high in highs if first <= high <= last)])
    return max(day for day in _months_with_day(dtc) if day <= made) if "---" in dtc else made


def _written_day(dtc: str, rule: Imputation) -> str:
    """The day that mid or a month and day give, kept within the month; a day that was collected stays."""
    month, day = rule.month_and_day
    if "---" in dtc:
        return min(found for found in _months_with_day(dtc) if found[5:7] >= month)
    if len(dtc) >= _DAY:
        return dtc[:_DAY]
    if len(dtc) > len("2018"):
        month, day = dtc[5:7], rule.only_day
    last = monthrange(int(dtc[:4]), int(month))[1]
    return f"{dtc[:4]}-{month}-{min(int(day), last):02d}"


def _months_with_day(dtc: str) -> list[str]:
    """The possible days of a date without month: ``2018---31`` is in seven months."""
    year, day = int(dtc[:4]), int(dtc[7:])
    return [
        f"{year:04d}-{month:02d}-{day:02d}" for month in range(1, 13) if day <= monthrange(year, month)[1]
    ]


def _moment(dtc: str | None, day: str, rule: Imputation, lows: Sequence[str], highs: Sequence[str]) -> str:
    """The day with a time: the known parts as collected, the others the rule's, then moved by date-times.

    Those of other days have moved the day already, or lie beyond what goes last.
    """
    collected = "" if dtc is None else dtc.partition("T")[2]
    made = f"{day}T{collected}{rule.clock[len(collected) :]}"
    if len(collected) >= len(rule.clock):
        return made
    first, last = ("", "9") if dtc is None else bounds(dtc) or ("", "")

    def of_the_day(moments: Sequence[str]) -> list[str]:
        return [one for one in moments if one.startswith(f"{day}T") and first <= one[:_SECOND] <= last]

    made = max([made, *of_the_day(lows)])
    return min([made, *of_the_day(highs)])
