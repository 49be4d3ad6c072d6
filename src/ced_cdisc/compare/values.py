"""Which records of two columns differ, by the meaning of the values."""

from __future__ import annotations

import numpy as np
import polars as pl
from msgspec import Struct
from numpy.typing import NDArray

from ced_cdisc.compare.showing import numbers_of
from ced_cdisc.core.moments import Moment

# A number as programs write it; a leading zero is part of a name such as a site 01.
PLAIN_NUMBER = r"^[+-]?(0|[1-9]\d*)?(\.\d*)?([eE][+-]?\d+)?$"


class Differing(Struct, frozen=True):
    """The pairs that differ.

    Attributes:
        pairs: their numbers, from 0, ascending.
        a, b: their values; both Float64 or both String.
        special_a, special_b: the codes of special missing values there, or None.
        near: pairs that differ within the tolerance only.
        farthest: the largest difference among those.
    """

    pairs: NDArray[np.uint32]
    a: pl.Series
    b: pl.Series
    special_a: pl.Series | None = None
    special_b: pl.Series | None = None
    near: int = 0
    farthest: float = 0.0


def differing(
    a: pl.Series,
    b: pl.Series,
    limits: tuple[float, float],
    kind: Moment = "",
    meaning: bool = False,
    special: tuple[pl.Series | None, pl.Series | None] = (None, None),
) -> Differing:
    """The pairs of two columns of equal length that differ.

    Args:
        a: values of A, Float64 or String, null where missing; an empty text is missing.
        b: values of B.
        limits: relative and absolute tolerance of numbers.
        kind: what the numbers are, for texts that stand for them.
        meaning: whether two texts are equal that stand for equal numbers (of CSV files).
        special: codes of special missing values of each side, aligned with the columns.
    """
    if a.dtype != b.dtype:
        a, b = _one_type(a, b, kind)
        meaning = True
    if a.dtype == pl.String:
        unequal = a.ne_missing(b)
        if unequal.any():
            unequal &= a.fill_null("") != b.fill_null("")
        pairs = _rows(unequal)
        found = Differing(pairs, a.filter(unequal), b.filter(unequal))
        return _by_meaning(found, limits) if meaning and len(pairs) else found
    unequal = a.ne_missing(b)
    if any(one is not None for one in special):
        codes = [_codes(one, len(a)) for one in special]
        unequal |= a.is_null() & b.is_null() & codes[0].ne_missing(codes[1])
        special = (codes[0].filter(unequal), codes[1].filter(unequal))
    return _beyond(Differing(_rows(unequal), a.filter(unequal), b.filter(unequal), *special), limits)


def _rows(mask: pl.Series) -> NDArray[np.uint32]:
    return mask.arg_true().to_numpy().astype(np.uint32, copy=False)


def _codes(codes: pl.Series | None, rows: int) -> pl.Series:
    return pl.repeat(None, rows, dtype=pl.String, eager=True) if codes is None else codes


def _one_type(a: pl.Series, b: pl.Series, kind: Moment) -> tuple[pl.Series, pl.Series]:
    """Both as numbers if every text is one, else both as texts.

    A text that is no number stays visible as it is, the numbers beside it are written plainly.
    """
    texts = a if a.dtype == pl.String else b
    filled = texts.is_not_null() & (texts != "")
    numbers = numbers_of(texts, kind)
    if not (filled & numbers.is_null()).any():
        return (numbers, b) if texts is a else (a, numbers)
    # Where a text is a number, it takes the form of the numbers, so that only meaning is compared.
    plain = plain_texts(numbers)
    as_text = plain.zip_with(numbers.is_not_null(), texts)
    return (as_text, plain_texts(b)) if texts is a else (plain_texts(a), as_text)


def plain_texts(numbers: pl.Series) -> pl.Series:
    """Numbers as texts, whole ones without decimals."""
    whole = (numbers == numbers.floor()) & (numbers.abs() < 1e15)
    integers = numbers.set(~whole.fill_null(False), None).cast(pl.Int64).cast(pl.String)
    return integers.zip_with(whole.fill_null(False), numbers.cast(pl.String))


def _beyond(found: Differing, limits: tuple[float, float]) -> Differing:
    """Those that differ by more than the tolerance."""
    relative, absolute = limits
    if not len(found.pairs):
        return found
    x, y = found.a.to_numpy(), found.b.to_numpy()
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(x - y)
        near = distance <= np.maximum(absolute, relative * np.maximum(np.abs(x), np.abs(y)))
    near &= np.isfinite(x) & np.isfinite(y)  # an infinite tolerance admits no infinity
    if not near.any():
        return found
    far = pl.Series(~near)
    return Differing(
        found.pairs[~near],
        found.a.filter(far),
        found.b.filter(far),
        None if found.special_a is None else found.special_a.filter(far),
        None if found.special_b is None else found.special_b.filter(far),
        int(near.sum()),
        float(distance[near].max()),
    )


def _by_meaning(found: Differing, limits: tuple[float, float]) -> Differing:
    """Without the texts that are numbers on both sides and equal within the tolerance."""
    plain = pl.Series(np.ones(len(found.pairs), np.bool_))
    for side in (found.a, found.b):
        plain &= side.fill_null("").str.contains(PLAIN_NUMBER) & side.fill_null("").str.contains(r"\d")
    if not plain.any():
        return found
    x = found.a.set(~plain, None).cast(pl.Float64)
    y = found.b.set(~plain, None).cast(pl.Float64)
    both = Differing(np.arange(len(plain), dtype=np.uint32), x, y)
    rest = _beyond(both, limits)
    keep = np.zeros(len(plain), np.bool_)
    keep[rest.pairs] = True
    # Numbers that are the same, written otherwise, are no difference and need no tolerance.
    same = (x == y).fill_null(False).to_numpy()
    keep &= ~same
    unequal = pl.Series(keep)
    return Differing(
        found.pairs[keep],
        found.a.filter(unequal),
        found.b.filter(unequal),
        near=max(rest.near - int(same.sum()), 0),
        farthest=rest.farthest,
    )
