"""Two workbooks compared as specifications: what the new one says otherwise, row by row and column by column.

Spelling that says the same is no difference: separators of keys and pages, an empty cell and ``No``, a where
clause by its ID (2.0) or in words. Columns that one of the two does not have are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.workbook.layout import SHEETS
from ced_cdisc.workbook.model import Record, Table, Tables
from ced_cdisc.workbook.where import NoClause, clauses_text, parse_clauses

OLD_ORIGINS = {"crf": ("Collected", "Investigator"), "edt": ("Collected", "Vendor")}
"""Origins of Define-XML 2.0 as type and source of 2.1."""
LISTED = ("Name", "NCI Codelist Code", "Data Type", "Terminology", "Comment")
"""The columns of the sheet Codelists that say the same in each row of a list."""
_NO = ("Has No Data", "Common", "Reference Data")
_SEPARATOR = re.compile(r"[\s,;]+")

Key = tuple[str, ...]


class Difference(Struct, frozen=True):
    """One difference.

    Attributes:
        sheet: the sheet.
        key: what names the row, such as dataset and variable; of a codelist as a whole its ID alone.
        column: the column, empty where the row is in one workbook only.
        old: the text now; empty where the row is new.
        new: the text of the workbook; empty where it has no such row.
        row: the row in the workbook, 0 where it has none.
    """

    sheet: str
    key: Key
    column: str
    old: str
    new: str
    row: int = 0

    @property
    def kind(self) -> str:
        """``changed``, ``added`` or ``missing``."""
        return "changed" if self.column else "added" if self.row else "missing"


def compare(old: Tables, new: Tables) -> list[Difference]:
    """What ``new`` says otherwise than ``old``, by sheet in the order of the layout, then as ``old`` has it.

    Of a dataset that only one of them has, its row on the sheet Datasets is named alone.
    """
    made: list[Difference] = []
    alone = _alone(old, new)
    for sheet in SHEETS:
        if sheet.old or sheet.name not in new.tables:
            continue
        before, after = _rows(sheet.name, old), _rows(sheet.name, new)
        columns = _columns(sheet.name, old, new)
        for key in [*before, *(key for key in after if key not in before)]:
            if sheet.name in ("Variables", "ValueLevel") and key[0] in alone:
                continue
            old_row, new_row = before.get(key), after.get(key)
            found = _row(sheet.name, key, old_row, new_row, columns)
            if sheet.name == "Define":  # its keys were compared in small letters
                named = next(one["Attribute"] for one in (old_row, new_row) if one is not None)
                found = (replace(one, key=(named,)) for one in found)
            made += found
    return made


def notes_left_out(new: Tables) -> int:
    """How many cells of Developer Notes the workbook has; no spec has a place for them."""
    return sum(bool(one["Developer Notes"]) for table in new.tables.values() for one in table.records)


def _row(
    sheet: str, key: Key, old: Record | None, new: Record | None, columns: list[str]
) -> Iterator[Difference]:
    if old is None or new is None:
        row = new.row if new is not None else 0
        yield Difference(sheet, key, "", "" if old is None else "row", "" if new is None else "row", row)
        return
    for column in columns:
        if column not in old.values or column not in new.values:
            continue
        if old[column] != new[column]:
            yield Difference(sheet, key, column, old[column], new[column], new.row)


def _alone(old: Tables, new: Tables) -> set[str]:
    ours = {one["Dataset"] for one in old.records("Datasets")}
    return ours ^ {one["Dataset"] for one in new.records("Datasets")}


def _columns(sheet: str, old: Tables, new: Tables) -> list[str]:
    shared = set(old.tables[sheet].columns if sheet in old.tables else ()) & set(new.tables[sheet].columns)
    table = new.tables[sheet]
    skipped = {"Developer Notes", *table.layout.key}
    if sheet == "ValueLevel":
        skipped.add("Order")  # where a row stands among those of its variable says nothing
    return [c.name for c in table.layout.columns if c.name in shared and c.name not in skipped]


def _rows(sheet: str, tables: Tables) -> dict[Key, Record]:
    table = tables.tables.get(sheet)
    if table is None:
        return {}
    clauses = where_clauses(tables)
    rows: dict[Key, Record] = {}
    for record in table.records:
        normal = Record(record.row, dict(_normal(sheet, record, clauses)))
        if sheet == "Codelists":
            rows.setdefault((normal["ID"],), _of(normal, LISTED))
            if not normal["Term"]:
                continue
            normal = _of(normal, [c for c in normal.values if c not in LISTED])
        rows[_key(table, normal)] = normal
    return rows


def _key(table: Table, record: Record) -> Key:
    """The key; names of attributes have any case."""
    key = table.key(record)
    return (key[0].casefold(),) if table.layout.name == "Define" else key


def _of(record: Record, columns: tuple[str, ...] | list[str]) -> Record:
    return Record(record.row, {c: record.values[c] for c in columns if c in record.values})


def where_clauses(tables: Tables) -> Mapping[str, str]:
    """The where clauses of a 2.0 workbook in words, by ID; empty for one of 2.1."""
    parts: dict[str, list[str]] = {}
    for record in tables.records("WhereClauses"):
        dataset = f"{record['Dataset']}." if record["Dataset"] else ""
        value = record["Value"].strip()
        if record["Comparator"] in ("IN", "NOTIN"):
            value = f"({value})" if not value.startswith("(") else value
        elif not value.startswith('"'):
            value = '"' + value.replace('"', '""') + '"'
        parts.setdefault(record["ID"], []).append(
            f"{dataset}{record['Variable']} {record['Comparator']} {value}"
        )
    return {name: " AND ".join(listed) for name, listed in parts.items()}


def _normal(sheet: str, record: Record, clauses: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for column, text in record.values.items():
        if column == "Where Clause" and sheet == "ValueLevel":
            yield column, plain_clause(clauses.get(text, text), record["Dataset"])
        elif column == "Key Variables":
            yield column, ", ".join(filter(None, _SEPARATOR.split(text)))
        elif column in ("Pages", "Variables") or (column == "Document" and "," in text):
            yield column, " ".join(filter(None, _SEPARATOR.split(text)))
        elif column in _NO:
            yield column, text or "No"
        elif column == "Origin" and text.casefold() in OLD_ORIGINS:
            yield column, OLD_ORIGINS[text.casefold()][0]
        else:
            yield column, text.replace("\r\n", "\n").replace("\r", "\n")


def plain_clause(text: str, dataset: str) -> str:
    """A where clause in the one spelling that is compared; a text that is none stays as it is."""
    try:
        clauses = parse_clauses(text)
    except NoClause:
        return text
    return clauses_text(clauses, dataset)
