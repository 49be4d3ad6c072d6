"""The cells of a sheet of an xlsx workbook as texts.

What a spreadsheet program would show, and what it hides: formulas without a stored value stand beside the
stored values of the others, rows may come in any order, and a wrong ``dimension`` in the file cuts nothing.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import NoReturn
from xml.etree.ElementTree import Element

from ced_cdisc.read.cell_text import boolean_text, moment_text, number_text, value_text
from ced_cdisc.read.sheet_formats import moment_of, stored_moment
from ced_cdisc.read.sheet_package import Book, Worksheet, children, elements, local, text_of

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
"""Rows and columns of a sheet (ECMA-376, Excel's limits)."""

_ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|005[Ff])_")
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]+)")
_NO_DATE = "#VALUE!"


@dataclass
class SheetCells:
    """The filled cells of a sheet as text, and what stands in the way of reading it."""

    rows: dict[int, dict[int, str]] = field(default_factory=dict[int, dict[int, str]])
    errors: list[str] = field(default_factory=list[str])
    unstored: list[str] = field(default_factory=list[str])
    merged: list[str] = field(default_factory=list[str])


def column_letters(number: int) -> str:
    """How a sheet names a column: 1 is A, 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_cells(book: Book, worksheet: Worksheet) -> SheetCells:
    """All filled cells of a sheet.

    Raises:
        Exception: the part is damaged; zipfile and expat raise many kinds.
    """
    reader = _Reader(book)
    with book.archive.open(worksheet.part) as part:
        for element in elements(part):
            match local(element):
                case "row":
                    reader.row(element)
                    element.clear()
                case "mergeCells":
                    reader.sheet.merged = [one.get("ref", "") for one in children(element, "mergeCell")]
                case _:
                    pass
    return reader.sheet


class _Reader:
    """Takes the rows of a sheet one after the other."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._number = 0
        self._columns: dict[str, int] = {}
        self.sheet = SheetCells()

    def row(self, element: Element) -> None:
        """The cells of a row; one that has no number follows the one before."""
        told = element.get("r")
        self._number = self._number + 1 if told is None else _whole(told)
        if not 1 <= self._number <= MAX_ROWS:
            raise ValueError(f"row number {self._number}")
        row = self.sheet.rows.setdefault(self._number, {})
        column = 0
        for cell in children(element, "c"):
            place = cell.get("r")
            column = self._column(place) if place else column + 1
            text = self._cell(cell, place or f"{column_letters(column)}{self._number}")
            if text:
                row[column] = text

    def _column(self, place: str) -> int:
        match = _PLACE.fullmatch(place)
        if match is None:
            raise ValueError(f"{place} is no cell")
        letters = match[1]
        if letters not in self._columns:
            number = 0
            for letter in letters.upper():
                number = number * 26 + ord(letter) - ord("A") + 1
            if number > MAX_COLUMNS:
                raise ValueError(f"{place} is no cell")
            self._columns[letters] = number
        return self._columns[letters]

    def _cell(self, cell: Element, place: str) -> str | None:
        """The text of a cell, or None with what is wrong with it."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return next((_plain(text_of(child)) for child in children(cell, "is")), None)
        value, formula = next(children(cell, "v"), None), next(children(cell, "f"), None)
        stored = (value.text or "") if value is not None else ""
        if not stored:
            # A text that is empty (t="str") is a value; other cells without one were never calculated.
            if formula is not None and not (value is not None and kind == "str"):
                self.sheet.unstored.append(place)
            return None
        match kind:
            case "n":
                return self._number_text(stored, int(cell.get("s", "0")), place)
            case "s":
                return _plain(self._shared(stored))
            case "b":
                return boolean_text(bool(int(stored)))
            case "e":
                return self._wrong(place, stored)
            case "d":
                return self._moment_text(stored_moment(stored), int(cell.get("s", "0")))
            case _:
                return _plain(stored)

    def _shared(self, stored: str) -> str:
        number = int(stored)
        if not 0 <= number < len(self._book.texts):
            raise ValueError(f"there is no shared text {number}")
        return self._book.texts[number]

    def _number_text(self, stored: str, style: int, place: str) -> str | None:
        value: float = float(stored) if set(stored) & set(".eE") else int(stored)
        form = self._book.format_of(style)
        if form.moment:
            try:
                moment = moment_of(value, self._book.epoch, duration=form.duration)
            except (OverflowError, ValueError):
                return self._wrong(place, _NO_DATE)
            return self._moment_text(moment, style)
        if isinstance(value, int):
            return str(value)
        return number_text(value) if math.isfinite(value) else self._wrong(place, str(value))

    def _moment_text(self, moment: object, style: int) -> str:
        if not isinstance(moment, datetime):
            return value_text(moment)
        text = moment_text(moment)
        return text if moment.time() != time() or self._book.format_of(style).hours else text[:10]

    def _wrong(self, place: str, said: str) -> None:
        self.sheet.errors.append(f"{place} holds {said}")


def _whole(text: str) -> int:
    """A row number, which some programs write as 2.0."""
    try:
        return int(text)
    except ValueError:
        value = float(text)
        return int(value) if value.is_integer() else _no_row(text)


def _no_row(text: str) -> NoReturn:
    raise ValueError(f"row number {text}")


def _plain(text: str) -> str:
    """A text as it is stored, with the characters that XML cannot hold."""
    return _ESCAPED.sub(_unescape, text) if "_x00" in text else text


def _unescape(match: re.Match[str]) -> str:
    code = int(match[1], 16)  # 5F is an underscore that stands before what would read as such a code
    return chr(code) if code else match[0]
