"""The raw rows of one subject that a part of a plan needs, of as few tables as can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ced_cdisc.core.findings import Findings, Stage
from ced_cdisc.expr import tree
from ced_cdisc.plan.model import Block, DatasetPlan, StudyPlan
from ced_cdisc.plan.persons import looked_up, tables_of
from ced_cdisc.plan.raw import RawTable as RawContract
from ced_cdisc.read.contract import TableContract
from ced_cdisc.read.plain import plain_rows
from ced_cdisc.recompute.persons import Person, number_of, persons
from ced_cdisc.stages.contracts import contracts_of
from ced_cdisc.stages.planning import stop_on_errors

if TYPE_CHECKING:
    from ced_cdisc.read.tables import RawTable

_PLANNED = {"VISITNUM", "VISIT", "VISITDY", "MODE", "PLANNED"}
"""What the protocol alone says of a planned visit; its dates are those of all tables that witness it."""

Rows = dict[str, list[dict[str, Any]]]
"""By qualified table."""


def subject_rows(
    plan: StudyPlan, raw: Path, subject: str | None, findings: Findings
) -> tuple[StudyPlan, Rows]:
    """The rows of a subject, and the plan with the tables alone that were read.

    A table that only witnesses visits is read where it matters: for the dates of visits, and for visits that
    were not planned, which are numbered among those of all tables. Of pooled studies, those are read whose DM
    is made of a row of the subject, since nobody is in a study without.

    Args:
        plan: a part of a study.
        raw: the folder of the raw tables.
        subject: the USUBJID; None for all rows.
        findings: receives faults of the raw tables.

    Raises:
        Stopped: a raw table is missing or damaged.
    """
    reader = _Reader(raw, subject, findings)
    reader.find_persons(plan)
    few = _each(plan, _without_witnesses)
    if subject is not None:
        reader.find_studies(few)
    reader.read(few)
    if subject is not None and all(_are_planned(study, reader.rows) for study in few.studies):
        return few, reader.rows
    whole = _each(plan, with_tables)
    reader.read(whole)
    return whole, reader.rows


def people_of(plan: StudyPlan, raw: Path, findings: Findings) -> dict[str, Person]:
    """What gives the USUBJID of a subject, by the folder of the study.

    Raises:
        Stopped: a raw table that it looks up is missing or damaged.
    """
    reader = _Reader(raw, None, findings)
    reader.find_persons(plan)
    return reader.people


class _Reader:
    """Reads each table once, and keeps the rows of the subject."""

    def __init__(self, raw: Path, subject: str | None, findings: Findings) -> None:
        self._raw, self._subject, self._findings = raw, subject, findings
        self._absent: set[str] = set()
        self.rows: Rows = {}
        self.people: dict[str, Person] = {}

    def find_persons(self, plan: StudyPlan) -> None:
        """Read the tables that lead from subjects to persons: they say whose the rows of all others are."""
        leading = _each(plan, lambda one: replace(one, tables=tables_of(one.usubjid, one.tables)))
        contracts = contracts_of(leading)
        tables = self._tables(contracts) if contracts else {}
        for study in leading.studies:
            own = study.own(tables)
            rows = {name: table.frame.to_dicts() for name, table in own.items()}
            self.people[study.folder] = persons(study, rows)
            for name, table in own.items():
                self.rows[study.qualified(name)] = self._rows(study, name, table)

    def find_studies(self, plan: StudyPlan) -> None:
        """Pass over the studies of which DM has no row of the subject, unless it is so in all of them."""
        self.read(_each(plan, _of_demographics))
        found = {study.folder for study in plan.studies if self._has(_of_demographics(study))}
        self._absent = {study.folder for study in plan.studies} - found if found else set()

    def _has(self, study: StudyPlan) -> bool:
        return any(self.rows[study.qualified(name)] for name in study.tables)

    def read(self, plan: StudyPlan) -> None:
        """The rows of all tables of a plan that have not been read."""
        part = _each(plan, self._unread)
        if not any(study.tables for study in part.studies):
            return
        names = [(study, name) for study in part.studies for name in study.tables]
        rest = [
            (study, name, contract)
            for (study, name), contract in zip(names, contracts_of(part), strict=True)
            if not self._read_plain(study, name, contract)
        ]
        if rest:
            tables = self._tables([contract for *_, contract in rest])
            for study, name, contract in rest:
                self.rows[contract.name] = self._rows(study, name, tables[contract.name])

    def _tables(self, contracts: Sequence[TableContract]) -> dict[str, RawTable]:
        from ced_cdisc.read.tables import read_tables  # loads polars, numpy and pyarrow

        tables, found = read_tables(self._raw, contracts)
        self._findings.extend(found)
        stop_on_errors(self._findings, Stage.RAW)
        return tables

    def _rows(self, study: StudyPlan, name: str, table: RawTable) -> list[dict[str, Any]]:
        """The rows of a raw table, those of the subject where the table has subjects."""
        column = study.tables[name].subject
        if self._subject is None or not column:
            return table.frame.to_dicts()
        if study.tables[name].subject_of is not None:
            return self._own(study, name, table.frame.to_dicts())
        person = self.people[study.folder]
        texts = [text for text in table.frame[column].unique().to_list() if person(text) == self._subject]
        return table.frame.filter(table.frame[column].is_in(texts)).to_dicts()

    def _own(self, study: StudyPlan, name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of the rows of a table that are of the subject, where one is asked for."""
        person = self.people[study.folder]
        if self._subject is None:
            return rows
        return [row for row in rows if person(number_of(study.tables[name], row)) == self._subject]

    def _read_plain(self, study: StudyPlan, name: str, contract: TableContract) -> bool:
        """Whether the table is plain, and its rows are read."""
        table = study.tables[name]
        column = table.subject if self._subject is not None and table.subject_of is None else ""
        known: dict[str | None, bool] = {}

        def chosen(text: str | None) -> bool:
            if text not in known:
                known[text] = self.people[study.folder](text) == self._subject
            return known[text]

        read = plain_rows(self._raw, contract, column, chosen)
        if read is not None:
            rows, found = read
            self.rows[contract.name] = self._own(study, name, rows) if table.subject_of is not None else rows
            self._findings.extend(found)
        return read is not None

    def _unread(self, study: StudyPlan) -> StudyPlan:
        kept: dict[str, RawContract] = {}
        for name, table in study.tables.items():
            if study.folder in self._absent and table.subject:
                self.rows.setdefault(study.qualified(name), [])
            if study.qualified(name) not in self.rows:
                kept[name] = table
        return replace(study, tables=kept)


def _each(plan: StudyPlan, change: Callable[[StudyPlan], StudyPlan]) -> StudyPlan:
    own, *pooled = map(change, plan.studies)
    return replace(own, pooled=tuple(pooled))


def _of_demographics(study: StudyPlan) -> StudyPlan:
    """The study with the tables alone that the rows of DM are made of."""
    sources = {block.source for one in study.datasets if one.name == "DM" for block in one.blocks}
    return replace(study, tables={n: t for n, t in study.tables.items() if n in sources and t.subject})


def with_tables(study: StudyPlan) -> StudyPlan:
    """The study with the tables that its datasets read, and where it has visits their witnesses."""
    found = _tables(study)
    visits = study.visits
    if visits is not None and _have_visits(study):
        found |= {table for table, *_ in visits.tables}
    elif visits is not None and not found >= {table for table, *_ in visits.tables}:
        visits = None
    kept = {name: table for name, table in study.tables.items() if name in found}
    return replace(study, tables=kept, visits=visits)


def _without_witnesses(study: StudyPlan) -> StudyPlan:
    """The study with the tables alone that its datasets read; these may witness visits, too."""
    found = _tables(study)
    kept = {name: table for name, table in study.tables.items() if name in found}
    if study.visits is None or not _have_visits(study):
        return replace(study, tables=kept, visits=None)
    witnesses = tuple(one for one in study.visits.tables if one[0] in found)
    return replace(study, tables=kept, visits=replace(study.visits, tables=witnesses))


def _are_planned(study: StudyPlan, rows: Mapping[str, list[dict[str, Any]]]) -> bool:
    """Whether the protocol alone says all that the datasets ask of the visits that rows name."""
    if study.visits is None:
        return True
    if any(column not in _PLANNED for column in _asked_of_visits(study)):
        return False
    planned = {raw for visit in study.visits.planned for raw in visit.raw}
    for block in _blocks(study):
        if block.kind == "visits":
            return False
        if block.visit is None:
            continue
        name = block.visit[0].removeprefix(f"{block.source}.")
        if not all(row.get(name) in planned for row in rows[study.qualified(block.source)]):
            return False
    return True


def _asked_of_visits(study: StudyPlan) -> Iterator[str]:
    for dataset in study.datasets:
        for node in _nodes(dataset):
            yield from (
                below.short
                for below in tree.walk(node)
                if isinstance(below, tree.Column) and below.owner == "visits"
            )


def _blocks(study: StudyPlan) -> Iterator[Block]:
    yield from (block for dataset in study.datasets for block in dataset.blocks)


def _have_visits(study: StudyPlan) -> bool:
    return any(block.visit is not None or block.kind == "visits" for block in _blocks(study))


def _tables(study: StudyPlan) -> set[str]:
    found = {name for dataset in study.datasets for name in _owners(dataset)}
    if study.visits is not None and study.visits.day1 is not None and _have_visits(study):
        found.add(study.visits.day1[0])
    return found | looked_up(study.usubjid).keys()


def _owners(dataset: DatasetPlan) -> Iterator[str]:
    """The tables and datasets that a dataset reads."""
    for block in dataset.blocks:
        yield block.source
        yield from (lookup.name for lookup in block.lookups)
        yield from (name.partition(".")[0] for lookup in block.lookups for name, _ in lookup.on)
        yield from (block.each[0].partition(".")[0],) if block.each is not None else ()
    for node in _nodes(dataset):
        for below in tree.walk(node):
            if isinstance(below, tree.Column):
                yield below.owner
            elif isinstance(below, tree.Aggregate):
                yield below.dataset


def _nodes(dataset: DatasetPlan) -> Iterator[tree.Node]:
    """The trees of all lines and conditions."""
    found: list[tree.Node | None] = [dataset.keep, *(line.tree for line in dataset.lines)]
    for block in dataset.blocks:
        found += [block.keep, *(line.tree for line in block.lines)]
    for computed in dataset.computed:
        found += [computed.keep, *(line.tree for line in (*computed.first, *computed.lines))]
    yield from (node for node in found if node is not None)
