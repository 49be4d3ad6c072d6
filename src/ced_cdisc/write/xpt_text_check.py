"""Whether all texts of a column fit into their field of a transport file, and are printable ASCII.

It is told without a look at each value: by the bytes of many at once, and of long texts that recur by one of
them.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.write.xpt_values import FEW
from ced_cdisc.write.xpt_views import INLINE, ROWS, Known, Space, Views, pieces

_BLANK, _TILDE = 0x20, 0x7E


def are_held(text: pl.Series, most: int) -> bool:
    """Whether the texts of a String column have up to ``most`` bytes, all from blank to ``~``."""
    if len(text) <= FEW:
        values = [value for value in text.to_list() if value]
        return max(map(len, values), default=0) <= most and _are_printable("".join(values))
    space, known = Space(), None
    for piece in pieces(text):
        views = Views(piece)
        for first in range(0, len(piece), ROWS):
            some = views.rows(first, first + ROWS, space)
            sizes = space.sizes(some)
            longest = int(sizes.max())
            if longest > most:
                return False
            if len(some) == 2:
                if not _are_printable(piece[first] or ""):
                    return False
            elif longest <= INLINE:
                if not _are_inline_printable(some, sizes, space):
                    return False
            else:
                known = known or Known(0)
                known.begin(views)
                if not _are_long_printable(known, piece, some, first, int(sizes.min()) > INLINE, space):
                    return False
    return True


def _are_inline_printable(views: NDArray[np.uint64], sizes: NDArray[np.int32], space: Space) -> bool:
    held = views.view(np.uint8)
    if int(held.max()) > _TILDE:
        return False
    # Zeros stand behind a text, and no byte of a length is above 12: what is not below a blank is text.
    is_text = np.greater_equal(held, np.uint8(_BLANK), out=space.flags[: len(held)])
    return np.count_nonzero(is_text) == int(sizes.sum(dtype=np.int32))


def _are_long_printable(
    known: Known, text: pl.Series, views: NDArray[np.uint64], first: int, are_long: bool, space: Space
) -> bool:
    """Whether the texts of these views, from the row ``first`` on, are printable; known ones are."""
    rows = len(views) // 2
    if known.is_of_use:
        slots = known.slots(views, are_long, space)
        missed = known.missed(views, slots, space)
        if not len(missed):
            return True
        new = known.distinct(slots, missed)
        known.is_of_use = 2 * len(new) <= rows
        if known.is_of_use:
            if not _are_values_printable(text.gather(new + first)):
                return False
            known.keep(views, slots, new)
            missed = known.missed(views, slots, space)
            return not len(missed) or _are_values_printable(text.gather(missed + first))
    return _are_values_printable(text[first : first + rows])


def _are_values_printable(text: pl.Series) -> bool:
    if len(text) <= FEW:
        return _are_printable("".join([value for value in text.to_list() if value]))
    text = text.fill_null("") if text.null_count() else text
    data = np.frombuffer(cast(Any, text).to_arrow().buffers()[2], np.uint8)
    return not len(data) or (int(data.min()) >= _BLANK and int(data.max()) <= _TILDE)


def _are_printable(text: str) -> bool:
    return text.isascii() and text.isprintable()
