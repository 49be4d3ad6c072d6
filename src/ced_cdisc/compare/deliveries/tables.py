"""One raw table in two deliveries: its header, its records by key, and each of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.compare.deliveries.columns import column_changes
from ced_cdisc.compare.deliveries.model import Cell, Change, Example, Foresee, KnownTable
from ced_cdisc.compare.pairing import Pairing, pair_by_keys
from ced_cdisc.core.findings import Severity, counted, did_you_mean

_GRAVE = {"strict": Severity.ERROR, "warn": Severity.WARNING, "ignore": Severity.NOTE}


def table_changes(
    table: KnownTable,
    old: pl.DataFrame,
    new: pl.DataFrame,
    row: str,
    foresee: Foresee,
    shown: Cell,
    most: int,
) -> Iterator[Change]:
    """All that changed in a table.

    Args:
        table: what the specs know of it.
        old, new: String columns in the order of the file, null where a cell is empty, and the place of the
            record in the column ``row`` (Int64).
        row: the name of that column.
        foresee: what the specs will refuse.
        shown: how cells are shown.
        most: how many records are shown of each change.
    """
    of_old, of_new = ([name for name in frame.columns if name != row] for frame in (old, new))
    yield from _header(table, of_old, of_new)
    shared = [name for name in of_new if name in set(of_old)]
    if not shared:
        return
    records = _Records(table, old, new, row, shared, shown, most)
    yield from records.repeated()
    yield from records.subjects()
    yield from records.one_sided()
    for name in shared:
        yield from column_changes(table, records.old[name], records.new[name], foresee, shown)
        yield from records.cells(name)


def _header(table: KnownTable, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    gone = [name for name in old if name not in new]
    added = [name for name in new if name not in old]
    for name in gone:
        readers = table.readers.get(name, ())
        grave = Severity.ERROR if readers else _GRAVE[table.policy] if name in table.places else Severity.NOTE
        hint = did_you_mean(name, added)
        where = table.places.get(name)
        yield Change("CED801", "the column is gone", grave, name, 0, hint, where, readers)
    for name in added:
        declared = name in table.places
        message = "the column is new" + (", and listed in the contract" if declared else "")
        grave = Severity.NOTE if declared or table.where is None else _GRAVE[table.policy]
        hint = "" if declared or table.where is None else "list it under columns, and map it or exclude it"
        yield Change("CED801", message, grave, name, 0, hint, None if declared else table.where)
    common = set(old) & set(new)
    before, after = [name for name in old if name in common], [name for name in new if name in common]
    if before != after:
        place = next(i for i, (one, other) in enumerate(zip(before, after, strict=True)) if one != other)
        message = f"the columns stand in another order, from {after[place]} on; no line depends on it"
        yield Change("CED802", message)


class _Records:
    """The records of both sides, paired by the key; without one, by all that they have in common.

    ``old`` and ``new`` are without those that a build leaves out.
    """

    def __init__(
        self,
        table: KnownTable,
        old: pl.DataFrame,
        new: pl.DataFrame,
        row: str,
        shared: Sequence[str],
        shown: Cell,
        most: int,
    ) -> None:
        self._table, self._row, self._delivered = table, row, (old, new)
        self.old, self.new = self._delivered if table.chosen is None else map(table.chosen, self._delivered)
        self._shown, self._most = shown, most
        self._keyed = bool(table.key) and all(name in shared for name in table.key)
        self._key = list(table.key) if self._keyed else list(shared)
        self._pairs: Pairing = pair_by_keys(self.old.select(self._key), self.new.select(self._key))
        self._subject = table.subject if table.subject in shared else ""

    def repeated(self) -> Iterator[Change]:
        """Keys that several records of the new delivery have."""
        if not self._keyed:
            return
        before, several = (self._alike(frame) for frame in self._delivered)
        refused = self._alike(self.new)
        if several.is_empty() or (refused.is_empty() and several.height == before.height):
            return
        grave, hint = Severity.NOTE, ""
        message = f"{counted(several.height, 'record')} share the key with another one"
        message += f", before {before.height:,}"
        if refused.height:
            grave, hint = Severity.ERROR, "mend the data, or say with duplicates which is kept"
        if refused.height and self._table.chosen is not None:
            several, hint = refused, f"of {refused.height:,} of them 'duplicates' chooses none: mend the data"
        examples = self._examples(several.sort([*self._key, self._row]), np.arange(several.height))
        yield Change(
            "CED808",
            message,
            grave,
            count=several.height,
            hint=hint,
            where=self._table.where,
            examples=examples,
        )

    def _alike(self, records: pl.DataFrame) -> pl.DataFrame:
        """The records that share the key with another one."""
        return records.filter(records.select(self._key).is_duplicated())

    def subjects(self) -> Iterator[Change]:
        """Subjects that one delivery has."""
        if not self._subject:
            return
        lost = self.new.filter(pl.col(self._subject).is_null())
        if lost.height > self.old[self._subject].null_count():
            message = f"{counted(lost.height, 'record')} without a subject"
            yield Change("CED809", message, Severity.ERROR, self._subject, lost.height)
        old, new = (frame[self._subject].drop_nulls().unique().sort() for frame in (self.old, self.new))
        for word, here, there, grave in (
            ("gone", old, new, Severity.WARNING),
            ("new", new, old, Severity.NOTE),
        ):
            alone = here.filter(~here.is_in(there.implode())).to_list()
            if alone:
                listed = ", ".join(self._shown(self._subject, text) for text in alone[:12])
                more = f" and {len(alone) - 12:,} more" if len(alone) > 12 else ""
                message = f"{counted(len(alone), 'subject')} {word}: {listed}{more}"
                yield Change("CED809", message, grave, self._subject, len(alone))

    def one_sided(self) -> Iterator[Change]:
        """Records that one delivery has."""
        key = "" if self._keyed else "; no key is known, so that records count as a whole"
        for word, rows, frame, grave in (
            ("gone", self._pairs.only_a, self.old, Severity.WARNING),
            ("new", self._pairs.only_b, self.new, Severity.NOTE),
        ):
            if len(rows):
                message = f"{counted(len(rows), 'record')} {word}{key}"
                examples = self._examples(frame, rows) if self._keyed else ()
                yield Change("CED807", message, grave, count=len(rows), examples=examples)

    def cells(self, name: str) -> Iterator[Change]:
        """The cells of a column that are not what they were in the same record."""
        if not self._keyed or name in self._key:
            return
        one, other = self._pairs.of_a(self.old[name]), self._pairs.of_b(self.new[name])
        pairs = one.ne_missing(other).arg_true().to_numpy().astype(np.uint32)
        if not len(pairs):
            return
        readers = self._table.readers.get(name, ())
        filled, emptied = one[pairs].is_null().sum(), other[pairs].is_null().sum()
        message = f"another value in {len(pairs):,} of {counted(self._pairs.count, 'record')} that both have"
        parts = [
            f"{number:,} {word}" for number, word in ((filled, "filled"), (emptied, "emptied")) if number
        ]
        message += f" ({', '.join(parts)})" if parts else ""
        yield Change(
            "CED812",
            message,
            Severity.WARNING if readers else Severity.NOTE,
            name,
            len(pairs),
            readers=readers,
            examples=self._examples(self.new, self._pairs.row_b(pairs), name, one[pairs], other[pairs]),
        )

    def _examples(
        self,
        frame: pl.DataFrame,
        rows: NDArray[np.integer],
        column: str = "",
        old: pl.Series | None = None,
        new: pl.Series | None = None,
    ) -> tuple[Example, ...]:
        """The first records, with the old and the new cell of a column."""
        listed = frame[rows[: self._most].astype(np.uint32)].select(*self._key, self._row).to_dicts()
        made: list[Example] = []
        for number, record in enumerate(listed):
            key = tuple((name, self._cell(name, record[name])) for name in self._key)
            cells = ["", ""]
            if old is not None and new is not None:
                cells = [self._cell(column, side[number]) for side in (old, new)]
            made.append(Example(key, f"{self._table.counts_in} {record[self._row]}", *cells))
        return tuple(made)

    def _cell(self, column: str, text: str | None) -> str:
        return "empty" if text is None else f"'{self._shown(column, text)}'"
