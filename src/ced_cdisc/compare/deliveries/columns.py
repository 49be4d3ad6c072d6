"""One raw column in two deliveries: its kind, its codes, its range, and what the specs will refuse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
from msgspec import Struct

from ced_cdisc.compare.deliveries.contents import Contents, contents
from ced_cdisc.compare.deliveries.model import Cell, Change, Foresee, KnownTable
from ced_cdisc.core.findings import Severity, counted

_CODES = 40
"""A column has codes if it has no more different texts than this, each of them twice on average."""
_LISTED = 8
_TRANSPORT = 200
"""Characters that a text of a transport file has at most."""


class _Side(Struct, frozen=True):
    """A column of one delivery: each text with its number of cells, in the order of the texts."""

    texts: pl.Series
    cells: dict[str, int]
    filled: int
    contents: Contents

    @classmethod
    def of(cls, column: pl.Series, table: KnownTable) -> _Side:
        found = column.drop_nulls().value_counts(name="__cells").sort(column.name)
        texts = found[column.name]
        formats, pivot = table.dates.get(column.name, ((), None))
        counts = dict(zip(texts.to_list(), found["__cells"].to_list(), strict=True))
        return cls(texts, counts, len(column) - column.null_count(), contents(texts, formats, pivot))


def column_changes(
    table: KnownTable, old: pl.Series, new: pl.Series, foresee: Foresee, shown: Cell
) -> Iterator[Change]:
    """What is otherwise with the values of a column, whatever the record they stand in.

    Args:
        table: the table; the name of the series is the column.
        old, new: the texts of all records, null where a cell is empty.
        foresee: what the specs will refuse.
        shown: how cells are shown.
    """
    one, other = _Side.of(old, table), _Side.of(new, table)
    fresh = other.texts.filter(~other.texts.is_in(one.texts.implode()))
    refusals = foresee(new.name, fresh)
    refused = {refusal.value for refusal in refusals}
    readers = table.readers.get(new.name, ())
    for refusal in refusals:
        cells = other.cells[refusal.value]
        message = f"a new value stops a build, in {counted(cells, 'record')}: {refusal.message}"
        yield Change("CED804", message, Severity.ERROR, new.name, cells, refusal.hint, refusal.where, readers)
    grave = Severity.WARNING if readers else Severity.NOTE
    if not len(new):
        return
    if one.filled and not other.filled:
        message = f"{counted(one.filled, 'cell')} had a value, now none has"
        yield Change("CED803", message, grave, new.name, one.filled, readers=readers)
        return
    if new.name in (*table.key, table.subject):
        return  # other identifiers are other records, which are told as such
    yield from _kinds(table, new.name, one, other, shown)
    if _has_codes(table, new.name, one, other):
        yield from _codes(table, new.name, one, other, refused, shown)
    else:
        yield from _ranges(table, new.name, one.contents, other.contents, shown)


def _has_codes(table: KnownTable, column: str, one: _Side, other: _Side) -> bool:
    if column in table.coded:
        return True
    if one.contents.kind == "dates" or other.contents.kind == "dates":
        return False
    if not one.filled or not other.filled or one.contents.decimals or other.contents.decimals:
        return False
    return all(
        side.contents.distinct <= _CODES and 2 * side.contents.distinct <= side.filled
        for side in (one, other)
    )


def _kinds(table: KnownTable, column: str, one: _Side, other: _Side, shown: Cell) -> Iterator[Change]:
    before, after = one.contents, other.contents
    readers = table.readers.get(column, ())
    if before.kind in ("nothing", after.kind) and before.shapes >= after.shapes:
        return
    if before.kind == "nothing":
        message = f"the column was empty and has {after.kind} now, in {counted(other.filled, 'cell')}"
        yield Change("CED803", message, Severity.NOTE, column, other.filled, readers=readers)
        return
    if before.kind == after.kind:
        added = sorted(after.shapes - before.shapes)
        message = f"dates are written in new ways: {', '.join(added[:_LISTED])}"
    else:
        message = f"the column had {before.kind} and has {after.kind} now"
        odd = [text for text in other.texts.to_list() if contents(pl.Series([text])).kind != before.kind]
        if before.kind != "texts" and odd:
            message += f": {_listed(odd, other.cells, column, shown)}"
    grave = Severity.WARNING if readers else Severity.NOTE
    yield Change("CED803", message, grave, column, readers=readers)


def _codes(
    table: KnownTable, column: str, one: _Side, other: _Side, refused: set[str], shown: Cell
) -> Iterator[Change]:
    readers = table.readers.get(column, ())
    added = [text for text in other.cells if text not in one.cells and text not in refused]
    gone = [text for text in one.cells if text not in other.cells]
    if added:
        known = ", which the specs know" if column in table.coded else ""
        message = f"new codes{known}: {_listed(added, other.cells, column, shown)}"
        cells = sum(other.cells[text] for text in added)
        yield Change("CED805", message, Severity.NOTE, column, cells, readers=readers)
    if gone:
        message = f"codes that no record has any more: {_listed(gone, one.cells, column, shown)}"
        yield Change("CED806", message, Severity.NOTE, column, len(gone), readers=readers)


def _ranges(
    table: KnownTable, column: str, before: Contents, after: Contents, shown: Cell
) -> Iterator[Change]:
    readers = table.readers.get(column, ())
    parts: list[str] = []
    if before.kind == after.kind == "numbers":
        if after.low < before.low or after.high > before.high:
            ranges = [
                f"{shown(column, f'{c.low:g}')} to {shown(column, f'{c.high:g}')}" for c in (before, after)
            ]
            parts.append(f"numbers from {ranges[1]}, before {ranges[0]}")
        if after.decimals > before.decimals:
            parts.append(f"up to {counted(after.decimals, 'decimal')}, before {before.decimals}")
    elif before.kind == after.kind == "texts" and after.longest > before.longest:
        parts.append(f"texts of up to {counted(after.longest, 'character')}, before {before.longest:,}")
    beyond = bool(readers) and before.longest <= _TRANSPORT < after.longest
    grave = Severity.WARNING if beyond else Severity.NOTE
    if parts:
        yield Change("CED810", "; ".join(parts), grave, column, readers=readers)
    if before.kind != "dates" or after.kind != "dates" or not after.last or not before.last:
        return
    if after.first < before.first or after.last > before.last:
        ranges = [f"{shown(column, c.first)} to {shown(column, c.last)}" for c in (before, after)]
        yield Change(
            "CED811", f"dates from {ranges[1]}, before {ranges[0]}", Severity.NOTE, column, readers=readers
        )
    if table.snapshot and after.last > table.snapshot >= before.last:
        message = (
            f"dates after the snapshot of the study, {table.snapshot}, up to {shown(column, after.last)}"
        )
        yield Change("CED811", message, Severity.WARNING, column, readers=readers)


def _listed(texts: Sequence[str], cells: dict[str, int], column: str, shown: Cell) -> str:
    """The most frequent texts with the number of their cells."""
    ordered = sorted(texts, key=lambda text: (-cells[text], text))
    words = [f"'{shown(column, text)}' ({cells[text]:,})" for text in ordered[:_LISTED]]
    more = len(ordered) - len(words)
    return ", ".join(words) + (f" and {more:,} more" if more else "")
