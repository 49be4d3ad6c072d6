"""What a text looks like, and what that makes it: a number, a date by which formats, a time, or text.

A shape has ``9`` for a digit, ``A`` and ``a`` for letters, and everything else as it stands; English months
and the words for an unknown part are one sign each, so that dates can be told by their shape alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl
from msgspec import Struct

from ced_cdisc.propose.profile import DateForm

_MON, _MONTH, _UN, _UNK, _ND = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
_T, _NOUGHT = "\ue005", "\ue006"
_SIGNS = {_MON: "MON", _MONTH: "MONTH", _UN: "UN", _UNK: "UNK", _ND: "ND"}
_FULL = "January|February|March|April|June|July|August|September|October|November|December"
_SHORT = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_WORDS = ((_FULL, _MONTH), (_SHORT, _MON), ("UNK", _UNK), ("UN", _UN), ("ND", _ND))
LONG = 30
"""Longer texts have no shape of their own."""

_NUMBERS = (
    ("integer", r"[+-]?9+"),
    ("decimal", r"[+-]?9*\.9+|[+-]?9{1,3}(,999)+\.9+"),
    ("decimal comma", r"[+-]?9*,9+|[+-]?9{1,3}(\.999)+,9+"),
    ("number with comparator", r"(<|>|<=|>=|≤|≥) ?9+([.,]9+)?"),
    ("number with flag", r"[+-]?9+([.,]9+)? ?(A{1,2}|\*|\+)"),
)
_CLOCK = r"9{1,2}:99(?::99)?(?: ?[Aa]{2})?"
MIDNIGHT = "00:00:00"
"""A time that stays in the shape: it stands behind a date that has none, in spreadsheets and elsewhere."""
_MIDNIGHT = rf"([0-9][{_T} ])00:00:00$"
_PART = f"9{{1,2}}|[{_UN}{_UNK}{_ND}]"
_MIDDLE = f"[{_MON}{_MONTH}{_UN}{_UNK}{_ND}]"
_ISO = re.compile(r"9999-99(?:-99(?:T99(?::99(?::99)?)?)?)?")
_NAMED = re.compile(
    rf"(?:(?P<day>{_PART})(?P<one>[-./ ]?))?(?P<month>{_MIDDLE})(?P<two>[-./ ]?)(?P<year>9999|99)"
)
_UNKNOWN = re.compile(f"[{_UN}{_UNK}{_ND}](?:(?P<sep>[-./ ])[{_UN}{_UNK}{_ND}])*")
_WORD = f"[{_UN}{_UNK}{_ND}]"
_YEAR_FIRST = re.compile(rf"9999([-./])(99|9|{_WORD})\1(99|9|{_WORD})")
_YEAR_LAST = re.compile(r"(99|9)([-./])(99|9)\2(9999|99)")
# A number and the word for an unknown part: whether the number is a day or a month other dates tell.
_HALF = re.compile(rf"(?:(99?)([-./ ])({_WORD})|({_WORD})([-./ ])(99?))([-./ ])(9999|99)")
_DIGITS = {"9999": "YYYY", "99999999": "YYYYMMDD"}
_MONTH_YEAR = re.compile(r"(99|9)([-./])9999")


def shape_of(text: pl.Expr) -> pl.Expr:
    """The shapes of texts; those of more than 30 characters are one of ``~``."""
    made = text
    for words, sign in _WORDS:
        pattern = rf"(?i)(^|[^\p{{L}}])(?:{words})($|[^\p{{L}}])"
        once = made.str.replace_all(pattern, f"${{1}}{sign}${{2}}")
        made = once.str.replace_all(pattern, f"${{1}}{sign}${{2}}")
    made = made.str.replace_all(r"([0-9])T([0-9])", f"${{1}}{_T}${{2}}")
    made = made.str.replace_all(r"\p{Lu}", "A").str.replace_all(r"\p{Ll}|\p{Lo}", "a")
    made = made.str.replace_all(_MIDNIGHT, f"${{1}}{_NOUGHT}").str.replace_all(r"[0-9]", "9")
    made = made.str.replace_all(_NOUGHT, "00:00:00", literal=True).str.replace_all(_T, "T", literal=True)
    return pl.when(text.str.len_chars() > LONG).then(pl.lit("~")).otherwise(made)


def without_midnight(shapes: Mapping[str, int]) -> dict[str, int]:
    """Shapes in which a midnight is a time like others, if others are there; else the date has none."""
    if not any(kind_of(shape) == "date and time" for shape in shapes):
        return dict(shapes)
    made: dict[str, int] = {}
    for shape, count in shapes.items():
        told = re.sub(f"{MIDNIGHT}$", "99:99:99", shape)
        made[told] = made.get(told, 0) + count
    return made


def shown_shape(shape: str) -> str:
    """A shape for people: the signs as words, many equal letters as few.

    >>> shown_shape("Aaaaaaaaa aaa")
    'Aaa.. aaa'
    """
    if shape == "~":
        return f"text of more than {LONG} characters"
    for sign, word in _SIGNS.items():
        shape = shape.replace(sign, word)
    return re.sub(r"a{4,}", "aa..", re.sub(r"9{9,}", "99999999..", shape))


def kind_of(shape: str) -> str:
    """What a cell of this shape is: one of the kinds of :class:`~ced_cdisc.propose.profile.ColumnProfile`.

    >>> [kind_of(shape) for shape in ("99,9", "<9.9", "99.99.9999", "9999-99-99T99:99", "99:99", "Aaaa")]
    ['decimal comma', 'number with comparator', 'date', 'date and time', 'time', 'text']
    """
    for kind, pattern in _NUMBERS:
        if re.fullmatch(pattern, shape):
            return kind
    if re.fullmatch(_CLOCK, shape):
        return "time"
    day, clock = _split(shape)
    if _date_form(day) is None and not _YEAR_LAST.fullmatch(day):
        return "text"
    return "date and time" if clock and not clock.endswith(MIDNIGHT) else "date"


def _split(shape: str) -> tuple[str, str]:
    """The date and the time of a shape, with what stands between them."""
    match = re.fullmatch(rf"(.+?)([ T](?:{_CLOCK}|{MIDNIGHT}))", shape)
    return (match[1], match[2]) if match else (shape, "")


def _date_form(day: str) -> tuple[str, ...] | None:
    """The format of a date whose shape alone tells it; None for numbers with the year last."""
    if day in _DIGITS:
        return (_DIGITS[day],)
    if _ISO.fullmatch(day):
        return ("ISO",)
    if match := _YEAR_FIRST.fullmatch(day):
        sep, month, day = match.groups()
        return (f"YYYY{sep}{_part('M', month)}{sep}{_part('D', day)}",)
    if _HALF.fullmatch(day):
        return (_half_form(day, "DM"),)
    if match := _NAMED.fullmatch(day):
        year = "YYYY" if match["year"] == "9999" else "YY"
        written = match["day"]
        month = _SIGNS[match["month"]]
        if written is None and month in ("UN", "UNK", "ND"):
            return (f"{month}{match['two']}{year}",)
        first = "" if written is None else _SIGNS.get(written, "D" * len(written)) + (match["one"] or "")
        return (f"{first}{month}{match['two']}{year}",)
    if _UNKNOWN.fullmatch(day):
        return ("".join(_SIGNS.get(sign, sign) for sign in day),)
    if match := _MONTH_YEAR.fullmatch(day):
        return (f"{'M' * len(match[1])}{match[2]}YYYY",)
    return None


def _part(letter: str, written: str) -> str:
    """A part of a format: a sign for its word, digits as so many letters."""
    return _SIGNS.get(written, letter * len(written))


def _half_form(day: str, order: str) -> str:
    """The format of a date of which one number is unknown; the order is DM or MD."""
    match = _HALF.fullmatch(day)
    assert match is not None
    first, sep, second, then, year = (group for group in match.groups() if group is not None)
    end = "YYYY" if year == "9999" else "YY"
    return f"{_part(order[0], first)}{sep}{_part(order[1], second)}{then}{end}"


class Parts(Struct, frozen=True):
    """How large the first and the second number of dates of one shape get, and their counts over 12."""

    first: int
    second: int
    first_over: int = 0
    second_over: int = 0


def has_parts(shape: str) -> bool:
    """Whether the order of day and month is a question of the values."""
    return _YEAR_LAST.fullmatch(_split(shape)[0]) is not None


def date_forms(shapes: Mapping[str, int], parts: Mapping[str, Parts]) -> tuple[DateForm, ...]:
    """The ways in which dates are written, from the shapes of a column and the parts of their numbers.

    Shapes that differ only in the digits of day and month are one way.
    """
    grouped: dict[tuple[str, ...], int] = {}
    numeric: dict[tuple[str, str, str], list[str]] = {}
    halves: list[tuple[str, str, int]] = []
    midnight = any(shape.endswith(MIDNIGHT) for shape in shapes)
    for shape, count in shapes.items():
        day, clock = _split(shape)
        if _HALF.fullmatch(day):
            halves.append((day, _clock_form(clock), count))
            continue
        match = _YEAR_LAST.fullmatch(day)
        if match is not None:
            numeric.setdefault((match[2], match[4], _clock_form(clock)), []).append(shape)
            continue
        form = _date_form(day)
        if form is not None:
            if form == ("ISO",) and (midnight or clock.startswith(" ")):  # ISO would read the midnight too
                made = ("YYYY-MM" + "-DD" * (len(day) > len("9999-99")) + _clock_form(clock),)
            else:
                made = form if form == ("ISO",) else (form[0] + _clock_form(clock),)
            grouped[made] = grouped.get(made, 0) + count
    if ("ISO",) in grouped:  # which takes a year alone
        grouped["ISO",] += grouped.pop(("YYYY",), 0)
    forms = [DateForm(form, count) for form, count in grouped.items()]
    for (sep, year, clock), alike in numeric.items():
        forms.append(_by_numbers(sep, year, clock, alike, shapes, parts))
    return _sorted([*forms, *_halves(halves, forms)])


def _sorted(forms: Sequence[DateForm]) -> tuple[DateForm, ...]:
    return tuple(sorted(forms, key=lambda form: (-form.count, form.formats)))


def _halves(halves: Sequence[tuple[str, str, int]], forms: Sequence[DateForm]) -> list[DateForm]:
    """Dates of which the day or the month is unknown, in the order of the whole ones with that separator."""
    orders: dict[str, set[str]] = {}
    for form in forms:
        for text in form.formats:
            if match := re.match("(DD?|MM?)([-./ ])(?:DD?|M)", text):
                orders.setdefault(match[2], set()).add("DM" if text[0] == "D" else "MD")
    counted: dict[tuple[str, ...], int] = {}
    for day, clock, count in halves:
        sep = re.sub(f"[9{_UN}{_UNK}{_ND}]", "", day)[0]
        known = orders.get(sep) or ({"DM"} if sep == "." else {"DM", "MD"})
        made = tuple(f"{_half_form(day, order)}{clock}" for order in sorted(known))
        counted[made] = counted.get(made, 0) + count
    note = "no other date tells whether the number is a day or a month"
    return [DateForm(made, count, note if len(made) > 1 else "") for made, count in counted.items()]


def _by_numbers(
    sep: str,
    year: str,
    clock: str,
    alike: Sequence[str],
    shapes: Mapping[str, int],
    parts: Mapping[str, Parts],
) -> DateForm:
    """Dates of two numbers and a year: which of the numbers is the day."""
    count = sum(shapes[shape] for shape in alike)
    days = [_split(shape)[0].split(sep) for shape in alike]
    wide = [all(len(day[at]) == 2 for day in days) for at in (0, 1)]
    seen = [parts[shape] for shape in alike if shape in parts]
    first, second = sum(p.first_over for p in seen), sum(p.second_over for p in seen)
    written = "YYYY" if year == "9999" else "YY"
    orders = {
        "day": f"{'DD' if wide[0] else 'D'}{sep}{'MM' if wide[1] else 'M'}{sep}{written}{clock}",
        "month": f"{'MM' if wide[0] else 'M'}{sep}{'DD' if wide[1] else 'D'}{sep}{written}{clock}",
    }
    if first and second:
        note = f"the day stands first in {first} and second in {second} of them: two orders in one column"
        return DateForm((orders["day"], orders["month"]), count, note)
    if first:
        return DateForm((orders["day"],), count, f"{first} have a day over 12 in first place")
    if second:
        return DateForm((orders["month"],), count, f"{second} have a day over 12 in second place")
    if sep == ".":
        return DateForm((orders["day"],), count, "by the dots; no day over 12 proves it")
    note = "no day over 12 tells whether day or month stands first"
    return DateForm((orders["day"], orders["month"]), count, note)


def _clock_form(clock: str) -> str:
    if not clock:
        return ""
    return clock[0] + time_form(clock[1:])


def time_form(shape: str) -> str:
    """The format of a time of day.

    >>> time_form("9:99 AA")
    'H:MM AM'
    """
    made = re.sub(r" ?[Aa]{2}$", lambda m: " AM" if m[0].startswith(" ") else "AM", shape)
    made = re.sub(r"^9{1,2}", lambda m: "H" * len(m[0]), made)
    return made.replace(":99", ":MM", 1).replace(":99", ":SS", 1)
