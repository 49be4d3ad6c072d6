"""Columns of text as the bytes of a transport file: each value blank padded to the length of its field.

Three ways, by what is fastest: values of up to twelve bytes stand in the views of polars themselves, longer
ones that recur are looked up in a table of padded ones, and the others are padded one by one. All give the
same bytes.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.write.xpt_values import FEW

INLINE = 12
"""The longest text [bytes] that stands within a view, behind its length of four bytes."""
_VIEW, _WORD = 16, 8
_BLANK, _TILDE = 0x20, 0x7E
_BLANKS = 0x2020202020202020
_LENGTH, _HALF = np.uint64((1 << 32) - 1), np.uint64(32)
_PADDING = np.array([_BLANKS >> 8 * n << 8 * n for n in range(9)] + [0] * 4, np.uint64)
_MORE_PADDING = np.array([_BLANKS] * 9 + [_BLANKS >> 8 * n << 8 * n for n in range(1, 5)], np.uint64)
"""The blanks behind a text of n bytes, among the first eight bytes of its field and the next."""
_SAMPLE = 256


def views(text: pl.Series) -> NDArray[np.uint8]:
    """The views of a String column: shape (n, 16), the length, then the text or its place.

    Source: Apache Arrow columnar format, variable-size binary view layout.
    """
    array = cast(Any, text).to_arrow(compat_level=pl.CompatLevel.newest())
    found = np.frombuffer(array.buffers()[1], np.uint8).reshape(-1, _VIEW)
    return found[array.offset : array.offset + len(array)]


def sizes(seen: NDArray[np.uint8]) -> NDArray[np.int32]:
    """The lengths of texts [bytes] by their views; shape (n,)."""
    return seen.view("<i4")[:, 0]


def is_printable(text: pl.Series, seen: NDArray[np.uint8], longest: int) -> bool:
    """Whether all characters of a String column without nulls are of ASCII, from blank to ``~``.

    Args:
        text: the column.
        seen: its views.
        longest: the length of its longest text [bytes], not 0.
    """
    if longest <= INLINE:  # what stands behind a text is zero, and no byte of a length is above 12
        return int(seen.max()) <= _TILDE and np.count_nonzero(seen >= _BLANK) == int(sizes(seen).sum())
    if int(sizes(seen).min()) > INLINE:
        held = _characters(text, int(sizes(seen).sum()))
        if held and all(map(_are_printable, held)):
            return True  # if not, it may be of texts that are not of the column
    return _are_printable(np.frombuffer(cast(Any, text).to_arrow().buffers()[2], np.uint8))


def _characters(text: pl.Series, size: int) -> list[NDArray[np.uint8]]:
    """The characters that long texts of a column point to, others among them; none if there are many others.

    A part of a large column points to those of the whole.
    """
    array = cast(Any, text).to_arrow(compat_level=pl.CompatLevel.newest())
    held = [
        np.frombuffer(buffer, np.uint8)
        for buffer in array.buffers()[2:]
        if buffer is not None and buffer.size
    ]
    return held if sum(map(len, held)) <= 2 * size else []


def _are_printable(data: NDArray[np.uint8]) -> bool:
    return int(data.min()) >= _BLANK and int(data.max()) <= _TILDE


class Texts:
    """A String column whose parts are written; nulls are blanks.

    Args:
        text: the column.
        encoding: of the file.
    """

    def __init__(self, text: pl.Series, encoding: str) -> None:
        self._text, self._encoding = text, encoding
        self._is_plain = encoding != "ascii" or len(text) <= FEW
        self._seen = None if self._is_plain else views(text)
        # What stands in the views of nulls is not said.
        has_nulls = not self._is_plain and text.null_count() > 0
        self._present = text.is_not_null().to_numpy() if has_nulls else None

    def write(self, field: NDArray[np.uint8], first: int) -> None:
        """Write texts from the row ``first`` on into the field of their rows, shape (n, length).

        Raises:
            ValueError: a text is longer than the field.
        """
        rows, length = slice(first, first + len(field)), field.shape[1]
        if self._seen is None:
            text, encoding = self._text[rows], self._encoding
            _put(field, text, b"".join([(value or "").encode(encoding).ljust(length) for value in text]))
            return
        seen = self._seen[rows]
        if self._present is not None:
            seen = (seen.view(np.uint64) * self._present[rows, np.newaxis]).view(np.uint8)
        longest = int(sizes(seen).max())
        if longest > length:
            raise _too_long(self._text, length)
        if longest <= INLINE:
            _write_inline(field, seen)
        else:
            _write_long(field, self._text[rows], seen, longest)


def _write_long(field: NDArray[np.uint8], text: pl.Series, seen: NDArray[np.uint8], longest: int) -> None:
    length = field.shape[1]
    if text.null_count():  # as it costs a copy
        text = text.fill_null("")
    if longest == length and int(sizes(seen).min()) == length:
        _put(field, text, cast(Any, text).to_arrow().buffers()[2])  # such as dates
    elif text.slice(len(text) // 2, _SAMPLE).n_unique() <= _SAMPLE // 2:
        _write_recurring(field, text)
    else:
        _put(field, text, cast(Any, text.str.pad_end(length)).to_arrow().buffers()[2])


def _write_inline(field: NDArray[np.uint8], seen: NDArray[np.uint8]) -> None:
    """Texts of up to twelve bytes, as words of eight: what stands behind a text in its view is zero."""
    words, width = seen.view("<u8"), field.shape[1]
    lengths = (words[:, 0] & _LENGTH).view(np.int64)
    first = words[:, 0] >> _HALF
    first |= words[:, 1] << _HALF
    first |= _PADDING.take(lengths)
    _store(field[:, :_WORD], first)
    if width > _WORD:
        second = words[:, 1] >> _HALF
        second |= _MORE_PADDING.take(lengths)
        _store(field[:, _WORD:INLINE], second)
        field[:, INLINE:] = _BLANK


def _store(field: NDArray[np.uint8], words: NDArray[np.uint64]) -> None:
    """Write the first bytes of words: as numbers where they have as many, which is faster."""
    length = field.shape[1]
    item = np.dtype(f"<u{length}" if length in (1, 2, 4, 8) else f"V{length}")
    field.view(item)[:, 0] = np.ndarray(len(words), item, words.data, strides=(_WORD,))


def _write_recurring(field: NDArray[np.uint8], text: pl.Series) -> None:
    coded = cast(Any, text).to_arrow(compat_level=pl.CompatLevel.newest()).dictionary_encode()
    length = field.shape[1]
    table = b"".join([value.encode("ascii").ljust(length) for value in coded.dictionary.to_pylist()])
    item = np.dtype(f"V{length}")
    codes = np.frombuffer(coded.indices.buffers()[1], np.int32)[: len(text)]
    field.view(item)[:, 0] = np.frombuffer(table, item).take(codes)


def _put(field: NDArray[np.uint8], text: pl.Series, data: Any) -> None:
    length = field.shape[1]
    if memoryview(data).nbytes != len(text) * length:
        raise _too_long(text, length)
    # One item of so many bytes per row: copied as a whole, not byte by byte.
    item = np.dtype(f"V{length}")
    field.view(item)[:, 0] = np.frombuffer(data, item)


def _too_long(text: pl.Series, length: int) -> ValueError:
    return ValueError(f"a text of {text.name} does not fit into {length} bytes")
