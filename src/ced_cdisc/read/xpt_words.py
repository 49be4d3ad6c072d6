"""Texts as words of eight bytes, by which they are told apart and, short ones, made into Arrow string views.

Words hold the bits by which texts differ from blanks, so that a blank word is zero. How many bytes of one are
used, the exponent of the word as a double tells.

Source: Apache Arrow Columnar Format, "Variable-size Binary View Layout".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ced_cdisc.read.xpt_block import WORD, Block, Field, Space

BLANKS = np.uint64(0x2020202020202020)
_NOT_ASCII = 0x8080808080808080
HALF = np.uint64(32)
NOTHING = np.uint64(0)
ALL = np.uint64((1 << 64) - 1)
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
_KEPT_BLANKS = np.array([int(BLANKS) & (1 << 8 * int(used)) - 1 for used in _USED], np.uint64)
"""Blanks in the bytes that are used, zeros behind them."""


def words_of(block: Block, field: Field) -> NDArray[np.uint64] | None:
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
        word ^= BLANKS
        if field.length < (number + 1) * WORD:
            word &= np.uint64((1 << 8 * (field.length - number * WORD)) - 1)
        bits = int(np.bitwise_or.reduce(word))
        if bits and not used:
            used = number + 1
        seen |= bits
    return None if seen & _NOT_ASCII else found[: used or 1]


def are_full(words: NDArray[np.uint64], field: Field) -> bool:
    """Whether no text has blanks behind it."""
    used = field.length - (len(words) - 1) * WORD
    return 0 < used <= WORD and bool((words[-1] >> np.uint64(8 * (used - 1))).all())


def are_equal(word: NDArray[np.uint64], space: Space) -> bool:
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


def inline(views: NDArray[np.uint64], words: NDArray[np.uint64], space: Space) -> None:
    """Views of texts of up to 12 bytes: the length in four bytes, then the text, then zeros.

    Args:
        views: shape (rows, 2), which are filled.
        words: theirs, one or two.
        space: for the steps.
    """
    if len(words) == 1:
        _inline_word(views, words[0], space)
    else:
        _inline_words(views, words, space)


def _inline_word(views: NDArray[np.uint64], word: NDArray[np.uint64], space: Space) -> None:
    places, text, used = space.work[:, : len(word)]
    exponents = _exponents(word, places)
    np.take(_KEPT_BLANKS, exponents, out=text, mode="clip")
    text ^= word
    np.take(_USED, exponents, out=used, mode="clip")
    np.right_shift(text, HALF, out=views[:, 1])
    text <<= HALF
    np.bitwise_or(text, used, out=views[:, 0])


def _inline_words(views: NDArray[np.uint64], words: NDArray[np.uint64], space: Space) -> None:
    places, text, used = space.work[:, : words.shape[1]]
    more, rest = np.empty((2, words.shape[1]), np.uint64)
    exponents = _exponents(words[1], places)
    np.take(_KEPT_BLANKS, exponents, out=rest, mode="clip")
    rest ^= words[1]
    rest <<= HALF
    np.take(_USED, exponents, out=more, mode="clip")
    are_longer = np.not_equal(more, NOTHING)
    more += np.uint64(WORD)
    exponents = _exponents(words[0], places)
    np.take(_KEPT_BLANKS, exponents, out=text, mode="clip")
    np.copyto(text, BLANKS, where=are_longer)
    text ^= words[0]
    np.take(_USED, exponents, out=used, mode="clip")
    np.copyto(used, more, where=are_longer)
    np.right_shift(text, HALF, out=places)
    np.bitwise_or(places, rest, out=views[:, 1])
    text <<= HALF
    np.bitwise_or(text, used, out=views[:, 0])


class Known:
    """Texts by a hash of their words; the last of two texts with one hash is kept."""

    _BITS = 12

    def __init__(self, count: int) -> None:
        size = 1 << self._BITS
        self.words = np.full((count, size), _MARK, np.uint64)
        self._views = np.empty((size, 2), np.uint64)
        self._rows = np.empty(size, np.intp)
        # Odd numbers whose bits look like chance: the digits of the golden ratio times 1, 3, 5, ...
        self._factors = [np.uint64(0x9E3779B97F4A7C15 * (2 * n + 1) % (1 << 64)) for n in range(count)]
        self._shift = np.uint64(64 - self._BITS)

    def slots(self, words: NDArray[np.uint64], space: Space) -> NDArray[np.int64]:
        """The hashes of texts, shape (rows,)."""
        # Blank words add nothing: the hash of a text does not depend on the words that a block needs.
        mixed, more = space.slots[: words.shape[1]], space.work[0, : words.shape[1]]
        np.multiply(words[0], self._factors[0], out=mixed)
        for word, factor in zip(words[1:], self._factors[1:], strict=False):
            np.multiply(word, factor, out=more)
            mixed += more
        mixed >>= self._shift
        return mixed.view(np.int64)

    def missed(
        self, words: NDArray[np.uint64], slots: NDArray[np.int64], views: NDArray[np.uint64], space: Space
    ) -> NDArray[np.intp]:
        """Fill the views of those that are known; the rows of the others, whose views say nothing."""
        rows = words.shape[1]
        key = space.work[0, :rows]
        found, same = space.flags[:, :rows]
        for place, own in enumerate(self.words):
            np.take(own, slots, out=key, mode="clip")
            np.equal(key, words[place] if place < len(words) else NOTHING, out=same if place else found)
            if place:
                found &= same
        np.take(self._views.view("V16")[:, 0], slots, out=views.view("V16")[:, 0], mode="clip")
        if found.all():
            return np.empty(0, np.intp)
        return np.flatnonzero(~found)

    def distinct(self, slots: NDArray[np.int64], rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Of these rows one by slot."""
        own = slots[rows]
        self._rows[own] = rows
        return rows[self._rows[own] == rows]

    def keep(self, slots: NDArray[np.int64], words: NDArray[np.uint64], views: NDArray[np.uint64]) -> None:
        """Keep texts, of which no two have the same slot."""
        self.words[:, slots] = 0
        self.words[: len(words), slots] = words
        self._views[slots] = views
