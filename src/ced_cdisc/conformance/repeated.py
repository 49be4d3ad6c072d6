"""Records that agree with another one in some variables, found with little memory."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ced_cdisc.conformance.records import Block


def repeated(frame: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """Whether each record agrees with another one in all these variables, missing values included.

    Sums of hashes leave the few records of which it may be so; these are compared for certain.
    """
    if frame.is_empty() or not names:
        return pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    total = frame[names[0]].hash(0)
    for seed, name in enumerate(names[1:], start=1):
        total = total + frame[name].hash(seed)
    maybe = total.is_duplicated()
    if not maybe.any():
        return maybe
    sure = frame.lazy().select(names).filter(maybe).select(pl.struct(names).is_duplicated()).collect()
    return maybe.scatter(maybe.arg_true(), sure.to_series())


def flagged_again(names: Sequence[str], of: pl.Expr, block: Block) -> pl.DataFrame:
    """The records with ``__again``: whether another one of those that are flagged agrees in these variables.

    Few have a flag, so that the keys of the others are not looked at.
    """
    flagged = block.frame.select(of.fill_null(value=False).alias("__again")).to_series()
    again = repeated(block.frame.select(names).filter(flagged), names)
    return block.frame.with_columns(flagged.scatter(flagged.arg_true(), again))
