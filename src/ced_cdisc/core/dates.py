"""Collected dates and times, read by written formats into ISO 8601 text of the precision that was known.

A format is literal text with tokens: ``YYYY``, ``YY`` (the last two digits of a year of the hundred that
begins with a pivot), ``MONTH`` and ``MON`` (English month, whole or in three letters, in any case), ``MM``
and ``DD`` (two digits), ``M`` and ``D`` (one or two digits). ``UN``, ``UNK`` and ``ND`` stand for these very
words, in any case, and mean that a part is unknown. The format ``ISO`` is ISO 8601 of any precision.

Times are written with ``HH``, ``H``, ``HH+`` and ``H+`` (hours that go on past midnight: 25:08 is 01:08 of
the next day), ``MM``, ``SS``, ``AM`` (AM or PM: the hour is one of a 12-hour clock),
``.F`` (the fraction of a second, of any length), ``(.F)`` (a fraction that is cut off), and the words for an
unknown part. A date format that goes on with an hour reads date and time from one text; one that goes on
with ``00:00:00`` reads the date alone, of texts that have this very time.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Collection, Mapping
from datetime import date as day_of
from datetime import timedelta
from functools import lru_cache
from typing import Literal

from msgspec import Struct

Trouble = Literal["", "date", "time", "ambiguous", "undated", "twice"]
"""Why it could not be read: no format fits the date, none the time, two formats read one of them differently,
a time has no complete date, or a date that has a time of its own.
"""

ISO = "ISO"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_FULL_MONTHS = (
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE",
    "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER",
)  # fmt: skip
_UNKNOWN = {"UNK": "UNK", "UN": "UN", "ND": "ND"}
_DATE_TOKENS = {
    "YYYY": "(?P<year>[0-9]{4})",
    "YY": "(?P<short>[0-9]{2})",
    "MONTH": f"(?P<month>{'|'.join(_FULL_MONTHS)})",
    "MON": f"(?P<month>{'|'.join(_MONTHS)})",
    "MM": "(?P<month>[0-9]{2})",
    "DD": "(?P<day>[0-9]{2})",
    "M": "(?P<month>[0-9]{1,2})",
    "D": "(?P<day>[0-9]{1,2})",
    **_UNKNOWN,
}
_TIME_TOKENS = {
    "HH+": "(?P<long>[0-9]{2})",
    "H+": "(?P<long>[0-9]{1,2})",
    "HH": "(?P<hour>[0-9]{2})",
    "MM": "(?P<minute>[0-9]{2})",
    "SS": "(?P<second>[0-9]{2})",
    "H": "(?P<hour>[0-9]{1,2})",
    "AM": "(?P<half>AM|PM)",
    "(.F)": r"\.[0-9]+",
    ".F": r"\.(?P<fraction>[0-9]+)",
    **_UNKNOWN,
}
_CLOCK = re.compile("(?<!MONT)H")
_ISO = re.compile(
    "(?P<year>[0-9]{4})"
    "(?:---(?P<lone>[0-9]{2})|-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?"
    "(?P<clock>T(?P<hour>[0-9]{2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?)?)?"
)
_COMPLETE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_KNOWN = 1 << 16
"""Texts of which is kept what they mean: a study has many records and few days."""


@lru_cache(maxsize=_KNOWN)
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


_DAY, _SECOND = 10, 19


def are_of_one_precision(dtcs: Collection[str]) -> bool:
    """Whether ISO 8601 texts compare as they stand, by :func:`in_order`: days, minutes, seconds or fractions.

    Of fractions it does not matter how many digits they have.
    """
    sizes = {min(len(dtc), _SECOND + 1) for dtc in dtcs}
    return len(sizes) == 1 and min(sizes) >= _DAY


def in_order(dtc: str) -> str:
    """A text whose order is that of the times of one precision: ``.5``, ``.50`` and ``,5`` are one fraction.

    >>> in_order("2020-01-31T10:00:00,50") == in_order("2020-01-31T10:00:00.5")
    True
    """
    if len(dtc) <= _SECOND:
        return dtc
    return f"{dtc[:_SECOND]}.{dtc[_SECOND + 1 :].rstrip('0')}"


class Reading(Struct, frozen=True):
    """What became of one collected date.

    Attributes:
        dtc: ISO 8601 text, or None where nothing is known or the text could not be read.
        trouble: empty, or why it could not be read.
        impossible: a format fits the form of the date, but the calendar has no such day.
        readings: of an ambiguous text the formats that fit, each with what it reads.
        text: the ambiguous text.
    """

    dtc: str | None
    trouble: Trouble = ""
    impossible: bool = False
    readings: tuple[tuple[str, str], ...] = ()
    text: str = ""


def read_date(
    date: str | None,
    time: str | None,
    formats: tuple[str, ...],
    time_formats: tuple[str, ...] = (),
    pivot: int | None = None,
) -> Reading:
    """Read a collected date and time. All formats are tried, and those that fit must agree.

    Args:
        date: the collected date, or None.
        time: the collected time that belongs to it, or None.
        formats: the ways in which the date may be written.
        time_formats: the ways in which the time may be written.
        pivot: the first year of the hundred that two-digit years stand for.

    >>> read_date("UN-MAR-2018", None, ("DD-MON-YYYY", "UN-MON-YYYY")).dtc
    '2018-03'
    >>> read_date("15-UNK-2018", None, ("DD-UNK-YYYY",)).dtc
    '2018---15'
    >>> read_date("05-MAR-2018", "9:30 PM", ("DD-MON-YYYY",), ("H:MM AM",)).dtc
    '2018-03-05T21:30'
    >>> read_date("05-MAR-49 08:30", None, ("DD-MON-YY HH:MM",), pivot=1950).dtc
    '2049-03-05T08:30'
    """
    clocks: Mapping[str, str] = _times(time, time_formats) if time is not None else {}
    if date is None:
        unknown = time is None or list(clocks) == [""]
        return Reading(None, "" if unknown else "undated")
    found, impossible = _dates(date, formats, pivot)
    for text, readings in ((date, found), (time, clocks)):
        if len(readings) > 1 and text is not None:
            shown = tuple((form, value or "unknown") for value, form in readings.items())
            return Reading(None, "ambiguous", readings=shown, text=text)
    if not found:
        return Reading(None, "date", impossible)
    dtc = next(iter(found))
    if time is None:
        return Reading(dtc or None)
    if not clocks:
        return Reading(None, "time")
    clock = next(iter(clocks))
    if clock and "T" in dtc:
        return Reading(None, "twice")
    if clock and not _COMPLETE.fullmatch(dtc):
        return Reading(None, "undated")
    if not clock:
        return Reading(dtc or None)
    made = _moment(dtc, clock)
    return Reading(made, "date", impossible=True) if made is None else Reading(made)


def _moment(day: str, clock: str) -> str | None:
    """A day and a time; hours from 24 on are of the days after it. None where the calendar has no such."""
    days, hour = divmod(int(clock[:2]), 24)
    if not days:
        return f"{day}T{clock}"
    try:
        return f"{day_of.fromisoformat(day) + timedelta(days=days)}T{hour:02d}{clock[2:]}"
    except OverflowError:
        return None


@lru_cache(maxsize=_KNOWN)
def _dates(text: str, formats: tuple[str, ...], pivot: int | None) -> tuple[Mapping[str, str], bool]:
    """What formats make of a date, each value with its first format, and whether one fits in form only."""
    return _readings(text, formats, lambda text, form: _date_by(text, form, pivot))


@lru_cache(maxsize=_KNOWN)
def _times(text: str, formats: tuple[str, ...]) -> Mapping[str, str]:
    """What formats make of a time, each value with its first format."""
    return _readings(text, formats, _time_by)[0]


def _readings(
    text: str, formats: tuple[str, ...], by: Callable[[str, str], tuple[bool, str | None]]
) -> tuple[dict[str, str], bool]:
    """What formats make of a text, each value with its first format, and whether one fits in form only."""
    found: dict[str, str] = {}
    impossible = False
    for form in formats:
        fits, value = by(text, form)
        if value is not None:
            found.setdefault(value, form)
        impossible = impossible or (fits and value is None)
    return found, impossible


def _date_by(text: str, form: str, pivot: int | None) -> tuple[bool, str | None]:
    """Whether the text has the form, and the ISO 8601 text; None for a day or time that does not exist."""
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
        number = int(month) if month.isdigit() else _MONTHS.index(month[:3].upper()) + 1
        month = f"{number:02d}"
    day = parts.get("day")
    day = None if day is None else f"{int(day):02d}"
    year = parts.get("year")
    if parts.get("short") is not None and pivot is not None:
        year = str(pivot + (int(parts["short"]) - pivot) % 100)
    if not _exists(year, month, day):
        return True, None
    day, clock = _iso(year, month, day), _clock_of(parts)
    return True, _moment(day, clock) if clock else day if clock == "" else None


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
    if parts["clock"] is not None and parts["day"] is None:
        return False
    clock = (parts["hour"], parts["minute"], parts["second"])
    return _exists(parts["year"], parts["month"], day) and _clock_exists(*clock)


def _clock_exists(hour: str | None, minute: str | None, second: str | None) -> bool:
    return int(hour or 0) <= 23 and int(minute or 0) <= 59 and int(second or 0) <= 59


def _time_by(text: str, form: str) -> tuple[bool, str | None]:
    """Whether the text has the form, and the time; an empty text for one that is unknown."""
    match = _pattern(form, True).fullmatch(text)
    return match is not None, None if match is None else _clock_of(match.groupdict())


def _clock_of(parts: Mapping[str, str | None]) -> str | None:
    """The time of day in ISO 8601; None for one that does not exist."""
    past, minute, second = parts.get("long"), parts.get("minute"), parts.get("second")
    hour = past or parts.get("hour")
    if hour is None:
        return ""
    half = parts.get("half")
    if half is not None:
        if not 1 <= int(hour) <= 12:
            return None
        hour = str(int(hour) % 12 + (12 if half.upper() == "PM" else 0))
    if not _clock_exists(None if past else hour, minute, second):
        return None
    clock = ":".join(f"{int(part):02d}" for part in (hour, minute, second) if part is not None)
    fraction = parts.get("fraction")
    return clock if fraction is None else f"{clock}.{fraction}"


def parts_of(form: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tokens and the other characters of a date format: of the date, and of the time in the same text.

    >>> parts_of("DD-MON-YYYY HH:MM")
    (('DD', '-', 'MON', '-', 'YYYY', ' '), ('HH', ':', 'MM'))
    """
    hour = _CLOCK.search(form)
    day, clock = (form, "") if hour is None else (form[: hour.start()], form[hour.start() :])
    return _split(day, _DATE_TOKENS), _split(clock, _TIME_TOKENS)


def clock_parts_of(form: str) -> tuple[str, ...]:
    """The tokens and the other characters of a time format."""
    return _split(form, _TIME_TOKENS)


def _split(form: str, tokens: Mapping[str, str]) -> tuple[str, ...]:
    """A format cut into tokens and single characters; the longest token wins at each place."""
    known = "|".join(re.escape(token) for token in sorted(tokens, key=len, reverse=True))
    return tuple(re.findall(f"{known}|.", form, re.DOTALL))


@lru_cache(maxsize=512)
def _pattern(form: str, clock: bool) -> re.Pattern[str]:
    """A format as a regular expression."""
    day, time = ((), clock_parts_of(form)) if clock else parts_of(form)
    made = [_DATE_TOKENS.get(part, re.escape(part)) for part in day]
    made += [_TIME_TOKENS.get(part, re.escape(part)) for part in time]
    return re.compile("".join(made), re.IGNORECASE)
