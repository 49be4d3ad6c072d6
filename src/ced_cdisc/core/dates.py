"""Collected dates and times, read by written formats into ISO 8601 text of the precision that was known.

A format is literal text with tokens: ``YYYY``, ``MON`` (English month abbreviation in any case), ``MM`` and
``DD`` (two digits), ``M`` and ``D`` (one or two digits). ``UN``, ``UNK`` and ``ND`` stand for these very
words, in any case, and mean that a part is unknown. The format ``ISO`` is ISO 8601 of any precision. Times
are written with ``HH``, ``H``, ``MM`` and ``SS``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Trouble = Literal["", "date", "time", "undated"]
"""Why it could not be read: no format fits the date, none the time, or a time has no complete date."""

ISO = "ISO"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DATE_TOKENS = {
    "YYYY": "(?P<year>[0-9]{4})",
    "MON": f"(?P<month>{'|'.join(_MONTHS)})",
    "UNK": "UNK",
    "MM": "(?P<month>[0-9]{2})",
    "DD": "(?P<day>[0-9]{2})",
    "UN": "UN",
    "ND": "ND",
    "M": "(?P<month>[0-9]{1,2})",
    "D": "(?P<day>[0-9]{1,2})",
}
_TIME_TOKENS = {
    "HH": "(?P<hour>[0-9]{2})",
    "MM": "(?P<minute>[0-9]{2})",
    "SS": "(?P<second>[0-9]{2})",
    "H": "(?P<hour>[0-9]{1,2})",
}
_ISO = re.compile(
    "(?P<year>[0-9]{4})"
    "(?:---(?P<lone>[0-9]{2})|-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?"
    "(?P<clock>T(?P<hour>[0-9]{2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?)?)?"
)
_COMPLETE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def bounds(dtc: str) -> tuple[str, str] | None:
    """First and last second of ISO 8601 text of any precision, both of 19 characters.

    A text of another form, or of a day the calendar lacks, says nothing: None. Fractions of a second are cut.

    >>> bounds("2020-02")
    ('2020-02-01T00:00:00', '2020-02-29T23:59:59')
    >>> bounds("2018---15")
    ('2018-01-15T00:00:00', '2018-12-15T23:59:59')
    """
    match = _ISO.fullmatch(dtc)
    if match is None or not _iso_exists(match):
        return None
    day = match["lone"] or match["day"]
    first_month, last_month = match["month"] or "01", match["month"] or "12"
    last_day = day or f"{monthrange(int(match['year']), int(last_month))[1]:02d}"
    clocks = [match["hour"], match["minute"], match["second"]]
    first, last = (
        "".join(f"{sep}{part or fill}" for sep, part, fill in zip("T::", clocks, fills, strict=True))
        for fills in (("00", "00", "00"), ("23", "59", "59"))
    )
    return (
        f"{match['year']}-{first_month}-{day or '01'}{first}",
        f"{match['year']}-{last_month}-{last_day}{last}",
    )


@dataclass(frozen=True)
class Reading:
    """What became of one collected date.

    Attributes:
        dtc: ISO 8601 text, or None where nothing is known or the text could not be read.
        trouble: empty, or why it could not be read.
        impossible: a format fits the form of the date, but the calendar has no such day.
    """

    dtc: str | None
    trouble: Trouble = ""
    impossible: bool = False


def read_date(
    date: str | None, time: str | None, formats: tuple[str, ...], time_formats: tuple[str, ...] = ()
) -> Reading:
    """Read a collected date and time; the first format that fits wins.

    >>> read_date("UN-MAR-2018", None, ("DD-MON-YYYY", "UN-MON-YYYY")).dtc
    '2018-03'
    >>> read_date("15-UNK-2018", None, ("DD-UNK-YYYY",)).dtc
    '2018---15'
    >>> read_date("05-MAR-2018", "9:30", ("DD-MON-YYYY",), ("H:MM",)).dtc
    '2018-03-05T09:30'
    """
    if date is None:
        return Reading(None, "undated" if time is not None else "")
    dtc, impossible, found = None, False, False
    for form in formats:
        fits, value = _date_by(date, form)
        if fits and value is not None:
            dtc, found = value, True
            break
        impossible = impossible or fits
    if not found:
        return Reading(None, "date", impossible)
    if time is None:
        return Reading(dtc or None)
    clock = next((value for form in time_formats if (value := _time_by(time, form))), None)
    if clock is None:
        return Reading(None, "time")
    if not dtc or not _COMPLETE.fullmatch(dtc):
        return Reading(None, "undated")
    return Reading(f"{dtc}T{clock}")


def _date_by(text: str, form: str) -> tuple[bool, str | None]:
    """Whether the text has the form, and the ISO 8601 text; None for a day the calendar lacks."""
    if form == ISO:
        match = _ISO.fullmatch(text)
        if match is None:
            return False, None
        return True, text if _iso_exists(match) else None
    match = _pattern(form, False).fullmatch(text)
    if match is None:
        return False, None
    parts = match.groupdict()
    month = parts.get("month")
    if month is not None:
        month = f"{_MONTHS.index(month.upper()) + 1 if month.isalpha() else int(month):02d}"
    day = parts.get("day")
    day = None if day is None else f"{int(day):02d}"
    year = parts.get("year")
    return True, _iso(year, month, day) if _exists(year, month, day) else None


def _iso(year: str | None, month: str | None, day: str | None) -> str:
    """ISO 8601 text with a dash for each missing component on the left of a known one."""
    if day is not None:
        return f"{year or '-'}-{month or '-'}-{day}"
    if month is not None:
        return f"{year or '-'}-{month}"
    return year or ""


def _exists(year: str | None, month: str | None, day: str | None) -> bool:
    """Whether some calendar day has these components."""
    if year == "0000" or (month is not None and not 1 <= int(month) <= 12):
        return False
    if day is None:
        return True
    last = 31 if month is None else monthrange(int(year or 2000), int(month))[1]
    return 1 <= int(day) <= last


def _iso_exists(match: re.Match[str]) -> bool:
    parts = match.groupdict()
    day = parts["lone"] or parts["day"]
    if parts["clock"] is not None and day is None:
        return False
    clock = (parts["hour"], parts["minute"], parts["second"])
    return _exists(parts["year"], parts["month"], day) and _clock_exists(*clock)


def _clock_exists(hour: str | None, minute: str | None, second: str | None) -> bool:
    return int(hour or 0) <= 23 and int(minute or 0) <= 59 and int(second or 0) <= 59


def _time_by(text: str, form: str) -> str | None:
    match = _pattern(form, True).fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    clock = (parts.get("hour"), parts.get("minute"), parts.get("second"))
    if clock[0] is None or not _clock_exists(*clock):
        return None
    return ":".join(f"{int(part):02d}" for part in clock if part is not None)


@lru_cache(maxsize=512)
def _pattern(form: str, clock: bool) -> re.Pattern[str]:
    """A format as a regular expression; the longest token wins at each place."""
    tokens = _TIME_TOKENS if clock else _DATE_TOKENS
    splitter = re.compile("|".join(sorted(tokens, key=len, reverse=True)))
    pattern, position = "", 0
    for match in splitter.finditer(form):
        pattern += re.escape(form[position : match.start()]) + tokens[match.group()]
        position = match.end()
    return re.compile(pattern + re.escape(form[position:]), re.IGNORECASE)
