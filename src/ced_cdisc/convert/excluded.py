"""Rows of a raw table that are no records of the study, as its contract says: taken away before all else."""

from __future__ import annotations

import polars as pl

from ced_cdisc.convert.faults import TABLE, Faults, Place
from ced_cdisc.convert.sources import OWNER
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.expr.values import computed
from ced_cdisc.plan.raw import LeftOut
from ced_cdisc.plan.raw import RawTable as TablePlan


def without_excluded(
    table: TablePlan, frame: pl.DataFrame, faults: Faults
) -> tuple[pl.DataFrame, list[tuple[LeftOut, int]]]:
    """The rows for which no condition of the contract is true; one that is unknown excludes nothing.

    Args:
        table: the contract.
        frame: text columns and ``__row``.
        faults: receives what a condition refuses of a row.

    Returns:
        The rows that stay, and how many are left out by each condition; the first that is true counts.
    """
    left: list[tuple[LeftOut, int]] = []
    for one in table.left_out:
        compiled = compile_node(one.condition, FUNCTIONS, frame.columns)
        if compiled.faults:
            named = pl.lit(table.name).alias(TABLE), pl.lit(None, pl.String).alias(OWNER)
            place = Place(f"exclude_rows of {table.name}", one.where)
            faults.in_rows(frame.with_columns(named), [(place, fault) for fault in compiled.faults], OWNER)
        excluded = compiled.expr.cast(pl.Boolean).fill_null(value=False)
        stays = computed(frame.lazy().filter(~excluded))
        if stays.height < frame.height:
            left.append((one, frame.height - stays.height))
            frame = stays
    return frame, left
