"""A workbook as the bytes of an xlsx file, the same bytes for the same cells.

Every cell is text, so that a spreadsheet program takes no leading zero and makes no date of a term. openpyxl
puts the time of day into ``docProps/core.xml`` and into the zip entries: both are set to ``created`` here.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from importlib import import_module
from typing import Any

from ced_cdisc.core.findings import Finding, Findings, Location, Stage
from ced_cdisc.workbook.layout import Column, layout
from ced_cdisc.workbook.model import Sheet, Workbook

MOST_CHARACTERS = 32_767
"""What a cell holds (Excel's limit)."""
MOST_ROWS = 1_048_576

_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_FIRST_YEAR = 1980  # of a zip entry
_HEAD, _HEAD_2_1, _WIDTH = "FFDDE6F0", "FFFFF2CC", 14


def workbook_bytes(workbook: Workbook, created: datetime, shown: str, findings: Findings) -> bytes | None:
    """The xlsx file, or None with CED570 where Excel's limits cannot hold a text or a sheet.

    Known sheets get a frozen and filtered header, column widths, and lists of choices.
    """
    if not _fits(workbook, shown, findings):
        return None
    openpyxl: Any = import_module("openpyxl")
    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.creator = "ced-cdisc"
    styles = _Styles()
    for sheet in workbook.sheets:
        _write(book.create_sheet(sheet.name), sheet, styles)
    if not workbook.sheets:
        book.create_sheet("Define")
    written = io.BytesIO()
    book.save(written)
    return fixed_package(written.getvalue(), created)


def _fits(workbook: Workbook, shown: str, findings: Findings) -> bool:
    fine = True
    for sheet in workbook.sheets:
        where = f"{shown}[{sheet.name}]"
        if (last := max(sheet.rows, default=0)) > MOST_ROWS:
            text = f"the sheet needs {last} rows, and a sheet has {MOST_ROWS}"
            findings.add(Finding("CED570", text, Location(where), stage=Stage.OUTPUT))
            fine = False
        for row, column, text in sheet.cells():
            if len(escaped_text(text)) > MOST_CHARACTERS:
                head = sheet.rows.get(1, {}).get(column, f"column {column}")
                said = f"the text of {head} has {len(text)} characters, and a cell holds {MOST_CHARACTERS}"
                hint = "shorten it, or put it into a document"
                findings.add(Finding("CED570", said, Location(where, row), hint=hint, stage=Stage.OUTPUT))
                fine = False
    return fine


class _Styles:
    """The looks of cells; openpyxl keeps one copy of each."""

    def __init__(self) -> None:
        styles: Any = import_module("openpyxl.styles")
        self.bold: Any = styles.Font(bold=True)
        self.head: Any = styles.PatternFill("solid", fgColor=_HEAD)
        self.head_2_1: Any = styles.PatternFill("solid", fgColor=_HEAD_2_1)
        self.top: Any = styles.Alignment(vertical="top", wrap_text=True)


def _write(target: Any, sheet: Sheet, styles: _Styles) -> None:
    letter: Any = import_module("openpyxl.utils").get_column_letter
    known = layout(sheet.name)
    columns: dict[int, Column | None] = {
        at: known.column(name) if known else None for at, name in sheet.rows.get(1, {}).items()
    }
    for row, at, text in sheet.cells():
        cell: Any = target.cell(row, at)
        cell.value = escaped_text(text)
        cell.data_type = "s"  # whatever it looks like: =A1 and #N/A are texts here
        cell.number_format = "@"
        column = columns.get(at)
        if row == 1:
            cell.font = styles.bold
            cell.fill = styles.head_2_1 if column is not None and column.new else styles.head
        elif column is not None and column.width >= 40:
            cell.alignment = styles.top
    for at, column in columns.items():
        target.column_dimensions[letter(at)].width = column.width if column is not None else _WIDTH
    if columns and known is not None:
        last = max(sheet.rows)
        target.freeze_panes = "A2"
        target.auto_filter.ref = f"A1:{letter(max(columns))}{last}"
        _choices(target, columns, max(last, 2), letter)
    for merged in sheet.merged:
        target.merge_cells(merged)
    if sheet.hidden:
        target.sheet_state = "hidden"


def _choices(target: Any, columns: dict[int, Column | None], last: int, letter: Any) -> None:
    """The drop-down lists of columns that have choices; another value is warned of, not refused."""
    validation: Any = import_module("openpyxl.worksheet.datavalidation").DataValidation
    for at, column in columns.items():
        if column is not None and column.choices:
            listed: Any = validation(
                type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=True, errorStyle="warning"
            )
            listed.add(f"{letter(at)}2:{letter(at)}{last}")
            target.add_data_validation(listed)


def escaped_text(text: str) -> str:
    """A text as Excel keeps it: a return as ``_x000D_``, and what looks like such a code escaped itself."""
    return _LOOKS_ESCAPED.sub("_x005F_", text).replace("\r", "_x000D_")


def fixed_package(raw: bytes, created: datetime) -> bytes:
    """The package with ``created`` as its only time, its entries in openpyxl's order."""
    stamp = created if created.year >= _FIRST_YEAR else created.replace(year=_FIRST_YEAR)
    text = f"{stamp:%Y-%m-%dT%H:%M:%SZ}".encode()
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + text, content)
            entry = zipfile.ZipInfo(name, stamp.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # FAT on every machine
            new.writestr(entry, content)
    return made.getvalue()
