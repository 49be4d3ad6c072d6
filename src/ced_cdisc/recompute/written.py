"""Collected dates and times, read by written formats: all ways in which a text fits must agree.

Tokens of a date: ``YYYY`` four digits, ``YY`` two (of the hundred years that begin with the pivot), ``MONTH``
and ``MON`` an English month, whole or in three letters, ``MM`` and ``DD`` two digits, ``M`` and ``D`` one or
two. Of a time: ``HH``, ``MM``, ``SS`` two digits, ``H`` one or two, ``HH+`` and ``H+`` such an hour that may
go on past midnight, ``AM`` the half of the day, ``.F`` the fraction of a second, ``(.F)`` one that is cut.
``UN``, ``UNK`` and ``ND`` stand for themselves and mean that a part is unknown; every other character stands
for itself. Letters are of any case. A date format that goes on with an hour has a time, whose first token is
that hour.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from ced_cdisc.recompute.partial import bounds, datetime_of
from ced_cdisc.recompute.values import DataFault, filled

_MONTHS = [name.upper() for name in calendar.month_name]
_UNKNOWN = ("UNK", "UN", "ND")
_WIDTHS = {
    "YYYY": (4,),
    **dict.fromkeys(("YY", "MM", "DD", "HH", "HH+", "SS"), (2,)),
    **dict.fromkeys(("M", "D", "H", "H+"), (2, 1)),
}
_DATE_TOKENS = ("YYYY", "MONTH", "MON", "YY", "UNK", "UN", "ND", "MM", "DD", "M", "D")
_TIME_TOKENS = ("(.F)", ".F", "UNK", "UN", "ND", "HH+", "H+", "HH", "MM", "SS", "AM", "H")

Parts = Mapping[str, str]
"""What a text holds, by token."""


def read_date(
    day: str | None,
    clock: str | None,
    formats: Sequence[str],
    time_formats: Sequence[str] = (),
    pivot: int | None = None,
) -> str | None:
    """A collected date, and the time that goes with it, in ISO 8601 to the precision that is known.

    Raises:
        DataFault: no format fits, or several fit and differ, or there is a time without a complete date, or
            two times.
    """
    times = set[str]() if clock is None else {t for form in time_formats for t in _times(clock, form)}
    if day is None:
        if clock is not None and times != {""}:
            raise DataFault(f"time '{clock}' has no date")
        return None
    days = {found for form in formats for found in _dates(day, form, pivot)}
    if not days:
        raise DataFault(f"'{day}' is no date of the form {' or '.join(formats)}")
    for text, found in ((day, days), (clock, times)):
        if len(found) > 1:
            raise DataFault(f"'{text}' can be {' and '.join(sorted(found))}")
    dtc = days.pop()
    if clock is None or times == {""}:
        return filled(dtc)
    if not times:
        raise DataFault(f"'{clock}' is no time of the form {' or '.join(time_formats)}")
    if len(dtc) < 10 or "---" in dtc:
        raise DataFault(f"time '{clock}' has an incomplete date '{day}'")
    if len(dtc) > 10:
        raise DataFault(f"time '{clock}' has a date with a time of its own, '{day}'")
    moment = _at(dtc, times.pop())
    if moment is None:
        raise DataFault(f"time '{clock}' is after the end of the calendar")
    return moment


def _at(day: str, clock: str) -> str | None:
    """A date with a time; with one past midnight, the date on which it is. None after the last date."""
    hours = int(clock[:2])
    ordinal = date.fromisoformat(day).toordinal() + hours // 24
    if ordinal > date.max.toordinal():
        return None
    return f"{date.fromordinal(ordinal)}T{hours % 24:02}{clock[2:]}"


def until(start: str | None, time: str | None) -> str | None:
    """The first moment from a start on at which the clock shows a time.

    >>> until("2018-03-15T21:30", "0040"), until("2018-03-15T21:30", "21:30")
    ('2018-03-16T00:40', '2018-03-15T21:30')

    Raises:
        DataFault: the text is no time, or the start has none.
    """
    if time is None:
        return None
    clocks = {found for form in ("HH:MM", "HHMM", "H:MM", "HH:MM:SS") for found in _times(time, form)}
    if not clocks:
        raise DataFault(f"'{time}' is no time")
    begun = datetime_of(start)
    if start is None or begun is None:
        raise DataFault(f"time '{time}' has no start with a time")
    clock = clocks.pop()
    shown = [int(part) for part in clock.split(":")]
    known = [begun.hour, begun.minute, begun.second][: min(len(shown), start.count(":") + 1)]
    try:
        day = begun.date() + timedelta(days=shown[: len(known)] < known)
    except OverflowError:
        raise DataFault(f"time '{time}' is after the end of the calendar") from None
    return f"{day.isoformat()}T{clock}"


def _dates(text: str, form: str, pivot: int | None) -> Iterator[str]:
    """Every date that the text is in this form."""
    if form == "ISO":
        if bounds(text):
            yield text
        return
    day, clock = _halves(form)
    for end in range(len(text) + 1) if clock else (len(text),):
        for parts in _fits(text[:end], day):
            dated = _dated(parts, pivot)
            if dated is not None:
                times = _times(text[end:], clock) if clock else ("",)
                moments = (_at(dated, time) if time else dated for time in times)
                yield from (moment for moment in moments if moment is not None)


def _halves(form: str) -> tuple[tuple[str, ...], str]:
    """The tokens of the date, and the format of the time that follows it."""
    tokens: list[str] = []
    while form and not form.startswith("H"):
        token = next((token for token in _DATE_TOKENS if form.startswith(token)), form[0])
        tokens.append(token)
        form = form[len(token) :]
    return tuple(tokens), form


def _dated(parts: Parts, pivot: int | None) -> str | None:
    """The date in ISO 8601, empty where all is unknown; None for one that the calendar lacks."""
    year = parts.get("YYYY")
    if "YY" in parts and pivot is not None:
        year = next(str(y) for y in range(pivot, pivot + 100) if str(y).endswith(parts["YY"]))
    month = parts.get("MM", parts.get("M"))
    named = parts.get("MONTH", parts.get("MON"))
    if named is not None:
        month = str(next(number for number, name in enumerate(_MONTHS) if number and name.startswith(named)))
    day = parts.get("DD", parts.get("D"))
    if year is None:
        return "" if month is None and day is None else None
    if year == "0000" or (month is not None and not 1 <= int(month) <= 12):
        return None
    if month is None:
        return year if day is None else f"{year}---{day:0>2}" if 1 <= int(day) <= 31 else None
    if day is None:
        return f"{year}-{month:0>2}"
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _times(text: str, form: str) -> Iterator[str]:
    """Every time that the text is in this form; an empty text for one that is unknown."""
    tokens: list[str] = []
    while form:
        token = next((token for token in _TIME_TOKENS if form.startswith(token)), form[0])
        tokens.append(token)
        form = form[len(token) :]
    for parts in _fits(text, tuple(tokens)):
        past = parts.get("HH+", parts.get("H+"))
        hour = parts.get("HH", parts.get("H", past))
        if hour is None:
            yield ""
            continue
        number = int(hour)
        if "AM" in parts:
            if not 1 <= number <= 12:
                continue
            number = number % 12 + (12 if parts["AM"] == "PM" else 0)
        smaller = [parts[token] for token in ("MM", "SS") if token in parts]
        if (number <= 23 or past) and all(int(part) <= 59 for part in smaller):
            yield ":".join([f"{number:02}", *smaller]) + parts.get(".F", "")


def _fits(text: str, tokens: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Every way in which the text is made of the tokens."""
    if not tokens:
        if not text:
            yield {}
        return
    token, rest = tokens[0], tokens[1:]
    for width in _possible_widths(text, token):
        for parts in _fits(text[width:], rest):
            yield {token: text[:width].upper(), **parts}


def _possible_widths(text: str, token: str) -> Sequence[int]:
    """How many of the first characters can be this token."""
    if token in _WIDTHS:
        return [width for width in _WIDTHS[token] if len(text) >= width and _digits(text[:width])]
    if token in (".F", "(.F)"):
        return [width for width in range(2, len(text) + 1) if text[0] == "." and _digits(text[1:width])]
    words = {
        "MONTH": _MONTHS[1:],
        "MON": [name[:3] for name in _MONTHS[1:]],
        "AM": ["AM", "PM"],
    }.get(token, [token.upper()])
    return [len(word) for word in words if text[: len(word)].upper() == word]


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
