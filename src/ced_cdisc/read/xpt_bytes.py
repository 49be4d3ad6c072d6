"""Where two transport files differ, told by their bytes: what has the same bytes is the same, undecoded.

The rows of the one file are taken in the order of the other, a block at a time, so that a file is read once
however many variables it has and in whatever order its rows stand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ced_cdisc.core.xpt import XptVariable
from ced_cdisc.read.xpt import XptFile

_BLOCK_BYTES = 1 << 21
_SELDOM = 8
"""A variable that differs in more than one of so many pairs is read as a whole."""
_BLANK = ord(" ")


def unequal_pairs(
    one: XptFile,
    other: XptFile,
    rows_one: NDArray[np.uint32] | None = None,
    rows_other: NDArray[np.uint32] | None = None,
) -> dict[str, NDArray[np.uint32]]:
    """The pairs in which a variable has other bytes on both sides, ascending, by its name in capitals.

    A variable is left out if its bytes cannot tell (another type, numbers of other lengths, texts of another
    encoding) or if they differ in many pairs.

    Args:
        one: a file.
        other: another one.
        rows_one: the row of each pair in it; None for row i in pair i.
        rows_other: likewise.
    """
    pairs = min(
        file.rows if rows is None else len(rows) for file, rows in ((one, rows_one), (other, rows_other))
    )
    sought = _comparable(one, other)
    same_layout = one.data.shape[1] == other.data.shape[1] and all(
        (a.length, start) == (b.length, at) for a, start, b, at in sought.values()
    )
    found: dict[str, list[NDArray[np.intp]]] = {name: [] for name in sought}
    counts = dict.fromkeys(sought, 0)
    size = max(1, _BLOCK_BYTES // max(one.data.shape[1], other.data.shape[1], 1))
    for first in range(0, pairs, size):
        last = min(first + size, pairs)
        left, right = one.block(first, last, rows_one), other.block(first, last, rows_other)
        unequal = left != right if same_layout else None
        told = None if unequal is None else unequal.any(axis=0)
        for name in list(sought):
            a, start, b, at = sought[name]
            if unequal is not None and told is not None:
                if not told[start : start + a.length].any():
                    continue
                differ = unequal[:, start : start + a.length].any(axis=1)
            else:
                differ = _differ(left[:, start : start + a.length], right[:, at : at + b.length])
            rows = np.flatnonzero(differ)
            counts[name] += len(rows)
            if counts[name] * _SELDOM > pairs:
                del sought[name], found[name]
            elif len(rows):
                found[name].append(rows + first)
        if not sought:
            break
    one.release()
    other.release()
    return {
        name: np.concatenate(parts).astype(np.uint32) if parts else np.empty(0, np.uint32)
        for name, parts in found.items()
    }


def _comparable(one: XptFile, other: XptFile) -> dict[str, tuple[XptVariable, int, XptVariable, int]]:
    """The variables whose bytes tell, with their places in both files."""
    if one.encoding != other.encoding:
        return {}
    theirs = {
        variable.name.upper(): (variable, at)
        for variable, at in zip(other.member.variables, other.member.positions, strict=True)
    }
    found: dict[str, tuple[XptVariable, int, XptVariable, int]] = {}
    for variable, start in zip(one.member.variables, one.member.positions, strict=True):
        name = variable.name.upper()
        if name not in theirs:
            continue
        again, at = theirs[name]
        if again.type == variable.type and (variable.type == "Char" or again.length == variable.length):
            found[name] = variable, start, again, at
    return found


def _differ(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether the fields of each row differ; the shorter one is as good as one with blanks behind it."""
    shared = min(one.shape[1], other.shape[1])
    differ = (one[:, :shared] != other[:, :shared]).any(axis=1)
    for longer in (one, other):
        if longer.shape[1] > shared:
            differ |= (longer[:, shared:] != _BLANK).any(axis=1)
    return differ
