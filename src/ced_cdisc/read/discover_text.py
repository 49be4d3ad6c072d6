"""Delimited text of unknown encoding and delimiter, in blocks, so that a file of any size is looked at.

Both are found from the bytes, and said with the reason. Text that is not well-formed is read as Python's csv
module reads it, with a remark of where it is not: the reader of a build refuses it.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl

from ced_cdisc.read.contract import ROW
from ced_cdisc.read.discover import FoundTable, titles_above
from ced_cdisc.read.scan import Fault, Layout, scan

_BLOCK = 1 << 22
_SAMPLE = 1 << 17
_LONGEST_RECORD = 1 << 26
"""A quote that is not closed within so many bytes is taken as a fault."""
_DELIMITERS = (",", ";", "\t", "|")
_MISPLACED = "a quote is misplaced"
_FAULTS = {"unclosed": "a quote is never closed", "lone cr": "a line ends in a carriage return alone"}
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def found_text(path: Path, file: str) -> FoundTable | str:
    """The table of a text file, or why it is no text; the header is empty where the file holds no line."""
    coding = _encoding(path)
    if isinstance(coding, str):
        return coding
    encoding, why_encoding = coding
    sample = next(_recoded(path, encoding, _SAMPLE), b"").decode(errors="ignore")
    delimiter, why_delimiter = _delimiter(sample)
    rows = [row for row in _rows(sample, delimiter) if row]
    titles = titles_above([sum(map(bool, row)) for row in rows])
    none: list[str] = []
    first = rows[titles] if titles else next((row for row in rows if any(row)), none)
    header = tuple(cell.strip() for cell in first)
    remarks: list[str] = []
    if list(header) != first:
        remarks.append("names in the header have blanks at their ends; `trim: yes` takes them away")
    found = FoundTable(
        file,
        "csv",
        header,
        iter(()),
        encoding=encoding,
        delimiter=delimiter,
        why=(why_encoding, why_delimiter),
        remarks=remarks,
        titles=titles,
    )
    found.blocks = _Records(delimiter, len(header), remarks, titles).blocks(_recoded(path, encoding, _BLOCK))
    return found


def _encoding(path: Path) -> tuple[str, str] | str:
    """The encoding and the reason; or why the bytes are no text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, plain, foreign = 1, True, b""
    place = 0
    with path.open("rb") as stream:
        head = stream.read(4)
        stream.seek(0)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16", "it begins with the mark of UTF-16"
        while part := stream.read(_BLOCK):
            if b"\0" in part:
                line = lines + part.count(b"\n", 0, part.index(0))
                return f"line {line} holds a NUL byte"
            if not place and not (plain and part.isascii()):
                try:
                    decoder.decode(part)
                    plain = False
                except UnicodeDecodeError as error:
                    place = lines + part.count(b"\n", 0, error.start)
                    foreign = error.object[error.start : error.start + 1]
            if place and any(byte in part for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)):
                return "cp850", f"line {place} is no UTF-8, and the file has bytes that cp1252 does not know"
            lines += part.count(b"\n")
    if place:
        letter = foreign.decode("cp1252", "replace")
        return "cp1252", f"byte 0x{foreign[0]:02X} in line {place} is no UTF-8, and {letter} in cp1252"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", "it begins with the mark of UTF-8"
    return "utf-8", "all is ASCII" if plain else "all letters beyond ASCII are UTF-8"


def _recoded(path: Path, encoding: str, size: int) -> Iterator[bytes]:
    """The file as UTF-8 without mark, part by part."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    begun = False
    with path.open("rb") as stream:
        while part := stream.read(size):
            text = part if encoding == "utf-8" else decoder.decode(part).encode()
            yield text if begun else text.removeprefix(codecs.BOM_UTF8)
            begun = True


def _rows(sample: str, delimiter: str, most: int = 200) -> list[list[str]]:
    """Records of the beginning of a text; the last one may be cut."""
    csv.field_size_limit(1 << 30)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) > most:
                break
    except csv.Error:
        pass
    return rows


def _delimiter(sample: str) -> tuple[str, str]:
    """The character that cuts most records into the number of cells that the header has, more than one."""
    scores: list[tuple[float, int, int, str, int]] = []
    for rank, sign in enumerate(_DELIMITERS):
        rows = [row for row in _rows(sample, sign) if any(row)]
        rows = rows[titles_above([sum(map(bool, row)) for row in rows]) :]
        width = len(rows[0]) if rows else 0
        if width > 1:
            body = rows[1:-1] if len(rows) > 2 else rows[1:]
            alike = sum(len(row) == width for row in body)
            scores.append((alike / len(body) if body else 1.0, width, -rank, sign, alike))
    if not scores:
        return ",", "no delimiter cuts the header: one column"
    share, width, _, sign, alike = max(scores)
    if share < 1:
        return sign, f"with a {_NAMES[sign]} the header has {width} cells, and {alike} of the first records"
    return sign, f"with a {_NAMES[sign]} the header and the first records have {width} cells"


class _Records:
    """Text blocks to frames; notes what is not well-formed."""

    def __init__(self, delimiter: str, width: int, remarks: list[str], titles: int) -> None:
        self._delimiter = delimiter
        self._width = width
        self._remarks = remarks
        self._fault = ""
        self._fault_line = 0
        self._ragged: Counter[str] = Counter()
        self._first: dict[str, int] = {}
        self._line = 1
        self._above = titles + 1

    def blocks(self, parts: Iterator[bytes]) -> Iterator[pl.DataFrame]:
        """The frames of all records below the header."""
        if not self._width:
            return
        rest = b""
        for part in parts:
            rest += part
            cut = _last_end(rest)
            if not cut and len(rest) > _LONGEST_RECORD:
                cut = rest.rfind(b"\n") + 1
            if cut:
                yield from self._frame(rest[:cut])
                rest = rest[cut:]
        if rest:
            yield from self._frame(rest)
        if self._fault_line:
            self._remarks.append(f"{self._fault} in line {self._fault_line}; a build refuses it")
        for word, count in sorted(self._ragged.items()):
            have = "record has" if count == 1 else "records have"
            first = self._first[word]
            self._remarks.append(
                f"{count} {have} {word} cells than the header, the first in line {first}; a build stops"
            )

    def _frame(self, data: bytes) -> Iterator[pl.DataFrame]:
        layout = scan(data, ord(self._delimiter))
        if isinstance(layout, Fault):
            self._note(_FAULTS.get(layout.kind, _MISPLACED), self._line + data.count(b"\n", 0, layout.offset))
            frame = self._leniently(data)
        elif len(layout.cells) and bool((layout.cells != self._width).any()):
            frame = self._leniently(data)
        else:
            frame = self._parsed(data, layout)
        self._line += data.count(b"\n")
        if len(frame):
            yield frame

    def _note(self, fault: str, line: int) -> None:
        if not self._fault_line:
            self._fault, self._fault_line = fault, line

    def _parsed(self, data: bytes, layout: Layout) -> pl.DataFrame:
        first, self._above = self._above, 0
        names = [f"c{at}" for at in range(self._width)]
        if len(layout.starts) <= first:
            return pl.DataFrame({name: pl.Series([], dtype=pl.String) for name in names})
        arrow, reader = cast("Any", import_module("pyarrow")), cast("Any", import_module("pyarrow.csv"))
        longest = int((layout.ends - layout.starts).max())
        table = reader.read_csv(
            arrow.BufferReader(arrow.py_buffer(data).slice(int(layout.starts[first]))),
            read_options=reader.ReadOptions(
                column_names=names, block_size=max(1 << 22, 2 * longest + 16), use_threads=False
            ),
            parse_options=reader.ParseOptions(
                delimiter=self._delimiter, newlines_in_values=layout.breaks_in_cells
            ),
            convert_options=reader.ConvertOptions(
                column_types={name: arrow.string() for name in names},
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,
            ),
        )
        frame = cast("pl.DataFrame", cast("Any", pl).from_arrow(table))
        return frame.with_columns(pl.Series(ROW, layout.lines[first:] + (self._line - 1), pl.Int64))

    def _leniently(self, data: bytes) -> pl.DataFrame:
        rows: list[list[str | None]] = []
        lines: list[int] = []
        text = io.StringIO(data.decode(errors="replace"), newline="")
        reader = csv.reader(text, delimiter=self._delimiter)
        begun = 0
        while True:
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error:
                self._note(_MISPLACED, self._line + reader.line_num)
                continue
            line, begun = self._line + begun, reader.line_num
            if not any(row) and not (row and self._above > 1):
                continue
            if self._above:
                self._above -= 1
                continue
            if len(row) != self._width:
                word = "fewer" if len(row) < self._width else "more"
                self._ragged[word] += 1
                self._first.setdefault(word, line)
            cells = [cell or None for cell in row[: self._width]]
            rows.append(cells + [None] * (self._width - len(cells)))
            lines.append(line)
        columns = [list(cells) for cells in zip(*rows, strict=True)] or [[]] * self._width
        made = {f"c{at}": pl.Series(cells, dtype=pl.String) for at, cells in enumerate(columns)}
        return pl.DataFrame({**made, ROW: pl.Series(lines, dtype=pl.Int64)})


def _last_end(data: bytes) -> int:
    """The offset behind the last line end outside quotes; 0 if there is none."""
    if b'"' not in data:
        return data.rfind(b"\n") + 1
    view = np.frombuffer(data, np.uint8)
    inside = np.bitwise_xor.accumulate((view == 0x22).view(np.uint8)).astype(np.bool_)
    ends = np.flatnonzero((view == 0x0A) & ~inside)
    return int(ends[-1]) + 1 if len(ends) else 0
