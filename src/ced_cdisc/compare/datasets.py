"""The comparison of two datasets: keys, records, then one variable after the other.

At any time the key columns and one variable of each side are in memory, so a comparison of ten million
records takes no more than a few of their columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

from ced_cdisc.compare.attributes import attribute_differences
from ced_cdisc.compare.causes import causes, shown_values
from ced_cdisc.compare.keys import Keys, choose_keys
from ced_cdisc.compare.model import (
    ComparedTable,
    DatasetComparison,
    Difference,
    Record,
    Tolerance,
)
from ced_cdisc.compare.pairing import Pairing, pair_by_keys, pair_by_position, repeated
from ced_cdisc.compare.places import Places
from ced_cdisc.compare.records import one_sided, repeated_keys, telling_keys
from ced_cdisc.compare.showing import numbers_of, value_text
from ced_cdisc.compare.values import Differing, differing, plain_texts
from ced_cdisc.core.findings import Severity, counted
from ced_cdisc.core.moments import Moment, moment_of


class Settings(Struct, frozen=True):
    """How to compare.

    Attributes:
        tolerance: of numbers.
        ignore: metadata that may differ, see :data:`ced_cdisc.compare.attributes.IGNORABLE`.
        exclude: variables that are not compared, in capitals.
        shown: how many records to show of each difference.
    """

    tolerance: Tolerance = field(default_factory=Tolerance)
    ignore: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    shown: int = 5


class UnknownKeys(Exception):
    """A key that the user names is no variable of one of the sides; the text says which."""


def compare_tables(
    a: ComparedTable,
    b: ComparedTable,
    settings: Settings,
    keys: Sequence[str] = (),
    defined: Sequence[tuple[str, Sequence[str]]] = (),
    name: str = "",
) -> DatasetComparison:
    """Compare two tables.

    Args:
        a: side A.
        b: side B.
        settings: tolerance and what to leave out.
        keys: the keys that the user names, in capitals; none to choose them.
        defined: keys of each define.xml, see :func:`ced_cdisc.compare.keys.choose_keys`.
        name: the name for the summary; by default that of A.

    Raises:
        UnknownKeys: one of ``keys`` is not in both tables.
        Stopped: a table cannot be read.
    """
    comparing = _Comparing(a, b, settings, keys, defined)
    found = tuple(comparing.differences())
    return DatasetComparison(
        name or a.name,
        a.shown,
        b.shown,
        a.rows,
        b.rows,
        comparing.pairing.count,
        len(comparing.compared),
        comparing.keys.names,
        comparing.keys.source,
        found,
    )


class _Comparing:
    """One comparison; the steps share the tables, the keys and the pairs."""

    def __init__(
        self,
        a: ComparedTable,
        b: ComparedTable,
        settings: Settings,
        keys: Sequence[str],
        defined: Sequence[tuple[str, Sequence[str]]],
    ) -> None:
        self.a, self.b, self.settings = a, b, settings
        self.variables_a = {v.name: v for v in a.variables}
        self.variables_b = {v.name: v for v in b.variables}
        self.shared = [name for name in self.variables_a if name in self.variables_b]
        for key in keys:
            for table, names in ((a, self.variables_a), (b, self.variables_b)):
                if key not in names:
                    raise UnknownKeys(f"{table.shown} has no variable {key}")
        self.unequal = a.unequal(b)
        complete = a.rows == b.rows
        self.same = {name for name, pairs in self.unequal.items() if complete and not len(pairs)}
        self.tried: dict[tuple[str, ...], tuple[pl.DataFrame, pl.DataFrame]] = {}
        if keys:
            self.keys = Keys(tuple(keys), "--keys")
        else:
            self.keys = choose_keys(a.name, self.shared, defined, self._are_unique)
        names = self.keys.names
        self.keys_a, self.keys_b = self._key_frames(names) if names else (pl.DataFrame(), pl.DataFrame())
        self.tried.clear()
        self.pairing: Pairing = (
            pair_by_keys(self.keys_a, self.keys_b) if names else pair_by_position(a.rows, b.rows)
        )
        self.telling = telling_keys(self.keys_a, self.keys_b)
        self.compared = [n for n in self.shared if n not in names and n not in settings.exclude]
        one_type = [n for n in names if self.variables_a[n].type == self.variables_b[n].type]
        self.places = Places(a, self.pairing, self.shared, self.keys_a.select(one_type))

    def differences(self) -> Iterator[Difference]:
        """All differences and notes, records first, then metadata, then values in the order of A."""
        if not self.keys.names:
            message = "no keys are known: the records are compared by position"
            hint = "name the keys with --keys, or put define.xml beside the file"
            yield Difference("CED710", message, severity=Severity.NOTE, details=(hint,))
        others = [name for name in self.shared if name not in self.keys.names]
        yield from repeated_keys(self.pairing, self.keys_a, self.keys_b, others, self._keys_of_one_type)
        yield from one_sided(self.a, self.b, self.pairing, self.keys_a, self.keys_b, self.settings.shown)
        self.keys_b = pl.DataFrame()  # nothing below needs them, and they are large
        yield from attribute_differences(self.a, self.b, self.settings.ignore)
        if self.pairing.a is not None or self.pairing.b is not None:
            self.unequal = self.a.unequal(self.b, self.pairing.a, self.pairing.b)
        seen: dict[bytes, str] = {}
        for name in self.compared:
            yield from self._variable(name, seen)

    def _are_unique(self, names: Sequence[str]) -> bool:
        return all(not repeated(frame) for frame in self._key_frames(tuple(names)))

    def _key_frames(self, names: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
        if names not in self.tried:
            columns: tuple[list[pl.Series], list[pl.Series]] = ([], [])
            for name in names:
                for side, column in zip(columns, self._keys_of_one_type(name), strict=True):
                    side.append(column.alias(name))
            self.tried[names] = pl.DataFrame(columns[0]), pl.DataFrame(columns[1])
        return self.tried[names]

    def _keys_of_one_type(self, name: str) -> tuple[pl.Series, pl.Series]:
        a = _without_empty(self.a.column(name))
        if name in self.same:
            return a, a
        b = _without_empty(self.b.column(name))
        kind = self._moment(name)
        if a.dtype == pl.String and b.dtype != pl.String:
            a = _as_written(a, kind)
            b = plain_texts(b)
        elif b.dtype == pl.String and a.dtype != pl.String:
            b = _as_written(b, kind)
            a = plain_texts(a)
        return a, b

    def _moment(self, name: str) -> Moment:
        return moment_of(self.variables_a[name].format) or moment_of(self.variables_b[name].format)

    def _variable(self, name: str, seen: dict[bytes, str]) -> Iterator[Difference]:
        """The differences of one variable by cause, and how many numbers differ within the tolerance."""
        kind = self._moment(name)
        found = self._differing(name, kind)
        if found.near:
            yield Difference(
                "CED711",
                f"{name}: {counted(found.near, 'record')} differ{'s' * (found.near == 1)} within the "
                f"tolerance, by {found.farthest:.3g} at most",
                name,
                "tolerance",
                found.near,
                Severity.NOTE,
            )
        if not len(found.pairs):
            return
        mark = found.pairs.tobytes()
        same = seen.setdefault(mark, name)
        for cause in causes(found, kind):
            yield self._difference(name, found, cause.kind, cause.text, cause.rows, cause.details, kind, same)

    def _differing(self, name: str, kind: Moment) -> Differing:
        """The pairs in which a variable differs; where it is known which may, only these are read."""
        pairs = self.unequal.get(name)
        if pairs is None:
            a, b = self.pairing.of_a(self.a.column(name)), self.pairing.of_b(self.b.column(name))
        else:
            rows_a, rows_b = self.pairing.row_a(pairs), self.pairing.row_b(pairs)
            a, b = self.a.column(name, rows_a), self.b.column(name, rows_b)
        meaning = "Any" in (self.variables_a[name].type, self.variables_b[name].type)
        limits = self.settings.tolerance.of(self.a.name, name)
        found = differing(a, b, limits, kind, meaning, self._special(name, a, b, pairs))
        return found if pairs is None else replace(found, pairs=pairs[found.pairs])

    def _difference(
        self,
        name: str,
        found: Differing,
        kind_of_cause: str,
        text: str,
        rows: NDArray[np.int64],
        details: tuple[str, ...],
        kind: Moment,
        same: str,
    ) -> Difference:
        pairs = found.pairs[rows]
        count, of = len(rows), self.pairing.count
        message = f"{name} differs in {count:,} of {counted(of, 'record')}"
        if text:
            message += f": {text}"
        facts = [where] if (where := self.places.shared(pairs, name)) else []
        if same != name and len(found.pairs) > 1 and count == len(found.pairs):
            facts.append(f"the same records as for {same}")
        facts += details
        records: list[Record] = []
        for row in rows[: self.settings.shown].tolist():
            a, b = shown_values(found, row, kind)
            records.append(Record(self._place(int(found.pairs[row])), a, b))
        return Difference(
            "CED700",
            message,
            name,
            kind_of_cause,
            count,
            details=tuple(facts),
            records=tuple(records),
        )

    def _special(
        self, name: str, a: pl.Series, b: pl.Series, pairs: NDArray[np.uint32] | None
    ) -> tuple[pl.Series | None, pl.Series | None]:
        """Codes of special missing values of pairs (None: all); read only where a number is missing."""
        if a.dtype != pl.Float64 or b.dtype != pl.Float64 or not (a.null_count() and b.null_count()):
            return None, None
        if pairs is not None:
            rows_a, rows_b = self.pairing.row_a(pairs), self.pairing.row_b(pairs)
            return self.a.special_missing(name, rows_a), self.b.special_missing(name, rows_b)
        codes_a, codes_b = self.a.special_missing(name), self.b.special_missing(name)
        return (
            None if codes_a is None else self.pairing.of_a(codes_a),
            None if codes_b is None else self.pairing.of_b(codes_b),
        )

    def _place(self, pair: int) -> tuple[tuple[str, str], ...]:
        row = int(self.pairing.row_a(np.array([pair], np.uint32))[0])
        if not self.keys.names:
            return (("row", str(row + 1)),)
        values = self.keys_a.row(row, named=True)
        return tuple((name, value_text(values[name], self._moment(name))) for name in self.telling)


def _without_empty(column: pl.Series) -> pl.Series:
    """An empty text is missing."""
    if column.dtype != pl.String or not (empty := column == "").any():
        return column
    return column.set(empty, None)


def _as_written(texts: pl.Series, kind: Moment) -> pl.Series:
    """Texts that are numbers in the form of numbers, others as they are."""
    numbers = numbers_of(texts, kind)
    return plain_texts(numbers).zip_with(numbers.is_not_null(), texts)
