"""ISO 8601 durations: from an amount and a unit, from collected text, and from two dates."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from ced_cdisc.recompute.partial import Day, bounds, date_of, known_parts
from ced_cdisc.recompute.values import DataFault, Value, as_text, number_text

_DAYS = (
    ("Y", ("y", "yr", "yrs", "year", "years")),
    ("M", ("mo", "mos", "month", "months")),
    ("W", ("w", "wk", "wks", "week", "weeks")),
    ("D", ("d", "day", "days")),
)
_TIMES = (
    ("H", ("h", "hr", "hrs", "hour", "hours")),
    ("M", ("min", "mins", "minute", "minutes")),
    ("S", ("s", "sec", "secs", "second", "seconds")),
)
_CLOCK = re.compile(r"(?:(\d{1,2}):(?=\d\d:))?(\d{1,2}):(\d\d)", re.ASCII)
_ISO_DAYS = re.compile(r"(\d+W|(\d+Y)?(\d+M)?(\d+D)?)", re.ASCII)
_ISO_TIME = re.compile(r"(\d+H)?(\d+M)?(\d+(\.\d+)?S)?", re.ASCII)


def duration(amount: Value, unit: str | None) -> str | None:
    """The amount in its unit; a text that is no number, or an unknown unit, is a fault.

    >>> duration(3.0, "DAYS"), duration("1.50", "h"), duration(-15.0, "min")
    ('P3D', 'PT1.5H', '-PT15M')
    """
    shown = as_text(amount)
    if shown is None or unit is None:
        return None
    if not re.fullmatch(r"[+-]?\d+(\.\d*)?", shown, re.ASCII):
        raise DataFault(f"'{shown} {unit}' is no duration")
    number = Decimal(shown)
    digits = format(number.copy_abs(), "f")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    minus = "-" if number < 0 else ""
    for start, units in ((f"{minus}P", _DAYS), (f"{minus}PT", _TIMES)):
        for sign, words in units:
            if unit.lower() in words:
                return f"{start}{digits}{sign}"
    raise DataFault(f"'{shown} {unit}' is no duration")


def duration_of(text: str | None) -> str | None:
    """A collected duration: ``M:SS``, ``H:MM:SS``, an amount and a unit, or ISO 8601; else a fault.

    >>> duration_of("7:04"), duration_of("1:00:30"), duration_of("2 weeks")
    ('PT7M4S', 'PT1H30S', 'P2W')
    """
    if text is None or _is_iso(text):
        return text
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        if seconds < 60 and (match[1] is None or minutes < 60):
            return _clock(hours, minutes, seconds) or "PT0S"
    amount = re.match(r"\d+(\.\d+)?(?= ?[a-z])", text, re.ASCII | re.IGNORECASE)
    if amount is None:
        raise DataFault(f"'{text}' is no duration")
    rest = text[amount.end() :]
    return duration(amount[0], rest[1:] if rest.startswith(" ") else rest)


def _is_iso(text: str) -> bool:
    days, has_time, time = text.removeprefix("-").removeprefix("P").partition("T")
    starts = text.removeprefix("-").startswith("P")
    fits = _ISO_DAYS.fullmatch(days) is not None and _ISO_TIME.fullmatch(time) is not None
    filled = bool(time) if has_time else bool(days)
    return starts and fits and filled and not (has_time and days.endswith("W"))


def _clock(hours: int, minutes: int, seconds: int) -> str:
    """The time part; an empty text for none."""
    parts = [f"{n}{sign}" for n, sign in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n]
    return f"PT{''.join(parts)}" if parts else ""


def duration_between(start: Day, end: Day) -> str | None:
    """The duration from one date to another, negative if the end is before the start.

    In days where one of them has no minute, else in days, hours and minutes, and in seconds where both have
    them; missing unless both dates are complete.
    """
    first, last = date_of(start), date_of(end)
    known = [parts for parts in (_parts(start), _parts(end)) if parts is not None]
    if first is None or last is None or len(known) < 2:
        return None
    if any(parts[4] is None for parts in known):
        days = (last - first).days
        return f"{'-' if days < 0 else ''}P{number_text(abs(days))}D"
    to_second = all(parts[5] is not None for parts in known)
    seconds = [_seconds(parts, to_second=to_second) for parts in known]
    whole = seconds[1] - seconds[0] + (last - first).days * 86400
    days, rest = divmod(abs(whole), 86400)
    clock = _clock(rest // 3600, rest % 3600 // 60, rest % 60)
    if not whole:
        return "PT0S" if to_second else "PT0M"
    shown = f"P{days}D{clock.removeprefix('P')}" if days else clock
    return f"{'-' if whole < 0 else ''}{shown}"


def _seconds(parts: tuple[int | None, ...], *, to_second: bool) -> int:
    """The seconds since midnight, to the minute or to the second."""
    hour, minute, second = (part or 0 for part in parts[3:])
    return hour * 3600 + minute * 60 + (second if to_second else 0)


def _parts(day: Day) -> tuple[int | None, ...] | None:
    text = as_text(day)
    return None if text is None or bounds(text) is None else known_parts(text)


def hours_between(start: Day, end: Day) -> float | None:
    """The hours from one date-time to another; missing unless both are known to the minute."""
    return _elapsed(start, end, 3600)


def minutes_between(start: Day, end: Day) -> float | None:
    """The minutes from one date-time to another; missing unless both are known to the minute."""
    return _elapsed(start, end, 60)


def _elapsed(start: Day, end: Day, unit: int) -> float | None:
    first, last = _seconds_of_era(start), _seconds_of_era(end)
    return None if first is None or last is None else float((last - first) / unit)


def _seconds_of_era(moment: Day) -> Fraction | None:
    """The seconds from the first day of the calendar on, unknown ones being 0."""
    parts, day = _parts(moment), date_of(moment)
    if parts is None or day is None or parts[4] is None:
        return None
    fraction = re.search(r"[.,](\d+)$", as_text(moment) or "", re.ASCII)
    part = Fraction(int(fraction[1]), 10 ** len(fraction[1])) if fraction else Fraction(0)
    return day.toordinal() * 86400 + _seconds(parts, to_second=True) + part
