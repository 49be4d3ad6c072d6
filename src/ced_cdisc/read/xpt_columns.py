"""The bytes of one variable of a transport file as a column, block by block.

A column is allocated once and filled in place: 8 bytes a number and 16 bytes a text, which is the form in
which polars holds them (an Arrow string view: a text of up to 12 bytes stands in it, a longer one is pointed
to, and one that is repeated is held once a block). Nothing is copied afterwards.

Source: Apache Arrow Columnar Format, "Variable-size Binary View Layout".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, cast

import numpy as np
import polars as pl
import pyarrow as _pyarrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.compute as _compute  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from ced_cdisc.core.ibm import ibm_to_ieee
from ced_cdisc.core.xpt import XptVariable

pa: Any = cast(Any, _pyarrow)  # pyarrow has no types
pc: Any = cast(Any, _compute)
_INLINE = 12
"""Bytes of a text that stand in the view itself."""
_BLANKS = np.uint64(0x2020202020202020)
_NOT_ASCII = np.uint64(0x8080808080808080)
_FIRST = np.array([(1 << 8 * min(n, 8)) - 1 for n in range(17)], np.uint64)
_SECOND = np.array([(1 << 8 * max(n - 8, 0)) - 1 for n in range(17)], np.uint64)
"""What a text of n bytes leaves of the first and of the second eight bytes."""
_HALF = np.uint64(32)


class Undecodable(Exception):
    """A text is not of the encoding of the file: its row from 0 within the block, and its bytes."""

    def __init__(self, row: int, text: bytes) -> None:
        super().__init__(row, text)
        self.row = row
        self.text = text


class XptColumn(Protocol):
    """A column that is filled in blocks of rows."""

    def fill(self, field: NDArray[np.uint8], start: int) -> bool:
        """Decode the bytes of some rows, shape (rows, length), into the rows from ``start`` on.

        Returns:
            Whether all of them are ASCII.

        Raises:
            Undecodable: a text is not of the encoding.
        """
        ...

    def series(self) -> pl.Series:
        """The column, null where missing; no block is filled after that."""
        ...


def column_of(variable: XptVariable, rows: int, encoding: str) -> XptColumn:
    """An empty column for so many rows of a variable."""
    return _Numbers(variable, rows) if variable.type == "Num" else _Texts(variable, rows, encoding)


class _Numbers:
    def __init__(self, variable: XptVariable, rows: int) -> None:
        self._name, self._values = variable.name, np.empty(rows, np.float64)

    def fill(self, field: NDArray[np.uint8], start: int) -> bool:
        self._values[start : start + len(field)] = ibm_to_ieee(ibm(field))[0]
        return True

    def series(self) -> pl.Series:
        return _series(self._name, pa.float64(), ~np.isnan(self._values), [self._values])


class _Texts:
    def __init__(self, variable: XptVariable, rows: int, encoding: str) -> None:
        self._name, self._length, self._encoding = variable.name, variable.length, encoding
        self._views = np.empty((rows, 2), np.uint64)
        self._buffers: list[Any] = []
        self._repeated = True

    def fill(self, field: NDArray[np.uint8], start: int) -> bool:
        views = self._views[start : start + len(field)]
        if self._length <= _INLINE:
            padded = np.full((len(field), 16), ord(" "), np.uint8)
            # One copy a row, where slices would be copied byte by byte.
            whole = f"V{self._length}"
            padded[:, : self._length].view(whole)[:] = field.view(whole)
            words = padded.view(np.uint64)
            if not np.any(words & _NOT_ASCII):
                _inline(views, words[:, 0], words[:, 1], _trimmed(words, self._length))
                return True
        data = field.tobytes()
        if not data.isascii():
            texts = list(_decoded(data, self._length, self._encoding))
            self._point(views, pa.array(texts, pa.large_string()))
            return False
        offsets = np.arange(0, (len(field) + 1) * self._length, self._length, dtype=np.int64)
        whole = pa.Array.from_buffers(
            pa.large_string(), len(field), [None, pa.py_buffer(offsets), pa.py_buffer(data)]
        )
        texts = pc.ascii_rtrim(whole, characters=" ")
        if self._repeated:
            coded = texts.dictionary_encode()
            # What the first block shows of a variable holds for the others.
            self._repeated = 2 * len(coded.dictionary) <= len(field)
            each = np.empty((len(coded.dictionary), 2), np.uint64)
            self._point(each, coded.dictionary)
            np.take(each, coded.indices.to_numpy(), axis=0, out=views)
        else:
            self._point(views, texts)
        return True

    def _point(self, views: NDArray[np.uint64], texts: Any) -> None:
        """Views of an Arrow array of texts without nulls; its characters are kept where they are needed."""
        _, offsets, characters = texts.buffers()
        ends = np.frombuffer(offsets, np.int64)[: len(texts) + 1]
        starts, lengths = ends[:-1], np.diff(ends)
        # The sixteen bytes from the beginning of each text on, whatever stands behind it.
        data = np.zeros(int(ends[-1]) + 16, np.uint8)
        data[: ends[-1]] = np.frombuffer(characters or b"", np.uint8)[: ends[-1]]
        words = np.ndarray(len(data) - 15, "V16", data, strides=(1,))[starts].view(np.uint64).reshape(-1, 2)
        _inline(views, words[:, 0], words[:, 1], np.minimum(lengths, _INLINE))
        long = np.flatnonzero(lengths > _INLINE)
        if len(long):
            views[long, 0] = lengths[long].astype(np.uint64) | words[long, 0] << _HALF
            views[long, 1] = starts[long].astype(np.uint64) << _HALF | np.uint64(len(self._buffers))
            self._buffers.append(pa.py_buffer(data))

    def series(self) -> pl.Series:
        filled = self._views.view(np.uint32)[:, 0] != 0
        return _series(self._name, pa.string_view(), filled, [self._views, *self._buffers])


def ibm(field: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Numbers of up to eight bytes as integers; a short one lacks the last bytes of the fraction."""
    if field.shape[1] == 8:
        return field.view(">u8")[:, 0].astype(np.uint64)
    whole = np.zeros((len(field), 8), np.uint8)
    whole[:, : field.shape[1]] = field
    return whole.view(">u8")[:, 0].astype(np.uint64)


def _trimmed(words: NDArray[np.uint64], length: int) -> NDArray[np.int64]:
    """The lengths of ASCII texts of up to sixteen bytes without the blanks behind them."""
    lengths = _bytes_used(words[:, 0] ^ _BLANKS)
    if length > 8:
        second = _bytes_used(words[:, 1] ^ _BLANKS)
        lengths = np.where(second > 0, second + 8, lengths)
    return lengths


def _bytes_used(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """How many bytes, from the first, it takes to reach the last that is not zero.

    The exponent of the double tells it: the highest bit of each byte is zero, so rounding up the word cannot
    reach the next byte.
    """
    return (np.frexp(words.astype(np.float64))[1].astype(np.int64) + 7) >> 3


def _inline(
    views: NDArray[np.uint64],
    first: NDArray[np.uint64],
    second: NDArray[np.uint64],
    lengths: NDArray[np.int64],
) -> None:
    """Views of texts of up to 12 bytes: the length in four bytes, then the text, then zeros."""
    text = first & _FIRST.take(lengths)
    views[:, 0] = lengths.view(np.uint64) | text << _HALF
    text >>= _HALF
    if lengths.max(initial=0) > 8:
        text |= (second & _SECOND.take(lengths)) << _HALF
    views[:, 1] = text


def _decoded(data: bytes, length: int, encoding: str) -> Iterator[str]:
    for row in range(len(data) // length):
        text = data[row * length : (row + 1) * length].rstrip(b" ")
        try:
            yield text.decode(encoding)
        except UnicodeDecodeError:
            raise Undecodable(row, text) from None


def _series(name: str, kind: Any, present: NDArray[np.bool_], buffers: list[Any]) -> pl.Series:
    mask = None if present.all() else pa.py_buffer(np.packbits(present, bitorder="little"))
    array = pa.Array.from_buffers(
        kind, len(present), [mask, *(pa.py_buffer(buffer) for buffer in buffers)], int((~present).sum())
    )
    return cast(pl.Series, cast(Any, pl).from_arrow(array)).alias(name)
