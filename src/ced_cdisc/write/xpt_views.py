"""Columns of text as polars holds them, and memory for the steps that some rows of them take.

A value is a view of 16 bytes: the length in four bytes, then a text of up to twelve bytes and zeros, or for a
longer one its first four bytes and the buffer and place of all of them.

Numpy is quickest where it writes into memory that the processor has at hand: the steps take some thousand
rows at a time and write into a :class:`Space`, again and again.

Source: Apache Arrow columnar format, variable-size binary view layout.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

INLINE = 12
"""The longest text [bytes] that stands within a view, behind its length of four bytes."""
VIEW = 16
"""Bytes of a view."""
ROWS = 16_384
"""Rows that take a step together."""
_SMALL = 4096
_SPARSE = 4
BLANKS = np.full(VIEW * ROWS, 0x20, np.uint8)
_EMPTY = np.zeros(2, np.uint64)


class Space:
    """Memory for the steps of one thread, for up to :data:`ROWS` rows; each step overwrites it."""

    def __init__(self) -> None:
        self.words = np.empty((3, ROWS), np.uint64)
        self.views = np.empty(2 * ROWS, np.uint64)
        self.other_views = np.empty(2 * ROWS, np.uint64)
        self.flags = np.empty(VIEW * ROWS, np.bool_)
        self._sizes = np.empty(ROWS, np.int32)

    def sizes(self, views: NDArray[np.uint64]) -> NDArray[np.int32]:
        """The lengths of texts [bytes], shape (n,), by their views, shape (2 n,)."""
        sizes = self._sizes[: len(views) // 2]
        np.copyto(sizes, views.view(np.int32)[::4])
        return sizes


class Views:
    """The views of a String column.

    Args:
        text: the column, best in one piece.
    """

    def __init__(self, text: pl.Series) -> None:
        self.text = text
        array = cast(Any, text).to_arrow(compat_level=pl.CompatLevel.newest())
        _, views, *characters = array.buffers()
        words = np.frombuffer(views, np.uint64)
        self._words = words[2 * array.offset : 2 * (array.offset + len(array))]
        # What stands in the views of nulls is not said.
        self._present = text.is_not_null().to_numpy() if text.null_count() else None
        self._held = array
        self.characters = [(one.address, one.size) for one in characters if one is not None]
        """Where the buffers of the long texts stand, and their sizes [bytes]."""

    def rows(self, first: int, last: int, space: Space) -> NDArray[np.uint64]:
        """The views from the row ``first`` on and before ``last``; those of nulls are zero.

        Returns:
            Shape (2 n,); where all of them are equal, that of the first alone, shape (2,).
        """
        words = self._words[2 * first : 2 * last]
        if self._present is not None:
            present = self._present[first:last]
            if not present.any():
                return _EMPTY
            if not present.all():
                return self._masked(words, present, space)
        middle = len(words) // 4 * 2
        if words[0] == words[-2] == words[middle] and words[1] == words[-1] == words[middle + 1]:
            same = np.equal(words[2:], words[:-2], out=space.flags[: len(words) - 2])
            if same.all():
                return words[:2]
        return words

    @staticmethod
    def _masked(words: NDArray[np.uint64], present: NDArray[np.bool_], space: Space) -> NDArray[np.uint64]:
        masked = space.views[: len(words)]
        rows = np.flatnonzero(present)
        if _SPARSE * len(rows) < len(present):
            masked.fill(0)
            masked.view("V16")[rows] = words.view("V16")[rows]
            return masked
        factors = space.words[0, : len(present)]
        np.copyto(factors, present)
        for half in (0, 1):
            np.multiply(words[half::2], factors, out=masked[half::2])
        return masked


def pieces(column: pl.Series) -> list[pl.Series]:
    """A column in pieces, each of one run of memory; copied first where the runs are short."""
    runs = column.n_chunks()
    if runs > 1 and len(column) < runs * _SMALL:
        return [column.rechunk()]
    return column.get_chunks() if runs > 1 else [column]


_SLOTS = 1 << 14
_SLOT_SHIFT = np.uint64(64 - 14)
_NO_VIEW = (1 << 64) - 1
# The slot of a long text is an eighth of its place in its buffer, which no other of the buffer has, and a
# number by buffer. Places stand in the upper half of a word, the numbers of buffers in the lower.
_PLACE_FACTOR = np.uint64((1 << 15) + (0x9E3779B1 << 32))
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Known:
    """Texts that came before, by their views: equal views of one column are equal texts.

    Each has one slot, that of a later text with the same slot is taken from an earlier one.

    Args:
        width: bytes that are kept of each, such as the text with blanks behind it; 0 for none.
    """

    def __init__(self, width: int) -> None:
        self._keys = np.full(2 * _SLOTS, _NO_VIEW, np.uint64)
        self.kept = np.empty(_SLOTS, f"V{width}")
        self._rows = np.empty(_SLOTS, np.intp)
        self._views: Views | None = None
        self.is_of_use = True

    def begin(self, views: Views) -> None:
        """Forget all if the texts of the column stand elsewhere in memory than those of the last one."""
        # The last column is held, so that its memory cannot have become that of this one.
        if self._views is None or self._views.characters != views.characters:
            self._keys.fill(_NO_VIEW)
            self.is_of_use = True
        self._views = views

    def slots(self, views: NDArray[np.uint64], are_long: bool, space: Space) -> NDArray[np.int64]:
        """The slots of texts, shape (n,).

        Args:
            views: theirs, shape (2 n,).
            are_long: whether all have more than twelve bytes.
            space: whose first row of words holds the slots.
        """
        slots, more, _ = space.words[:, : len(views) // 2]
        np.multiply(views[1::2], _PLACE_FACTOR, out=slots)
        if not are_long:
            np.multiply(views[::2], _HASH_FACTOR, out=more)
            slots += more
        slots >>= _SLOT_SHIFT
        return slots.view(np.int64)

    def missed(self, views: NDArray[np.uint64], slots: NDArray[np.int64], space: Space) -> NDArray[np.intp]:
        """The rows whose texts are not known."""
        keys = space.other_views[: len(views)]
        np.take(self._keys.view("V16"), slots, out=keys.view("V16"), mode="clip")
        same = np.equal(keys, views, out=space.flags[: len(views)])
        if same.all():
            return np.empty(0, np.intp)
        return np.flatnonzero(~(same[::2] & same[1::2]))

    def distinct(self, slots: NDArray[np.int64], rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Of these rows one by slot."""
        own = slots[rows]
        self._rows[own] = rows
        return rows[self._rows[own] == rows]

    def keep(self, views: NDArray[np.uint64], slots: NDArray[np.int64], rows: NDArray[np.intp]) -> None:
        """Keep the texts of these rows, of which no two have the same slot."""
        self._keys.view("V16")[slots[rows]] = views.view("V16")[rows]
