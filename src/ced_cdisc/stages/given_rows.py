"""The rows that a test of specs gives: as raw tables, and as datasets in place of what makes them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.decimals import decimal_number
from ced_cdisc.core.findings import Finding, Location, did_you_mean, one_of
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.model import Block, DatasetPlan, StudyPlan
from ced_cdisc.plan.raw import RawTable as TablePlan
from ced_cdisc.read.tables import ROW, RawTable
from ced_cdisc.recompute import Value
from ced_cdisc.recompute.persons import number_of
from ced_cdisc.spec.source import Text
from ced_cdisc.spec.spec_tests import DatasetTest, GivenTable, Row


class NotWritten(Exception):
    """A test that is not written right; carries the finding."""

    def __init__(self, message: str, where: Location, hint: str = "") -> None:
        super().__init__(message)
        self.finding = Finding("CED785", message, where, hint=hint)


def typed(text: Text | None, kind: Type, name: str) -> Value:
    """What a test writes, as a value of a variable.

    Raises:
        NotWritten: it is none.
    """
    if text is None or text == "":
        return None
    try:
        match kind:
            case Type.NUMBER:
                if (number := decimal_number(text)) is None:
                    raise ValueError
                return number
            case Type.DATE:
                return date.fromisoformat(text)
            case Type.DATETIME:
                return datetime.fromisoformat(text)
            case Type.TRUTH:
                return {"yes": True, "no": False}[text]
            case _:
                return str(text)
    except (ValueError, KeyError):
        raise NotWritten(f"'{text}' is no {kind.value}, which {name} is", text.where) from None


class GivenRows(Struct, frozen=True):
    """What a test gives: raw tables as rows, datasets as plans of written rows."""

    tables: Mapping[str, Sequence[Mapping[str, str | None]]]
    datasets: Mapping[str, DatasetPlan]


def given_rows(plan: StudyPlan, test: DatasetTest, folder: Path) -> GivenRows:
    """The rows of a test, each name known.

    Raises:
        NotWritten: an unknown table or column, a subject that is not named, a file that cannot be read.
    """
    tables: dict[str, Sequence[Mapping[str, str | None]]] = {}
    datasets: dict[str, DatasetPlan] = {}
    known = {dataset.name: dataset for dataset in plan.datasets}
    for name, given in test.given.items():
        rows = _read(given, folder)
        if name in plan.tables:
            tables[str(name)] = _raw(plan.tables[str(name)], rows, name)
        elif name in known:
            datasets[str(name)] = of_rows(known[str(name)], rows)
        else:
            hint = did_you_mean(name, [*plan.tables, *known])
            hint = hint or f"the tables are {one_of(list(plan.tables))}"
            raise NotWritten(f"there is no raw table or dataset {name}", name.where, hint)
    return GivenRows(tables, datasets)


def frames_of(plan: StudyPlan, given: GivenRows) -> dict[str, RawTable]:
    """The raw tables of a plan; those that a test does not give have no row."""
    made: dict[str, RawTable] = {}
    for name, table in plan.tables.items():
        rows = given.tables.get(name, ())
        columns = {
            column: pl.Series([row.get(column) for row in rows], dtype=pl.String) for column in table.columns
        }
        numbers = pl.Series(range(1, len(rows) + 1), dtype=pl.Int64)
        made[name] = RawTable(name, pl.DataFrame({**columns, ROW: numbers}), "", f"given {name}")
    return made


def _read(given: GivenTable, folder: Path) -> list[Row]:
    if given.file is None:
        return given.rows
    path = (folder / given.file).resolve()
    if path.parent != folder.resolve():
        raise NotWritten(f"'{given.file}' does not stand beside the test", given.file.where)
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise NotWritten(f"{given.file} cannot be read: {why}", given.file.where) from None
    head, *lines = list(csv.reader(StringIO(content), strict=True)) or [[]]
    rows: list[Row] = []
    for number, cells in enumerate(lines, 2):
        if len(cells) != len(head):
            message = f"line {number} of {given.file} has {len(cells)} cells, the first line {len(head)}"
            raise NotWritten(message, given.file.where)
        pairs = zip(head, cells, strict=True)
        rows.append({Text(k, given.file.where): Text(v, given.file.where) for k, v in pairs if v})
    return rows


def _raw(table: TablePlan, rows: list[Row], named: Text) -> list[dict[str, str | None]]:
    """Rows as they would be read: texts that mean nothing are empty, key columns not named are numbered."""
    made: list[dict[str, str | None]] = []
    for number, row in enumerate(rows, 1):
        for column in row:
            if column not in table.columns:
                raise NotWritten(
                    f"{table.name} has no column {column}", column.where, did_you_mean(column, table.columns)
                )
        if table.subject and number_of(table, row) is None:
            message = f"row {number} of {table.name} names no subject"
            raise NotWritten(message, named.where, f"write {one_of(table.subject_columns)}")
        cells: dict[str, str | None] = {column: str(number) for column in table.key}
        for column, text in row.items():
            cell = text.strip(" ") if text is not None and table.trim else text
            cells[str(column)] = None if cell is None or cell in ("", *table.missing) else str(cell)
        made.append(cells)
    return made


def of_rows(dataset: DatasetPlan, rows: list[Row]) -> DatasetPlan:
    """The dataset as rows that stand in the specs, in place of what makes it.

    Raises:
        NotWritten: a variable that it has not, or a value that is none of its kind.
    """
    kinds = {variable.name: variable.kind for variable in dataset.variables}
    made: list[Mapping[str, Any]] = []
    for row in rows:
        for name in row:
            if name not in kinds:
                hint = did_you_mean(name, kinds)
                raise NotWritten(f"{dataset.name} has no variable {name}", name.where, hint)
        given = {str(name): typed(text, kinds[str(name)], str(name)) for name, text in row.items()}
        made.append(dict.fromkeys(kinds) | given)
    block = Block(0, "", "rows", (), rows=tuple(made), where=dataset.where)
    return replace(
        dataset,
        blocks=(block,),
        computed=(),
        lines=(),
        sort=(),
        keep=None,
        pinned=None,
        supplemental=(),
        checks=(),
        demands=(),
        relations=(),
        results=(),
        figures=(),
    )
