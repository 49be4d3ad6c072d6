"""Days, moments and times of day: as SAS counts them, and as ISO 8601 texts. Nothing is rounded on the way.

A date is a number of days since 1960-01-01, a datetime a number of seconds since that midnight, a time the
seconds since midnight. A number that no such text stands for (half a day, the year 10000) has none.
"""

from __future__ import annotations

import re
from datetime import date, time
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

Moment = Literal["date", "datetime", "time", ""]

_DAYS = re.compile(
    "DATE|[EB]8601DA|IS8601DA|(DDMMYY|MMDDYY|YYMMDD)[BCDNPS]?|JULIAN|NLDATE|WEEKDAT[EX]|WORDDAT[EX]"
)
_DATE_TIMES = re.compile("DATETIME|DATEAMPM|MDYAMPM|DTDATE|NLDATM|([EB]8601|IS8601)D[TN]")
_TIMES = re.compile("TIME|TIMEAMPM|TOD|HHMM|MMSS|([EB]8601|IS8601)TM")
_CLOCK = r"(?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,](?P<digits>[0-9]+))?"
_DAY_TEXT = r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
_WHOLE = {
    "date": re.compile(_DAY_TEXT),
    "datetime": re.compile(f"{_DAY_TEXT}T{_CLOCK}"),
    "time": re.compile(_CLOCK),
}
_EPOCH = date(1960, 1, 1)
_FIRST, _LAST = (date.min - _EPOCH).days, (date.max - _EPOCH).days
_UNIX_DAYS = (date(1970, 1, 1) - _EPOCH).days
_DAY = 86_400
_MICRO = 1_000_000
_EXACT = 2**53


def moment_of(sas_format: str) -> Moment:
    """What a number means under a SAS format, with its width or without: a day, a moment, a time of day, or
    a plain number.

    Formats that show a part of a date only (``MONYY5.``) and those of the user say nothing.

    >>> moment_of("DATE9."), moment_of("E8601DT"), moment_of("TIME5."), moment_of("8.2")
    ('date', 'datetime', 'time', '')
    """
    name = sas_format.upper().partition(".")[0]
    kinds: tuple[tuple[re.Pattern[str], Moment], ...] = (
        (_DAYS, "date"),
        (_DATE_TIMES, "datetime"),
        (_TIMES, "time"),
    )
    for pattern, kind in kinds:
        if any(pattern.fullmatch(base) for base in (name, name.rstrip("0123456789"))):
            return kind
    return ""


def has_text(numbers: pl.Series, kind: Moment) -> pl.Series:
    """Whether each number has an ISO 8601 text of that kind from which the same number is read; null has one.

    >>> has_text(pl.Series([0.0, 0.5, None]), "date").to_list()
    [True, False, True]
    """
    values = numbers.to_numpy()
    missing = np.isnan(values)
    low, high = {
        "date": (_FIRST, _LAST + 1),
        "datetime": (_FIRST * _DAY, (_LAST + 1) * _DAY),
        "time": (0, _DAY),
    }[kind or "time"]
    with np.errstate(invalid="ignore"):
        inside = (values >= low) & (values < high) & ~((values == 0) & np.signbit(values))
        whole = np.where(inside, np.floor(values), 0.0)
    if kind == "date":
        return pl.Series(missing | (inside & (whole == values)))
    rest = np.where(inside, values - whole, 0.0)
    fits = inside & (rest == 0)
    for place in np.flatnonzero(inside & (rest != 0)).tolist():
        micro = round(float(rest[place]) * _MICRO)
        fits[place] = micro < _MICRO and (int(whole[place]) * _MICRO + micro) / _MICRO == values[place]
    return pl.Series(missing | fits)


def moment_texts(numbers: pl.Series, kind: Moment) -> pl.Series:
    """The ISO 8601 texts of numbers that have one, see :func:`has_text`; null stays null.

    >>> moment_texts(pl.Series([0.0, None]), "date").to_list()
    ['1960-01-01', None]
    >>> moment_texts(pl.Series([1814400001.25, -1.0]), "datetime").to_list()
    ['2017-06-30T00:00:01.25', '1959-12-31T23:59:59']
    >>> moment_texts(pl.Series([30060.0]), "time").to_list()
    ['08:21:00']
    """
    if kind == "date":
        return as_dates(numbers).dt.to_string("%Y-%m-%d")
    if kind == "datetime":
        moments = as_datetimes(numbers)
        texts = moments.dt.to_string("%Y-%m-%dT%H:%M:%S")
    else:
        moments = as_datetimes(numbers)
        texts = moments.dt.to_string("%H:%M:%S")
    micro = moments.dt.microsecond()
    if not (micro != 0).any():
        return texts
    digits = "." + micro.cast(pl.String).str.zfill(6).str.strip_chars_end("0")
    return texts + pl.select(pl.when(micro == 0).then(pl.lit("")).otherwise(digits)).to_series()


def as_dates(numbers: pl.Series) -> pl.Series:
    """Numbers of days as Date."""
    return (numbers.fill_nan(None).cast(pl.Int64) - _UNIX_DAYS).cast(pl.Int32).cast(pl.Date)


def as_datetimes(numbers: pl.Series) -> pl.Series:
    """Numbers of seconds as Datetime of microseconds; a time of day is one of 1960-01-01."""
    values: NDArray[np.float64] = numbers.fill_nan(None).fill_null(0.0).to_numpy()
    whole = np.floor(values)
    micro = np.rint((values - whole) * _MICRO).astype(np.int64)
    ticks = (whole.astype(np.int64) - _UNIX_DAYS * _DAY) * _MICRO + micro
    made = pl.Series(numbers.name, ticks).cast(pl.Datetime("us"))
    return made.set(numbers.is_null(), None)


def as_numbers(values: pl.Series) -> pl.Series:
    """Dates, datetimes and times as the numbers that SAS has for them, others as Float64; NaN is missing.

    >>> as_numbers(pl.Series([date(1960, 1, 2), None])).to_list()
    [1.0, None]
    """
    kind = values.dtype
    if kind == pl.Date:
        return (values.to_physical().cast(pl.Int64) + _UNIX_DAYS).cast(pl.Float64)
    if kind == pl.Time:
        ticks, unit, before = values.cast(pl.Int64), 1_000_000_000, 0
    elif isinstance(kind, pl.Datetime):
        ticks, unit = values.to_physical(), {"ms": 1_000, "us": _MICRO, "ns": 1_000_000_000}[kind.time_unit]
        before = _UNIX_DAYS * _DAY
    else:
        return values.cast(pl.Float64).fill_nan(None)
    numbers = (ticks // unit + before).cast(pl.Float64)
    places = (ticks % unit != 0).fill_null(False).arg_true()
    return (
        numbers.scatter(places, _divided(ticks.gather(places).to_numpy(), before, unit))
        if len(places)
        else numbers
    )


def _divided(ticks: NDArray[np.int64], before: int, unit: int) -> NDArray[np.float64]:
    """Seconds, each the nearest double: whole numbers are divided once, where a double holds them."""
    if unit > _MICRO and not np.any(ticks % (unit // _MICRO)):
        ticks, unit = ticks // (unit // _MICRO), _MICRO
    if np.all(np.abs(ticks) < _EXACT - before * unit):
        return (ticks + before * unit) / unit
    return np.array([(tick + before * unit) / unit for tick in ticks.tolist()])


def number_of(text: str, kind: Moment) -> float:
    """The number that an ISO 8601 text stands for: the nearest double.

    Raises:
        ValueError: as :func:`ticks_of`.

    >>> number_of("1960-01-02", "date"), number_of("2017-06-30T00:00:01.25", "datetime")
    (1.0, 1814400001.25)
    >>> number_of("00:00:16.777215", "time")
    16.777215
    """
    ticks, unit = ticks_of(text, kind)
    return ticks / unit


def ticks_of(text: str, kind: Moment) -> tuple[int, int]:
    """What an ISO 8601 text stands for, to its last digit: a whole number, and by what it is divided.

    Raises:
        ValueError: the text is no whole date, datetime or time to the second, since what it lacks would be
            made up, or has a time zone, which SAS does not know.

    >>> ticks_of("00:00:01.250", "time"), ticks_of("1960-01-02", "date")
    ((1250, 1000), (1, 1))
    """
    match = _WHOLE[kind or "time"].fullmatch(text)
    if match is None:
        raise ValueError("no whole date, datetime or time without a zone")
    if kind == "date":
        return (date.fromisoformat(text) - _EPOCH).days, 1
    clock = time.fromisoformat(match["clock"])
    seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second
    if kind == "datetime":
        seconds += (date.fromisoformat(match["day"]) - _EPOCH).days * _DAY
    digits = match["digits"] or ""
    unit = 10 ** len(digits)
    return seconds * unit + int(digits or 0), unit
