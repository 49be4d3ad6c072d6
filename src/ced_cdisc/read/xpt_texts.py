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

from ced_cdisc.read.xpt_block import WORD, Block, Field, Space

pa: Any = cast(Any, _pyarrow)  # pyarrow has no types
pc: Any = cast(Any, _compute)
_SHORT = 3
"""Words of a text, such as a date and time, that is kept as often as it comes if no blank is behind it."""
_INLINE = 12
"""Bytes of a text that stand in the view itself."""
_BLANKS = np.uint64(0x2020202020202020)
_NOT_ASCII = 0x8080808080808080
_HALF = np.uint64(32)
_NOTHING = np.uint64(0)
_ALL = np.uint64((1 << 64) - 1)
_EXPONENT = np.uint64(52)
_MARK = (1 << 64) - 1
"""A word that no text has: it is not ASCII."""


def _by_exponent(used: int) -> NDArray[np.uint64]:
    """A table by the exponent of a double, as its bits hold it: ``used`` for each byte of a word ..."""
    return np.array(
        [max(0, min(8, (exponent - 1023) // 8 + 1)) * used for exponent in range(2048)], np.uint64
    )


_USED = _by_exponent(1)
"""... that is used."""
_KEPT_BLANKS = np.array([int(_BLANKS) & (1 << 8 * int(used)) - 1 for used in _USED], np.uint64)
"""Blanks in the bytes that are used, zeros behind them."""


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
        present = self._present[start : start + block.rows]
        words = _words(block, field)
        if words is None:
            data = block.bytes_of(field)
            texts = pa.array(list(_decoded(data, field.length, self._encoding)), pa.large_string())
            self._characters[number] = _point(views, texts, *_first_words(texts), number)
        elif len(words) == 1 and _are_equal(words[0], block.space):
            one = words[0][:1]
            _inline_word(views, one, block.space)
            present.fill(bool(one[0]))
            return True
        elif len(words) == 1:
            _inline_word(views, words[0], block.space)
            np.not_equal(words[0], _NOTHING, out=present)
            return True
        elif len(words) == 2 and not np.any(words[1] >> _HALF):
            _inline_words(views, words[0], words[1], block.space)
        elif self._is_repeated and not (len(words) <= _SHORT and _is_full(words[-1], len(words), field)):
            self._look_up(views, words, block, number)
        else:
            texts = _trimmed(block.bytes_of(field), field)
            self._characters[number] = _point(views, texts, words[0] ^ _BLANKS, words[1] ^ _BLANKS, number)
        np.not_equal(views.view(np.uint32)[:, 0], 0, out=present)
        return words is not None

    def _look_up(
        self, views: NDArray[np.uint64], words: NDArray[np.uint64], block: Block, number: int
    ) -> None:
        """Views of texts that were seen before; what is new is kept for the blocks to come."""
        known = self._known
        if known is None or len(known.words) < len(words):
            known = self._known = _Known(len(words))
        missed = known.missed(words, views, block.space)
        if not len(missed):
            return
        length = len(words) * WORD
        rest = np.ascontiguousarray(words[:, missed].T) ^ _BLANKS
        texts = _trimmed(rest.tobytes(), Field(0, length)).dictionary_encode()
        # Its own way to numpy loads pandas, which takes as long as reading a small file.
        codes, distinct = np.frombuffer(texts.indices.buffers()[1], np.int32)[: len(texts)], texts.dictionary
        # What one block shows of a variable holds for those behind it.
        self._is_repeated = 2 * len(distinct) <= block.rows
        rows = np.empty(len(distinct), np.intp)
        rows[codes[::-1]] = missed[::-1]
        new = np.empty((len(distinct), 2), np.uint64)
        ours = words[:, rows]
        self._characters[number] = _point(new, distinct, ours[0] ^ _BLANKS, ours[1] ^ _BLANKS, number)
        views[missed] = new.take(codes, axis=0)
        known.keep(ours, new)


class _Known:
    """Texts by a hash of their words; the first of two texts with one hash is kept."""

    _BITS = 12

    def __init__(self, count: int) -> None:
        size = 1 << self._BITS
        self.words = np.full((count, size), _MARK, np.uint64)
        self._views = np.empty((size, 2), np.uint64)
        # Odd numbers whose bits look like chance: the digits of the golden ratio times 1, 3, 5, ...
        self._factors = [np.uint64(0x9E3779B97F4A7C15 * (2 * n + 1) % (1 << 64)) for n in range(count)]
        self._shift = np.uint64(64 - self._BITS)

    def missed(
        self, words: NDArray[np.uint64], views: NDArray[np.uint64], space: Space
    ) -> NDArray[np.intp]:
        """Fill the views of those that are known, and give the rows of the others; their views mean nothing."""
        rows = words.shape[1]
        slots, key = self._slots(words, space), space.work[1, :rows]
        found, same = space.flags[:, :rows]
        found.fill(True)
        for place, own in enumerate(self.words):
            np.take(own, slots, out=key, mode="clip")
            np.equal(key, words[place] if place < len(words) else _NOTHING, out=same)
            found &= same
        np.take(self._views.view("V16")[:, 0], slots, out=views.view("V16")[:, 0], mode="clip")
        if found.all():
            return np.empty(0, np.intp)
        return np.flatnonzero(~found)

    def keep(self, words: NDArray[np.uint64], views: NDArray[np.uint64]) -> None:
        """Keep texts that are not known, where their place is free."""
        slots = self._slots(words, Space(words.shape[1]))
        free = self.words[0].take(slots) == np.uint64(_MARK)
        for row in np.flatnonzero(free).tolist():
            slot = slots[row]
            if self.words[0, slot] == np.uint64(_MARK):
                self.words[:, slot] = 0
                self.words[: len(words), slot] = words[:, row]
                self._views[slot] = views[row]

    def _slots(self, words: NDArray[np.uint64], space: Space) -> NDArray[np.int64]:
        # Blank words add nothing: the hash of a text does not depend on the words that a block needs.
        mixed, more = space.work[:2, : words.shape[1]]
        np.multiply(words[0], self._factors[0], out=mixed)
        for word, factor in zip(words[1:], self._factors[1:], strict=False):
            np.multiply(word, factor, out=more)
            mixed += more
        mixed >>= self._shift
        return mixed.view(np.int64)


def _words(block: Block, field: Field) -> NDArray[np.uint64] | None:
    """The words of a field that are not blank in all rows, at least one; None if a byte is not ASCII.

    Returns:
        Shape (words, rows); the bits by which they differ from blanks, so that a blank word is zero.
    """
    count = -(-field.length // WORD)
    found = block.space.words(count, block.rows)
    seen, used = 0, 0
    for number in reversed(range(count)):
        word = found[number]
        np.copyto(word, block.words(field, number))
        word ^= _BLANKS
        if field.length < (number + 1) * WORD:
            word &= np.uint64((1 << 8 * (field.length - number * WORD)) - 1)
        bits = int(np.bitwise_or.reduce(word))
        if bits and not used:
            used = number + 1
        seen |= bits
    return None if seen & _NOT_ASCII else found[: used or 1]


def _is_full(last: NDArray[np.uint64], count: int, field: Field) -> bool:
    """Whether no text has blanks behind it, by the last of so many words."""
    used = field.length - (count - 1) * WORD
    return 0 < used <= WORD and bool((last >> np.uint64(8 * (used - 1))).all())


def _are_equal(word: NDArray[np.uint64], space: Space) -> bool:
    """Whether all rows have the same word; most often the first, the middle and the last tell."""
    if not word[0] == word[len(word) // 2] == word[-1]:
        return False
    return bool(np.equal(word[1:], word[:-1], out=space.flags[0, : len(word) - 1]).all())


def _exponents(word: NDArray[np.uint64], out: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The exponents of words of ASCII without their blanks.

    The highest bit of each byte is zero, so rounding up the word cannot reach the next byte.
    """
    np.copyto(out.view(np.float64), word.view(np.int64))
    out >>= _EXPONENT
    return out.view(np.int64)


def _inline_word(views: NDArray[np.uint64], word: NDArray[np.uint64], space: Space) -> None:
    """Views of texts of up to 8 bytes: the length in four bytes, then the text, then zeros."""
    places, text, used = space.work[:, : len(word)]
    exponents = _exponents(word, places)
    np.take(_KEPT_BLANKS, exponents, out=text, mode="clip")
    text ^= word
    np.take(_USED, exponents, out=used, mode="clip")
    np.right_shift(text, _HALF, out=views[:, 1])
    text <<= _HALF
    np.bitwise_or(text, used, out=views[:, 0])


def _inline_words(
    views: NDArray[np.uint64], word: NDArray[np.uint64], second: NDArray[np.uint64], space: Space
) -> None:
    """Views of texts of up to 12 bytes, by their two words."""
    _inline_word(views, word, space)
    exponents = _exponents(second, space.work[0, : len(word)])
    more = _USED.take(exponents)
    rows = np.flatnonzero(more)
    word, second, more = word[rows] ^ _BLANKS, second[rows] ^ _KEPT_BLANKS.take(exponents[rows]), more[rows]
    views[rows, 0] = word << _HALF | more + np.uint64(WORD)
    views[rows, 1] = word >> _HALF | second << _HALF


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
