"""Which record of A belongs to which record of B.

Records are paired by equal keys. Where a key stands several times on a side, its records are paired in their
order (the first with the first), and the comparison says so.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from msgspec import Struct
from numpy.typing import NDArray

_A, _B, _NTH, _HASH = "__a", "__b", "__nth", "__hash"


class Pairing(Struct, frozen=True):
    """Rows from 0.

    Attributes:
        a, b: rows that belong together, in the order of A; None where row i belongs to row i throughout.
        count: how many pairs there are.
        only_a, only_b: rows without a partner, ascending.
        repeated_a, repeated_b: how many records share their key with another one of their side.
    """

    a: NDArray[np.uint32] | None
    b: NDArray[np.uint32] | None
    count: int
    only_a: NDArray[np.uint32]
    only_b: NDArray[np.uint32]
    repeated_a: int = 0
    repeated_b: int = 0

    def of_a(self, column: pl.Series) -> pl.Series:
        """The values of the paired rows of A."""
        return _gathered(column, self.a, self.count)

    def of_b(self, column: pl.Series) -> pl.Series:
        """The values of the paired rows of B."""
        return _gathered(column, self.b, self.count)

    def row_a(self, pair: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """The rows of A of pairs."""
        return pair if self.a is None else self.a[pair]

    def row_b(self, pair: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """The rows of B of pairs."""
        return pair if self.b is None else self.b[pair]


def _gathered(column: pl.Series, rows: NDArray[np.uint32] | None, count: int) -> pl.Series:
    if rows is None:
        return column if len(column) == count else column.head(count)
    return column.gather(pl.Series(rows))


def pair_by_position(rows_a: int, rows_b: int) -> Pairing:
    """Row i of A with row i of B."""
    count = min(rows_a, rows_b)
    return Pairing(
        None,
        None,
        count,
        np.arange(count, rows_a, dtype=np.uint32),
        np.arange(count, rows_b, dtype=np.uint32),
    )


def pair_by_keys(a: pl.DataFrame, b: pl.DataFrame) -> Pairing:
    """Pair the records of two frames that hold the key columns alone, of equal names and types."""
    none = np.empty(0, np.uint32)
    hashes_a = a.hash_rows()
    if a.height == b.height and not any(a[key].ne_missing(b[key]).any() for key in a.columns):
        # the usual case, in which nothing has to be moved
        again = _repeated(a, hashes_a)
        return Pairing(None, None, a.height, none, none, again, again)
    hashes_b = b.hash_rows()
    rows = _joined_by_hash(a, b, hashes_a, hashes_b)
    repeated_a = repeated_b = 0
    if rows is None:
        repeated_a, repeated_b = _repeated(a, hashes_a), _repeated(b, hashes_b)
        if repeated_a or repeated_b:
            nth = pl.int_range(pl.len(), dtype=pl.UInt32).over(a.columns).alias(_NTH)
            a, b = a.with_columns(nth), b.with_columns(nth)
        joined = a.with_row_index(_A).join(b.with_row_index(_B), on=a.columns, how="left", nulls_equal=True)
        rows = joined.select(_A, _B).sort(_A)[_B]
    paired = rows.is_not_null()
    rows_b = rows.drop_nulls().to_numpy()
    left = np.ones(b.height, np.bool_)
    left[rows_b] = False
    only_b = np.flatnonzero(left).astype(np.uint32)
    if paired.all():
        return Pairing(None, rows_b, a.height, none, only_b, repeated_a, repeated_b)
    rows_a = paired.arg_true().to_numpy().astype(np.uint32)
    only_a = (~paired).arg_true().to_numpy().astype(np.uint32)
    return Pairing(rows_a, rows_b, len(rows_a), only_a, only_b, repeated_a, repeated_b)


def _joined_by_hash(
    a: pl.DataFrame, b: pl.DataFrame, hashes_a: pl.Series, hashes_b: pl.Series
) -> pl.Series | None:
    """For each row of A its row of B or null, over one number a record; None if two keys have one hash.

    Equal keys have equal hashes, so nothing stays unpaired; what is paired is compared key by key. Both sides
    are sorted by the number, which reads memory in its order where a hash table would jump.
    """
    one, other = hashes_a.to_numpy(), hashes_b.to_numpy()
    order_a, order_b = np.argsort(one), np.argsort(other)
    one, other = one[order_a], other[order_b]
    if _any_twice(one) or _any_twice(other):
        return None
    rows = np.empty(len(one), np.uint32)
    if np.array_equal(one, other):
        rows[order_a] = order_b
        found = pl.Series(rows)
    else:
        place = np.minimum(np.searchsorted(other, one), max(len(other) - 1, 0))
        there = np.zeros(len(one), np.bool_)
        if len(other):
            there[order_a] = other[place] == one
            rows[order_a] = order_b[place]
        found = pl.Series(rows).set(pl.Series(~there), None)
    paired = found.is_not_null()
    for key in a.columns:
        if (a[key].ne_missing(b[key].gather(found)) & paired).any():
            return None
    return found


def _any_twice(ascending: NDArray[np.uint64]) -> bool:
    return bool((ascending[1:] == ascending[:-1]).any())


def repeated(keys: pl.DataFrame) -> int:
    """How many records share their key with another one."""
    return _repeated(keys, keys.hash_rows()) if keys.height > 1 else 0


def _repeated(keys: pl.DataFrame, hashes: pl.Series) -> int:
    # Equal keys have equal hashes: only where two hashes are equal need the keys themselves be looked at.
    if keys.height < 2 or not _any_twice(np.sort(hashes.to_numpy())):
        return 0
    return int(keys.filter(hashes.is_duplicated()).is_duplicated().sum())


class NearlyPaired(Struct, frozen=True):
    """One-sided records that would be paired if one key were left out: rows of A and of B, and the key."""

    key: str
    a: NDArray[np.uint32]
    b: NDArray[np.uint32]


def nearly_paired(a: pl.DataFrame, b: pl.DataFrame, pairing: Pairing) -> NearlyPaired | None:
    """The key without which most one-sided records have exactly one partner; at least half of one side."""
    if not len(pairing.only_a) or not len(pairing.only_b) or a.width < 2:
        return None
    left = a[pairing.only_a].with_columns(pl.Series(_A, pairing.only_a))
    right = b[pairing.only_b].with_columns(pl.Series(_B, pairing.only_b))
    best: NearlyPaired | None = None
    for key in a.columns:
        others = [name for name in a.columns if name != key]
        one = left.filter(~pl.struct(others).is_duplicated())
        other = right.filter(~pl.struct(others).is_duplicated())
        both = one.join(other, on=others, how="inner", nulls_equal=True).sort(_A)
        enough = 2 * both.height >= min(len(pairing.only_a), len(pairing.only_b))
        if both.height and enough and (best is None or both.height > len(best.a)):
            best = NearlyPaired(key, both[_A].to_numpy(), both[_B].to_numpy())
    return best
