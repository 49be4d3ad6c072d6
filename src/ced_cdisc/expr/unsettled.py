"""Whether it is settled which record comes first or last, and which date is the earliest or the latest.

Records that the written order leaves alike are told apart by their keys, and partial dates overlap: both are
marked in columns beside the value, so that somebody is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from ced_cdisc.core.dates import are_of_one_precision, bounds, in_order
from ced_cdisc.expr.intervals import is_before
from ced_cdisc.expr.tree import Ordering, Type
from ced_cdisc.expr.values import each_pair

_ALIKE, _BEHIND, _DOUBTFUL, _VALUED = 0.0, 1.0, 2.0, 3.0
_DAY = 10
_BREAKS = (19, 16, 13, 10, 7, 4)
"""Where a moment to the second can be cut, from seconds to years."""


def standing(order: Sequence[Ordering], picked: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """How each record stands to the one that is picked from a group, by the columns ``__by0``, ``__by1``, ..

    Args:
        order: the written order.
        picked: gives the value of the record that is picked.

    Returns:
        For :func:`is_alike`, :func:`is_doubtful` and :func:`is_valued`.
    """
    found: pl.Expr = pl.lit(_ALIKE)
    for number, one in reversed([*enumerate(order)]):
        own = pl.col(f"__by{number}")
        if one.of.type is Type.DTC:
            here = each_pair(own, picked(own), _relation, Type.NUMBER)
        else:
            here = pl.when(own.eq_missing(picked(own))).then(pl.lit(_ALIKE))
            here = here.when(picked(own).is_null()).then(pl.lit(_VALUED)).otherwise(pl.lit(_BEHIND))
        found = pl.when(here == _ALIKE).then(found).otherwise(here)
    return found


def is_alike(found: pl.Expr) -> pl.Expr:
    """Whether records have the place of the one that is picked."""
    return found == _ALIKE


def is_doubtful(found: pl.Expr) -> pl.Expr:
    """Whether records may come before the one that is picked, or after it."""
    return found == _DOUBTFUL


def is_valued(found: pl.Expr) -> pl.Expr:
    """Whether records have a value in the order where the one that is picked has none."""
    return found == _VALUED


def _relation(one: str | None, picked: str | None) -> float:
    if one == picked:
        return _ALIKE
    if picked is None:
        return _VALUED
    if one is None or is_before(one, picked) or is_before(picked, one):
        return _BEHIND
    return _DOUBTFUL


def extreme(values: Sequence[str], *, latest: bool) -> tuple[str | None, bool]:
    """The earliest or latest of ISO 8601 dates, and whether it is not certain which one that is.

    It is what is certain of it then: the parts that all dates have that it may be. Dates of the same
    precision, the day at least, compare as they stand, fractions of a second as numbers, and texts of another
    form by character code.
    """
    choose = max if latest else min
    chosen = choose(values)
    is_of_one_length = len({*map(len, values)}) == 1 and len(chosen) >= _DAY
    if is_of_one_length and len(chosen) <= _BREAKS[0]:
        return chosen, False
    known = {value: bounds(value) for value in values}
    spans = [span for span in known.values() if span is not None]
    if len(spans) < len(known):
        return chosen, len(known) > 1 and not is_of_one_length
    if are_of_one_precision(known):
        return choose(sorted(known), key=in_order), False
    span = choose(start for start, _ in spans), choose(end for _, end in spans)
    certain = [value for value, own in known.items() if own == span]
    if certain:
        return min(certain), False
    start, end = span
    return next((start[:size] for size in _BREAKS if start[:size] == end[:size]), None), True
