"""Proposed lines of a spec: what each says, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from ced_cdisc.core.dates import read_date
from ced_cdisc.propose import words
from ced_cdisc.propose.profile import ColumnProfile, TableProfile
from ced_cdisc.propose.yaml_text import commented, listed, mapped, scalar
from ced_cdisc.standards.ct import CtCodelist
from ced_cdisc.standards.units import canonical_unit

Sure = Literal["sure", "likely", "guess", "decide"]
UNDECIDED = '"?"'
"""Stands where only a person knows the term; no codelist has it, so that check-spec names the place."""
_FEW_TERMS = 12
_UNITS = ("C71620", "C66770")
_USUAL_TIMES = {"HH:MM", "HHMM", "H:MM", "HH:MM:SS"}


class ProposedLine(Struct, frozen=True):
    """One line: a key, its value as YAML, and the comment behind it.

    Attributes:
        active: whether the line counts; else it is commented out and tells what to write.
    """

    key: str
    value: str
    sure: Sure
    why: str
    active: bool = True

    def text(self, indent: int) -> str:
        """The line, with so many blanks before it."""
        mark = "" if self.active else "# "
        return commented(f"{' ' * indent}{mark}{scalar(self.key)}: {self.value}", f"{self.sure}: {self.why}")


def column_of(table: TableProfile, column: ColumnProfile | str) -> str:
    """A raw column as expressions name it."""
    return f"{table.name}.{column if isinstance(column, str) else column.name}"


def date_value(table: TableProfile, date: ColumnProfile, time: ColumnProfile | None) -> tuple[str, str]:
    """The value of a line that reads a date; and what a person must decide, or an empty text.

    Where the order of day and month is open no format is chosen for anybody: the line must not count.
    """
    forms = [form.formats[0] for form in date.dates if not form.open]
    open_ = [form for form in date.dates if form.open]
    parts = [("collect", column_of(table, date))]
    if open_:
        forms.append(open_[0].formats[0])
    parts.append(("date", listed(dict.fromkeys(forms)) if len(set(forms)) != 1 else scalar(forms[0])))
    if time is not None:
        parts.append(("time", column_of(table, time)))
        if not set(time.times) <= _USUAL_TIMES:
            parts.append(("times", listed(time.times)))
    why = "; ".join(f"{' or '.join(form.formats)}: {form.note}" for form in open_) or _two_readings(
        date, forms
    )
    return mapped(parts), why


def _two_readings(date: ColumnProfile, forms: Sequence[str]) -> str:
    """A value that two of the formats read differently, told without the value."""
    for value, _ in date.values:
        reading = read_date(value, None, tuple(forms))
        if reading.trouble == "ambiguous":
            return f"{' and '.join(form for form, _ in reading.readings)} read some of the dates differently"
    return ""


def coded_value(
    table: TableProfile,
    column: ColumnProfile,
    codelist: CtCodelist | None,
    extra: Sequence[tuple[str, str]] = (),
) -> tuple[str, str]:
    """The value of a line that collects a column, with ``ct`` for codes that are no terms; what to decide."""
    plain = column_of(table, column)
    if codelist is None or not column.values or column.distinct is None or column.distinct > 40:
        policy = text_policy(column)
        if not policy and not extra:
            return plain, ""
        parts = [("collect", plain), *([("text", policy)] if policy else []), *extra]
        why = (
            "letters that are not ASCII are written in ASCII; or translate with ct"
            if "trans" in policy
            else ""
        )
        return mapped(parts), why
    found = {value: term_for(codelist, value) for value, _ in column.values}
    if all(value == term for value, term in found.items()):
        return (mapped([("collect", plain), *extra]), "") if extra else (plain, "")
    ct = mapped((value, scalar(term) if term else UNDECIDED) for value, term in sorted(found.items()))
    unknown = sorted(value for value, term in found.items() if not term)
    few = len(codelist.terms) <= _FEW_TERMS
    terms = (
        f": {codelist.code} has {', '.join(codelist.values)}" if few else f", by the terms of {codelist.code}"
    )
    why = f"what {', '.join(unknown)} mean{'s' * (len(unknown) == 1)}{terms}" if unknown else ""
    numbers = sorted(value for value, term in found.items() if term and value.isdigit())
    if numbers:
        doubt = f"whether {', '.join(f'{value} is {found[value]}' for value in numbers)}"
        why = f"{doubt}; {why}" if why else doubt
    return mapped([("collect", plain), ("ct", ct), *extra]), why


def term_for(codelist: CtCodelist, value: str) -> str:
    """The term of a codelist that a cell means: itself, but for case, a synonym, or by the table of words."""
    if codelist.term(value):
        return value
    unit = canonical_unit(value) if codelist.code in _UNITS else None
    if unit is not None and codelist.term(unit):
        return unit
    folded = {words.folded(term): term for term in reversed(codelist.values)}
    synonym = codelist.by_synonym(value)
    by_word = words.term_of(codelist.code, value)
    if by_word and codelist.term(by_word):
        return by_word
    return folded.get(words.folded(value)) or (synonym.submission_value if synonym else "")


def text_policy(column: ColumnProfile) -> str:
    """The word of the language for texts that a transport file cannot hold; empty where all can be held."""
    foreign = any(not value.isascii() for value, _ in column.values)
    long = column.longest > 200
    if foreign and long:
        return "[split, transliterate]"
    return "split" if long else "transliterate" if foreign else ""


def time_beside(columns: Iterable[ColumnProfile], date: ColumnProfile) -> ColumnProfile | None:
    """The column of the time of a date: it shares the beginning of the name, or stands behind it."""
    known = list(columns)
    times = [column for column in known if column.kind == "time"]
    stem = date.name.removesuffix("DT").removesuffix("DAT").removesuffix("DATE")
    alike = [column for column in times if stem and stem != date.name and column.name.startswith(stem)]
    if alike:
        return alike[0]
    at = known.index(date)
    return known[at + 1] if at + 1 < len(known) and known[at + 1] in times else None
