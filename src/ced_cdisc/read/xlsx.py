"""One sheet of an xlsx workbook to a frame of text columns.

openpyxl is read below its worksheets, at ``WorkSheetParser``: only there is a formula without a stored
value visible beside the stored values of the others, rows out of order are not dropped, and a wrong
``dimension`` in the file cuts nothing. Its warnings (unknown extensions, missing styles) concern looks only.
"""

from __future__ import annotations

import io
import math
import re
import threading
import warnings
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from importlib import import_module
from typing import Any

import polars as pl

from ced_cdisc.core.findings import Finding, Location, Severity, did_you_mean, one_of
from ced_cdisc.read.cell_text import duration_text, number_text
from ced_cdisc.read.contract import ROW, TableContract, compare_header, new_columns, raw_finding
from ced_cdisc.read.delimited import empty_file, finish_cells, skipped_rows

MAX_UNPACKED = 1 << 30
"""Most bytes that the parts of a workbook may unpack to, together."""
MAX_ROWS = 1_048_576
"""Rows of a sheet (ECMA-376, Excel's limit)."""

_OLE = bytes.fromhex("D0CF11E0")
_SHOWN = 5
_ESCAPED_CONTROL = re.compile(r"_x00([01][0-9A-Fa-f])_")
_WARNINGS_LOCK = threading.Lock()  # warnings.catch_warnings changes the whole process


@dataclass
class _Sheet:
    """The filled cells of a sheet as text, and what stands in the way of reading it."""

    rows: dict[int, dict[int, str]] = field(default_factory=dict[int, dict[int, str]])
    errors: list[str] = field(default_factory=list[str])
    unstored: list[str] = field(default_factory=list[str])
    merged: list[str] = field(default_factory=list[str])


def read_xlsx(
    raw: bytes, contract: TableContract, shown: str, needed: Collection[str] | None = None
) -> tuple[pl.DataFrame | None, tuple[str, ...], list[Finding]]:
    """Read one sheet; the arguments and the result are those of ``read_delimited``.

    Row 1 is the header. Numbers become the shortest text that reads back (``424``, ``2.22``), booleans
    ``TRUE``/``FALSE``, dates ``YYYY-MM-DD``, date-times ``YYYY-MM-DDTHH:MM:SS``, times ``HH:MM:SS``.
    """
    fault = _check_package(raw, contract, shown)
    if fault:
        return None, (), [fault]
    with _WARNINGS_LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            sheet = _load(raw, contract, shown)
        except MemoryError:
            raise
        except Exception as error:  # openpyxl, zipfile and expat raise anything on a damaged file
            return None, (), [_damaged(error, contract, shown)]
    if isinstance(sheet, Finding):
        return None, (), [sheet]
    return _to_frame(sheet, contract, shown, needed)


def _check_package(raw: bytes, contract: TableContract, shown: str) -> Finding | None:
    """CED225, CED226, CED227 or CED233: what is no workbook, or too big a one."""
    where, table = Location(shown), contract.name
    if raw.startswith(_OLE):
        text = f"the file of table {table} is password-protected or an old .xls"
        return raw_finding("CED226", text, where, "save it as .xlsx without a password")
    if not zipfile.is_zipfile(io.BytesIO(raw)):
        text = f"the file of table {table} is not an xlsx workbook: it starts with {raw[:8]!r}"
        return raw_finding("CED225", text, where, "save it as .xlsx, or write format: csv if it is text")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        return _damaged(error, contract, shown)
    if any(entry.flag_bits & 1 for entry in entries):
        text = f"the file of table {table} is password-protected or an old .xls"
        return raw_finding("CED226", text, where, "save it as .xlsx without a password")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        text = f"the workbook of table {table} unpacks to {unpacked} bytes, more than {MAX_UNPACKED}"
        return raw_finding("CED233", text, where, "export so big a table as CSV")
    return None


def _damaged(error: Exception, contract: TableContract, shown: str) -> Finding:
    said = " ".join(str(error).split()) or type(error).__name__
    text = f"the file of table {contract.name} is damaged or no workbook: {said}"
    hint = "open it in a spreadsheet program and save it as .xlsx again"
    return raw_finding("CED227", text, Location(shown), hint)


def _load(raw: bytes, contract: TableContract, shown: str) -> _Sheet | Finding:
    openpyxl: Any = import_module("openpyxl")
    book: Any = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    try:
        sheets = {str(sheet.title): sheet for sheet in book.worksheets}
        titles = list(sheets)
        if contract.sheet and contract.sheet not in sheets:
            hint = did_you_mean(contract.sheet, titles) or f"the workbook has {one_of(titles)}"
            text = f"no sheet {contract.sheet} in {shown} for table {contract.name}"
            return raw_finding("CED228", text, contract.where, hint)
        if not contract.sheet and len(titles) != 1:
            text = (
                f"table {contract.name} names no sheet, and the workbook has {len(titles)}: {one_of(titles)}"
            )
            return raw_finding("CED229", text, contract.where, "write sheet: with one of them")
        return _read_cells(book, sheets[contract.sheet or titles[0]])
    finally:
        book.close()


def _read_cells(book: Any, worksheet: Any) -> _Sheet:
    """All filled cells of a sheet, by openpyxl's parser of sheet parts."""
    module: Any = import_module("openpyxl.worksheet._reader")
    letter: Any = import_module("openpyxl.utils.cell").get_column_letter
    as_stored: Any = module.WorkSheetParser.parse_cell
    sheet = _Sheet()

    class Parser(module.WorkSheetParser):
        """Notes the formulas that carry no stored value."""

        def parse_cell(self, element: Any) -> dict[str, Any]:
            cell: dict[str, Any] = as_stored(self, element)
            formula, value = element.find(module.FORMULA_TAG), element.find(module.VALUE_TAG)
            if cell["value"] is None and formula is not None and value is None:
                sheet.unstored.append(f"{letter(cell['column'])}{cell['row']}")
            return cell

    with worksheet._get_source() as source:
        parser: Any = Parser(
            source,
            worksheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in _rows(parser):
            row = sheet.rows.setdefault(number, {})
            for cell in cells:
                value = cell["value"]
                if value is None or value == "":
                    continue
                text = _text(value, cell, book)
                if cell["data_type"] == "e" or text is None:
                    place = f"{letter(cell['column'])}{cell['row']}"
                    sheet.errors.append(f"{place} holds {value}")
                else:
                    row[cell["column"]] = text
        merged: Any = parser.merged_cells
        sheet.merged = [str(item.ref) for item in merged.mergeCell] if merged else []
    return sheet


def _rows(parser: Any) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    for number, cells in parser.parse():
        if not 1 <= number <= MAX_ROWS:
            raise ValueError(f"row number {number}")
        yield number, cells


def _text(value: object, cell: dict[str, Any], book: Any) -> str | None:
    """The text of a cell value, or None for a number that is none."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return _ESCAPED_CONTROL.sub(_unescape, value)
        case int():
            return str(value)
        case float():
            return number_text(value) if math.isfinite(value) else None
        case datetime():
            stamp = value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
            at_midnight = value.time() == time()
            return stamp[:10] if at_midnight and not _shows_hours(cell, book) else stamp
        case date():
            return value.isoformat()
        case time():
            return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
        case timedelta():
            return duration_text(value)
        case _:
            return str(value)


def _unescape(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code else match[0]


def _shows_hours(cell: dict[str, Any], book: Any) -> bool:
    """Whether the number format of a date cell shows a time of day, so that midnight is one."""
    number = int(book._cell_styles[cell["style_id"]].numFmtId)
    builtin: Any = import_module("openpyxl.styles.numbers").BUILTIN_FORMATS
    shown = str(builtin.get(number, "") if number < 164 else book._number_formats[number - 164])
    return "h" in re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", shown).lower()


def _to_frame(
    sheet: _Sheet, contract: TableContract, shown: str, needed: Collection[str] | None
) -> tuple[pl.DataFrame | None, tuple[str, ...], list[Finding]]:
    table, where = contract.name, Location(shown)
    header_row = sheet.rows.pop(1, {})
    filled = {number: cells for number, cells in sorted(sheet.rows.items()) if cells}
    found = [
        *_cell_findings("CED230", "error", sheet.errors, "correct the formula or the value", table, where),
        *_cell_findings(
            "CED231",
            "unstored formula",
            sheet.unstored,
            "open and save the workbook, so that values are stored",
            table,
            where,
        ),
        *_cell_findings("CED232", "merged range", sheet.merged, "unmerge and fill each cell", table, where),
    ]
    if not header_row and not filled and not found:
        return None, (), [empty_file(contract, shown)]
    header = [header_row.get(number, "") for number in range(1, max(header_row, default=0) + 1)]
    if contract.trim:
        header = [name.strip() for name in header]
    found += compare_header(header, contract, Location(shown, 1))
    found += _beyond_header(filled, len(header), table, where)
    if any(finding.severity is Severity.ERROR for finding in found):
        return None, (), found
    keep = [name for name in contract.columns if needed is None or name in needed]
    place = {name: number for number, name in enumerate(header, 1)}
    columns = {
        name: pl.Series([cells.get(place.get(name, 0)) for cells in filled.values()], dtype=pl.String)
        for name in keep
    }
    frame = pl.DataFrame(columns)
    if keep:
        frame = finish_cells(frame, contract)
    last = max(filled, default=1)
    found += skipped_rows([n for n in range(2, last) if n not in filled], "row", contract, shown)
    return frame.with_columns(pl.Series(ROW, list(filled), pl.Int64)), new_columns(header, contract), found


def _cell_findings(
    code: str, word: str, cells: list[str], hint: str, table: str, where: Location
) -> list[Finding]:
    """One finding for all cells of a kind; a bar in the word marks where its plural s goes."""
    if not cells:
        return []
    first, _, rest = word.partition("|")
    count = f"{len(cells)} {first}{'s' * (len(cells) > 1)}{rest}"
    text = f"{count} in the sheet of table {table}: {one_of(cells, _SHOWN)}"
    return [raw_finding(code, text, where, hint)]


def _beyond_header(
    filled: dict[int, dict[int, str]], width: int, table: str, where: Location
) -> list[Finding]:
    """CED234: cells to the right of the last header cell."""
    letter: Any = import_module("openpyxl.utils.cell").get_column_letter
    outside = [
        f"{letter(column)}{number} holds {cells[column]}"
        for number, cells in filled.items()
        for column in sorted(cells)
        if column > width
    ]
    hint = "give the column a header or clear the cells"
    return _cell_findings("CED234", "cell| without header", outside, hint, table, where)
