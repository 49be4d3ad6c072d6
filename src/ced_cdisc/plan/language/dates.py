"""Formats of collected dates and times: the words of the specs, and which of them are formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct, field

from ced_cdisc.core.dates import clock_parts_of, parts_of
from ced_cdisc.core.findings import Finding, Findings, did_you_mean
from ced_cdisc.spec.source import Text
from ced_cdisc.spec.study import StudySpec

TIME_FORMATS = ("HH:MM", "HHMM", "H:MM", "HH:MM:SS")
"""The ways a time may be written where a line names none; they cannot be mistaken for each other."""

_UNKNOWN = ("UN", "UNK", "ND")
_YEARS, _MONTHS, _DAYS = ("YYYY", "YY"), ("MONTH", "MON", "MM", "M"), ("DD", "D")
_PAST = ("HH+", "H+")
_HOURS, _FRACTIONS = ("HH", "H", *_PAST), (".F", "(.F)")
_VARYING = ("D", "M", "H", "H+")
_DIGITS = (*_VARYING, "YYYY", "YY", "DD", "MM", "HH", "HH+", "SS")
_MIDNIGHT = re.compile("[T :]00:00(:00)?")
_DATE_PARTS = "parts are YYYY, YY, MONTH, MON, MM, M, DD, D, UN, UNK, ND, and those of a time; or ISO"
_TIME_PARTS = "parts are HH, H, HH+, H+, MM, SS, .F, (.F), AM, UN, UNK, ND"


class Formats(Struct, frozen=True):
    """The lists of formats that study.yaml names, and what two-digit years mean.

    Attributes:
        dates: lists of date formats by name.
        times: lists of time formats by name.
        pivot: the first year of the hundred that two-digit years stand for; None if none is given.
    """

    dates: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    times: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    pivot: int | None = None


def is_date_format(text: str) -> bool:
    """Whether a text is a date format: each part once, separators, a year or nothing known at all.

    A time may follow a complete date, after a blank, a colon or the letter T; a written 00:00 or 00:00:00
    there is no part of what is read.
    """
    if text == "ISO":
        return True
    midnight = _MIDNIGHT.search(text)
    if midnight is not None:
        text = text[: midnight.start()]
        if midnight.end() != midnight.endpos or not _is_whole(parts_of(text)):
            return False
    day, clock = parts_of(text)
    if clock:
        if not _is_clock(clock) or not _is_whole((day, ())):
            return False
        day = day[:-1] if day[-1] in (":", "T") else day
    known = [part for part in day if part in (*_YEARS, *_MONTHS, *_DAYS)]
    rest = "".join(part for part in day if part not in (*known, *_UNKNOWN))
    if any(sum(part in kind for part in known) > 1 for kind in (_YEARS, _MONTHS, _DAYS)):
        return False
    if not known:
        return any(part in _UNKNOWN for part in day) and re.fullmatch(r"[-/. ,:]*", rest) is not None
    return _one(day, _YEARS) and re.fullmatch(r"[-/. ,:]*", rest) is not None


def _is_whole(parts: tuple[tuple[str, ...], tuple[str, ...]]) -> bool:
    """Whether a format is of a complete date, and nothing more."""
    return not parts[1] and all(_one(parts[0], kind) for kind in (_YEARS, _MONTHS, _DAYS))


def is_time_format(text: str) -> bool:
    """Whether a text is a time format: each part once, and none known below one that is not.

    Written 00 for the seconds are no part of what is read: ``HH:MM:00``.
    """
    return _is_clock(clock_parts_of(text))


def _is_clock(parts: tuple[str, ...]) -> bool:
    known = (*_HOURS, "MM", "SS", *_FRACTIONS, "AM")
    after = parts.index("MM") + 1 if "MM" in parts else len(parts)
    if parts[after : after + 3] == (":", "0", "0") and not _one(parts, ("SS", *_FRACTIONS)):
        parts = parts[:after] + parts[after + 3 :]
    rest = "".join(part for part in parts if part not in known and part not in _UNKNOWN)
    if re.fullmatch(r"[-:. ]*", rest) is None:
        return False
    steps = [_one(parts, kind) for kind in (_HOURS, ("MM",), ("SS",), _FRACTIONS)]
    if steps != sorted(steps, reverse=True) or (_one(parts, ("AM",)) and not _one(parts, ("HH", "H"))):
        return False
    if any(
        sum(part in kind for part in parts) > 1 for kind in (_HOURS, ("MM",), ("SS",), _FRACTIONS, ("AM",))
    ):
        return False
    return steps[0] or any(part in _UNKNOWN for part in parts)


def _one(parts: tuple[str, ...], kind: tuple[str, ...]) -> bool:
    return any(part in kind for part in parts)


def _is_ambiguous(text: str, *, clock: bool) -> bool:
    """Whether two parts of one or two digits stand in one run of digits: 111 is 1 and 11, or 11 and 1."""
    parts = clock_parts_of(text) if clock else tuple(part for half in parts_of(text) for part in half)
    varying = 0
    for part in parts:
        varying = varying + (part in _VARYING) if part in _DIGITS else 0
        if varying > 1:
            return True
    return False


def named_formats(study: StudySpec, findings: Findings) -> Formats:
    """The lists of formats of study.yaml by name, and its pivot; faults are CED023 and CED060 to CED062."""
    pivot = study.pivot
    if pivot is not None and not 1000 <= pivot <= 9900:
        hint = "it is the first year of the hundred that two-digit years stand for, such as 1950"
        findings.add(
            Finding("CED061", f"the pivot {pivot} is no year of four digits", study.place, hint=hint)
        )
    none = Formats(pivot=pivot)
    dates = {str(name): date_formats(words, none, findings) for name, words in study.formats.items()}
    times = {str(name): time_formats(words, none, findings) for name, words in study.times.items()}
    return Formats(dates, times, pivot)


def date_formats(words: Iterable[Text], named: Formats, findings: Findings) -> tuple[str, ...]:
    """Date formats by name or as written.

    Args:
        words: names of lists of study.yaml, or formats.
        named: the lists that study.yaml names, and the pivot.
        findings: receives CED023 for an unknown word, CED060 for a two-digit year without a pivot, and
            CED062 for a format that can be read in two ways; the word is left out.

    Returns:
        The formats, all of which are tried.
    """
    found: list[str] = []
    for word in _listed(words, named.dates, is_date_format, "date", _DATE_PARTS, findings):
        if isinstance(word, tuple):
            found.extend(word)
        elif _one(parts_of(str(word))[0], ("YY",)) and named.pivot is None:
            message = f"'{word}' has a two-digit year, and study.yaml gives no pivot"
            hint = "with pivot: 1950 the years are 1950 to 2049"
            findings.add(Finding("CED060", message, word.where, hint=hint))
        else:
            found.append(str(word))
    return tuple(found)


def time_formats(words: Iterable[Text], named: Formats, findings: Findings) -> tuple[str, ...]:
    """Time formats by name or as written; as :func:`date_formats`."""
    found: list[str] = []
    for word in _listed(words, named.times, is_time_format, "time", _TIME_PARTS, findings):
        found.extend(word if isinstance(word, tuple) else (str(word),))
    return tuple(found)


def _listed(
    words: Iterable[Text],
    named: Mapping[str, tuple[str, ...]],
    is_format: Callable[[str], bool],
    kind: str,
    parts: str,
    findings: Findings,
) -> Iterable[Text | tuple[str, ...]]:
    for word in words:
        if str(word) in named:
            yield named[str(word)]
        elif not is_format(str(word)):
            hint = did_you_mean(str(word), named) or parts
            findings.add(Finding("CED023", f"'{word}' is no {kind} format", word.where, hint=hint))
        elif _is_ambiguous(str(word), clock=kind == "time"):
            message = f"the {kind} format '{word}' can be read in two ways"
            hint = "parts of one or two digits need a separator between them"
            findings.add(Finding("CED062", message, word.where, hint=hint))
        else:
            yield word
