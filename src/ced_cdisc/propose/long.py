"""Tests of a Findings domain in the rows of a table: which code each name means, its units and its kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import polars as pl
from msgspec import Struct

from ced_cdisc.propose import words
from ced_cdisc.propose.lines import UNDECIDED, Sure, column_of
from ced_cdisc.propose.profile import ColumnProfile, TableProfile
from ced_cdisc.propose.scaffold import decimals_of
from ced_cdisc.propose.words import folded
from ced_cdisc.propose.yaml_text import commented, mapped, scalar
from ced_cdisc.standards.ct import CtCodelist, CtPackage
from ced_cdisc.standards.units import convert_factor, known_unit, unit_term

_NUMBER = r"^[<>]?=? ?[+-]?[0-9]*[.,]?[0-9]+( ?[A-Z]{1,2}| ?\*)?$"
_PLAIN = r"^[+-]?[0-9]*[.,]?[0-9]+$"
_CATEGORIES = {
    "HEMATOLOGY": "HGB HCT WBC RBC PLAT NEUT LYM MONO EOS BASO MCV MCH MCHC",
    "COAGULATION": "INR PT APTT PTT FIBRINO DDIMER",
}


class RowColumns(Struct, frozen=True):
    """The columns of a table that has one row a result."""

    test: ColumnProfile
    result: ColumnProfile
    unit: ColumnProfile | None
    low: ColumnProfile | None
    high: ColumnProfile | None
    reason: ColumnProfile | None

    @property
    def taken(self) -> set[str]:
        """The names of the columns."""
        found = (self.test, self.result, self.unit, self.low, self.high, self.reason)
        return {column.name for column in found if column is not None}


class RowTest(Struct, frozen=True):
    """One test: what the table calls it, its code (empty if none is known), and what its results are.

    Attributes:
        units: the collected units, most frequent first, with the rows that have them; as all that follows,
            of all names of the code.
        text: whether the results are no numbers.
    """

    name: str
    code: str
    sure: Sure
    why: str
    units: tuple[tuple[str, int], ...]
    standard: str
    decimals: int
    text: bool
    category: str


def row_columns(table: TableProfile) -> RowColumns | None:
    """The columns of tests, results, units and ranges; None where the table has no tests in rows."""
    said = {column.name: words.concepts(column.name) for column in table.columns}

    def of(*wanted: str) -> ColumnProfile | None:
        return next(
            (c for c in table.columns if c.filled and not c.is_date and said[c.name] & set(wanted)), None
        )

    test, result = of("test"), of("result")
    if test is None or result is None or not test.is_coded or test is result:
        return None
    unit = table.of("unit") or of("unit")
    reason = of("reason") or of("comment")
    return RowColumns(test, result, unit, of("low"), of("high"), reason)


def row_tests(
    frame: pl.DataFrame,
    columns: RowColumns,
    domain: str,
    tests: CtCodelist,
    ct: CtPackage,
    units: CtCodelist | None = None,
) -> Iterator[RowTest]:
    """The tests in the order of their frequency.

    Args:
        frame: the raw table, texts.
        columns: which of its columns are which.
        domain: the code of the domain.
        tests: the codelist of the domain's --TESTCD.
        ct: the package that it is of.
        units: the codelist by whose terms standard units are spelled; that of UNIT, if None.
    """
    names = [name for name, _ in columns.test.values]
    known = {name: _code(name, domain, tests, ct) for name in names}
    called = frame[columns.test.name].str.strip_chars()
    for name in names:
        code, sure, why = known[name]
        # What a spec says of a test it says once, whatever the sites call it.
        alike = [one for one in names if one == name or (code and known[one][0] == code)]
        rows = frame.filter(called.is_in(alike))
        results = rows[columns.result.name].drop_nulls().str.strip_chars()
        numbers = results.filter(results.str.contains(_NUMBER))
        text = len(numbers) < 0.5 * len(results)
        used: Counter[str] = Counter()
        if columns.unit is not None:
            used.update(rows[columns.unit.name].drop_nulls().str.strip_chars().to_list())
        counted = tuple(sorted(used.items(), key=lambda item: (-item[1], item[0])))
        standard = "" if text else _standard(counted, code)
        yield RowTest(
            name,
            code,
            sure,
            why,
            counted,
            (unit_term(standard, units.code) if units is not None else "") or standard,
            decimals_in(rows, columns.result, columns.unit, standard),
            text,
            _category(code, rows) if domain == "LB" else "",
        )


def _code(name: str, domain: str, tests: CtCodelist, ct: CtPackage) -> tuple[str, Sure, str]:
    term = tests.term(name)
    if term is not None:
        return name, "sure", "the code of the test"
    code = words.test_code(domain, name)
    known = code if code and tests.term(code) else ""
    if not known:
        synonym = tests.by_synonym(name) or tests.term(name.upper())
        known = synonym.submission_value if synonym else ""
    if not known:
        wanted = folded(name)
        alike = [
            t for t in tests.terms if wanted in {folded(text) for text in (*t.synonyms, t.submission_value)}
        ]
        known = alike[0].submission_value if len(alike) == 1 else ""
    if not known:
        parts = [part.strip("() ") for part in name.replace("(", ",").split(",")]
        found = {
            words.test_code(domain, part) or getattr(tests.by_synonym(part), "submission_value", "")
            for part in parts
        }
        codes = {code for code in found if code and tests.term(code)}
        if len(codes) == 1:
            code = codes.pop()
            return code, "guess", f"a part of the name is {ct.decode(tests.code, code) or code}"
    if known:
        return known, "likely", ct.decode(tests.code, known) or known
    return "", "decide", f'no term of {tests.code} is called so; "" leaves its rows out'


def _standard(units: tuple[tuple[str, int], ...], code: str) -> str:
    """The unit to which all others convert, most frequent first, units of amount before those of mass."""
    told = (known_unit(unit) or words.DOUBTFUL_UNITS.get(unit) for unit, _ in units)
    known = list(dict.fromkeys(unit for unit in told if unit))
    known.sort(key=lambda unit: "mol" not in unit)
    for unit in known:
        if all(convert_factor(other, unit, code) is not None for other in known):
            return unit
    return known[0] if known else ""


def decimals_in(rows: pl.DataFrame, result: ColumnProfile, unit: ColumnProfile | None, standard: str) -> int:
    """The decimals of results in the standard unit; where none is in it, what others leave."""
    rows = rows.with_columns(pl.col(result.name).str.strip_chars())
    rows = rows.filter(pl.col(result.name).str.contains(_PLAIN))
    used = rows[unit.name].drop_nulls().unique().to_list() if unit is not None and standard else []
    if unit is None or not used:
        return decimals_of(rows[result.name].to_list())
    own = [one for one in used if known_unit(one) == standard]
    most = 0
    for one in own or used:
        factor = convert_factor(one, standard)
        shown = decimals_of(rows.filter(pl.col(unit.name) == one)[result.name].to_list())
        most = max(most, shown - (max(0, factor[0].adjusted()) if factor else 0))
    return most


def category_of(code: str) -> str:
    """The category of a laboratory test, as far as its code tells it."""
    return next((name for name, codes in _CATEGORIES.items() if code in codes.split()), "CHEMISTRY")


def _category(code: str, rows: pl.DataFrame) -> str:
    category = category_of(code)
    if category != "CHEMISTRY":
        return category
    cells = {
        words.folded(str(value)) for name in rows.columns[:-1] for value in rows[name].drop_nulls().unique()
    }
    return "URINALYSIS" if cells & {"urin", "urine", "orina"} else "CHEMISTRY"


def row_lines(table: TableProfile, columns: RowColumns, tests: list[RowTest], domain: str) -> Iterator[str]:
    """The keys of a domain that has its tests in rows, from ``test`` to ``not_done``."""
    yield "test:"
    yield f"  collect: {column_of(table, columns.test)}"
    if any(test.code != test.name for test in tests):
        yield "  ct:"
        for test in tests:
            code = scalar(test.code) if test.code else UNDECIDED
            yield commented(f"    {scalar(test.name)}: {code}", f"{test.sure}: {test.why}")
    if any(test.code for test in tests):
        yield "tests:"
    else:
        yield "# tests: {CODE: {standard: unit, decimals: 1}}  # decide: when codes are known"
    said: set[str] = set()
    for test in tests:
        if test.code and test.code not in said:
            said.add(test.code)
            parts = [("kind", "text")] if test.text else []
            usual = words.UNITS.get(test.code, "") if not (test.units or test.text) else ""
            if usual:
                parts += [("unit", mapped([("assign", scalar(usual))])), ("standard", scalar(usual))]
                parts.append(("decimals", str(test.decimals)))
            elif test.standard:
                parts += [("standard", scalar(test.standard)), ("decimals", str(test.decimals))]
            if test.category:
                parts.append(("variables", mapped([(f"{domain}CAT", mapped([("assign", test.category)]))])))
            yield commented(f"  {test.code}: {mapped(parts)}", f"guess: {_because(test)}")
    yield f"result: {column_of(table, columns.result)}"
    if columns.unit is not None:
        yield f"unit: {mapped([('collect', column_of(table, columns.unit))])}"
    limits = [(key, column_of(table, c)) for key, c in (("low", columns.low), ("high", columns.high)) if c]
    if limits:
        yield f"range: {mapped(limits)}"
    if any(kind == "number with flag" for kind, _ in columns.result.kinds):
        yield "flags: {H: HIGH, L: LOW}  # guess: some numbers have a letter behind them"
    if columns.result.empty:
        rows = "1 row has" if columns.result.empty == 1 else f"{columns.result.empty:,} rows have"
        parts = [("when", f'"{column_of(table, columns.result)} is missing"')]
        why = f"likely: {rows} no result"
        if columns.reason is not None:
            coded = any(not value.isascii() for value, _ in columns.reason.values)
            reason = column_of(table, columns.reason)
            policy = mapped([("collect", reason), ("text", "transliterate")])
            parts.append(("reason", policy if coded else reason))
            why += "; decide: whether the reason stands there"
        yield commented(f"not_done: {mapped(parts)}", why)


def _because(test: RowTest) -> str:
    if test.text:
        return "most results are no numbers"
    unknown = [unit for unit, _ in test.units if known_unit(unit) is None]
    said = (
        f"collected in {', '.join(f'{unit} ({count})' for unit, count in test.units)}"
        if test.units
        else "no unit is collected"
    )
    return said + (f"; decide: what {', '.join(unknown)} is, under `units` in study.yaml" if unknown else "")
