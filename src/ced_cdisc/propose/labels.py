"""Rows below the header that are no records: labels of the columns, as some exports write them."""

from __future__ import annotations

import polars as pl

from ced_cdisc.propose.columns import ColumnTally
from ced_cdisc.propose.words import NO_VALUE

_MOST_LABELS = 2
_LOOKED_AT = 200
_MOST_GAPS = 0.3


def label_rows(block: pl.DataFrame) -> int:
    """How many rows at the top seem to say more of the columns.

    Such a row is of words in nearly all cells, all of them different, also where the rows below it have
    numbers or dates in at least two columns.

    Args:
        block: the first rows of a table, String columns ``c0``, ``c1``, .. and others.
    """
    names = [name for name in block.columns if name.startswith("c")]
    found = 0
    while found < _MOST_LABELS and _is_label(block.select(names).slice(found, _LOOKED_AT)):
        found += 1
    return found


def _is_label(rows: pl.DataFrame) -> bool:
    if len(rows) < 3 or rows.width < 3:
        return False
    first = [(at, str(cell).strip()) for at, cell in enumerate(rows.row(0)) if cell and str(cell).strip()]
    texts = [cell for _, cell in first]
    if len(texts) < (1 - _MOST_GAPS) * rows.width or len(set(texts)) < len(texts):
        return False
    if any(_kind(pl.Series([cell])) != "text" or cell.casefold() in NO_VALUE for cell in texts):
        return False
    below = [rows.to_series(at).slice(1).drop_nulls() for at, _ in first]
    return sum(len(cells) > 1 and _kind(cells) != "text" for cells in below) > 1


def _kind(cells: pl.Series) -> str:
    tally = ColumnTally("")
    tally.add(cells.cast(pl.String))
    return tally.profile().kind
