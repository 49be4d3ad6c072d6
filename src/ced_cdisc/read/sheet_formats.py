"""Number formats of a workbook: what the number in a cell stands for, and the moment that it tells.

Source: ECMA-376 part 1, 18.8.30 (number formats) and 18.17.4 (dates and times).
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from ced_cdisc.core.frozen import frozen

_BUILT_IN = {
    14: "mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
}
"""The formats that every workbook has without saying so; those of numbers and texts tell no moment."""
_COUNTED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_NO_MOMENT = re.compile(r'"[^"]*"|\[(?!(?:h+|m+|s+)\])[^\]]*\]|[\\_].', re.IGNORECASE)
_SAID = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?")
_DAY = 86_400_000  # [ms]


@frozen
class CellFormat:
    """What a format makes of a number: a moment, a duration, or the number itself."""

    moment: bool = False
    duration: bool = False
    hours: bool = False
    """Whether it shows a time of day, so that midnight is one."""


def cell_format(number: int, own: dict[int, str]) -> CellFormat:
    """The format of an id: the workbook's own, else a built-in one."""
    code = own.get(number, _BUILT_IN.get(number, ""))
    first = code.partition(";")[0]  # of positive numbers; others follow for negative ones, zero and text
    return CellFormat(
        moment=re.search("[dmyhs]", _NO_MOMENT.sub("", first), re.IGNORECASE) is not None,
        duration=_COUNTED.search(first) is not None,
        hours="h" in _SAID.sub("", code).lower(),
    )


def moment_of(value: float, epoch: datetime, *, duration: bool) -> datetime | time | timedelta:
    """What a number of days tells: since the epoch, of a day, or as a duration; to the millisecond.

    Raises:
        OverflowError, ValueError: it is beyond all dates.
    """
    if duration:
        whole = timedelta(days=value)
        return whole - timedelta(microseconds=whole.microseconds - round(whole.microseconds, -3))
    days, part = divmod(value, 1)
    within = timedelta(milliseconds=round(part * _DAY))
    if 0 <= value < 1 and not within.days:
        return (epoch + within).time()
    if 0 < value < 60 and epoch.year == 1899:
        days += 1  # these workbooks have a 29 February 1900, day 60
    return epoch + timedelta(days=days) + within


def stored_moment(text: str) -> datetime | date | time | timedelta:
    """What a cell of dates holds as text (ISO 8601), which has no zone.

    Raises:
        ValueError: it is none.
    """
    plain = text.removesuffix("Z")
    if match := _DURATION.fullmatch(plain):
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if "T" in plain.lstrip("T"):
        return datetime.fromisoformat(plain)
    return date.fromisoformat(plain) if "-" in plain else time.fromisoformat(plain)
