"""The person of each subject of the raw tables, where ``usubjid`` looks raw tables up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from msgspec import Struct

from ced_cdisc.convert.faults import ROW, Faults
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.persons import looked_up
from ced_cdisc.plan.raw import RawTable as TablePlan

SUBJECT = "SUBJECT"
"""What the identifier of a raw row is called in ``usubjid``."""


def numbers_of(table: TablePlan, frame: pl.DataFrame) -> pl.Series:
    """The subject's identifier in each row, of columns with or without the name of the table before them."""
    start = f"{table.name}."
    rows = frame.rename({name: name.removeprefix(start) for name in frame.columns if name.startswith(start)})
    if table.subject_of is None:
        return rows[table.subject].alias(SUBJECT)
    return rows.select(compile_node(table.subject_of, FUNCTIONS, rows.columns).expr.alias(SUBJECT))[SUBJECT]


class _Link(Struct, frozen=True):
    """A cell that leads from a subject to a person."""

    table: TablePlan
    row: int
    subject: str
    column: str
    number: str | None

    def __str__(self) -> str:
        if self.number is None:
            return f"{self.column} of subject {self.subject}"
        return f"{self.column} '{self.number}' of subject {self.subject}"


class Persons:
    """Gives the USUBJID of subjects; tells what is not right in the tables that lead to it.

    Args:
        plan: the study.
        numbers: the subjects of each raw table.
        tables: of the tables that ``usubjid`` reads the records, columns ``table.COLUMN`` and ``__row``.
        faults: receives CED849 to CED852.
    """

    def __init__(
        self,
        plan: StudyPlan,
        numbers: Mapping[str, pl.Series],
        tables: Mapping[str, pl.DataFrame],
        faults: Faults,
    ) -> None:
        self._plan, self._faults = plan, faults
        self._numbers: dict[str, set[str]] = {
            name: set(series.drop_nulls().unique().to_list()) for name, series in numbers.items()
        }
        everybody = sorted({number for found in self._numbers.values() for number in found})
        rows = pl.DataFrame({SUBJECT: everybody}, schema={SUBJECT: pl.String})
        links: list[_Link] = []
        for name, columns in looked_up(plan.usubjid).items():
            links += self._links(plan.tables[name], columns, tables[name])
            own = tables[name][:, [f"{name}.{column}" for column in columns]]
            own = own.with_columns(numbers_of(plan.tables[name], tables[name]))
            rows = rows.join(own.unique(SUBJECT, keep="first", maintain_order=True), on=SUBJECT, how="left")
        self._own: dict[str, str | None] = dict(rows.select(SUBJECT, _expression(plan, rows.columns)).rows())
        self._next = {link.subject: link for link in links if self._goes_on(link)}
        for link in links:
            self._check(link)
        found = {SUBJECT: everybody, "found": [self._own[self._last(one)] for one in everybody]}
        self._found = pl.DataFrame(found, schema={SUBJECT: pl.String, "found": pl.String})

    def of(self, subjects: pl.Series) -> pl.Series:
        """The USUBJID of each subject; missing where the subject is, or where ``usubjid`` gives none."""
        rows = subjects.alias(SUBJECT).to_frame()
        return rows.join(self._found, on=SUBJECT, how="left", maintain_order="left")["found"]

    def _links(self, table: TablePlan, columns: tuple[str, ...], frame: pl.DataFrame) -> list[_Link]:
        """The cells of a table; CED852 where two records of one subject say different things."""
        names = [SUBJECT, *(f"{table.name}.{column}" for column in columns)]
        rows = frame.with_columns(numbers_of(table, frame)).sort(ROW)[:, [ROW, *names]]
        seen: dict[Any, tuple[int, tuple[Any, ...]]] = {}
        links: list[_Link] = []
        for row, subject, *cells in rows.rows():
            if subject is None:  # CED258
                continue
            first, others = seen.setdefault(subject, (row, tuple(cells)))
            if first == row:
                links += [
                    _Link(table, row, subject, column, cell)
                    for column, cell in zip(columns, cells, strict=True)
                ]
            elif others != tuple(cells):
                lines = self._faults.lines(table.name, [first, row])
                file = self._faults.file(table.name)
                message = f"{file}: {lines} lead from subject {subject} to different persons"
                hint = "usubjid looks up one record of a subject"
                self._faults.add("CED852", message, table.where, hint, [(table.name, row, subject)])
        return links

    def _goes_on(self, link: _Link) -> bool:
        """Whether the number itself leads to another one."""
        if link.number is None or link.number not in self._numbers[link.table.name]:
            return False
        return self._own[link.number] != self._own[link.subject]

    def _last(self, subject: str) -> str:
        """The subject at the end of a chain that is followed; in a circle the one at hand."""
        seen = [subject]
        while self._plan.persons.chain and seen[-1] in self._next:
            number = self._next[seen[-1]].number
            if number is None or number in seen:
                return subject
            seen.append(number)
        return seen[-1]

    def _is_in_circle(self, link: _Link) -> bool:
        seen = set[str]()
        at: str | None = link.subject
        while at is not None and at in self._next and at not in seen:
            seen.add(at)
            at = self._next[at].number
        return at in seen

    def _check(self, link: _Link) -> None:
        words, table = self._plan.persons, link.table
        others = {name: found for name, found in self._numbers.items() if name != table.name}
        if link.number is None:
            if not words.empty:
                hint = "name the number, or write persons: {empty: accept} in study.yaml"
                self._tell("CED850", link, "is empty", hint)
        elif not words.unmatched and not any(link.number in found for found in self._numbers.values()):
            hint = "correct the number, or write persons: {unmatched: accept} in study.yaml"
            self._tell("CED849", link, "is the subject of no raw table", hint)
        if (
            not table.is_source
            and not words.unmatched
            and not any(link.subject in f for f in others.values())
        ):
            message = f"{self._faults.file(table.name)}: no other raw table has subject {link.subject}"
            hint = "correct the number, or write persons: {unmatched: accept} in study.yaml"
            record = [(table.name, link.row, link.subject)]
            self._faults.add("CED849", message, table.where, hint, record)
        if self._next.get(link.subject) is link:
            if self._is_in_circle(link):
                self._tell("CED851", link, "leads round in a circle", "one of the numbers is the first")
            elif not words.chain:
                hint = "name the first number of all, or write persons: {chain: follow} in study.yaml"
                self._tell("CED851", link, "leads to a number that has an earlier one itself", hint)

    def _tell(self, code: str, link: _Link, what: str, hint: str) -> None:
        message = f"{self._faults.file(link.table.name)}: {link} {what}"
        record = [(link.table.name, link.row, link.subject)]
        self._faults.add(code, message, link.table.where, hint, record)


def _expression(plan: StudyPlan, columns: list[str]) -> pl.Expr:
    return compile_node(plan.usubjid, FUNCTIONS, columns).expr
