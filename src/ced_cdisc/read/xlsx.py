"""One sheet of an xlsx workbook to a frame of text columns."""

from __future__ import annotations

import polars as pl

from ced_cdisc.core.findings import Finding
from ced_cdisc.read.contract import ROW, TableContract
from ced_cdisc.read.finish import finish_cells
from ced_cdisc.read.sheet_table import read_sheet


def read_xlsx(
    raw: bytes, contract: TableContract, shown: str
) -> tuple[pl.DataFrame | None, tuple[str, ...], list[Finding]]:
    """Read one sheet, by :func:`read_sheet`; the arguments and the result are those of ``read_delimited``."""
    table, new, found = read_sheet(raw, contract, shown)
    if table is None:
        return None, new, found
    columns = {name: pl.Series(cells, dtype=pl.String) for name, cells in table.columns.items()}
    frame = pl.DataFrame({**columns, ROW: pl.Series(table.rows, dtype=pl.Int64)})
    return finish_cells(frame, contract) if columns else frame, new, found
