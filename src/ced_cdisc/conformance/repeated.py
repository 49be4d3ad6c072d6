"""Records that agree with another one in some variables, found with little memory."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


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
