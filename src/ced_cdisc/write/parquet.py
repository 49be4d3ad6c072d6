"""The writer of Parquet: values with types of their own, and all metadata of the dataset as key-values.

Texts are strings, numbers doubles; dates, datetimes [microseconds] and times have the types of Parquet. The
key ``dataset-json`` of the file holds the attributes as Dataset-JSON 1.1 has them, the key ``sas`` what only
SAS knows; a column has ``label`` and ``format``. Compressed with zstd, a row group a block. Same input, same
bytes by the same pyarrow, whose version stands in the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO, cast

import polars as pl
import pyarrow as _pyarrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.parquet as _parquet  # pyright: ignore[reportMissingTypeStubs]

from ced_cdisc.core.datafile import FileDataset, FileVariable
from ced_cdisc.core.moments import as_dates, as_datetimes
from ced_cdisc.write.dataset_json import attributes
from ced_cdisc.write.xpt_values import sas_numbers, slices

pa: Any = cast(Any, _pyarrow)  # pyarrow has no types
pq: Any = cast(Any, _parquet)
_ROWS = 1 << 17


def write_parquet(
    stream: BinaryIO, dataset: FileDataset, records: int, blocks: Iterable[pl.DataFrame]
) -> None:
    """Write one dataset; arguments are those of :func:`.dataset_json.write_dataset_json`."""
    schema = pa.schema(
        [_field(variable) for variable in dataset.variables], metadata=_metadata(dataset, records)
    )
    with pq.ParquetWriter(stream, schema, compression="zstd", compression_level=3) as writer:
        for block in blocks:
            for part in slices(block, _ROWS):
                columns = [_column(v, part[v.name]) for v in dataset.variables]
                writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _field(variable: FileVariable) -> Any:
    told = {"label": variable.label, "format": variable.format}
    metadata = {name: text for name, text in told.items() if text}
    return pa.field(variable.name, _kind(variable), metadata=metadata or None)


def _kind(variable: FileVariable) -> Any:
    if variable.type == "Char":
        return pa.string()
    kinds = {"date": pa.date32(), "datetime": pa.timestamp("us"), "time": pa.time64("us")}
    return kinds.get(variable.moment, pa.float64())


def _metadata(dataset: FileDataset, records: int) -> dict[str, str]:
    told = {
        "lengths": {v.name: v.bytes for v in dataset.variables if v.bytes},
        "informats": {v.name: v.informat for v in dataset.variables if v.informat},
        "modified": dataset.modified,
        "type": dataset.dataset_type,
    }
    head = attributes(dataset, records)
    return {"dataset-json": _text(head), "sas": _text({name: one for name, one in told.items() if one})}


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _column(variable: FileVariable, values: pl.Series) -> Any:
    if variable.type == "Char":
        texts = values.cast(pl.String)
        made = texts.set(texts == "", None)
    else:
        numbers = sas_numbers(values).fill_nan(None)
        made = numbers
        if variable.moment == "date":
            made = as_dates(numbers)
        elif variable.moment:
            made = as_datetimes(numbers)
            made = made.dt.time() if variable.moment == "time" else made
    return cast(Any, made).to_arrow().cast(_kind(variable))
