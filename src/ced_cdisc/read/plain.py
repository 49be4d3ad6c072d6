"""Rows of a raw table without a library of frames, for the few tables that one question reads.

To load polars, numpy and pyarrow takes longer than to read a small table with Python's own csv. This does so
where a file is plain: its bytes are what the contract promises, and no reader has a word to say of them. Of
any other file, faulty or only unusual, it gives nothing, and the caller asks :mod:`ced_cdisc.read.tables`,
whose rows these are otherwise, value by value.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ced_cdisc.core.findings import Finding, Severity
from ced_cdisc.read.contract import ROW, SPREADSHEET_ERRORS, TableContract, shown_path
from ced_cdisc.read.encoding import to_utf8
from ced_cdisc.read.sheet_table import read_sheet

_MOST_BYTES = 1 << 22
"""Larger files are read sooner by what is made for them."""
_SEPARATORS = re.compile("[\x1c-\x1f]")
"""What ``str.strip`` takes for white space, and polars does not."""

Chosen = Callable[[str | None], bool]
_Placed = tuple[int, Sequence[str | None]]
"""The place of a record, and its cells."""


class _NotPlain(Exception):
    """The file is for the readers that say what is unusual about it."""


def plain_rows(
    folder: Path, contract: TableContract, column: str, chosen: Chosen
) -> tuple[list[dict[str, Any]], list[Finding]] | None:
    """The rows of a plain table that are wanted, with what is to be said of it; None where it is not plain.

    Args:
        folder: the raw folder, as the user wrote it.
        contract: what sources.yaml says of the table.
        column: a column of the table; empty where all rows are wanted.
        chosen: whether a row is wanted, by its text in that column.

    Returns:
        Of each row the texts by column, None where missing, and its place as ``__row``; and the findings,
        none of which is an error.
    """
    if contract.format not in ("csv", "xlsx") or contract.query:
        return None
    path = folder / contract.file
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        raw = path.read_bytes()
        shown = shown_path(folder, contract.file)
        names, placed, found = (_delimited if contract.format == "csv" else _sheet)(raw, contract, shown)
        return list(_rows(names, placed, contract, column, chosen)), found
    except (OSError, csv.Error, _NotPlain):
        return None


def _delimited(
    raw: bytes, contract: TableContract, shown: str
) -> tuple[list[str], Iterator[_Placed], list[Finding]]:
    data, found = to_utf8(raw, contract, shown)
    if data is None or found or contract.titles or contract.labels:
        raise _NotPlain
    text = data.decode()
    if text.count("\r") != text.count("\r\n"):
        raise _NotPlain
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=contract.delimiter, strict=True)
    header = next(reader, list[str]())
    names = contract.renamed([name.strip() for name in header] if contract.trim else header)
    if sorted(names) != sorted(contract.columns):
        raise _NotPlain
    return names, _records(reader, len(names), quoted='"' in text), []


def _records(reader: Any, width: int, *, quoted: bool) -> Iterator[_Placed]:
    """The records and the lines on which they begin; one that is blank or ragged is not plain.

    A quote within a cell may be one that no quote opened: Python takes it as it stands, we do not.
    """
    line = reader.line_num + 1
    for cells in reader:
        whole = "".join(cells)
        if len(cells) != width or not whole.strip() or (quoted and '"' in whole):
            raise _NotPlain
        yield line, cells
        line = reader.line_num + 1


def _sheet(
    raw: bytes, contract: TableContract, shown: str
) -> tuple[list[str], Iterable[_Placed], list[Finding]]:
    table, _, found = read_sheet(raw, contract, shown)
    if table is None or any(finding.severity is Severity.ERROR for finding in found):
        raise _NotPlain
    return list(table.columns), zip(table.rows, zip(*table.columns.values(), strict=True), strict=True), found


def _rows(
    names: list[str], placed: Iterable[_Placed], contract: TableContract, column: str, chosen: Chosen
) -> Iterator[dict[str, Any]]:
    """The wanted rows, their cells trimmed and missing as the contract says."""
    missing = {"", *contract.missing}
    number = names.index(column) if column else None

    def finished(cell: str | None) -> str | None:
        if cell is not None and contract.trim:
            if _SEPARATORS.search(cell):
                raise _NotPlain
            cell = cell.strip()
        return None if cell in missing else cell

    for place, cells in placed:
        if any(cell and "#" in cell and cell.strip() in SPREADSHEET_ERRORS for cell in cells):
            raise _NotPlain
        if number is None or chosen(finished(cells[number])):
            yield {**dict(zip(names, map(finished, cells), strict=True)), ROW: place}
