"""Records that agree with another one in some variables, found with little memory."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ced_cdisc.conformance.beside import with_columns
from ced_cdisc.conformance.records import Block

_FEW = 20_000
"""Records up to which comparing all takes less time than finding the few."""


def again(names: Sequence[str]) -> pl.Expr:
    """The column that says whether another record agrees in these variables."""
    return pl.col(f"again: {' '.join(names)}")


def repeated(frame: pl.DataFrame, names: Sequence[str]) -> pl.Series:
    """Whether each record agrees with another one in all these variables, missing values included.

    Sums of hashes leave the few records of which it may be so; these are compared for certain.
    """
    if frame.is_empty() or not names:
        return pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    if frame.height < _FEW:
        return frame[list(names)].is_duplicated()
    total = frame[names[0]].hash(0)
    for seed, name in enumerate(names[1:], start=1):
        total = total + frame[name].hash(seed)
    maybe = total.is_duplicated()
    if not maybe.any():
        return maybe
    sure = frame.lazy().select(names).filter(maybe).select(pl.struct(names).is_duplicated()).collect()
    return maybe.scatter(maybe.arg_true(), sure.to_series())


def flagged_again(names: Sequence[str], of: pl.Expr, block: Block) -> pl.DataFrame:
    """The records with :func:`again`, of those that are flagged alone.

    Few have a flag, so that the keys of the others are not looked at.
    """
    flagged = block.frame.select(of.fill_null(value=False).alias(again(names).meta.output_name())).to_series()
    found = repeated(block.frame.select(names).filter(flagged), names)
    return with_columns(block.frame, [flagged.scatter(flagged.arg_true(), found)])
