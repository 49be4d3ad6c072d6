"""The reader of Parquet files: ours with all their metadata, those of others by the types of columns."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import polars as pl
import pyarrow as _pyarrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.parquet as _parquet  # pyright: ignore[reportMissingTypeStubs]
from msgspec.structs import replace

from ced_cdisc.core.datafile import FileDataset, FileVariable, JsonType, Rows, is_json_time
from ced_cdisc.core.exactness import first_rounded
from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped
from ced_cdisc.core.moments import as_numbers
from ced_cdisc.read.dataset_json_head import described_dataset
from ced_cdisc.read.json_text import parsed_json

pa: Any = cast(Any, _pyarrow)  # pyarrow has no types
pq: Any = cast(Any, _parquet)
_ROWS = 1 << 17
_KEYS = (b"dataset-json", b"sas")
_MOMENTS: tuple[tuple[type[pl.DataType], JsonType, str], ...] = (
    (pl.Date, "date", "E8601DA."),
    (pl.Datetime, "datetime", "E8601DT."),
    (pl.Time, "time", "E8601TM."),
)


class ParquetFile:
    """An open file, whose rows are read in blocks, again each time.

    Attributes:
        dataset: what the file says of the dataset; of a file of others, names and types.
        rounded: by column, first row and text of a whole number or a moment that no double holds; known after
            the blocks.
        nan: by column, first row that has NaN, and how many have; known after the blocks.
        encoding: empty, since the format settles it.
    """

    encoding = ""

    def __init__(self, path: Path) -> None:
        self._path, self._shown = path, path.as_posix()
        self.rounded: dict[str, tuple[int, str]] = {}
        self.nan: dict[str, tuple[int, int]] = {}
        with self._readable(), self._open() as file:
            schema = file.schema_arrow
            kinds = _frame(_bare(schema).empty_table()).schema
            twice: Mapping[bytes, bytes] = file.metadata.metadata or {}
        for name, kind in kinds.items():
            if _type(kind) is None:
                raise self._refused(f"has the column {name} of type {kind}, which no dataset can hold")
        if len(kinds) != len(schema.names) or not kinds:
            raise self._refused("has two columns of one name" if kinds else "has no columns")
        metadata: Mapping[bytes, bytes] = schema.metadata or {}
        if any(twice.get(key) != metadata.get(key) for key in _KEYS):  # pyarrow writes them in two places
            raise self._refused("has metadata of a dataset that are damaged: its two copies differ")
        self.dataset = (
            self._described(metadata, kinds) if b"dataset-json" in metadata else self._inferred(kinds)
        )

    def blocks(self) -> Iterator[Rows]:
        """The rows.

        Raises:
            Stopped: they cannot be read (CED720).
        """
        before = 0
        self.rounded, self.nan = {}, {}
        with self._readable(), self._open() as file:
            schema = _bare(file.schema_arrow)
            for batch in file.iter_batches(_ROWS):
                checked = pa.RecordBatch.from_arrays(batch.columns, schema=schema)
                checked.validate(full=True)  # what polars takes for granted, such as UTF-8
                frame = _frame(pa.Table.from_batches([checked]))
                yield Rows(frame.select([self._values(column, before) for column in frame.iter_columns()]))
                before += frame.height

    def _open(self) -> Any:
        return pq.ParquetFile(self._path, memory_map=False)

    @contextmanager
    def _readable(self) -> Generator[None]:
        """What pyarrow raises for a damaged file, as a finding."""
        try:
            yield
        except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
            raise self._refused(f"cannot be read: {_reason(error)}") from None

    def _described(self, metadata: Mapping[bytes, bytes], kinds: Mapping[str, pl.DataType]) -> FileDataset:
        try:
            head, sas = (parsed_json(metadata.get(key, b"{}").decode(), self._shown) for key in _KEYS)
            dataset = described_dataset(head, self._shown)
            lengths, informats = dict(sas.get("lengths", {})), dict(sas.get("informats", {}))
            modified, kind = str(sas.get("modified", "")), str(sas.get("type", ""))
            if modified and not is_json_time(modified):
                raise ValueError
        except (ValueError, AttributeError, TypeError, RecursionError, Stopped):
            raise self._refused("has metadata of a dataset that cannot be read") from None
        told = {v.name: v.type for v in dataset.variables}
        others = [
            v.name
            for v in dataset.variables
            if v.moment and (found := _moment(kinds.get(v.name, pl.Null()))) and found[0] != v.moment
        ]  # seconds that would be taken for days
        is_same = told == {name: _type(kind) for name, kind in kinds.items()} and list(told) == list(kinds)
        if others or not is_same:
            raise self._refused("has other columns than its metadata say")

        def completed(variable: FileVariable) -> FileVariable:
            size = lengths.get(variable.name, 0)
            return replace(
                variable,
                bytes=size if isinstance(size, int) and size > 0 else 0,
                informat=str(informats.get(variable.name, "")),
            )

        variables = tuple(completed(variable) for variable in dataset.variables)
        return replace(dataset, variables=variables, modified=modified, dataset_type=kind)

    def _inferred(self, kinds: Mapping[str, pl.DataType]) -> FileDataset:
        variables: list[FileVariable] = []
        for name, kind in kinds.items():
            if moment := _moment(kind):
                said, form = moment
                variables.append(FileVariable(name, "", "Num", said, "integer", format=form))
            elif _type(kind) == "Char":
                variables.append(FileVariable(name, "", "Char", "string"))
            else:
                plain: JsonType = "integer" if kind.is_integer() else "double"
                variables.append(FileVariable(name, "", "Num", "boolean" if kind == pl.Boolean else plain))
        return FileDataset(self._path.stem.upper(), "", tuple(variables))

    def _values(self, column: pl.Series, before: int) -> pl.Series:
        if _type(column.dtype) == "Char":
            texts = column.cast(pl.String).str.strip_chars_end(" ")
            return texts.set(texts == "", None)
        if column.dtype.is_float():
            self._look_at_floats(column, before)
        if column.name not in self.rounded and (rounded := first_rounded(column)) is not None:
            self.rounded[column.name] = (before + rounded[0] + 1, rounded[1])
        return as_numbers(column)

    def _look_at_floats(self, column: pl.Series, before: int) -> None:
        """NaN is counted, since it becomes missing; an infinite number is refused."""
        if len(places := column.is_infinite().arg_true()):
            what = f"has {column[int(places[0])]} in {column.name} row {before + int(places[0]) + 1}"
            raise self._refused(f"{what}, which no dataset can hold")
        if len(places := column.is_nan().arg_true()):
            row, count = self.nan.get(column.name, (before + int(places[0]) + 1, 0))
            self.nan[column.name] = (row, count + len(places))

    def _refused(self, what: str) -> Stopped:
        where = Location(self._shown)
        return Stopped(Findings([Finding("CED720", f"{self._shown} {what}", where, stage=Stage.RAW)]))


def _bare(schema: Any) -> Any:
    """The schema without metadata: polars needs none, and ends the thread where a byte of them is damaged."""
    return pa.schema([field.remove_metadata() for field in schema])


def _frame(table: Any) -> pl.DataFrame:
    return pl.DataFrame(cast(Any, pl).from_arrow(table))


def _moment(kind: pl.DataType) -> tuple[JsonType, str] | None:
    """The logical type and SAS format of a column of dates, datetimes or times."""
    for dtype, said, form in _MOMENTS:
        if isinstance(kind, dtype):
            return said, form
    return None


def _type(kind: pl.DataType) -> str | None:
    """The type of SAS; None where it has none."""
    if isinstance(kind, pl.String | pl.Categorical | pl.Enum | pl.Null):
        return "Char"
    if isinstance(kind, pl.Datetime):
        return None if kind.time_zone else "Num"
    if isinstance(kind, pl.Date | pl.Time | pl.Boolean):
        return "Num"
    return "Num" if kind.is_integer() or kind.is_float() else None


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
