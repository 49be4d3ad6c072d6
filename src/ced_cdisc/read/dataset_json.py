"""The reader of Dataset-JSON 1.1 files, JSON and NDJSON.

Files come from outside: what they say of themselves is compared with what is there, and the first fault of a
file is one finding.

Source: CDISC Dataset-JSON 1.1 (attributes of a dataset and its columns, rows as arrays).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal, NoReturn, cast

import polars as pl

from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped

LARGEST_JSON = 1 << 30
"""A JSON file has to be held as a whole; larger ones are refused [bytes]. NDJSON is read by lines."""
LONGEST_LINE = 1 << 24
"""Of NDJSON [characters]."""
_ROWS = 1 << 15
_TEXTS = ("string", "URI", "date", "datetime", "time")
_NUMBERS = ("integer", "decimal", "float", "double", "boolean")
_DAY_ZERO = date(1960, 1, 1)


@dataclass(frozen=True)
class JsonColumn:
    """A column as the file describes it; ``type`` is that of SAS: a date with a numeric target is Num."""

    name: str
    label: str
    data_type: str
    type: Literal["Char", "Num"]
    length: int
    format: str
    key: int


@dataclass(frozen=True)
class JsonDataset:
    """The attributes of a dataset."""

    name: str
    label: str
    columns: tuple[JsonColumn, ...]


def read_dataset_json(path: Path, *, shown: str = "") -> tuple[pl.DataFrame, JsonDataset]:
    """Read a file, ``.ndjson`` by lines, any other as one JSON object.

    Numbers become Float64 (dates with a numeric target are SAS numbers), texts String; an empty text is null.

    Raises:
        Stopped: the file cannot be read (CED604), is no JSON (CED605), no Dataset-JSON 1.1 (CED606), or
            holds another number of records than it says (CED607).
    """
    file = shown or str(path)
    try:
        if path.suffix.lower() == ".ndjson":
            with path.open(encoding="utf-8", newline="\n") as lines:
                return _read(_by_lines(lines, file), file)
        if path.stat().st_size > LARGEST_JSON:
            _stop("CED604", file, f"has {path.stat().st_size:,} bytes", "save it as NDJSON")
        return _read(_whole(path.read_text(encoding="utf-8"), file), file)
    except OSError as error:
        _stop("CED604", file, f"cannot be read: {error.strerror or error}")
    except UnicodeDecodeError as error:
        _stop("CED605", file, f"is not UTF-8 at byte {error.start}", "save it as UTF-8")


def _whole(text: str, file: str) -> Iterator[Any]:
    """The attributes, then each row."""
    data = _parsed(text, file, 0)
    yield data
    rows: Any = cast("dict[str, Any]", data).get("rows", []) if isinstance(data, dict) else []
    if not isinstance(rows, list):
        _stop("CED606", file, "has rows that are no list")
    yield from cast("list[Any]", rows)


def _by_lines(lines: Any, file: str) -> Iterator[Any]:
    number = 0
    while line := lines.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            _stop("CED605", file, f"has more than {LONGEST_LINE:,} characters in line {number}")
        if line.strip():
            yield _parsed(line, file, number)


def _parsed(text: str, file: str, line: int) -> Any:
    where = f" in line {line}" if line else ""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f" in line {line or error.lineno} column {error.colno}"
        _stop("CED605", file, f"is no JSON: {error.msg}{place}", "write it again")
    except (ValueError, RecursionError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        _stop("CED605", file, f"is no JSON: {said}{where}", "write it again")


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no value of JSON")


def _read(parts: Iterator[Any], file: str) -> tuple[pl.DataFrame, JsonDataset]:
    head: Any = next(parts, None)
    if not isinstance(head, dict) or "columns" not in head:
        _stop("CED606", file, "is no Dataset-JSON: it has no columns", "Dataset-JSON 1.1 is read")
    head = cast("dict[str, Any]", head)
    version = str(head.get("datasetJSONVersion", ""))
    if not version.startswith("1.1"):
        _stop("CED606", file, f"is Dataset-JSON {version or 'of no version'}", "Dataset-JSON 1.1 is read")
    dataset = _dataset(head, file)
    chunks: list[pl.DataFrame] = []
    count = 0
    while block := list(islice(parts, _ROWS)):
        chunks.append(_frame(block, dataset.columns, count, file))
        count += len(block)
    said: Any = head.get("records")
    if said != count:
        _stop("CED607", file, f"says {said} records and holds {count}", "write it again")
    empty = _frame([], dataset.columns, 0, file)
    return pl.concat(chain([empty], chunks)), dataset


def _dataset(head: dict[str, Any], file: str) -> JsonDataset:
    name, label, columns = head.get("name"), head.get("label"), head.get("columns")
    if not isinstance(name, str) or not isinstance(label, str) or not isinstance(columns, list):
        _stop("CED606", file, "has no name, label and columns of the right kind")
    made = tuple(_column(c, n, file) for n, c in enumerate(cast("list[Any]", columns), 1))
    names = [column.name for column in made]
    twice = next((n for n in names if names.count(n) > 1), "") if len(set(names)) < len(names) else ""
    if twice or not made:
        _stop("CED606", file, f"has two columns named {twice}" if twice else "has no columns")
    return JsonDataset(name, label, made)


def _column(said: Any, number: int, file: str) -> JsonColumn:
    entry: dict[str, Any] = cast("dict[str, Any]", said) if isinstance(said, dict) else {}
    name, label, kind = entry.get("name"), entry.get("label", ""), entry.get("dataType")
    if not isinstance(name, str) or not name or not isinstance(label, str):
        _stop("CED606", file, f"has no name or label for column {number}")
    if kind not in _TEXTS + _NUMBERS:
        _stop(
            "CED606", file, f"has the dataType {kind!r} for {name}", f"one of {', '.join(_TEXTS + _NUMBERS)}"
        )
    length, key = entry.get("length"), entry.get("keySequence")
    numeric = kind in _NUMBERS or entry.get("targetDataType") in ("integer", "decimal")
    return JsonColumn(
        name,
        label,
        str(kind),
        "Num" if numeric and kind not in ("string", "URI") else "Char",
        length if isinstance(length, int) else 0,
        str(entry.get("displayFormat", "")),
        key if isinstance(key, int) else 0,
    )


def _frame(rows: list[Any], columns: tuple[JsonColumn, ...], before: int, file: str) -> pl.DataFrame:
    for number, row in enumerate(rows, before + 1):
        if not isinstance(row, list) or len(cast("list[Any]", row)) != len(columns):
            _stop("CED606", file, f"has no list of {len(columns)} values for row {number}")
    values: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pl.DataFrame([_series(c, v, before, file) for c, v in zip(columns, values, strict=True)])


def _series(column: JsonColumn, values: Sequence[Any], before: int, file: str) -> pl.Series:
    made: list[Any] = []
    for number, value in enumerate(values, before + 1):
        try:
            made.append(_value(column, value))
        except (ValueError, TypeError, OverflowError):
            shown = repr(value)[:60]
            _stop(
                "CED606", file, f"has {shown} in {column.name} row {number}, which is no {column.data_type}"
            )
    return pl.Series(column.name, made, pl.Float64 if column.type == "Num" else pl.String)


def _value(column: JsonColumn, value: Any) -> Any:
    if value is None or value == "":
        return None
    if column.type == "Char":
        if not isinstance(value, str):
            raise TypeError
        return value.rstrip(" ") or None
    if column.data_type in ("date", "datetime", "time"):
        return _sas_number(column.data_type, value)
    if isinstance(value, str) and column.data_type != "decimal":
        raise TypeError
    number = float(value)
    if number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _sas_number(kind: str, text: Any) -> float:
    """Days or seconds since 1960, or seconds of the day."""
    if kind == "date":
        return float((date.fromisoformat(text) - _DAY_ZERO).days)
    if kind == "datetime":
        moment = datetime.fromisoformat(text).replace(tzinfo=None)
        return (moment - datetime.combine(_DAY_ZERO, time())).total_seconds()
    clock = time.fromisoformat(text)
    return clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6


def _stop(code: str, file: str, what: str, hint: str = "") -> NoReturn:
    finding = Finding(code, f"{file} {what}", Location(file), hint=hint, stage=Stage.CHECK)
    raise Stopped(Findings([finding]))
