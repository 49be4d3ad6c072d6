"""Files to convert: XPT, SAS7BDAT, Dataset-JSON, Parquet and CSV, each a dataset whose rows come in blocks.

All are read a few megabytes at a time but JSON, which is held as a whole.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from msgspec.structs import replace

from ced_cdisc.core.datafile import FileDataset, FileVariable, Rows
from ced_cdisc.core.exactness import moment_is_held
from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped, one_of
from ced_cdisc.core.ibm import SPECIAL_MISSING
from ced_cdisc.core.moments import moment_of, number_of
from ced_cdisc.core.xpt import SasFormat
from ced_cdisc.read.dataset_json import DatasetJsonFile
from ced_cdisc.read.sas7bdat import INSTALL, NotInstalled, Sas7bdatFile, Unreadable
from ced_cdisc.read.xpt import XptFile

WRITTEN = (".xpt", ".json", ".ndjson", ".dsjc", ".parquet", ".csv")
"""How the names of files end that can be read and written."""
READ = (*WRITTEN, ".sas7bdat")
"""How the names of files end that can be read."""
_BLOCK_BYTES = 1 << 24
_CSV_ROWS = 1 << 15
_STAMP = re.compile(r"\d\d[A-Z]{3}\d\d:\d\d:\d\d:\d\d")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_LONGEST_CELL = 1 << 20
_SAFE_DIGITS = 15  # a double holds every number of so many digits; with an exponent it may be too small


class DataFile(Protocol):
    """An open file of one dataset."""

    dataset: FileDataset
    encoding: str
    """Of its texts, where the format does not settle it; else empty."""

    def blocks(self) -> Iterator[Rows]:
        """The rows; columns as the variables of the dataset.

        Raises:
            Stopped: something is wrong with the file.
        """
        ...

    @property
    def rounded(self) -> Mapping[str, tuple[int, str]]:
        """By variable, row and text of a number with more digits than a double; known after the blocks."""
        ...

    @property
    def nan(self) -> Mapping[str, tuple[int, int]]:
        """By variable, first row of NaN, which becomes missing, and how many; known after the blocks."""
        ...


def open_datafile(
    path: Path, *, member: str = "", encoding: str = "utf-8", defined: FileDataset | None = None
) -> DataFile:
    """A file by the ending of its name, one of :data:`READ`.

    Args:
        path: the file.
        member: the dataset of an XPT file that holds several.
        encoding: of texts in XPT and CSV; a SAS7BDAT says its own.
        defined: what define.xml says of the dataset; it gives a CSV file its types.

    Raises:
        Stopped: the file cannot be read (CED246, CED247, CED330 to CED340, CED604 to CED607, CED720,
            CED722).
    """
    match path.suffix.lower():
        case ".xpt":
            return _Transport(path, member, encoding)
        case ".csv":
            return _Delimited(path, encoding, defined)
        case ".parquet":
            from ced_cdisc.read.parquet import ParquetFile  # loads a part of pyarrow that no other needs

            return ParquetFile(path)
        case ".sas7bdat":
            return _Sas(path)
        case _:
            return _Json(path)


class _TransportRows(XptFile):
    def part(self, first: int, last: int) -> XptFile:
        """The file with the rows from ``first`` on and before ``last`` alone."""
        made = copy(self)
        made._data = made._data[first:last]
        return made


class _Transport:
    rounded: Mapping[str, tuple[int, str]] = {}
    nan: Mapping[str, tuple[int, int]] = {}

    def __init__(self, path: Path, name: str, encoding: str) -> None:
        self._file = _TransportRows(path, member=name, encoding=encoding, shown=path.as_posix())
        self.encoding = encoding
        member = self._file.member
        self.dataset = FileDataset(
            name=member.name,
            label=member.label,
            variables=tuple(_sas_variable(v.name, v.label, v.type, v.length, v.format_text,
                str(SasFormat(v.informat, v.informat_width, v.informat_decimals))) for v in member.variables),
            created=_iso(member.created),
            modified=_iso(member.modified),
            dataset_type=member.dataset_type,
        )  # fmt: skip

    def blocks(self) -> Iterator[Rows]:
        size = max(1, _BLOCK_BYTES // self._file.member.record_length)
        for first in range(0, self._file.rows, size):
            part = self._file.part(first, first + size)
            try:
                frame, _ = part.read()
            except Stopped:
                self._file.read()  # says the same with the right number of the row
                raise
            yield Rows(frame, part.special_missing())


class _Sas:
    encoding = ""
    rounded: Mapping[str, tuple[int, str]] = {}
    nan: Mapping[str, tuple[int, int]] = {}

    def __init__(self, path: Path) -> None:
        self._shown = path.as_posix()
        with self._told():
            self._file = Sas7bdatFile(path)
        self.dataset = FileDataset(
            name=self._file.name.upper() or path.stem.upper(),
            label=self._file.label,
            variables=tuple(
                _sas_variable(c.name, c.label, c.type, c.length, c.format_text, "")
                for c in self._file.columns
            ),
            created=self._file.created.isoformat() if self._file.created else "",
            modified=self._file.modified.isoformat() if self._file.modified else "",
        )

    def blocks(self) -> Iterator[Rows]:
        with self._told():
            yield from self._file.blocks()

    @contextmanager
    def _told(self) -> Generator[None]:
        """What is wrong with the file, as a finding."""
        try:
            yield
        except Unreadable as error:
            code, what, hint = "CED246", f"is damaged or no SAS dataset: {error}", "copy it again"
        except NotInstalled:
            code, what = "CED247", "is a SAS dataset, and the package that reads those is not installed"
            hint = INSTALL
        else:
            return
        where = Location(self._shown)
        finding = Finding(code, f"{self._shown} {what}", where, hint, stage=Stage.RAW)
        raise Stopped(Findings([finding]))


def _sas_variable(
    name: str, label: str, kind: Any, length: int, sas_format: str, informat: str
) -> FileVariable:
    """A variable of which SAS knows no more than type and format."""
    if kind == "Char":
        return FileVariable(
            name, label, "Char", "string", length=length, bytes=length, format=sas_format, informat=informat
        )
    moment = moment_of(sas_format)
    return FileVariable(
        name,
        label,
        "Num",
        moment or "double",
        "integer" if moment else "",
        bytes=length,
        format=sas_format,
        informat=informat,
    )


def _iso(stamp: str) -> str:
    """The stamp of a transport file as ISO 8601; its years are 1960 to 2059. Empty for one that is none."""
    if not _STAMP.fullmatch(stamp.upper()):
        return ""
    months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    try:
        month = months.index(stamp[2:5].upper()) + 1
        year = int(stamp[5:7]) + (1900 if stamp[5:7] >= "60" else 2000)
        return datetime.fromisoformat(f"{year}-{month:02}-{stamp[:2]}T{stamp[8:]}").isoformat()
    except ValueError:
        return ""


class _Json:
    encoding = ""
    nan: Mapping[str, tuple[int, int]] = {}

    def __init__(self, path: Path) -> None:
        with _as_raw():
            self._file = DatasetJsonFile(path, shown=path.as_posix())
        self.dataset = self._file.dataset

    def blocks(self) -> Iterator[Rows]:
        blocks = self._file.blocks()
        while True:
            with _as_raw():
                frame = next(blocks, None)
            if frame is None:
                return
            yield Rows(frame)

    @property
    def rounded(self) -> Mapping[str, tuple[int, str]]:
        return self._file.rounded


class _as_raw:  # noqa: N801 - reads as the with statement that it is
    """The findings of a reader, as those of input: exit code 11."""

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, Stopped):
            raise Stopped(Findings(replace(f, stage=Stage.RAW) for f in error.findings)) from None


@dataclass
class _Delimited:
    """A CSV file: a header, then rows of as many cells; every cell is a text unless define.xml says more."""

    path: Path
    encoding: str
    defined: FileDataset | None
    dataset: FileDataset = field(init=False)
    rounded: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    nan: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])

    def __post_init__(self) -> None:
        self._shown = self.path.as_posix()
        self._row = 0
        lines = self._lines()
        _, header = next(lines, (0, list[str]()))
        lines.close()
        if not header or not all(header):
            raise refused(self._shown, "has no name for each of its columns in its first line")
        if twice := [name for name in dict.fromkeys(header) if header.count(name) > 1]:
            raise refused(self._shown, f"has two columns named {one_of(twice)}")
        known = {v.name: v for v in self.defined.variables} if self.defined is not None else {}
        self.dataset = FileDataset(
            self.path.stem.upper(),
            "",
            tuple(known.get(name) or FileVariable(name, "", "Char", "string") for name in header),
        )

    def blocks(self) -> Iterator[Rows]:
        self._row = 0
        lines = self._lines()
        next(lines, None)
        block: list[tuple[int, list[str]]] = []
        for line, cells in lines:
            if len(cells) != len(self.dataset.variables):
                expected = len(self.dataset.variables)
                raise refused(
                    self._shown, f"has {len(cells)} cells in line {line}, expected {expected}", line
                )
            block.append((line, cells))
            if len(block) == _CSV_ROWS:
                yield self._rows(block)
                block = []
        if block:
            yield self._rows(block)

    def _lines(self) -> Generator[tuple[int, list[str]]]:
        """The rows with the number of the line at which each ends; a blank line is none.

        In a file of one column it may be one, whose cell is empty, and is refused.
        """
        csv.field_size_limit(_LONGEST_CELL)
        try:
            with self.path.open(encoding=self.encoding, newline="") as stream:
                if stream.read(1) != "\ufeff":
                    stream.seek(0)
                reader, width = csv.reader(stream, strict=True), 0
                for cells in reader:
                    if cells:
                        width = len(cells)
                        yield reader.line_num, cells
                    elif width == 1:
                        raise refused(self._shown, _BLANK.format(reader.line_num), reader.line_num)
        except OSError as error:
            raise refused(self._shown, f"cannot be read: {error.strerror or error}") from None
        except UnicodeDecodeError:
            what = f"is not {self.encoding}; name its encoding, such as --encoding windows-1252"
            raise refused(self._shown, what) from None
        except csv.Error as error:
            raise refused(self._shown, f"is no CSV: {error}") from None

    def _rows(self, block: Sequence[tuple[int, list[str]]]) -> Rows:
        frame: dict[str, pl.Series] = {}
        codes: dict[str, pl.Series] = {}
        for place, variable in enumerate(self.dataset.variables):
            texts = [cells[place].rstrip(" ") or None for _, cells in block]
            if variable.type == "Char":
                frame[variable.name] = pl.Series(texts, dtype=pl.String)
                continue
            special = [
                t[1] if t and len(t) == 2 and t[0] == "." and t[1] in SPECIAL_MISSING else None for t in texts
            ]
            if any(special):
                codes[variable.name] = pl.Series(special, dtype=pl.String)
            numbers: list[float | None] = []
            for row, (text, code, (line, _)) in enumerate(
                zip(texts, special, block, strict=True), self._row + 1
            ):
                if text is None or code or text == ".":
                    numbers.append(None)
                    continue
                numbers.append(number := self._number(variable, text, line))
                may_differ = len(text) > _SAFE_DIGITS or "e" in text.lower()
                if may_differ and not _is_exact(variable, text, number):
                    self.rounded.setdefault(variable.name, (row, text))
            frame[variable.name] = pl.Series(numbers, dtype=pl.Float64)
        self._row += len(block)
        return Rows(pl.DataFrame(frame), codes)

    def _number(self, variable: FileVariable, text: str, line: int) -> float:
        try:
            if variable.moment and not _NUMBER.fullmatch(text):
                return number_of(text, variable.moment)
            if _NUMBER.fullmatch(text) and abs(number := float(text)) != float("inf"):
                return number
        except ValueError:
            pass
        what = f"{variable.name} holds {text[:60]!r} in line {line}, which is no {variable.data_type}"
        where = Location(self._shown, line)
        raise Stopped(Findings([Finding("CED722", what, where, stage=Stage.RAW)]))


_BLANK = 'has one column and the blank line {}; write "" there for a record without a value, or delete it'


def _is_exact(variable: FileVariable, text: str, number: float) -> bool:
    """Whether a double is the number, or the moment, of a cell to its last digit."""
    if _NUMBER.fullmatch(text):
        return Decimal(text) == Decimal(repr(number))
    return moment_is_held(number, text, variable.moment)


def refused(shown: str, what: str, line: int = 0) -> Stopped:
    """The exception for a file that cannot be read; ``what`` completes "the file ..."."""
    return Stopped(Findings([Finding("CED720", f"{shown} {what}", Location(shown, line), stage=Stage.RAW)]))
