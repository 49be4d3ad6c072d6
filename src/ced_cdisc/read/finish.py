"""The last steps to the frame of a raw table that all formats share: missing texts, blank rows, places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from ced_cdisc.core.findings import Finding, Location
from ced_cdisc.read.cell_text import NO_NUMBER
from ced_cdisc.read.contract import ROW, TableContract, raw_finding, skipped_rows


def finished_table(
    cells: Mapping[str, pl.Series],
    places: pl.Series,
    contract: TableContract,
    shown: str,
) -> tuple[pl.DataFrame, list[Finding]]:
    """The frame of a table whose columns were read one by one.

    Args:
        cells: String columns by name, all of one height, null where missing; an absent one becomes null.
        places: the place of each record, Int64.
        contract: the declared table.
        shown: the path of the file as findings show it.

    Returns:
        The columns in the contract's order and ``__row``, without rows that have no filled cell; and the note
        CED218 on these.
    """
    nothing = pl.Series([None] * len(places), dtype=pl.String)
    frame = pl.DataFrame({name: cells.get(name, nothing) for name in contract.columns})
    if not contract.columns:
        return pl.DataFrame({ROW: places}), []
    frame = finish_cells(frame, contract).with_columns(places.alias(ROW))
    blank = frame.filter(pl.all_horizontal(pl.exclude(ROW).is_null()))[ROW].to_list()
    frame = frame.filter(~pl.all_horizontal(pl.exclude(ROW).is_null())) if blank else frame
    return frame, skipped_rows(blank, contract.counts_in, contract, shown)


def numbered(height: int) -> pl.Series:
    """The numbers of rows, from 1."""
    return pl.int_range(1, height + 1, dtype=pl.Int64, eager=True)


def finish_cells(frame: pl.DataFrame, contract: TableContract) -> pl.DataFrame:
    """Trim where the contract says so, then turn empty cells and its missing texts into null."""
    texts = pl.col(pl.String)
    if contract.trim:
        frame = frame.with_columns(texts.str.strip_chars())
    empty = ["", *contract.missing]
    return frame.with_columns(pl.when(~texts.is_in(empty)).then(texts).otherwise(None))


def cells_at_fault(
    code: str,
    column: str,
    cells: Sequence[tuple[int, str]],
    what: str,
    hint: str,
    contract: TableContract,
    shown: str,
) -> list[Finding]:
    """One finding for all cells of a column that show one fault, if there are any.

    Args:
        code: of the finding.
        column: of the table.
        cells: place and text of each, the first one first.
        what: the words before and after ``in row ..``, with ``{}`` for the text and for the place.
        hint: of the finding.
        contract: the declared table.
        shown: the path of the file as findings show it.
    """
    if not cells:
        return []
    place, value = cells[0]
    word = contract.counts_in
    where = f"in {len(cells)} cells, first in {word} {place}" if len(cells) > 1 else f"in {word} {place}"
    text = f"column {contract.name}.{column} holds {what.format(value, where)}"
    return [raw_finding(code, text, Location(shown, place), hint)]


def no_numbers(column: str, texts: pl.Series, contract: TableContract, shown: str) -> list[Finding]:
    """CED224: texts of floating-point numbers that are none, unless the contract lists them as missing."""
    refused = [word for word in NO_NUMBER if word not in contract.missing]
    rows = texts.is_in(refused).fill_null(False).arg_true().to_list()
    hint = "correct it, or list it under 'missing' in sources.yaml"
    cells = [(row + 1, str(texts[row])) for row in rows]
    return cells_at_fault("CED224", column, cells, "{}, which is no number, {}", hint, contract, shown)


def no_text(column: str, kind: str, contract: TableContract, shown: str) -> Finding:
    """CED239: a column of a type that a raw table cannot hold."""
    text = f"column {contract.name}.{column} is of the type {kind}, which has no text"
    return raw_finding("CED239", text, Location(shown), "export it as text, or take it out of the table")
