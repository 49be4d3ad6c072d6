"""Texts of a transport file as Arrow string views, without the blanks behind them.

Words of eight bytes are looked at, not characters. Where few texts recur in many rows, they are looked up
among those already seen, by a hash of their words; all words are compared, so that a hash that two texts
share costs time alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from ced_cdisc.read.xpt_block import WORD, Block, Field, Space
from ced_cdisc.read.xpt_words import ALL, BLANKS, HALF, NOTHING, Known, are_equal, are_full, inline, words_of

_MANY = 512
"""Texts of a block from which on they are not looked up: many would have the same place in the table."""
_PAYS_FROM = 4096
"""Rows of a column from which on it takes less time to look texts up than to make each, and less to load
pyarrow.compute, which takes blanks off, than to do so with Python."""
_WIDEST = 32
"""Words of the longest texts that are looked up; the table is as wide."""
_FOUR_BYTES = 1 << 32
_INLINE = 12
"""Bytes of a text that stand in the view itself."""


class Texts(NamedTuple):
    """Texts one behind the other: where each begins and the last ends, shape (rows + 1,), and their bytes."""

    bounds: NDArray[np.int64]
    characters: Any


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
            texts = _packed([text.encode() for text in _decoded(data, field.length, self._encoding)])
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
            trimmed = _trimmed_many if len(self._views) >= _PAYS_FROM else _trimmed
            texts = trimmed(block.bytes_of(field), field.length)
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
    texts = _trimmed((np.ascontiguousarray(words.T) ^ BLANKS).tobytes(), length)
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


def _trimmed(data: bytes, length: int) -> Texts:
    """Texts of one length [bytes] without the blanks behind them."""
    return _packed([data[at : at + length].rstrip(b" ") for at in range(0, len(data), length)])


def _packed(texts: Sequence[bytes]) -> Texts:
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=bounds[1:])
    return Texts(bounds, b"".join(texts))


def _trimmed_many(data: bytes, length: int) -> Texts:
    """As :func:`_trimmed` with texts of ASCII, in half the time for each, once pyarrow.compute is loaded."""
    arrow, compute = cast(Any, import_module("pyarrow")), cast(Any, import_module("pyarrow.compute"))
    bounds = np.arange(0, len(data) + 1, length, dtype=np.int64)
    buffers = [None, arrow.py_buffer(bounds), arrow.py_buffer(data)]
    whole = arrow.Array.from_buffers(arrow.large_string(), len(bounds) - 1, buffers)
    texts = compute.ascii_rtrim(whole, characters=" ")
    _, ends, characters = texts.buffers()
    return Texts(
        np.frombuffer(ends, np.int64)[texts.offset : texts.offset + len(texts) + 1], characters or b""
    )


def _point(
    views: NDArray[np.uint64],
    texts: Texts,
    first: NDArray[np.uint64],
    second: NDArray[np.uint64],
    number: int,
) -> Any:
    """Views of texts, of whose first sixteen bytes two words are given.

    Returns:
        The characters, if any are pointed to, as buffer ``number`` of the column.
    """
    starts, lengths = texts.bounds[:-1].view(np.uint64), np.diff(texts.bounds).view(np.uint64)
    is_long = lengths > np.uint64(_INLINE)
    if is_long.all():
        views[:, 0] = lengths | first << HALF
        views[:, 1] = starts << HALF | np.uint64(number)
        return texts.characters
    bits = np.minimum(lengths, np.uint64(16)) * np.uint64(8)
    text = first & _mask(bits)
    rest = second & _mask(np.maximum(bits, np.uint64(64)) - np.uint64(64))
    views[:, 0] = lengths | text << HALF
    views[:, 1] = text >> HALF | rest << HALF
    if not is_long.any():
        return None
    np.copyto(views[:, 1], starts << HALF | np.uint64(number), where=is_long)
    return texts.characters


def _mask(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The lowest bits of a word, up to 64 of them."""
    return np.where(bits >= np.uint64(64), ALL, (np.uint64(1) << (bits & np.uint64(63))) - np.uint64(1))


def _first_words(texts: Texts) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The first sixteen bytes of each text, whatever stands behind it."""
    data = np.frombuffer(texts.characters + bytes(2 * WORD), np.uint8)
    words = np.ndarray(len(data) - 2 * WORD + 1, "V16", data, strides=(1,))[texts.bounds[:-1]]
    words = words.view("<u8").reshape(-1, 2)
    return words[:, 0], words[:, 1]


def _decoded(data: bytes, length: int, encoding: str) -> Iterator[str]:
    for row in range(len(data) // length):
        text = data[row * length : (row + 1) * length].rstrip(b" ")
        try:
            yield text.decode(encoding)
        except UnicodeDecodeError:
            raise Undecodable(row, text) from None
