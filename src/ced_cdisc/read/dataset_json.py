"""The reader of Dataset-JSON 1.1 files: JSON, NDJSON, and NDJSON compressed (DSJC).

Files come from outside: what they say of themselves is compared with what is there, and the first fault of a
file is one finding.

Source: CDISC Dataset-JSON 1.1 (attributes of a dataset and its columns, rows as arrays); CDISC Compressed
Dataset-JSON 1.1 (one zlib stream; files in gzip, as published examples are, are read too).
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Generator, Iterator, Sequence
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import polars as pl

from ced_cdisc.core.datafile import FileDataset, FileVariable
from ced_cdisc.core.exactness import moment_is_held
from ced_cdisc.core.moments import Moment, number_of
from ced_cdisc.read.dataset_json_head import described_dataset
from ced_cdisc.read.json_text import parsed_json, stop

LARGEST_JSON = 1 << 30
"""A JSON file has to be held as a whole; larger ones are refused [bytes]. NDJSON is read by lines."""
LONGEST_LINE = 1 << 24
"""Of NDJSON [bytes]."""
_ROWS = 1 << 15
_PACKED = 1 << 16  # bytes that are unpacked at a time
_MOMENT_HINTS: dict[Moment, str] = {
    "date": "a date with a numeric target is a whole one, such as 2020-01-31",
    "datetime": "a datetime with a numeric target is a whole one without zone, such as 2020-01-31T08:21:00",
    "time": "a time with a numeric target is a whole one without zone, such as 08:21:00",
}
DECIMAL = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?([eE][+-]?\d+)?", re.ASCII)
"""A decimal number as the format exchanges it, in a text; thousands may be separated by commas."""


def read_dataset_json(path: Path, *, shown: str = "") -> tuple[pl.DataFrame, FileDataset]:
    """Read a file, ``.ndjson`` and ``.dsjc`` by lines, any other as one JSON object.

    Numbers become Float64 (dates with a numeric target are SAS numbers), texts String; an empty text is null,
    of decimals and dates with a numeric target too, which are exchanged as texts.

    Raises:
        Stopped: the file cannot be read (CED604), is no JSON (CED605), no Dataset-JSON 1.1 (CED606), or
            holds another number of records than it says (CED607).
    """
    file = DatasetJsonFile(path, shown=shown)
    return file.read(), file.dataset


class DatasetJsonFile:
    """An open file, whose rows are read in blocks, again each time; errors as above.

    Args:
        path: the file; the ending of its name says the form.
        shown: the name of the file in messages; by default the path.
        data: its bytes, where they have been read.

    Attributes:
        dataset: what the file says of the dataset.
        rows: how many records it says it holds.
        rounded: by column, the first row and text of a number that has more digits than a double; filled by
            :meth:`blocks`.
    """

    def __init__(self, path: Path, *, shown: str = "", data: bytes | None = None) -> None:
        self._path = path
        self._bytes = data
        self._file = shown or str(path)
        self._whole: Any = None
        self.rounded: dict[str, tuple[int, str]] = {}
        parts = self._parts()
        head: Any = next(parts, None)
        parts.close()
        if not isinstance(head, dict) or "columns" not in head:
            stop("CED606", self._file, "is no Dataset-JSON: it has no columns", "Dataset-JSON 1.1 is read")
        head = cast("dict[str, Any]", head)
        version = str(head.get("datasetJSONVersion", ""))
        if not version.startswith("1.1"):
            what = f"is Dataset-JSON {version or 'of no version'}"
            stop("CED606", self._file, what, "Dataset-JSON 1.1 is read")
        self.dataset = described_dataset(head, self._file)
        self._said: Any = head.get("records")
        self.rows = self._said if isinstance(self._said, int) else 0

    @property
    def empty(self) -> pl.DataFrame:
        """The columns without rows."""
        return self._frame([], 0)

    def read(self) -> pl.DataFrame:
        """All rows."""
        return pl.concat(chain([self.empty], self.blocks()))

    def blocks(self) -> Iterator[pl.DataFrame]:
        """The rows in blocks; the number of them is compared with what the file says at the end."""
        for block, before in self.as_written():
            yield self._frame(block, before)

    def as_written(self) -> Iterator[tuple[list[list[Any]], int]]:
        """The values of the rows as JSON has them, in blocks, with the number of rows before each."""
        parts = self._parts()
        next(parts, None)
        count = 0
        while block := list(islice(parts, _ROWS)):
            for number, row in enumerate(block, count + 1):
                if not isinstance(row, list) or len(cast("list[Any]", row)) != len(self.dataset.variables):
                    what = f"has no list of {len(self.dataset.variables)} values for row {number}"
                    stop("CED606", self._file, what)
            yield block, count
            count += len(block)
        if isinstance(self._said, bool) or self._said != count:
            stop("CED607", self._file, f"says {self._said} records and holds {count}", "write it again")

    def _parts(self) -> Generator[Any]:
        """The attributes, then each row."""
        kind = self._path.suffix.lower()
        try:
            if kind in (".ndjson", ".dsjc"):
                with self._opened() as stream:
                    lines = _plain(stream) if kind == ".ndjson" else _unpacked(stream, self._file)
                    yield from _by_lines(lines, self._file)
                return
            if self._whole is None:
                size = self._path.stat().st_size if self._bytes is None else len(self._bytes)
                if size > LARGEST_JSON:
                    stop("CED604", self._file, f"has {size:,} bytes", "save it as NDJSON")
                with self._opened() as stream:
                    self._whole = parsed_json(stream.read().decode(), self._file)
        except OSError as error:
            stop("CED604", self._file, f"cannot be read: {error.strerror or error}")
        except UnicodeDecodeError as error:
            stop("CED605", self._file, f"is not UTF-8 at byte {error.start}", "save it as UTF-8")
        data = self._whole
        yield data
        rows: Any = cast("dict[str, Any]", data).get("rows", []) if isinstance(data, dict) else []
        if not isinstance(rows, list):
            stop("CED606", self._file, "has rows that are no list")
        yield from cast("list[Any]", rows)

    def _opened(self) -> BinaryIO:
        return self._path.open("rb") if self._bytes is None else io.BytesIO(self._bytes)

    def _frame(self, rows: list[Any], before: int) -> pl.DataFrame:
        columns = self.dataset.variables
        values: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
        return pl.DataFrame([self._series(c, v, before) for c, v in zip(columns, values, strict=True)])

    def _series(self, column: FileVariable, values: Sequence[Any], before: int) -> pl.Series:
        made: list[Any] = []
        for number, value in enumerate(values, before + 1):
            try:
                made.append(one := _value(column, value))
            except (ValueError, TypeError, OverflowError):
                said = repr(value)[:60]
                what = f"has {said} in {column.name} row {number}, which is no {column.data_type}"
                stop("CED606", self._file, what, _MOMENT_HINTS.get(column.moment, ""), (said,))
            if (
                isinstance(one, float)
                and column.name not in self.rounded
                and not _is_exact(column, one, value)
            ):
                self.rounded[column.name] = (number, str(value))
        return pl.Series(column.name, made, pl.Float64 if column.type == "Num" else pl.String)


def _plain(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(LONGEST_LINE):
        yield line


def _unpacked(stream: BinaryIO, file: str) -> Iterator[bytes]:
    """The lines of a compressed file; no more of it is unpacked at a time than the longest line has."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # zlib or gzip, as the first bytes say
    rest = b""
    while not unpacker.eof:
        packed = unpacker.unconsumed_tail or stream.read(_PACKED)
        if not packed:
            stop("CED605", file, "is cut: its compressed data have no end", "copy it again")
        try:
            rest += unpacker.decompress(packed, LONGEST_LINE)
        except zlib.error:
            stop("CED605", file, "is no data compressed by zlib or gzip", "write it again")
        *lines, rest = rest.split(b"\n")
        yield from lines
        if len(rest) >= LONGEST_LINE:
            break
    if unpacker.eof and (unpacker.unused_data or stream.read(1)):
        stop("CED605", file, "has bytes after the end of its compressed data", "write it again")
    yield rest


def _by_lines(lines: Iterator[bytes], file: str) -> Iterator[Any]:
    for number, line in enumerate(lines, 1):
        if len(line) >= LONGEST_LINE:
            stop("CED605", file, f"has more than {LONGEST_LINE:,} characters in line {number}")
        if line.strip():
            try:
                text = line.decode()
            except UnicodeDecodeError as error:
                stop(
                    "CED605", file, f"is not UTF-8 in line {number} at byte {error.start}", "save it as UTF-8"
                )
            yield parsed_json(text, file, number)


def _value(column: FileVariable, value: Any) -> Any:
    if value is None or (value == "" and _is_text(column)):
        return None
    if column.type == "Char":
        if not isinstance(value, str):
            raise TypeError
        return value.rstrip(" ") or None
    if column.moment:
        return number_of(value, column.moment)
    if isinstance(value, str) and (column.data_type != "decimal" or not DECIMAL.fullmatch(value)):
        raise TypeError
    if isinstance(value, bool) != (column.data_type == "boolean"):  # Python takes true for a number
        raise TypeError
    number = float(value.replace(",", "") if isinstance(value, str) else value)
    if number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _is_text(column: FileVariable) -> bool:
    """Whether the values of a column are exchanged as texts, of which the empty one is missing."""
    return column.type == "Char" or bool(column.moment) or column.data_type == "decimal"


def _is_exact(column: FileVariable, number: float, value: Any) -> bool:
    """Whether a double is the number that the file has, to its last digit.

    A number with a point is what JSON makes of it: a double, whatever its digits. Of a whole one in a column
    of doubles, zeros may stand for digits that a double does not have, as JavaScript writes it.
    """
    if column.moment:
        return moment_is_held(number, value, column.moment)
    if isinstance(value, str):
        return Decimal(repr(number)) == Decimal(value.replace(",", ""))
    if isinstance(value, float) or number == value:
        return True
    return column.data_type in ("float", "double") and Decimal(repr(number)) == value
