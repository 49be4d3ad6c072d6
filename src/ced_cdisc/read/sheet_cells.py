"""The cells of an xlsx workbook as texts, below openpyxl's worksheets.

openpyxl is read at ``WorkSheetParser``: only there is a formula without a stored value visible beside the
stored values of the others, rows out of order are not dropped, and a wrong ``dimension`` in the file cuts
nothing. Its warnings (unknown extensions, missing styles) concern looks only.
"""

from __future__ import annotations

import io
import math
import re
import threading
import warnings
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from importlib import import_module
from typing import Any, Literal

from msgspec import Struct, field

from ced_cdisc.core.decimals import shortest
from ced_cdisc.read.cell_text import moment_text, value_text
from ced_cdisc.read.number_format import shown_beside

MAX_UNPACKED = 1 << 30
"""Most bytes that the parts of a workbook may unpack to, together."""
MAX_ROWS = 1_048_576
"""Rows of a sheet (ECMA-376, Excel's limit)."""

_OLE = bytes.fromhex("D0CF11E0")
_ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|005[Ff])_")
_WARNINGS_LOCK = threading.Lock()  # warnings.catch_warnings changes the whole process


class PackageFault(Struct, frozen=True):
    """Why a file cannot be read as a workbook; ``said`` is the detail for the message."""

    kind: Literal["foreign", "locked", "damaged", "big"]
    said: str = ""

    @property
    def what(self) -> str:
        """What is wrong, in words that follow the name of the file."""
        return {
            "foreign": f"is no xlsx workbook: it starts with {self.said}",
            "locked": "is password-protected or an old .xls",
            "damaged": f"is damaged or no workbook: {self.said}",
            "big": f"unpacks to {self.said}",
        }[self.kind]

    @property
    def hint(self) -> str:
        """What to do."""
        return {
            "foreign": "save it as .xlsx",
            "locked": "save it as .xlsx without a password",
            "damaged": "open it in a spreadsheet program and save it as .xlsx again",
            "big": "take out what is not needed, or export so big a table as CSV",
        }[self.kind]


class SheetCells(Struct):
    """The filled cells of a sheet as text, and what stands in the way of reading it."""

    rows: dict[int, dict[int, str]] = field(default_factory=dict[int, dict[int, str]])
    errors: list[str] = field(default_factory=list[str])
    unstored: list[str] = field(default_factory=list[str])
    merged: list[str] = field(default_factory=list[str])
    otherwise: list[str] = field(default_factory=list[str])
    """Cells that show another thing than they hold, and what: a number below a limit shown as ``<0.5``."""
    beside: list[str] = field(default_factory=list[str])
    """Cells that show more than they hold, and what: ``.. mg``."""


def last_row(cells: str) -> int:
    """The last row of a range such as A1:F2."""
    return int(re.sub("[^0-9]", "", cells.rpartition(":")[2]) or 1)


def package_fault(raw: bytes) -> PackageFault | None:
    """What makes a file no workbook, or too big a one; its sheets are not looked at."""
    if raw.startswith(_OLE):
        return PackageFault("locked")
    if not zipfile.is_zipfile(io.BytesIO(raw)):
        return PackageFault("foreign", repr(raw[:8]))
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        return damage(error)
    if any(entry.flag_bits & 1 for entry in entries):
        return PackageFault("locked")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED:
        return PackageFault("big", f"{unpacked} bytes, more than {MAX_UNPACKED}")
    return None


def damage(error: Exception) -> PackageFault:
    """What openpyxl, zipfile or expat said of a damaged file, on one line."""
    return PackageFault("damaged", " ".join(str(error).split()) or type(error).__name__)


@contextmanager
def opened(raw: bytes) -> Generator[Any, None, None]:
    """The workbook as openpyxl reads it, without its warnings; anything may be raised on a damaged file."""
    with _WARNINGS_LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        openpyxl: Any = import_module("openpyxl")
        book: Any = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        try:
            yield book
        finally:
            book.close()


def read_cells(book: Any, worksheet: Any) -> SheetCells:
    """All filled cells of a sheet, by openpyxl's parser of sheet parts."""
    module: Any = import_module("openpyxl.worksheet._reader")
    letter: Any = import_module("openpyxl.utils.cell").get_column_letter
    as_stored: Any = module.WorkSheetParser.parse_cell
    sheet = SheetCells()

    class Parser(module.WorkSheetParser):
        """Notes the formulas that carry no stored value."""

        def parse_cell(self, element: Any) -> dict[str, Any]:
            cell: dict[str, Any] = as_stored(self, element)
            if cell["value"] is None and element.find(module.FORMULA_TAG) is not None:
                value = element.find(module.VALUE_TAG)
                # A text that is empty (t="str") is a value; other cells without one were never calculated.
                stored = value is not None and (value.text or element.get("t") == "str")
                if not stored:
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
                    continue
                row[cell["column"]] = text
                if isinstance(value, int | float | str) and not isinstance(value, bool):
                    shown = shown_beside(_number_format(cell, book), value)
                    if shown is not None:
                        place = f"{letter(cell['column'])}{cell['row']}"
                        kind = sheet.otherwise if shown.differs else sheet.beside
                        kind.append(f"{place} shows {shown.text}")
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
        case str():
            return _ESCAPED.sub(_unescape, value)
        case float():
            return shortest(value) if math.isfinite(value) else None
        case datetime():
            text, shown = moment_text(value), _date_format(cell, book)
            if value.time() != time() or "h" in shown:
                return text
            return text[: _length_shown(value, shown)]
        case _:
            return value_text(value)


def _unescape(match: re.Match[str]) -> str:
    code = int(match[1], 16)  # 5F is an underscore that stands before what would read as such a code
    return chr(code) if code else match[0]


def _number_format(cell: dict[str, Any], book: Any) -> str:
    """The number format of a cell."""
    number = int(book._cell_styles[cell["style_id"]].numFmtId)
    builtin: Any = import_module("openpyxl.styles.numbers").BUILTIN_FORMATS
    return str(builtin.get(number, "General") if number < 164 else book._number_formats[number - 164])


def _date_format(cell: dict[str, Any], book: Any) -> str:
    """The letters of the number format of a date cell, without quoted ones, in lower case."""
    shown = _number_format(cell, book)
    return re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", shown).lower()


def _length_shown(value: datetime, shown: str) -> int:
    """How much of an ISO 8601 date a cell says: Feb-2020, which is stored as the first of the month, no day.

    A part that the format hides and that is not the first was given by somebody, and so was all above it.
    """
    if "d" in shown or "y" not in shown or value.day > 1:
        return 10
    if "m" in shown:
        return 7
    return 4 if value.month == 1 else 10
