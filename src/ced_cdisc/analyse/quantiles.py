"""The nine quantiles of Hyndman and Fan; those of numpy load a module for masked values that no build needs.

Source: Hyndman and Fan (1996), Sample quantiles in statistical packages, The American Statistician 50.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor


def quantile(ordered: Sequence[float], share: float, kind: int) -> float:
    """The value that ``share`` of the values are below of, by type ``kind``, 1 to 9.

    Args:
        ordered: the values, rising; at least one.
        share: between 0 and 1.
        kind: 1 to 3 give a value, or the mean of two; the others lie between two by ``share``.
    """
    shift = (0, 0, -0.5, 0, 0.5, share, 1 - share, (share + 1) / 3, share / 4 + 0.375)[kind - 1]
    place = len(ordered) * share + shift
    below = floor(place)
    part = place - below
    if kind == 3:
        part = 1.0 if part or below % 2 else 0.0
    elif kind < 3:
        part = 1.0 if part else (kind - 1) / 2
    last = len(ordered) - 1
    low, high = (ordered[min(max(at, 0), last)] for at in (below - 1, below))
    return low + (high - low) * part if part < 1 else high
