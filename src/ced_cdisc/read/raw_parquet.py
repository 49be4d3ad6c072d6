"""A Parquet file as a raw table; the type of a column says how its values become texts (read.typed_cells)."""

from __future__ import annotations

from typing import Any, cast

import polars as pl
import pyarrow as _pyarrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.parquet as _parquet  # pyright: ignore[reportMissingTypeStubs]

from ced_cdisc.core.findings import Finding, Location, Severity
from ced_cdisc.read.cell_text import NoText
from ced_cdisc.read.contract import TableContract, compare_header, new_columns, raw_finding
from ced_cdisc.read.finish import finished_table, no_numbers, no_text, numbered
from ced_cdisc.read.typed_cells import column_texts

pa: Any = cast(Any, _pyarrow)  # pyarrow has no types
pq: Any = cast(Any, _parquet)


def read_raw_parquet(
    raw: bytes, contract: TableContract, shown: str
) -> tuple[pl.DataFrame | None, tuple[str, ...], list[Finding]]:
    """Read a Parquet file; the arguments and the result are those of ``read_delimited``.

    Only the columns of the contract are read. ``__row`` is the number of the row, from 1.
    """
    try:
        file: Any = pq.ParquetFile(pa.BufferReader(raw))
        theirs: list[str] = list(file.schema_arrow.names)
        header = contract.renamed(theirs)
        found = compare_header(header, contract, Location(shown))
        if any(finding.severity is Severity.ERROR for finding in found):
            return None, (), found
        wanted = set(contract.columns)
        places = [place for place, name in enumerate(header) if name in wanted]
        table: Any = file.read(columns=[theirs[place] for place in places])
        table.validate(full=True)  # what polars takes for granted, such as UTF-8
        height = int(file.metadata.num_rows)
        if places and table.num_rows != height:
            raise ValueError(f"it says {height} rows and holds {table.num_rows}")
        data = {header[place]: _series(table, theirs[place]) for place in places}
    except (OSError, ValueError, pa.ArrowException) as error:
        text = f"the file of table {contract.name} is damaged or no Parquet file: {_reason(error)}"
        return None, (), [raw_finding("CED245", text, Location(shown), "export the table again")]
    cells: dict[str, pl.Series] = {}
    for name, column in data.items():
        try:
            cells[name] = column_texts(column)
        except NoText as error:
            found.append(no_text(name, str(error), contract, shown))
            continue
        if column.dtype.is_float():
            found += no_numbers(name, cells[name], contract, shown)
    if any(finding.severity is Severity.ERROR for finding in found):
        return None, (), found
    frame, notes = finished_table(cells, numbered(height), contract, shown)
    return frame, new_columns(header, contract), [*found, *notes]


def _series(table: Any, name: str) -> pl.Series:
    return cast(pl.Series, cast(Any, pl).from_arrow(table.column(name).combine_chunks()))


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
