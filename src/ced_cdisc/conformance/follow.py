"""Whether the records of a dataset follow a rule that its sponsor may have chosen.

The guides leave some things to the sponsor: the day that days are counted from, or whether the first day
counts. Where nearly all records follow one way, it is the way of the dataset, and the others are at fault;
where they do not, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from ced_cdisc.conformance.dataset import Dataset
    from ced_cdisc.conformance.look import Look, Told

NEARLY = 0.9
"""The part of the records that tells a way from chance."""
_FEWEST = 5
_MANY = 10


def is_mostly(follow: int, of: int) -> bool:
    """Whether so many of so many are nearly all, and at least five: a way that the guide lets one choose."""
    return follow >= _FEWEST and follow >= NEARLY * of


def is_nearly_all(follow: int, of: int) -> bool:
    """Whether so many of so many are all but one, or all but one in a hundred.

    It is asked of what is no rule of a guide: what so few records do otherwise is hardly meant.
    """
    return follow >= _MANY and of - follow <= max(1, of // 100)


def ways(
    data: Dataset, every: Iterable[pl.Expr], variable: str, *show: str, told: Told = is_mostly
) -> Iterator[Look]:
    """Looks at several ways, of which the first counts that nearly all records follow."""
    before: list[Look] = []
    for way in every:
        look = data.habit(way, variable, *show, told=told, instead_of=before)
        before.append(look)
        yield look
