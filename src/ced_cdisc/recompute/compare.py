"""Do two engines agree? Cell by cell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct


class Difference(Struct, frozen=True):
    """A cell on which two engines differ; ``row`` counts from 0.

    ``variable`` is empty where the numbers of rows differ: then ``mine`` and ``theirs`` are these numbers.
    """

    dataset: str
    row: int
    variable: str
    mine: Any
    theirs: Any


def compare(
    rows: Sequence[Mapping[str, Any]],
    other_rows: Sequence[Mapping[str, Any]],
    variables: Sequence[str],
    dataset: str = "",
) -> list[Difference]:
    """The differences between two lists of rows, in the order of rows and variables.

    Numbers agree within 1e-12 relatively or absolutely; everything else, missing too, must be the same in
    value and type. A variable that a row does not have counts as missing.
    """
    done: list[Difference] = []
    if len(rows) != len(other_rows):
        done.append(Difference(dataset, min(len(rows), len(other_rows)), "", len(rows), len(other_rows)))
    for index, (mine, theirs) in enumerate(zip(rows, other_rows, strict=False)):
        for name in variables:
            if not agree(mine.get(name), theirs.get(name)):
                done.append(Difference(dataset, index, name, mine.get(name), theirs.get(name)))
    return done


def agree(mine: Any, theirs: Any) -> bool:
    """Whether two values are the same, numbers within 1e-12."""
    if _is_number(mine) and _is_number(theirs):
        return math.isclose(mine, theirs, rel_tol=1e-12, abs_tol=1e-12)
    return type(mine) is type(theirs) and mine == theirs


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
