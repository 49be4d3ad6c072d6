"""A workbook as its cells, and as the tables that its sheets hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct, field

from ced_cdisc.workbook.layout import SHEETS, SheetLayout


class Sheet(Struct, frozen=True):
    """A sheet of texts.

    Attributes:
        name: the name on its tab.
        rows: the filled cells by row and column number, both from 1.
        merged: the merged ranges, as ``B2:B5``.
        hidden: whether a spreadsheet program hides it.
    """

    name: str
    rows: Mapping[int, Mapping[int, str]]
    merged: tuple[str, ...] = ()
    hidden: bool = False

    def cells(self) -> Iterator[tuple[int, int, str]]:
        """Row, column and text of each filled cell, in order."""
        for row, cells in sorted(self.rows.items()):
            for column, text in sorted(cells.items()):
                yield row, column, text


class Workbook(Struct, frozen=True):
    """All sheets in their order, the unknown ones too; ``created`` is when the file says it was made."""

    sheets: tuple[Sheet, ...]
    created: datetime | None = None


class Record(Struct, frozen=True):
    """One row of a known sheet: its number, and its texts by the names of the 2.1 layout; empty is ``""``."""

    row: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


class Table(Struct, frozen=True):
    """A known sheet, read by its header.

    ``columns`` are those that its header has, by the names of the 2.1 layout; ``extra`` are the headers that
    the layout does not know.
    """

    layout: SheetLayout
    name: str
    columns: tuple[str, ...]
    records: tuple[Record, ...]
    extra: tuple[str, ...] = ()

    def key(self, record: Record) -> tuple[str, ...]:
        """What names the record among those of its sheet."""
        return tuple(record[column] for column in self.layout.key)


class Tables(Struct, frozen=True):
    """The known sheets of a workbook by the names of the 2.1 layout, and the names of the others."""

    shown: str
    tables: Mapping[str, Table] = field(default_factory=dict[str, Table])
    unknown: tuple[str, ...] = ()

    def records(self, sheet: str) -> tuple[Record, ...]:
        """The records of a sheet; none where the workbook has no such sheet."""
        table = self.tables.get(sheet)
        return table.records if table is not None else ()

    def attribute(self, name: str) -> str:
        """A value of the sheet ``Define``, or an empty text."""
        found = (
            one["Value"] for one in self.records("Define") if one["Attribute"].casefold() == name.casefold()
        )
        return next(found, "")


def as_workbook(tables: Mapping[str, list[dict[str, str]]]) -> Workbook:
    """Records by sheet, in the 2.1 layout, as a workbook with every sheet of that layout."""
    made: list[Sheet] = []
    for sheet in SHEETS:
        if sheet.old:
            continue
        columns = [column.name for column in sheet.columns if not column.old]
        rows: dict[int, dict[int, str]] = {1: dict(enumerate(columns, 1))}
        for number, record in enumerate(tables.get(sheet.name, ()), 2):
            rows[number] = {at: record[c] for at, c in enumerate(columns, 1) if record.get(c)}
        made.append(Sheet(sheet.name, rows))
    return Workbook(tuple(made))
