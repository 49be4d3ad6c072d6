"""Texts of a transport file as Arrow string views, without the blanks behind them.

Words of eight bytes are looked at, not characters. Where few texts recur in many rows, they are looked up
among those already seen, by a hash of their words; all words are compared, so that a hash that two texts
share costs time alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import pyarrow as _pyarrow  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from ced_cdisc.read.xpt_block import WORD, Block, Field, Space
from ced_cdisc.read.xpt_words import ALL, BLANKS, HALF, NOTHING, Known, are_equal, are_full, inline, words_of

pa: Any = cast(Any, _pyarrow)  # pyarrow has no types
_MANY = 512
"""Texts of a block from which on they are not looked up: many would have the same place in the table."""
_PAYS_FROM = 4096
"""Rows of a column from which on it takes less time to look texts up than to make each."""
_FEW = 4096
"""Texts up to which the functions of Arrow save less than it takes to load them."""
_WIDEST = 32
"""Words of the longest texts that are looked up; the table is as wide."""
_FOUR_BYTES = 1 << 32
_BLANK = np.uint8(ord(" "))
_INLINE = 12
"""Bytes of a text that stand in the view itself."""


class Undecodable(Exception):
    """A text is not of the encoding of the file: its row from 0 within the block, and its bytes."""

    def __init__(self, row: int, text: bytes) -> None:
        super().__init__(row, text)
        self.row = row
        self.text = text


class TextDecoder:
    """Fills blocks of a column of texts.

    Args:
        views: those of the column, shape (rows, 2).
        present: whether a text is not empty, shape (rows,).
        characters: of texts over 12 bytes, by twice the number of the block in which they were seen first.
        encoding: of texts that are not ASCII.
    """

    def __init__(
        self, views: NDArray[np.uint64], present: NDArray[np.bool_], characters: list[Any], encoding: str
    ) -> None:
        self._views, self._present = views, present
        self._characters, self._encoding = characters, encoding
        self._known: Known | None = None
        self._is_repeated = len(views) >= _PAYS_FROM

    def fill(self, block: Block, field: Field, start: int, number: int) -> bool:
        """As :meth:`.xpt_columns.Decoder.fill`."""
        views = self._views[start : start + block.rows]
        present = self._present[start : start + block.rows]
        words = words_of(block, field)
        if words is None:
            data = block.bytes_of(field)
            texts = pa.array(list(decoded(data, field.length, self._encoding)), pa.large_string())
            self._characters[2 * number] = _point(views, texts, *_first_words(texts), 2 * number)
            np.not_equal(views.view(np.uint32)[:, 0], 0, out=present)
            return False
        if all(are_equal(word, block.space) for word in words):
            one = words[:, :1].copy()
            self._fill(views[:1], one, block, None, number)
            items = views.view("V16")[:, 0]
            items[1:] = items[0]
            present.fill(bool(one.any()))
            return True
        self._fill(views, words, block, field, number)
        if words[0].all():  # not one begins with eight blanks
            present.fill(True)
        elif len(words) == 1:
            np.not_equal(words[0], NOTHING, out=present)
        else:
            np.not_equal(views.view(np.uint32)[:, 0], 0, out=present)
        return True

    def _fill(
        self,
        views: NDArray[np.uint64],
        words: NDArray[np.uint64],
        block: Block,
        field: Field | None,
        number: int,
    ) -> None:
        """Views of texts of ASCII by their words; without a field, of one text that all rows have."""
        are_inline = len(words) == 1 or (len(words) == 2 and int(words[1].max()) < _FOUR_BYTES)
        is_repeated = self._is_repeated and len(words) <= _WIDEST
        if is_repeated and self._look_up(views, words, are_inline, block.space, number):
            return
        if are_inline:
            inline(views, words, block.space)
        elif field is None:
            self._characters[2 * number] = _views_of(views, words, 2 * number)
        elif are_full(words, field):
            self._characters[2 * number] = _whole(views, words[0], block.bytes_of(field), field, 2 * number)
        else:
            texts = _trimmed(block.bytes_of(field), field)
            begins = words[:2] ^ BLANKS
            self._characters[2 * number] = _point(views, texts, begins[0], begins[1], 2 * number)

    def _look_up(
        self,
        views: NDArray[np.uint64],
        words: NDArray[np.uint64],
        are_inline: bool,
        space: Space,
        number: int,
    ) -> bool:
        """Views of texts that were seen before; what is new is kept for the blocks to come.

        Returns:
            Whether enough of them recur for that; else nothing is done.
        """
        known = self._known
        if known is None or len(known.words) < len(words):
            known = self._known = Known(len(words))
        slots = known.slots(words, space)
        missed = known.missed(words, slots, views, space)
        if not len(missed):
            return True
        # What one block shows of a variable holds for those behind it.
        new = known.distinct(slots, missed)
        self._is_repeated = len(new) <= _MANY and 2 * len(new) <= max(2, len(views))
        if not self._is_repeated:
            return False
        ours = words[:, new]
        known.keep(slots[new], ours, self._made(ours, are_inline, space, 2 * number))
        missed = known.missed(words, slots, views, space)
        if len(missed):  # two texts with one slot
            views[missed] = self._made(words[:, missed], are_inline, space, 2 * number + 1)
        return True

    def _made(
        self, words: NDArray[np.uint64], are_inline: bool, space: Space, number: int
    ) -> NDArray[np.uint64]:
        """Views of some texts by their words, and their characters as buffer ``number``."""
        views = np.empty((words.shape[1], 2), np.uint64)
        if are_inline:
            inline(views, words, space)
        else:
            self._characters[number] = _views_of(views, words, number)
        return views


def _views_of(views: NDArray[np.uint64], words: NDArray[np.uint64], number: int) -> Any:
    """Views of texts by all their words, and the characters that they point to, as buffer ``number``."""
    length = len(words) * WORD
    texts = _trimmed((np.ascontiguousarray(words.T) ^ BLANKS).tobytes(), Field(0, length))
    begins = words[:2] ^ BLANKS
    return _point(views, texts, begins[0], begins[1], number)


def _whole(
    views: NDArray[np.uint64], first: NDArray[np.uint64], data: bytes, field: Field, number: int
) -> bytes:
    """Views of long texts without blanks behind them, by their first words, and the characters."""
    begins = first ^ BLANKS
    begins <<= HALF
    np.bitwise_or(begins, np.uint64(field.length), out=views[:, 0])
    places = np.arange(len(first), dtype=np.uint64)
    places *= np.uint64(field.length << 32)
    np.bitwise_or(places, np.uint64(number), out=views[:, 1])
    return data


def _trimmed(data: bytes, field: Field) -> Any:
    """An Arrow array of ASCII texts of one length, without the blanks behind them."""
    count, characters = len(data) // field.length, data
    if count <= _FEW:
        plain = np.frombuffer(data, np.uint8)
        # With zeros for blanks, numpy knows how long each is without those behind it.
        lengths = np.char.str_len((plain ^ _BLANK).view(f"S{field.length}"))
        is_kept = np.arange(field.length) < lengths[:, None]
        characters = plain.reshape(count, field.length)[is_kept]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
    else:
        offsets = np.arange(0, len(data) + 1, field.length)
    buffers = [None, pa.py_buffer(offsets.astype(np.int64)), pa.py_buffer(characters)]
    texts = pa.Array.from_buffers(pa.large_string(), count, buffers)
    if count <= _FEW:
        return texts
    import pyarrow.compute as compute  # pyright: ignore[reportMissingTypeStubs]

    return cast(Any, compute).ascii_rtrim(texts, characters=" ")


def _point(
    views: NDArray[np.uint64],
    texts: Any,
    first: NDArray[np.uint64],
    second: NDArray[np.uint64],
    number: int,
) -> Any:
    """Views of an Arrow array of texts without nulls, of whose first sixteen bytes two words are given.

    Returns:
        The characters, if any are pointed to, as buffer ``number`` of the column.
    """
    _, offsets, characters = texts.buffers()
    ends = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    starts, lengths = ends[:-1].view(np.uint64), np.diff(ends).view(np.uint64)
    is_long = lengths > np.uint64(_INLINE)
    if is_long.all():
        views[:, 0] = lengths | first << HALF
        views[:, 1] = starts << HALF | np.uint64(number)
        return characters
    bits = np.minimum(lengths, np.uint64(16)) * np.uint64(8)
    text = first & _mask(bits)
    rest = second & _mask(np.maximum(bits, np.uint64(64)) - np.uint64(64))
    views[:, 0] = lengths | text << HALF
    views[:, 1] = text >> HALF | rest << HALF
    if not is_long.any():
        return None
    np.copyto(views[:, 1], starts << HALF | np.uint64(number), where=is_long)
    return characters


def _mask(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The lowest bits of a word, up to 64 of them."""
    return np.where(bits >= np.uint64(64), ALL, (np.uint64(1) << (bits & np.uint64(63))) - np.uint64(1))


def _first_words(texts: Any) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The first sixteen bytes of each text, whatever stands behind it."""
    _, offsets, characters = texts.buffers()
    starts = np.frombuffer(offsets, np.int64)[: len(texts)]
    held = b"" if characters is None else characters.to_pybytes()
    data = np.frombuffer(held + bytes(2 * WORD), np.uint8)
    words = np.ndarray(len(data) - 2 * WORD + 1, "V16", data, strides=(1,))[starts].view("<u8").reshape(-1, 2)
    return words[:, 0], words[:, 1]


def decoded(data: bytes, length: int, encoding: str) -> Iterator[str]:
    """Texts of one length, without the blanks behind them.

    Raises:
        Undecodable: one is not of the encoding.
    """
    for row in range(len(data) // length):
        text = data[row * length : (row + 1) * length].rstrip(b" ")
        try:
            yield text.decode(encoding)
        except UnicodeDecodeError:
            raise Undecodable(row, text) from None
