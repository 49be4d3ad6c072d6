"""Some rows of a transport file, close together in memory, and their fields as words of eight bytes.

A field is taken out of all rows at once, eight bytes of each whatever its length: numpy then works on whole
numbers, one a row. What of them belongs to the next field is for the caller to blank out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WORD = 8
"""Bytes of a word."""
_BEHIND = 2 * WORD  # the words of the last field of the last row reach past it
_FEW = 4


class Field(NamedTuple):
    """Where a variable stands in a row [bytes]."""

    start: int
    length: int


class Space:
    """Memory for the steps that some rows take, which each step overwrites.

    Numpy is quickest where it writes into memory that the processor has at hand.
    """

    def __init__(self, rows: int) -> None:
        self.work = np.empty((3, rows), np.uint64)
        self.slots = np.empty(rows, np.uint64)
        self.flags = np.empty((2, rows), np.bool_)
        self._words = np.empty(0, np.uint64)

    def words(self, count: int, rows: int) -> NDArray[np.uint64]:
        """Memory for so many words of each row, shape (count, rows)."""
        if self._words.size < count * rows:
            self._words = np.empty(count * rows, np.uint64)
        return self._words[: count * rows].reshape(count, rows)


class Block:
    """Memory for some rows of a file, filled again and again.

    Args:
        data: the bytes of the file, shape (rows, record length).
        fields: those that are wanted; where they are a small part of the row, they alone are copied.
        rows: the most rows that it holds at a time.
    """

    def __init__(self, data: NDArray[np.uint8], fields: Sequence[Field], rows: int) -> None:
        self._data, self._asked = data, fields
        wanted = sum(field.length for field in fields)
        self._is_packed = wanted * _FEW < data.shape[1]
        self._width = wanted if self._is_packed else data.shape[1]
        self._bytes = np.zeros(rows * self._width + _BEHIND, np.uint8)
        self.rows = 0
        self.space = Space(rows)
        self.fields = tuple(fields)
        if self._is_packed:
            starts = np.cumsum([0, *(field.length for field in fields)]).tolist()
            self.fields = tuple(Field(start, f.length) for start, f in zip(starts, fields, strict=False))

    def load(self, first: int, last: int, chosen: NDArray[np.uint32] | None = None) -> None:
        """The rows from ``first`` on and before ``last``; or those that these places of ``chosen`` name."""
        self.rows = last - first
        into = self._bytes[: self.rows * self._width].reshape(self.rows, self._width)
        places = None if chosen is None else chosen[first:last].astype(np.intp)
        if not self._is_packed and places is not None:
            np.take(self._data, places, axis=0, out=into, mode="clip")
            return
        rows = slice(first, last) if places is None else places
        if not self._is_packed:
            into[:] = self._data[rows]
            return
        for asked, field in zip(self._asked, self.fields, strict=True):
            part = self._data[rows, asked.start : asked.start + asked.length]
            into[:, field.start : field.start + field.length] = part

    def words(self, field: Field, number: int = 0, kind: str = "<u8") -> NDArray[np.uint64]:
        """Eight bytes of the field in each row, from byte 8 * ``number`` on; not copied."""
        start = field.start + number * WORD
        return np.ndarray(self.rows, kind, self._bytes.data, start, (self._width,))

    def bytes_of(self, field: Field) -> bytes:
        """The bytes of the field, row after row."""
        whole = f"V{field.length}"
        return np.ndarray(self.rows, whole, self._bytes.data, field.start, (self._width,)).tobytes()
