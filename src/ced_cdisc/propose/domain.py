"""The spec of one domain, proposed from a raw table and the standard; each line says how sure it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import polars as pl
from msgspec import Struct

from ced_cdisc.propose import words
from ced_cdisc.propose.lines import (
    ProposedLine,
    coded_value,
    column_of,
    date_value,
    term_for,
    time_beside,
)
from ced_cdisc.propose.long import RowColumns, row_columns, row_lines, row_tests
from ced_cdisc.propose.matching import Match, matched, suffix_of
from ced_cdisc.propose.naming import nameable
from ced_cdisc.propose.profile import ColumnProfile, TableProfile
from ced_cdisc.propose.several import stacked
from ced_cdisc.propose.wide import WideTest, repeated, wide_tests, with_decimals
from ced_cdisc.propose.yaml_text import mapped, scalar
from ced_cdisc.spec.layout import CannotLayOut, laid_out
from ced_cdisc.standards.ct import CtCodelist, CtPackage
from ced_cdisc.standards.ig import IgDataset, IgVariable

_OF_TESTS = ("--TESTCD", "--TEST", "--ORRES", "--ORRESU", "--STRESC", "--STRESN", "--STRESU")
_OF_ROWS = ("--ORNRLO", "--ORNRHI", "--STNRLO", "--STNRHI", "--NRIND", "--STAT", "--REASND", "--CAT")
_FILLED_IN = ("--SEQ", "--DY", "--STDY", "--ENDY", "--LOBXFL")
_IDENTIFIERS = ("STUDYID", "DOMAIN", "USUBJID", "EPOCH", "TAETORD", "VISITNUM", "VISIT", "VISITDY")
_IN_WORDS = ("REL", "RELNST", "CAT", "SCAT", "ACNOTH", "PATT", "INDC", "TRT", "TERM", "DECOD", "ARM", "ARMCD")
"""Variables without a codelist whose values are words, whatever the form writes."""
_FROM_EXPOSURE = {
    "RFSTDTC": "min(EX.EXSTDTC)",
    "RFENDTC": "max(EX.EXENDTC)",
    "RFXSTDTC": "min(EX.EXSTDTC)",
    "RFXENDTC": "max(EX.EXENDTC)",
}


class Surroundings(Struct, frozen=True):
    """What else the study has.

    Attributes:
        visits: whether visits.yaml is there, and the table tells visits.
        treated: whether DM has the date of first treatment, or will have: a spec of it is there.
        exposure: whether EX has a spec.
        ct: the terminology that the study pins.
    """

    visits: bool
    treated: bool
    exposure: bool
    ct: CtPackage


def proposed_domain(
    dataset: IgDataset, tables: Sequence[tuple[TableProfile, pl.DataFrame]], around: Surroundings
) -> str:
    """The spec as YAML in its canonical form.

    Args:
        dataset: the domain as the guide publishes it.
        tables: the raw tables that it is made from, each with its rows as texts; of several each is a block.
        around: what else the study has.
    """
    code = dataset.name
    named = " and ".join(table.name for table, _ in tables)
    what = f"the table {named}." if len(tables) == 1 else f"the tables\n# {named}."
    parts = [list(_Proposal(dataset, table, frame, around).lines()) for table, frame in tables]
    body = parts[0] if len(parts) == 1 else stacked(parts, f"{code}LOBXFL: ")
    head = (
        f"# Proposed by `ced-cdisc init {code}` from {what} Each line says how sure it",
        "# is, and why: look at it, correct it, take the comment away. A line with # before it is none.",
        f"domain: {code}",
    )
    text = "\n".join((*head, *body)) + "\n"
    try:
        return laid_out(text, "sdtm")
    except CannotLayOut:
        return text


def tests_of(dataset: IgDataset, ct: CtPackage) -> CtCodelist | None:
    """The codelist of the tests of a Findings domain."""
    variable = dataset.variable(f"{dataset.name}TESTCD")
    return ct.codelist(variable.codelists[0]) if variable and variable.codelists else None


class _Proposal:
    def __init__(
        self, dataset: IgDataset, table: TableProfile, frame: pl.DataFrame, around: Surroundings
    ) -> None:
        self._dataset = dataset
        self._code = dataset.name
        self._table = table
        self._frame = frame
        self._around = around
        self._used: set[str] = {c.name for c in table.columns if c.role in ("subject", "visit")}
        self._columns = [c for c in table.columns if nameable(c.name)]
        self._made_by_tests: set[str] = set()
        self._counting = ""

    def lines(self) -> Iterator[str]:
        """All lines below the code of the domain."""
        code, table = self._code, self._table
        tests = tests_of(self._dataset, self._around.ct)
        rows = row_columns(table) if tests is not None else None
        if tests is not None and rows is not None:
            yield from self._in_rows(rows, tests)
        elif self._dataset.class_name == "Findings":
            yield from self._in_columns(tests)
        else:
            yield f"from: {table.name}"
            if self._visit() and self._dataset.variable("VISITNUM") is not None and code != "DM":
                yield "visit: yes"
            yield from self._variables(self._matches(()), 0)
        yield from self._left()

    def _visit(self) -> bool:
        told = self._table.of("visit") is not None and self._table.of("visit date") is not None
        return self._around.visits and told

    def _units(self) -> CtCodelist | None:
        """The codelist of the units of results: of several the first."""
        variable = self._dataset.variable(f"{self._code}ORRESU")
        return self._around.ct.codelist(variable.codelists[0]) if variable and variable.codelists else None

    def _in_rows(self, columns: RowColumns, tests: CtCodelist) -> Iterator[str]:
        ct = self._around.ct
        made = list(row_tests(self._frame, columns, self._code, tests, ct, self._units()))
        self._used |= columns.taken
        yield f"from: {self._table.name}"
        yield from ["visit: yes"] * self._visit()
        yield from row_lines(self._table, columns, made, self._code)
        self._made_by_tests = {*_OF_TESTS, *_OF_ROWS[:-1], *(["--CAT"] if self._code == "LB" else [])}
        skip = [*_OF_TESTS, *_OF_ROWS] if self._code == "LB" else [*_OF_TESTS, *_OF_ROWS[:-1]]
        yield from self._variables(self._matches(skip), 0)

    def _in_columns(self, tests: CtCodelist | None) -> Iterator[str]:
        ct, units = self._around.ct, self._units()
        found = wide_tests(self._table, self._code, tests, ct, units) if tests is not None else []
        made = [with_decimals(test, self._table, self._frame) for test in found]
        self._used |= {test.column.name for test in made}
        self._used |= {test.unit for test in made if test.own_unit}
        self._made_by_tests = {*_OF_TESTS, "--STAT", "--REASND"}
        if any(test.category for test in made):
            self._made_by_tests.add("--CAT")
        matches = self._matches(_OF_TESTS)
        blocks = list(repeated(made))
        if len(blocks) < 2:
            numbers, found = blocks[0] if blocks else ((), [])
            yield f"from: {self._table.name}"
            yield from ["visit: yes"] * self._visit()
            yield from self._long(numbers, found, 0)
            yield from self._variables(matches, 0, numbers)
            return
        own = {name: m for name, m in matches.items() if suffix_of(name, self._code) == "DTC"}
        yield f"sort: [{self._code}TESTCD, VISITNUM, {self._code}REPNUM]"
        yield from self._variables({n: m for n, m in matches.items() if n not in own}, 0, block=own)
        yield "stack:"
        for numbers, found in blocks:
            yield f"  - from: {self._table.name}"
            yield from ["    visit: yes"] * self._visit()
            yield from self._long(numbers, found, 4)
            yield "    variables:"
            yield from self._of_block(numbers, own)

    def _long(self, numbers: tuple[str, ...], tests: Sequence[WideTest], indent: int) -> Iterator[str]:
        pad = " " * indent
        if numbers:
            sets = ", ".join(f"{{n: {number}}}" for number in numbers)
            yield f"{pad}for: [{sets}]  # likely: the columns are numbered, for repetitions"
        if not tests:
            yield f"{pad}# decide: the tests; no column of the table is called as one"
            yield f"{pad}# long:"
            yield f"{pad}#   - {{test: ?, result: {self._table.name}.?, unit: ?}}"
            return
        yield f"{pad}long:"
        for test in tests:
            yield f"{pad}  {test.line(self._table)}"
        yield from self._not_done(pad)

    def _not_done(self, pad: str) -> Iterator[str]:
        """The condition under which the tests of a row were not done, where a column tells it."""
        columns = [c for c in self._columns if not c.role and c.filled]
        ticked = [c for c in columns if {v.upper() for v, _ in c.values} <= {"Y", "YES", "1", "X", "JA"}]
        told = [c for c in ticked if "notdone" in words.concepts(c.name)]
        if not told:
            return
        column, (value, _) = told[0], told[0].values[0]
        parts = [("when", f"\"{column_of(self._table, column)} = '{value}'\"")]
        reasons = [c for c in columns if "reason" in words.concepts(c.name)]
        if reasons:
            parts.append(("reason", column_of(self._table, reasons[0])))
        self._used |= {column.name, *(c.name for c in reasons[:1])}
        yield f"{pad}not_done: {mapped(parts)}  # likely: the name {column.name}"

    def _of_block(self, numbers: tuple[str, ...], dates: dict[str, Match]) -> Iterator[str]:
        if numbers:
            line = ProposedLine(
                f"{self._code}REPNUM", '{assign: "{n}"}', "likely", "the number of the column"
            )
            yield line.text(6)
        for name, match in dates.items():
            yield self._date(name, match, numbers).text(6)

    def _matches(self, skip: Collection[str]) -> dict[str, Match]:
        """The variables with their columns; not those that the standard fills in or that tests make."""
        left_out = {name.replace("--", self._code, 1) for name in (*skip, *_FILLED_IN)} | set(_IDENTIFIERS)
        wanted = [
            v for v in self._dataset.variables if v.name not in left_out and not v.name.endswith("GRPID")
        ]
        columns = [
            c
            for c in self._columns
            if c.name not in self._used or (self._code == "DM" and c.role == "subject")
        ]
        found = matched(wanted, columns, self._code)
        dose = found.get(f"{self._code}DOSE")
        if dose is not None and self._table.key is not None and dose.column.name in self._table.key.columns:
            del found[dose.variable.name]  # a column that tells rows apart counts doses: 1, 2
            self._counting = dose.column.name
        return found

    def _variables(
        self,
        matches: dict[str, Match],
        indent: int,
        numbers: tuple[str, ...] = (),
        block: Collection[str] = (),
    ) -> Iterator[str]:
        """The lines in the order of the standard, with those that are still to be written."""
        made: list[str] = []
        for variable in self._dataset.variables:
            if variable.name in block:
                continue
            if variable.name in matches:
                made.append(self._line(matches[variable.name], numbers).text(indent + 2))
                continue
            line = self._other(variable, matches)
            if line is not None:
                made.append(line.text(indent + 2))
        if not made:
            return
        yield " " * indent + (
            "variables:" if any(not m.lstrip().startswith("#") for m in made) else "# variables:"
        )
        yield from made

    def _line(self, match: Match, numbers: tuple[str, ...]) -> ProposedLine:
        name, column = match.variable.name, match.column
        self._used.add(column.name)
        if match.variable.described:
            return self._date(name, match, numbers)
        codelist = self._codelist(match)
        several = codelist is not None and len(match.variable.codelists) > 1
        extra = [("codelist", codelist.code)] if several and codelist is not None else []
        if codelist is None and self._is_code(match):
            codes = sorted(value for value, _ in column.values)
            value = mapped(
                [("collect", column_of(self._table, column)), ("ct", mapped((one, '"?"') for one in codes))]
            )
            mean = "mean" if len(codes) > 1 else "means"
            why = f"{match.why}; what {', '.join(codes)} {mean} only the form tells"
            return ProposedLine(name, value, "decide", why, active=False)
        value, undecided = coded_value(self._table, column, codelist, extra)
        why = f"{match.why}; decide: {undecided}" if undecided else match.why
        return ProposedLine(name, value, match.sure, why)

    def _is_code(self, match: Match) -> bool:
        """Whether a text without a codelist comes as numbers that stand for words, such as 1 and 2."""
        codes = [value for value, _ in match.column.values]
        coded = suffix_of(match.variable.name, self._code) in _IN_WORDS
        return coded and bool(codes) and all(value.isdigit() for value in codes)

    def _date(self, name: str, match: Match, numbers: tuple[str, ...]) -> ProposedLine:
        column = match.column
        self._used.add(column.name)
        time = time_beside(self._columns, column)
        if time is None and numbers:
            time = self._numbered_time(numbers)
        elif time is not None and not numbers and name.endswith("DTC") and time.name[-1:].isdigit():
            time = None
        value, undecided = date_value(self._table, column, time)
        if time is not None:
            self._used |= {
                c.name for c in self._columns if c.kind == "time" and _stem(c) == _stem(time) and numbers
            }
            self._used.add(time.name)
            if numbers and time.name.endswith(numbers[0]):
                value = value.replace(
                    column_of(self._table, time), f'"{column_of(self._table, _stem(time))}{{n}}"'
                )
        if undecided:
            return ProposedLine(name, value, "decide", undecided, active=False)
        return ProposedLine(name, value, match.sure, match.why)

    def _numbered_time(self, numbers: tuple[str, ...]) -> ColumnProfile | None:
        """The first of the times that are numbered as the tests are."""
        times = {column.name: column for column in self._columns if column.kind == "time"}
        for name, column in times.items():
            if name.endswith(numbers[0]) and all(f"{_stem(column)}{n}" in times for n in numbers):
                return column
        return None

    def _codelist(self, match: Match) -> CtCodelist | None:
        """The codelist of a variable; of several the one that has the most of the column's values."""
        lists = [self._around.ct.codelist(code) for code in match.variable.codelists]
        values = [value for value, _ in match.column.values]
        return max(lists, key=lambda one: sum(bool(term_for(one, value)) for value in values), default=None)

    def _other(self, variable: IgVariable, matches: dict[str, Match]) -> ProposedLine | None:
        """The line of a variable without a column: made of others, or still to be written."""
        name, suffix = variable.name, suffix_of(variable.name, self._code)
        if suffix == "LOBXFL":
            if self._around.treated:
                return None
            value = mapped([("absent", scalar("There is no DM yet"))])
            return ProposedLine(name, value, "decide", "take this line out when DM has RFXSTDTC")
        if name == "VISITNUM" and variable.core == "Exp" and not self._visit():
            why = (
                f"{variable.label} (Exp): no visit with its date is told under `visit` of {self._table.name}"
            )
            return ProposedLine(
                name, "?", "decide", f'{why}; write it there, or {{absent: "why"}}', active=False
            )
        if name in _IDENTIFIERS or f"--{suffix}" in _FILLED_IN or name == "DOMAIN":
            return None
        if f"--{suffix}" in self._made_by_tests:
            return None
        if self._code == "DM" and (line := self._of_subjects(variable, matches)) is not None:
            return line
        if suffix == "ENTPT" and f"{self._code}ENRTPT" in matches:
            why = f"the time point that {self._code}ENRTPT speaks of, such as END OF STUDY"
            return ProposedLine(name, "{assign: ?}", "decide", why, active=False)
        if variable.core not in ("Req", "Exp"):
            return None
        why = f"no column of {self._table.name} is called so"
        if any(
            words.folded(column.says) == words.folded(name)
            for column in self._table.columns
            if not column.filled
        ):
            why = f"the column of {self._table.name} that is called so is empty"
        if suffix == "DOSE" and self._counting:
            why = f"{self._counting} is in the key of {self._table.name}, and may be the number of the dose"
        how = f"{variable.label} ({variable.core}): {why}; write a line"
        how += ', or {absent: "why"}' if variable.core == "Exp" else ", or {assign: ..}"
        if self._code == "DM" and name in _FROM_EXPOSURE:
            how += f'; with a spec of EX: {{derive: "{_FROM_EXPOSURE[name]}"}}'
        return ProposedLine(name, "?", "decide", how, active=False)

    def _of_subjects(self, variable: IgVariable, matches: dict[str, Match]) -> ProposedLine | None:
        name = variable.name
        if name in _FROM_EXPOSURE and self._around.exposure:
            value = mapped([("derive", f'"{_FROM_EXPOSURE[name]}"')])
            return ProposedLine(name, value, "likely", "from EX")
        dates = [
            m
            for v, m in matches.items()
            if v in ("BRTHDTC", "RFICDTC") and not any(f.open for f in m.column.dates)
        ]
        if name == "AGE" and len(dates) == 2:
            return ProposedLine(name, '{derive: "age(BRTHDTC, RFICDTC)"}', "likely", "at informed consent")
        if name == "AGEU" and ("AGE" in matches or len(dates) == 2):
            return ProposedLine(name, "{assign: YEARS, when: AGE is present}", "likely", "the usual unit")
        if name == "ACTARMCD" and "ARMCD" in matches:
            return ProposedLine(
                name, "{derive: ARMCD}", "decide", "as planned, or what was given", active=False
            )
        return None

    def _left(self) -> Iterator[str]:
        """The columns that no line reads, so that none is forgotten."""
        left = [c.name for c in self._table.columns if c.name not in self._used and c.role != "visit date"]
        odd = [name for name in left if not nameable(name)]
        if left:
            yield f"# No line reads these columns of {self._table.name}: {', '.join(left)}."
        if odd:
            yield f"# No line can name {', '.join(odd)}: give other names under `names` in sources.yaml."


def _stem(column: ColumnProfile) -> str:
    return column.name.rstrip("0123456789")
