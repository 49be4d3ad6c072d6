"""Whether the records of a dataset follow a rule that its sponsor may have chosen.

The guides leave some things to the sponsor: the day that days are counted from, or whether the first day
counts. Where nearly all records follow one way, it is the way of the dataset, and the others are at fault;
where they do not, nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

NEARLY = 0.9
"""The part of the records that tells a way from chance."""
_FEWEST = 5
_MANY = 10


def mostly(frame: pl.DataFrame, right: pl.Expr) -> bool:
    """Whether nearly all records of which it can be said follow, and at least five do."""
    told = frame.select(right.sum().alias("follow"), right.count().alias("of")).row(0)
    return told[0] >= _FEWEST and told[0] >= NEARLY * told[1]


def nearly_always(frame: pl.DataFrame, right: pl.Expr) -> bool:
    """Whether all records of which it can be said follow, but for one, or one in a hundred.

    It is asked of what is no rule of a guide: what so few records do otherwise is hardly meant.
    """
    told = frame.select(right.sum().alias("follow"), right.count().alias("of")).row(0)
    return is_nearly_all(*told)


def is_nearly_all(follow: int, of: int) -> bool:
    """Whether so many of so many are nearly always, as :func:`nearly_always` says."""
    return follow >= _MANY and of - follow <= max(1, of // 100)


def way_of(frame: pl.DataFrame, ways: Sequence[pl.Expr]) -> pl.Expr | None:
    """The first of several ways that nearly all records follow."""
    return next((way for way in ways if mostly(frame, way)), None)
