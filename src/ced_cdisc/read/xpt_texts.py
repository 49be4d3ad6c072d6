"""Texts of a transport file as Arrow string views, without the blanks behind them.

Words of eight bytes are looked at, not characters: how many bytes of a word are used, the exponent of the
word as a double tells. A text of more than 12 bytes is looked up among those already seen, by a hash of its
words; all words are compared, so that a hash that two texts share costs time alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import pyarrow as _pyarrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.compute as _compute  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from ced_cdisc.read.xpt_block import WORD, Block, Field

pa: Any = cast(Any, _pyarrow)  # pyarrow has no types
pc: Any = cast(Any, _compute)
_SHORT = 3
"""Words of a text, such as a date and time, that is kept as often as it comes if no blank is behind it."""
_INLINE = 12
"""Bytes of a text that stand in the view itself."""
_BLANKS = np.uint64(0x2020202020202020)
_NOT_ASCII = 0x8080808080808080
_HALF = np.uint64(32)
_ALL = np.uint64((1 << 64) - 1)
_EXPONENT = np.uint64(52)
_MARK = (1 << 64) - 1
"""A word that no text has: it is not ASCII."""


def _by_exponent(used: int) -> NDArray[np.uint64]:
    """A table by the exponent of a double, as its bits hold it: of words with so many bytes of which ..."""
    return np.array(
        [max(0, min(8, (exponent - 1023) // 8 + 1)) * used for exponent in range(2048)], np.uint64
    )


_USED = _by_exponent(1)
"""... are used."""
_KEPT = np.array([(1 << 8 * int(used)) - 1 for used in _USED], np.uint64)
"""The mask of the bytes that are used."""


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
        characters: of texts over 12 bytes, by number of the block in which they were seen first.
        encoding: of texts that are not ASCII.
    """

    def __init__(
        self, views: NDArray[np.uint64], present: NDArray[np.bool_], characters: list[Any], encoding: str
    ) -> None:
        self._views, self._present = views, present
        self._characters, self._encoding = characters, encoding
        self._known: _Known | None = None
        self._is_repeated = True

    def fill(self, block: Block, field: Field, start: int, number: int) -> bool:
        """As :meth:`.xpt_columns.Decoder.fill`."""
        views = self._views[start : start + block.rows]
        is_ascii = self._fill(views, block, field, number)
        np.not_equal(views.view(np.uint32)[:, 0], 0, out=self._present[start : start + block.rows])
        return is_ascii

    def _fill(self, views: NDArray[np.uint64], block: Block, field: Field, number: int) -> bool:
        words = _words(block, field)
        if words is None:
            data = block.bytes_of(field)
            texts = pa.array(list(_decoded(data, field.length, self._encoding)), pa.large_string())
            self._characters[number] = _point(views, texts, *_first_words(texts), number)
            return False
        if len(words) <= 2 and not (len(words) == 2 and np.any(words[1] >> _HALF != _BLANKS >> _HALF)):
            _inline(views, words)
        elif self._is_repeated and not (len(words) <= _SHORT and _is_full(words, field)):
            self._look_up(views, words, block, field, number)
        else:
            texts = _trimmed(block.bytes_of(field), field)
            self._characters[number] = _point(views, texts, words[0], words[1], number)
        return True

    def _look_up(
        self,
        views: NDArray[np.uint64],
        words: list[NDArray[np.uint64]],
        block: Block,
        field: Field,
        number: int,
    ) -> None:
        """Views of texts that were seen before; what is new is kept for the blocks to come."""
        known = self._known
        if known is None or len(known.words) < len(words):
            known = self._known = _Known(len(words))
        missed = np.flatnonzero(~known.find(words, views))
        if not len(missed):
            return
        length = len(words) * WORD
        data = np.stack([word[missed] for word in words], axis=1).tobytes()
        texts = _trimmed(data, Field(0, length)).dictionary_encode()
        # Its own way to numpy loads pandas, which takes as long as reading a small file.
        codes, distinct = np.frombuffer(texts.indices.buffers()[1], np.int32)[: len(texts)], texts.dictionary
        # What one block shows of a variable holds for those behind it.
        self._is_repeated = 2 * len(distinct) <= block.rows
        rows = np.empty(len(distinct), np.intp)
        rows[codes[::-1]] = missed[::-1]
        new = np.empty((len(distinct), 2), np.uint64)
        ours = [word[rows] for word in words]
        self._characters[number] = _point(new, distinct, ours[0], ours[1], number)
        views[missed] = new.take(codes, axis=0)
        known.keep(ours, new)


class _Known:
    """Texts by a hash of their words; the first of two texts with one hash is kept."""

    _BITS = 12

    def __init__(self, count: int) -> None:
        size = 1 << self._BITS
        self.words = np.full((count, size), _MARK, np.uint64)
        self._views = np.empty((2, size), np.uint64)
        # Odd numbers whose bits look like chance: the digits of the golden ratio times 1, 3, 5, ...
        self._factors = [np.uint64(0x9E3779B97F4A7C15 * (2 * n + 1) % (1 << 64)) for n in range(count)]
        self._shift = np.uint64(64 - self._BITS)

    def find(self, words: list[NDArray[np.uint64]], views: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Fill the views of those that are known, and say which; the other views are of no meaning."""
        slots = self._slots(words)
        found = self.words[0].take(slots) == words[0]
        for own, word in zip(self.words[1:], words[1:], strict=False):
            found &= own.take(slots) == word
        for own in self.words[len(words) :]:
            found &= own.take(slots) == _BLANKS
        views[:, 0] = self._views[0].take(slots)
        views[:, 1] = self._views[1].take(slots)
        return found

    def keep(self, words: list[NDArray[np.uint64]], views: NDArray[np.uint64]) -> None:
        """Keep texts that are not known, where their place is free."""
        slots = self._slots(words)
        free = self.words[0].take(slots) == np.uint64(_MARK)
        for row in np.flatnonzero(free).tolist():
            slot = slots[row]
            if self.words[0, slot] == np.uint64(_MARK):
                self.words[:, slot] = _BLANKS
                self.words[: len(words), slot] = [word[row] for word in words]
                self._views[:, slot] = views[row]

    def _slots(self, words: list[NDArray[np.uint64]]) -> NDArray[np.int64]:
        # Blank words add nothing: the hash of a text does not depend on the words that a block needs.
        mixed = np.zeros(len(words[0]), np.uint64)
        for word, factor in zip(words, self._factors, strict=False):
            mixed += (word ^ _BLANKS) * factor
            mixed ^= mixed >> _HALF
        mixed *= self._factors[0]
        return (mixed >> self._shift).view(np.int64)


def _words(block: Block, field: Field) -> list[NDArray[np.uint64]] | None:
    """The words of a field that are not blank in all rows, at least one; None if a byte is not ASCII."""
    found: list[NDArray[np.uint64]] = []
    seen = 0
    for number in reversed(range(-(-field.length // WORD))):
        word = block.words(field, number)
        used = field.length - number * WORD
        if used < WORD:
            word = word & np.uint64((1 << 8 * used) - 1)
            word |= np.uint64(int(_BLANKS) >> 8 * used << 8 * used)
        else:
            word = word.copy()
        if not found and number and bool((word == _BLANKS).all()):
            continue
        seen |= int(np.bitwise_or.reduce(word))
        found.append(word)
    return None if seen & _NOT_ASCII else found[::-1]


def _is_full(words: list[NDArray[np.uint64]], field: Field) -> bool:
    """Whether no text has blanks behind it."""
    last = field.length - (len(words) - 1) * WORD
    if not 0 < last <= WORD:
        return False
    ends = words[-1] >> np.uint64(8 * (last - 1))
    ends &= np.uint64(0xFF)
    return bool((ends != np.uint64(ord(" "))).all())


def _exponents(word: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The exponents of words of ASCII without their blanks.

    The highest bit of each byte is zero, so rounding up the word cannot reach the next byte.
    """
    bits = (word ^ _BLANKS).view(np.int64).astype(np.float64).view(np.uint64)
    bits >>= _EXPONENT
    return bits.view(np.int64)


def _inline(views: NDArray[np.uint64], words: list[NDArray[np.uint64]]) -> None:
    """Views of texts of up to 12 bytes: the length in four bytes, then the text, then zeros."""
    first = words[0]
    if len(words) == 1 and first[0] == first[-1] and bool((first == first[0]).all()):
        first = first[:1]  # one text for all
    exponents = _exponents(first)
    kept, used = _KEPT.take(exponents), _USED.take(exponents)
    if len(words) == 1:
        text = first & kept
        views[:, 0] = text << _HALF | used
        views[:, 1] = text >> _HALF
        return
    exponents = _exponents(words[1])
    second = words[1] & _KEPT.take(exponents)
    more = _USED.take(exponents)
    is_long = more > 0
    np.copyto(kept, _ALL, where=is_long)
    np.copyto(used, more + np.uint64(WORD), where=is_long)
    text = first & kept
    views[:, 0] = text << _HALF | used
    views[:, 1] = text >> _HALF | second << _HALF


def _trimmed(data: bytes, field: Field) -> Any:
    """An Arrow array of ASCII texts of one length, without the blanks behind them."""
    offsets = np.arange(0, len(data) + 1, field.length, dtype=np.int64)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    whole = pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, buffers)
    if np.any(np.frombuffer(data, np.uint8)[field.length - 1 :: field.length] == ord(" ")):
        return pc.ascii_rtrim(whole, characters=" ")
    return whole


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
        views[:, 0] = lengths | first << _HALF
        views[:, 1] = starts << _HALF | np.uint64(number)
        return characters
    bits = np.minimum(lengths, np.uint64(16)) * np.uint64(8)
    text = first & _mask(bits)
    rest = second & _mask(np.maximum(bits, np.uint64(64)) - np.uint64(64))
    views[:, 0] = lengths | text << _HALF
    views[:, 1] = text >> _HALF | rest << _HALF
    if not is_long.any():
        return None
    np.copyto(views[:, 1], starts << _HALF | np.uint64(number), where=is_long)
    return characters


def _mask(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The lowest bits of a word, up to 64 of them."""
    return np.where(bits >= np.uint64(64), _ALL, (np.uint64(1) << (bits & np.uint64(63))) - np.uint64(1))


def _first_words(texts: Any) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The first sixteen bytes of each text, whatever stands behind it."""
    _, offsets, characters = texts.buffers()
    starts = np.frombuffer(offsets, np.int64)[: len(texts)]
    held = b"" if characters is None else characters.to_pybytes()
    data = np.frombuffer(held + bytes(2 * WORD), np.uint8)
    words = np.ndarray(len(data) - 2 * WORD + 1, "V16", data, strides=(1,))[starts].view("<u8").reshape(-1, 2)
    return words[:, 0], words[:, 1]


def _decoded(data: bytes, length: int, encoding: str) -> Iterator[str]:
    for row in range(len(data) // length):
        text = data[row * length : (row + 1) * length].rstrip(b" ")
        try:
            yield text.decode(encoding)
        except UnicodeDecodeError:
            raise Undecodable(row, text) from None
