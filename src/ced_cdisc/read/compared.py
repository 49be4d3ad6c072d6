"""Files to compare: SAS transport files, Parquet and CSV, each as a table that gives its columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.compare.model import ATTRIBUTES, Attribute, ComparedTable, ComparedVariable, Rows
from ced_cdisc.compare.showing import sas_number
from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped, one_of
from ced_cdisc.read.xpt import XptFile
from ced_cdisc.read.xpt_bytes import unequal_pairs

SUFFIXES = (".xpt", ".parquet", ".csv")
_NUMBERS = (pl.Date, pl.Time, pl.Boolean, pl.Null, pl.Datetime, pl.Duration)


def open_table(path: Path, *, encoding: str = "utf-8", shown: str = "") -> ComparedTable:
    """A table of the file; its name is that of the file, in capitals, or what a transport file says.

    Args:
        path: a file whose name ends with one of :data:`SUFFIXES`.
        encoding: of texts in transport files and CSV.
        shown: how messages name it; by default the path.

    Raises:
        Stopped: it cannot be read (CED330 to CED337 for transport files, CED714 for others).
    """
    shown = shown or path.as_posix()
    kind = path.suffix.lower()
    if kind == ".xpt":
        return _Transport(XptFile(path, encoding=encoding, shown=shown), shown)
    if kind not in SUFFIXES:
        raise _refused(shown, f"ends with {kind or 'nothing'}, expected {one_of(SUFFIXES)}")
    try:
        if not path.is_file():
            raise _refused(shown, "is not a file" if path.exists() else "does not exist")
        return _Parquet(path, shown) if kind == ".parquet" else _Delimited(path, shown, encoding)
    except (OSError, UnicodeError, csv.Error, pl.exceptions.PolarsError) as error:
        raise _refused(shown, f"cannot be read: {_reason(error)}") from None


def dataset_files(folder: Path) -> Iterator[Path]:
    """The files of datasets in a folder and below it, sorted; hidden folders and links are left out."""
    for path in sorted(folder.iterdir(), key=lambda path: (path.is_dir(), path.name.casefold(), path.name)):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from dataset_files(path)
        elif path.suffix.lower() in SUFFIXES and path.is_file():
            yield path


class _Transport:
    knows: frozenset[Attribute] = frozenset(ATTRIBUTES)

    def __init__(self, file: XptFile, shown: str) -> None:
        self._file = file
        self.shown = shown
        self.name = file.member.name.upper()
        self.label = file.member.label
        self.rows = file.rows
        self._names = _upper([v.name for v in file.member.variables], shown)
        self.variables: Sequence[ComparedVariable] = [
            ComparedVariable(v.name.upper(), v.type, v.label, v.length, v.format_text)
            for v in file.member.variables
        ]

    def column(self, name: str, rows: Rows = None) -> pl.Series:
        own = self._names[name]
        return self._file.read([own], rows)[0][own]

    def unequal(
        self, other: ComparedTable, mine: Rows = None, theirs: Rows = None
    ) -> Mapping[str, NDArray[np.uint32]]:
        return unequal_pairs(self._file, other._file, mine, theirs) if isinstance(other, _Transport) else {}

    def special_missing(self, name: str, rows: Rows = None) -> pl.Series | None:
        own = self._names[name]
        return self._file.special_missing([own], rows).get(own)


class _Columns:
    """A table whose bytes cannot be compared as they are, and that knows one missing value alone."""

    def unequal(
        self, other: ComparedTable, mine: Rows = None, theirs: Rows = None
    ) -> Mapping[str, NDArray[np.uint32]]:
        return {}

    def special_missing(self, name: str, rows: Rows = None) -> pl.Series | None:
        return None


class _Parquet(_Columns):
    knows: frozenset[Attribute] = frozenset({"types"})
    label = ""

    def __init__(self, path: Path, shown: str) -> None:
        self._path = path
        self.shown = shown
        self.name = path.stem.upper()
        schema = pl.read_parquet_schema(path)
        self._names = _upper(list(schema), shown)
        for name, kind in schema.items():
            if kind.is_nested() or kind == pl.Binary or kind == pl.Object:
                raise _refused(shown, f"has the column {name} of type {kind}, which no dataset can hold")
        self.variables: Sequence[ComparedVariable] = [
            ComparedVariable(name.upper(), "Num" if _is_number(kind) else "Char", format=_format(kind))
            for name, kind in schema.items()
        ]
        self.rows = int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())

    def column(self, name: str, rows: Rows = None) -> pl.Series:
        own = self._names[name]
        try:
            column = pl.read_parquet(self._path, columns=[own], glob=False)[own]
        except (OSError, pl.exceptions.PolarsError) as error:
            raise _refused(self.shown, f"cannot be read: {_reason(error)}") from None
        column = sas_number(column) if _is_number(column.dtype) else _texts(column.cast(pl.String))
        return column if rows is None else column.gather(pl.Series(rows))


class _Delimited(_Columns):
    knows: frozenset[Attribute] = frozenset()
    label = ""

    def __init__(self, path: Path, shown: str, encoding: str) -> None:
        self.shown = shown
        self.name = path.stem.upper()
        data = path.read_bytes().decode(encoding).removeprefix("\ufeff")
        header = next(csv.reader(io.StringIO(data, newline=""), strict=True), list[str]())
        if not header or not all(header):
            raise _refused(shown, "has no name for each of its columns in its first line")
        self._names = _upper(header, shown)
        self._frame = pl.read_csv(data.encode(), infer_schema=False, raise_if_empty=False)
        self.rows = self._frame.height
        self.variables: Sequence[ComparedVariable] = [ComparedVariable(name, "Any") for name in self._names]

    def column(self, name: str, rows: Rows = None) -> pl.Series:
        column = _texts(self._frame[self._names[name]])
        return column if rows is None else column.gather(pl.Series(rows))


def _texts(column: pl.Series) -> pl.Series:
    return column.set(column == "", None) if (column == "").any() else column


def _is_number(kind: pl.DataType) -> bool:
    return kind.is_numeric() or isinstance(kind, _NUMBERS)


def _format(kind: pl.DataType) -> str:
    """The SAS format that shows a type of Parquet; it is no metadata of the file."""
    if isinstance(kind, pl.Datetime):
        return "E8601DT."
    if isinstance(kind, pl.Date):
        return "E8601DA."
    return "E8601TM." if isinstance(kind, pl.Time) else ""


def _upper(names: Sequence[str], shown: str) -> dict[str, str]:
    """Names as the file has them, by their capitals."""
    made: dict[str, str] = {}
    for name in names:
        if name.upper() in made:
            raise _refused(shown, f"has two columns named {name.upper()}")
        made[name.upper()] = name
    return made


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _refused(shown: str, what: str) -> Stopped:
    return Stopped(Findings([Finding("CED714", f"{shown} {what}", Location(shown), stage=Stage.RAW)]))
