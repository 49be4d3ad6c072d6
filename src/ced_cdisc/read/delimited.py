"""Delimited text (CSV) to a frame of text columns; what is not well-formed is a finding, never repaired.

The way: bytes -> UTF-8 without mark -> structure (:mod:`ced_cdisc.read.scan`) -> header -> pyarrow.
The physical line of each record comes from the scan, so a message names the line an editor shows.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from importlib import import_module
from typing import Any, cast

import numpy as np
import polars as pl

from ced_cdisc.core.findings import Finding, Location, Severity
from ced_cdisc.read.contract import (
    ROW,
    TableContract,
    compare_header,
    empty_file,
    new_columns,
    raw_finding,
    skipped_rows,
)
from ced_cdisc.read.encoding import place_of, to_utf8
from ced_cdisc.read.finish import finish_cells
from ced_cdisc.read.scan import Fault, Layout, scan

_SHOWN_RECORDS = 5
_SHOWN_CHARS = 60


def read_delimited(
    raw: bytes, contract: TableContract, shown: str
) -> tuple[pl.DataFrame | None, tuple[str, ...], list[Finding]]:
    """Read one delimited file.

    Args:
        raw: the bytes of the file.
        contract: its declaration.
        shown: its path as findings show it.

    Returns:
        The frame (String columns in the contract's order, then ``__row`` = physical line, Int64), or None
        where a finding is an error; the columns that the contract does not list; and the findings.
        An empty cell is null, quoted or not.
    """
    data, found = to_utf8(raw, contract, shown)
    if data is None:
        return None, (), found
    layout = scan(data, ord(contract.delimiter))
    if isinstance(layout, Fault):
        return None, (), [*found, _quoting_finding(layout, data, contract, shown)]
    layout = layout.below(contract.titles, contract.labels)
    if not len(layout.starts):
        return None, (), [*found, empty_file(contract, shown)]
    header = _cells(data, layout, 0, contract)
    if contract.trim:
        header = [cell.strip() for cell in header]
    header = contract.renamed(header)
    found += compare_header(header, contract, Location(shown, int(layout.lines[0])))
    found += _ragged(data, layout, len(header), contract, shown)
    if any(finding.severity is Severity.ERROR for finding in found):
        return None, (), found
    frame = _parse(data, layout, header, contract)
    blank = _blank_records(data, layout, frame, contract)
    if blank:
        frame = frame.filter(~pl.col(ROW).is_in(blank))
    found += skipped_rows(sorted([*blank, *layout.blank_lines.tolist()]), "line", contract, shown)
    return frame, new_columns(header, contract), found


def _quoting_finding(fault: Fault, data: bytes, contract: TableContract, shown: str) -> Finding:
    where = place_of(data, fault.offset, shown)
    table, piece = contract.name, _excerpt(data, fault.offset)
    if fault.kind == "lone cr":
        text = f"a carriage return without line feed outside quotes in table {table}"
        return raw_finding("CED212", text, where, "save the table with line ends of Windows or Unix")
    if fault.kind == "inside cell":
        hint = 'quote the whole cell and double the quotes in it: "5"" tube"'
        text = f"a quote within an unquoted cell of table {table}, at {piece}"
        return raw_finding("CED215", text, where, hint, quotes=[piece])
    opened = place_of(data, _opening(data, fault.opened if fault.opened >= 0 else fault.offset), shown)
    if fault.kind == "unclosed":
        piece = _excerpt(data, _opening(data, fault.offset))
        text = f"a quoted cell of table {table} is never closed: {piece}"
        hint = "add the closing quote, or take the opening one away"
        return raw_finding("CED213", text, opened, hint, quotes=[piece])
    text = f"text after a closing quote in table {table}, at {piece}"
    hint = "double a quote within a quoted cell"
    if opened.line != where.line:
        hint += (
            f"; or the cell that opens at line {opened.line}, column {opened.column} lacks its closing quote"
        )
    return raw_finding("CED214", text, where, hint, quotes=[piece])


def _opening(data: bytes, quote: int) -> int:
    """Offset where the cell starts that is open after the quote: doubled quotes are stepped over."""
    while quote > 0 and data[quote - 1] == ord('"'):
        quote = data.rfind(b'"', 0, quote - 1)
    return quote


def _excerpt(data: bytes, offset: int) -> str:
    piece = data[offset : offset + 4 * _SHOWN_CHARS].decode(errors="ignore")
    line = piece.split("\n")[0].rstrip("\r")
    return line[:20] + ("..." if len(line) > 20 else "")


def _cells(data: bytes, layout: Layout, record: int, contract: TableContract) -> list[str]:
    """The cells of one record, by Python's csv module."""
    text = data[layout.starts[record] : layout.ends[record]].decode()
    limit = csv.field_size_limit()
    if len(text) > limit:
        csv.field_size_limit(len(text))
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=contract.delimiter, strict=True))


def _ragged(data: bytes, layout: Layout, width: int, contract: TableContract, shown: str) -> list[Finding]:
    """CED216 and CED217: records with fewer or more cells than the header."""
    found: list[Finding] = []
    for code, word, at_fault in (
        ("CED216", "fewer", np.flatnonzero(layout.cells < width)),
        ("CED217", "more", np.flatnonzero(layout.cells > width)),
    ):
        if not len(at_fault):
            continue
        records: list[str] = []
        quotes: list[str] = []
        for record in at_fault[:_SHOWN_RECORDS].tolist():
            text = data[layout.starts[record] : layout.ends[record]][: 4 * _SHOWN_CHARS].decode(
                errors="ignore"
            )
            cut = text[:_SHOWN_CHARS] + ("..." if len(text) > _SHOWN_CHARS else "")
            quotes.append(cut)
            records.append(
                f"{contract.name} line {layout.lines[record]}: {layout.cells[record]} cells: {cut}"
            )
        count = len(at_fault)
        rows, have = ("row", "has") if count == 1 else ("rows", "have")
        text = f"{count} {rows} of table {contract.name} {have} {word} cells than the header ({width})"
        hint = (
            f"a cell that holds {contract.delimiter!r} must be quoted"
            if word == "more"
            else "the row may be cut, or a line end within a cell is not quoted"
        )
        where = Location(shown, int(layout.lines[at_fault[0]]))
        found.append(raw_finding(code, text, where, hint, records=records, quotes=quotes))
    return found


def _parse(data: bytes, layout: Layout, header: list[str], contract: TableContract) -> pl.DataFrame:
    """All records below the header; a column that the file lacks is null throughout."""
    height = len(layout.starts) - 1
    present = [name for name in contract.columns if name in header]
    lines = pl.Series(ROW, layout.lines[1:], pl.Int64)
    if not height or not present:
        return pl.DataFrame(
            {**{name: pl.Series([None] * height, dtype=pl.String) for name in contract.columns}, ROW: lines}
        )
    arrow, reader = cast("Any", import_module("pyarrow")), cast("Any", import_module("pyarrow.csv"))
    body = arrow.py_buffer(data).slice(int(layout.starts[1]))
    if data.startswith(BOM_UTF8, int(layout.starts[1])):  # a cell's own U+FEFF: pyarrow takes one away
        body = arrow.py_buffer(BOM_UTF8 + data[int(layout.starts[1]) :])
    longest = int((layout.ends - layout.starts).max())
    table = reader.read_csv(
        arrow.BufferReader(body),
        read_options=reader.ReadOptions(
            column_names=header, block_size=min(max(1 << 22, 2 * longest + 16), (1 << 31) - 1)
        ),
        parse_options=reader.ParseOptions(
            delimiter=contract.delimiter, newlines_in_values=layout.breaks_in_cells
        ),
        convert_options=reader.ConvertOptions(
            column_types={name: arrow.string() for name in header},
            include_columns=present,
            strings_can_be_null=True,
            null_values=[""],
            check_utf8=False,
        ),
    )
    if table.num_rows != height:
        raise AssertionError(f"{contract.file}: pyarrow reads {table.num_rows} records, the scan {height}")
    frame = cast("pl.DataFrame", cast("Any", pl).from_arrow(table))
    absent = [pl.lit(None, pl.String).alias(name) for name in contract.columns if name not in header]
    frame = frame.with_columns(absent).select(contract.columns)
    if contract.trim or contract.missing:
        frame = finish_cells(frame, contract)
    return frame.with_columns(lines)


def _blank_records(data: bytes, layout: Layout, frame: pl.DataFrame, contract: TableContract) -> list[int]:
    """Lines of the records that hold delimiters only, as spreadsheets leave them below a table."""
    if any(frame[name].null_count() == 0 for name in frame.columns if name != ROW):
        return []
    nothing = frame.select(pl.all_horizontal(pl.exclude(ROW).is_null())).to_series()
    blank: list[int] = []
    for record in (nothing.arg_true() + 1).to_list() if frame.width > 1 else []:
        if not any(cell.strip() for cell in _cells(data, layout, record, contract)):
            blank.append(int(layout.lines[record]))
    return blank
