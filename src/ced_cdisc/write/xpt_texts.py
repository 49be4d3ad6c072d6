"""Columns of text as the bytes of a transport file: each value blank padded to the length of its field.

Three ways, by what is fastest: values of up to twelve bytes stand in the views of polars themselves, longer
ones that recur are padded once and then known by their views, and the others are padded one by one. All give
the same bytes.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.write.xpt_values import FEW
from ced_cdisc.write.xpt_views import BLANKS, INLINE, VIEW, Known, Space, Views

_BLANK = np.uint8(0x20)
_WIDEST = 256
"""Bytes of the widest field whose texts are kept, or masked by a table."""


class Field:
    """The place of one variable in the rows of a block, used again and again by one thread at a time.

    Args:
        rows: the bytes, shape (rows, length).
    """

    def __init__(self, rows: NDArray[np.uint8]) -> None:
        self.rows = rows
        self.length = rows.shape[1]
        self._item = rows.view(f"V{self.length}")[:, 0]
        self._repeated, self._times = b"", 0
        self.known: Known | None = None

    def put(self, items: NDArray[Any]) -> None:
        """One item of ``length`` bytes for each of the first rows: copied as a whole, not byte by byte."""
        self._times = 0
        self._item[: len(items)] = items

    def holds(self, value: bytes, rows: int) -> bool:
        """Whether the first rows hold this value already, whatever its bytes in the file are."""
        return value == self._repeated and rows <= self._times

    def repeat(self, value: bytes, item: bytes, rows: int) -> None:
        """The bytes of one value in the first rows."""
        self._item[:rows] = np.frombuffer(item, self._item.dtype)
        self._repeated, self._times = value, rows


class Texts:
    """A String column, checked before, whose parts are written; nulls are blanks.

    Args:
        text: the column.
        encoding: of the file.
    """

    def __init__(self, text: pl.Series, encoding: str) -> None:
        self._text, self._encoding = text, encoding
        is_plain = encoding != "ascii" or len(text) <= FEW
        self._views = None if is_plain else Views(text)

    def write(self, field: Field, first: int, rows: int, space: Space) -> None:
        """Write some texts, from the row ``first`` on, into the first rows of their field.

        Raises:
            ValueError: a text is longer than the field.
        """
        length = field.length
        if self._views is None:
            text, encoding = self._text[first : first + rows], self._encoding
            padded = b"".join([(value or "").encode(encoding).ljust(length) for value in text])
            field.put(_items(padded, length, rows, text.name))
            return
        views = self._views.rows(first, first + rows, space)
        if len(views) < 2 * rows:
            text = (self._text[first] or "").encode("ascii")
            if not field.holds(text, rows):
                field.repeat(text, _items(text.ljust(length), length, 1, self._text.name).tobytes(), rows)
            return
        sizes = space.sizes(views) if length > INLINE else None
        if sizes is None or int(sizes.max()) <= INLINE:
            field.put(_inline(views, length, space))
            return
        items = None
        if length <= _WIDEST:
            field.known = field.known or Known(length)
            field.known.begin(self._views)
            if field.known.is_of_use:
                items = self._known(field.known, views, first, int(sizes.min()) > INLINE, space)
        field.put(_padded(self._text[first : first + rows], length) if items is None else items)

    def _known(
        self, known: Known, views: NDArray[np.uint64], first: int, are_long: bool, space: Space
    ) -> NDArray[Any] | None:
        """Texts with blanks behind them, by their views; None if too few of them recur for that."""
        length = known.kept.itemsize
        slots = known.slots(views, are_long, space)
        missed = known.missed(views, slots, space)
        if len(missed):
            new = known.distinct(slots, missed)
            known.is_of_use = 2 * len(new) <= len(slots)
            if not known.is_of_use:
                return None
            known.kept[slots[new]] = _padded(self._text.gather(new + first), length)
            known.keep(views, slots, new)
            missed = known.missed(views, slots, space)
        items = np.empty(len(slots), known.kept.dtype)
        np.take(known.kept, slots, out=items, mode="clip")
        if len(missed):  # two texts with one slot
            items[missed] = _padded(self._text.gather(missed + first), length)
        return items


def _inline(views: NDArray[np.uint64], length: int, space: Space) -> NDArray[Any]:
    """Texts of up to twelve bytes: what stands behind a text in its view is zero, all else is no less."""
    rows = len(views) // 2
    padded = space.views.view(np.uint8)[: VIEW * rows]
    np.maximum(views.view(np.uint8), BLANKS[: len(padded)], out=padded)
    if length <= INLINE:
        return np.ndarray(rows, f"V{length}", padded.data, VIEW - INLINE, (VIEW,))
    wide = np.full((rows, length), _BLANK)
    wide[:, :INLINE].view(f"V{INLINE}")[:, 0] = np.ndarray(
        rows, f"V{INLINE}", padded.data, VIEW - INLINE, (VIEW,)
    )
    return wide.view(f"V{length}")[:, 0]


def _padded(text: pl.Series, length: int) -> NDArray[Any]:
    """Texts of ASCII with blanks behind them, an item of so many bytes each."""
    if len(text) <= FEW:
        held = b"".join([(value or "").encode("ascii").ljust(length) for value in text])
        return _items(held, length, len(text), text.name)
    text = text.fill_null("") if text.null_count() else text
    _, offsets, characters = cast(Any, text).to_arrow().buffers()
    ends = np.frombuffer(offsets, np.int64)[: len(text) + 1]
    sizes = np.diff(ends)
    if int(sizes.max()) > length:
        raise _too_long(text.name, length)
    if length > _WIDEST:
        return np.frombuffer(cast(Any, text.str.pad_end(length)).to_arrow().buffers()[2], f"V{length}")
    item = f"V{length}"
    held = np.concatenate([np.frombuffer(characters, np.uint8), BLANKS[:length]])
    # As many bytes from the beginning of each text; those that are not of it become blank.
    found = np.ndarray(len(held) - length + 1, item, held.data, strides=(1,))[ends[:-1]]
    kept = np.tri(length + 1, length, -1, np.bool_).astype(np.uint8) * np.uint8(0xFF)
    data = found.view(np.uint8)
    data ^= _BLANK
    data &= kept.reshape(-1).view(item).take(sizes).view(np.uint8)
    data ^= _BLANK
    return found


def _items(data: bytes, length: int, rows: int, name: str) -> NDArray[Any]:
    if len(data) != rows * length:
        raise _too_long(name, length)
    return np.frombuffer(data, f"V{length}")


def _too_long(name: str, length: int) -> ValueError:
    return ValueError(f"a text of {name} does not fit into {length} bytes")
