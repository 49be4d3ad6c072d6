"""Variables of which one value goes with several of another, where the standard knows one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Look


def several(
    data: Dataset, name: str, keys: Sequence[str], variable: str, *show: str, is_missing_one: bool = False
) -> Look:
    """A look at the records of which the keys go with several values of a variable, ``--`` allowed.

    Args:
        data: the dataset.
        name: the variable.
        keys: what has one value of it; missing ones go together, too.
        variable, show: as in :meth:`.Dataset.records`.
        is_missing_one: whether a missing value counts as one.
    """
    by = [data.v(key) for key in keys]

    def then(pairs: pl.DataFrame) -> Iterator[Look]:
        if not pairs[by].is_duplicated().any():
            yield data.right(variable, *show)
            return
        counted = pairs if is_missing_one else pairs.filter(pl.col(data.v(name)).is_not_null())
        values = counted.group_by(by).agg(pl.len().alias("__values"))
        many = values.filter(pl.col("__values") > 1)
        if not many.height:
            yield data.right(variable, *show)
            return
        frame = data.beside(many, by, nulls_equal=True)
        yield data.records(pl.col("__values").is_not_null(), variable, *show, frame=frame)

    return data.combined([*by, data.v(name)], then)


def one_to_one(
    data: Dataset, one: str, other: str, within: Sequence[str], *, is_within_filled: bool = True
) -> Look:
    """A look at the records with a value that goes with several of the other variable, either way round.

    Args:
        data: the dataset.
        one, other: the variables.
        within: what they are one to one within, such as PARAMCD.
        is_within_filled: whether records that lack one of these are left out.
    """

    def then(pairs: pl.DataFrame) -> Iterator[Look]:
        keys = [*within, one, other]
        both = pl.col(one).is_not_null() & pl.col(other).is_not_null()
        if not any(pairs[[*within, name]].is_duplicated().any() for name in (one, other)):
            yield data.right(one, other, *within, of=both)
            return
        filled = pairs.select(keys).drop_nulls(keys if is_within_filled else [one, other])
        either = pl.any_horizontal(
            pl.struct(*within, one).is_duplicated(), pl.struct(*within, other).is_duplicated()
        )
        bad = filled.filter(either).with_columns(pl.lit(value=True).alias("__bad"))
        if not bad.height:
            yield data.right(one, other, *within, of=both)
            return
        frame = data.beside(bad, keys, nulls_equal=True)
        yield data.records(pl.col("__bad"), one, other, *within, of=both, frame=frame)

    return data.combined([*within, one, other], then)
