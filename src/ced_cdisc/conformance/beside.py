"""Records with the columns of a table that tells more of them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

def beside(
    frame: pl.DataFrame, other: pl.DataFrame, on: str | Sequence[str], *, nulls_equal: bool = False
) -> pl.DataFrame:
    """The records with the further columns of a table, null where no key agrees.

    It is a left join in the order of the records that looks at the keys alone: the columns of a large dataset
    are shared with the result, not copied, and those of a small one are not gone through.

    Args:
        frame: the records.
        other: the keys and the further columns; where a key stands several times in it, its records are
            repeated, and the result is longer than the frame.
        on: the keys.
        nulls_equal: whether a missing key agrees with a missing one.
    """
    keys = [on] if isinstance(on, str) else list(on)
    found = frame[keys].join(other, on=keys, how="left", nulls_equal=nulls_equal, maintain_order="left")
    if found.height != frame.height:
        return frame.join(other, on=keys, how="left", nulls_equal=nulls_equal, maintain_order="left")
    return with_columns(frame, [found.get_column(name) for name in found.columns if name not in keys])


def with_columns(frame: pl.DataFrame, more: Sequence[pl.Series]) -> pl.DataFrame:
    """The records with columns of the same length; without a query, where none of them is there yet."""
    if any(one.name in frame.columns for one in more):
        return frame.with_columns(more)
    return frame.hstack(more)
