"""The writer of Dataset-JSON 1.1: one JSON object, NDJSON by lines, and NDJSON compressed (DSJC).

Rows are written in blocks, so memory does not grow with them. Attributes stand in the order of the
specification. Numbers have the shortest digits that read back; missing values are null. Same input, same
bytes.

Source: CDISC Dataset-JSON 1.1; CDISC Compressed Dataset-JSON 1.1 (NDJSON in one zlib stream).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO, Literal

import numpy as np
import polars as pl

from ced_cdisc.core.datafile import NO_TIME, FileDataset, FileVariable, JsonType
from ced_cdisc.core.metadata import DatasetMetadata, DataType, PackageMetadata, Variable
from ced_cdisc.core.moments import moment_texts
from ced_cdisc.core.version import VERSION
from ced_cdisc.write.define import oids
from ced_cdisc.write.xpt_values import sas_numbers, slices

Form = Literal["json", "ndjson", "dsjc"]
JSON_VERSION = "1.1.0"

_ROWS = 1 << 15
_EXACT = 2.0**53
_ESCAPED = ["\\", '"', *map(chr, range(32))]
_ESCAPES = [json.dumps(character)[1:-1] for character in _ESCAPED]
_TYPES: dict[DataType, JsonType] = {
    "integer": "integer",
    "float": "float",
    "date": "date",
    "time": "time",
    "datetime": "datetime",
}
"""Types of define.xml that have one of their own; partial dates and durations are strings."""
_MOMENTS: tuple[tuple[type[pl.DataType], JsonType], ...] = (
    (pl.Date, "date"),
    (pl.Datetime, "datetime"),
    (pl.Time, "time"),
)


def json_dataset(package: PackageMetadata, dataset: DatasetMetadata, frame: pl.DataFrame) -> FileDataset:
    """The attributes of a dataset of a package: OIDs, types and keys are those of its define.xml.

    The time of creation is that of define.xml, as the study gives it. Numeric dates are dates
    whose target is an integer.
    """
    created = package.created.isoformat(timespec="seconds")
    return FileDataset(
        name=dataset.name,
        label=dataset.label,
        variables=tuple(_variable(dataset, v, frame.schema[v.name]) for v in dataset.variables),
        created=created,
        modified=created,
        file_oid=f"{oids.file(package)}/{dataset.name.lower()}",
        originator=package.originator,
        source_system=("ced-cdisc", VERSION),
        study_oid=package.study_oid,
        metadata_version_oid=oids.metadata_version(package),
        metadata_ref="define.xml",
        oid=oids.item_group(dataset.name),
    )


def _variable(dataset: DatasetMetadata, variable: Variable, kind: pl.DataType) -> FileVariable:
    moment = _moment(kind)
    return FileVariable(
        name=variable.name,
        label=variable.label,
        type=variable.xpt_type,
        data_type=moment or _TYPES.get(variable.type, "string"),
        target="integer" if moment else "",
        length=variable.length if variable.xpt_type == "Char" else 0,
        bytes=variable.xpt_length,
        format=variable.format,
        key=variable.key or 0,
        oid=oids.item(dataset.name, variable.name),
    )


def _moment(kind: pl.DataType) -> JsonType | None:
    for dtype, name in _MOMENTS:
        if isinstance(kind, dtype):
            return name
    return None


def write_dataset_json(
    stream: BinaryIO, dataset: FileDataset, records: int, blocks: Iterable[pl.DataFrame], form: Form = "json"
) -> None:
    """Write one dataset.

    Args:
        stream: a binary stream; it is not closed.
        dataset: the attributes. OIDs that it lacks are made of the names, as those of our define.xml.
        records: the number of rows, which stands before them.
        blocks: the rows; columns as the variables. Where a date, datetime or time has a numeric target, the
            values are polars dates, or SAS numbers that have a text (:func:`.moments.has_text`).
        form: ``json``, ``ndjson`` or ``dsjc``.

    Raises:
        ValueError: there are not as many rows as said, or a number is not finite.
    """
    parts = _parts(dataset, records, blocks, lines=form != "json")
    if form != "dsjc":
        for part in parts:
            stream.write(part)
        return
    packer = zlib.compressobj(9)
    for part in parts:
        stream.write(packer.compress(part))
    stream.write(packer.flush())


def attributes(dataset: FileDataset, records: int) -> dict[str, Any]:
    """All that stands before the rows, in the order of the specification; empty ones are left out."""
    system, version = dataset.source_system
    made = {
        "datasetJSONCreationDateTime": dataset.created or NO_TIME,
        "datasetJSONVersion": JSON_VERSION,
        "fileOID": dataset.file_oid,
        "dbLastModifiedDateTime": dataset.database_modified,
        "originator": dataset.originator,
        "sourceSystem": {"name": system, "version": version} if system else "",
        "studyOID": dataset.study_oid,
        "metaDataVersionOID": dataset.metadata_version_oid,
        "metaDataRef": dataset.metadata_ref,
        "itemGroupOID": dataset.oid or oids.item_group(dataset.name),
    }
    columns = [_column(dataset, variable) for variable in dataset.variables]
    told = {name: value for name, value in made.items() if value}
    return {**told, "records": records, "name": dataset.name, "label": dataset.label, "columns": columns}


def _column(dataset: FileDataset, variable: FileVariable) -> dict[str, Any]:
    made: dict[str, Any] = {
        "itemOID": variable.oid or oids.item(dataset.name, variable.name),
        "name": variable.name,
        "label": variable.label,
        "dataType": variable.data_type,
    }
    more: dict[str, Any] = {
        "targetDataType": variable.target,
        "length": variable.length,
        "displayFormat": variable.format,
        "keySequence": variable.key,
    }
    return made | {name: value for name, value in more.items() if value}


def _parts(
    dataset: FileDataset, records: int, blocks: Iterable[pl.DataFrame], *, lines: bool
) -> Iterator[bytes]:
    head = json.dumps(attributes(dataset, records), ensure_ascii=False, separators=(",", ":"))
    yield (head + "\n" if lines else head[:-1] + ',"rows":[').encode()
    written = 0
    for block in blocks:
        for part in slices(block, _ROWS):
            rows = row_texts(dataset, part)
            if lines:
                yield "".join([f"{row}\n" for row in rows]).encode()
            else:
                yield (("," if written else "") + "\n" + ",\n".join(rows)).encode()
            written += len(rows)
    if written != records:
        raise ValueError(f"{records} records were announced, {written} came")
    if not lines:
        yield b"\n]}\n"


def row_texts(dataset: FileDataset, frame: pl.DataFrame) -> list[str]:
    """The rows, each a JSON array."""
    columns = [_texts(variable, frame[variable.name]).fill_null("null") for variable in dataset.variables]
    cells = [column.alias(str(place)) for place, column in enumerate(columns)]
    joined = pl.select(pl.concat_str(cells, separator=",")).to_series()
    return ("[" + joined + "]").to_list()


def _texts(variable: FileVariable, values: pl.Series) -> pl.Series:
    """Each value as JSON writes it; null where missing."""
    if variable.type == "Char":
        texts = values.cast(pl.String)
        if texts.str.contains(r'["\\\x00-\x1F]').any():
            texts = texts.str.replace_many(_ESCAPED, _ESCAPES)
        texts = texts.set(texts == "", None)
        return '"' + texts + '"'
    numbers = sas_numbers(values).fill_nan(None)
    if variable.moment:
        return '"' + moment_texts(numbers, variable.moment) + '"'
    if variable.data_type == "boolean":
        return pl.select(
            pl.when(numbers == 1).then(pl.lit("true")).when(numbers == 0).then(pl.lit("false"))
        ).to_series()
    if variable.data_type == "decimal":
        known = {x: f'"{decimal_word(x)}"' for x in numbers.drop_nulls().unique().to_list()}
        return pl.Series([known.get(x) for x in numbers.to_list()], dtype=pl.String)
    return number_texts(numbers)


def decimal_word(number: float) -> str:
    """A number as a decimal one is exchanged: all digits that read back, and none that are not there.

    >>> decimal_word(1000.0), decimal_word(0.1), decimal_word(1e22), decimal_word(-0.0)
    ('1000', '0.1', '10000000000000000000000', '-0')
    """
    return f"{Decimal(repr(number)):f}".removesuffix(".0")


def number_texts(numbers: pl.Series) -> pl.Series:
    """Numbers as JSON has them: whole ones up to 2**53 without a point, others with the digits that
    read back.

    Raises:
        ValueError: a number is infinite.

    >>> number_texts(pl.Series([1.0, -0.0, 0.1, 1e300, None])).to_list()
    ['1', '-0.0', '0.1', '1e+300', None]
    """
    values = numbers.fill_null(0.0).to_numpy()
    if np.isinf(values).any():
        raise ValueError(f"{numbers.name} holds a number that is not finite")
    whole = (np.abs(values) < _EXACT) & (np.floor(values) == values) & ~((values == 0) & np.signbit(values))
    texts = pl.Series(np.where(whole, values, 0.0)).cast(pl.Int64).cast(pl.String)
    places = np.flatnonzero(~whole)
    if len(places):
        texts = texts.scatter(places, [repr(x) for x in values[places].tolist()])
    return texts.set(numbers.is_null(), None)
