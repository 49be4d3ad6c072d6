"""Tests of a Findings domain in the columns of a wide table: their codes, units and repetitions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.propose import words
from ced_cdisc.propose.lines import Sure, column_of
from ced_cdisc.propose.long import category_of, decimals_in
from ced_cdisc.propose.profile import ColumnProfile, TableProfile
from ced_cdisc.propose.words import folded
from ced_cdisc.propose.yaml_text import commented, mapped, scalar
from ced_cdisc.standards.ct import CtCodelist, CtPackage, CtTerm
from ced_cdisc.standards.units import canonical_unit, convert_factor, known_unit, unit_term

NO_UNIT = "NONE"
"""The unit of a test whose results are words."""
_ALIKE, _LONG_ENOUGH = 0.85, 5
"""From when on a name is like a synonym: the share of it that agrees, and its letters."""


class WideTest(Struct, frozen=True):
    """A test in a column.

    Attributes:
        number: the number at the end of the name where the test has several columns; else empty.
        unit: the unit, or the column that holds it.
        own_unit: whether ``unit`` is a column.
        told: whether the name of the column tells the unit.
        category: of a laboratory test; else empty.
    """

    code: str
    column: ColumnProfile
    sure: Sure
    why: str
    number: str = ""
    unit: str = ""
    own_unit: bool = False
    told: bool = False
    category: str = ""
    standard: str = ""
    decimals: int = 0

    def line(self, table: TableProfile) -> str:
        """The test as an item of ``long``; the number of its column is ``{n}``."""
        name = self.column.name[: -len(self.number)] + "{n}" if self.number else self.column.name
        result = column_of(table, name)
        parts = [("test", scalar(self.code)), ("result", f'"{result}"' if self.number else result)]
        unit = column_of(table, self.unit) if self.own_unit else scalar(self.unit or "?")
        why = self.why
        if self.own_unit:
            parts.append(("unit", mapped([("collect", unit)])))
        elif self.unit == NO_UNIT:
            parts.append(("kind", "text"))
        else:
            parts.append(("unit", unit))
            usual = "; the unit is the usual one" if self.unit else "; decide: its unit"
            why += "; the unit stands in the name" if self.told else usual
        if self.standard:
            parts += [("standard", scalar(self.standard)), ("decimals", str(self.decimals))]
        if self.category:
            parts.append(("variables", mapped([("LBCAT", mapped([("assign", self.category)]))])))
        return commented(f"- {mapped(parts)}", f"{self.sure}: {why}")


def wide_tests(
    table: TableProfile, domain: str, tests: CtCodelist, ct: CtPackage, units: CtCodelist | None = None
) -> list[WideTest]:
    """The tests that the columns of a table seem to hold, in the order of the columns.

    ``units`` is the codelist by whose terms their units are spelled; that of UNIT, if None.
    """
    found = [test for column in table.columns if (test := _test(column, domain, tests, ct)) is not None]
    if domain == "LB":
        found = [replace(test, category=category_of(test.code)) for test in found]
    beside = {name: column for column in table.columns for name in column.unit_of}
    times: dict[str, list[str]] = {}
    for test in found:
        times.setdefault(test.code, []).append(test.column.name)
    made: list[WideTest] = []
    for test in found:
        number = re.search("[0-9]+$", test.column.name)
        several = len(times[test.code]) > 1 and number is not None
        one = _with_unit(test, number[0] if several and number else "", beside.get(test.column.name))
        made.append(one if units is None else _spelled(one, units))
    return made


def _spelled(test: WideTest, units: CtCodelist) -> WideTest:
    """The test with its units as a codelist spells them."""
    standard = unit_term(test.standard, units.code) or test.standard
    if test.own_unit or test.unit == NO_UNIT:
        return replace(test, standard=standard)
    return replace(test, unit=unit_term(test.unit, units.code) or test.unit, standard=standard)


def _test(column: ColumnProfile, domain: str, tests: CtCodelist, ct: CtPackage) -> WideTest | None:
    if column.role or not column.filled or not (column.is_number or column.kind == "text"):
        return None
    name = column.says.removeprefix(domain).strip("_") or column.says
    bare = re.sub("_?[0-9]+$", "", name) or name
    if not column.is_number and folded(bare) not in ("intp", "interp"):
        return None
    term = tests.term(name.upper()) or tests.term(bare.upper())
    if term is not None:
        return WideTest(term.submission_value, column, "sure", "the code of the test")
    synonym = tests.by_synonym(column.says)
    if synonym is not None:
        return WideTest(
            synonym.submission_value, column, "likely", f"{column.name} is {synonym.preferred_term}"
        )
    for word in dict.fromkeys((name, bare)):
        code = words.test_code(domain, word)
        if code and tests.term(code):
            called = ct.decode(tests.code, code) or code
            sure: Sure = "guess" if domain == "EG" else "likely"  # of one beat, or of several
            return WideTest(code, column, sure, f"{column.name} is {called}")
    like = _most_alike(folded(bare), tests)
    if like is not None:
        return WideTest(like.submission_value, column, "guess", f"like {like.preferred_term}")
    return None


def _most_alike(name: str, tests: CtCodelist) -> CtTerm | None:
    """The test of which a synonym is most like a name; a short name is like too many to say."""
    if len(name) < _LONG_ENOUGH:
        return None
    found: list[tuple[float, str, CtTerm]] = []
    for term in tests.terms:
        for text in map(folded, term.synonyms):
            if 2 * min(len(name), len(text)) <= _ALIKE * (len(name) + len(text)):
                continue  # no two texts of such lengths are alike enough
            pair = SequenceMatcher(None, name, text)
            if pair.quick_ratio() > _ALIKE and (ratio := pair.ratio()) > _ALIKE:
                found.append((ratio, term.submission_value, term))
    return max(found, key=lambda one: one[:2])[2] if found else None


def _with_unit(test: WideTest, number: str, unit: ColumnProfile | None) -> WideTest:
    usual = words.UNITS.get(test.code, "")
    base = replace(test, number=number)
    if test.code == "INTP":
        return replace(base, unit=NO_UNIT)
    if unit is None:
        told = test.column.unit_told
        return replace(base, unit=told or usual, told=bool(told))
    known = [found for value, _ in unit.values if (found := canonical_unit(value))]
    standard = usual if usual and all(convert_factor(one, usual, test.code) for one in known) else ""
    standard = standard or (known[0] if known else "")
    return replace(base, unit=unit.name, own_unit=True, standard=standard)


def with_decimals(test: WideTest, table: TableProfile, frame: pl.DataFrame) -> WideTest:
    """The test with the decimals that its results have in the standard unit."""
    unit = next((column for column in table.columns if test.own_unit and column.name == test.unit), None)
    return replace(test, decimals=decimals_in(frame, test.column, unit, known_unit(test.standard) or ""))


def repeated(tests: Sequence[WideTest]) -> Iterator[tuple[tuple[str, ...], list[WideTest]]]:
    """The tests in blocks: those with the same numbers of columns, each once, and those without a number."""
    numbers: dict[str, list[str]] = {}
    for test in tests:
        numbers.setdefault(test.code, []).append(test.number)
    blocks: dict[tuple[str, ...], list[WideTest]] = {}
    for test in tests:
        group = tuple(numbers[test.code]) if test.number else ()
        block = blocks.setdefault(group, [])
        if not test.number or all(test.code != other.code for other in block):
            block.append(test)
    yield from sorted(blocks.items(), key=lambda item: (not item[0], item[0]))
