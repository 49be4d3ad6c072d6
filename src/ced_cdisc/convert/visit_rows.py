"""The rows of the pseudo-table ``visits``: planned visits that took place, and unscheduled ones by number."""

from __future__ import annotations

import polars as pl

from ced_cdisc.convert.faults import ROW, SUBJECT, TABLE
from ced_cdisc.convert.sources import ORDER
from ced_cdisc.derive.fast.numbers import rounded
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import computed, each, each_pair
from ced_cdisc.plan.raw import VisitPlan

DAY = 10
"""The length of a complete date."""


def planned_visits(seen: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Planned visits that took place: first and last date of each subject and visit."""
    dated = seen.lazy().filter(pl.col("DATE").is_not_null())
    joined = dated.join(named.lazy(), on="NAME", how="inner", maintain_order="left")
    first, last = pl.col("DATE").min().alias("START"), pl.col("DATE").max().alias("END")
    keys = [SUBJECT, "VISITNUM", "VISIT", "VISITDY", "MODE"]
    return computed(joined.group_by(keys, maintain_order=True).agg(first, last))


def unscheduled_visits(seen: pl.DataFrame, planned: pl.DataFrame, visits: VisitPlan) -> pl.DataFrame:
    """The number of each unscheduled date: BASE, that of the last planned visit begun by then, and 0.01 for
    each."""
    is_one = pl.col("NAME").is_in(list(visits.unscheduled)) & (pl.col("DATE").str.len_bytes() == DAY)
    found = seen.lazy().filter(is_one).select(SUBJECT, "DATE").unique().sort(SUBJECT, "DATE")
    dates = computed(found).lazy()
    starts = planned[:, [SUBJECT, "VISITNUM", "START"]].lazy()
    begun = dates.join(starts, on=SUBJECT, how="inner").filter(pl.col("START") <= pl.col("DATE"))
    last = (
        begun.sort(SUBJECT, "DATE", "START", "VISITNUM")
        .group_by([SUBJECT, "DATE"], maintain_order=True)
        .agg(pl.col("VISITNUM").last().alias("BASE"))
    )
    based = dates.join(last, on=[SUBJECT, "DATE"], how="left", maintain_order="left")
    based = based.with_columns(pl.col("BASE").fill_null(0.0))
    numbered = based.with_columns(pl.int_range(1, pl.len() + 1).over(SUBJECT, "BASE").alias("K"))
    number = each_pair(pl.col("BASE"), pl.col("K"), lambda base, k: rounded(base + k / 100, 2), Type.NUMBER)
    done = numbered.with_columns(number.alias("VISITNUM"))
    name = each(pl.col("VISITNUM"), lambda value: f"UNSCHEDULED {value:.2f}", Type.TEXT)
    return computed(done.select(SUBJECT, "DATE", "BASE", "VISITNUM", name.alias("VISIT")))


def rows_of_visits(
    planned: pl.DataFrame, unscheduled: pl.DataFrame, seen: pl.DataFrame, visits: VisitPlan
) -> pl.DataFrame:
    """One row a subject and visit, in the order of subject and VISITNUM."""
    dates = (
        seen.lazy().filter(pl.col("NAME").is_in(list(visits.unscheduled))).select(SUBJECT, "DATE").unique()
    )
    witnessed = unscheduled.lazy().join(dates, on=[SUBJECT, "DATE"], how="semi", maintain_order="left")
    date = pl.col("DATE")
    extra = witnessed.select(SUBJECT, "VISITNUM", "VISIT", date.alias("START"), date.alias("END"))
    rows = pl.concat([planned.lazy().with_columns(PLANNED=pl.lit("Y")), extra], how="diagonal")
    names = (name for name in (*planned.columns, "PLANNED") if name != SUBJECT)
    return computed(
        rows.sort(SUBJECT, "VISITNUM").select(
            SUBJECT,
            *(pl.col(name).alias(f"visits.{name}") for name in names),
            pl.int_range(pl.len(), dtype=pl.Int64).alias(ORDER),
            pl.lit(None, dtype=pl.String).alias(TABLE),
            pl.lit(None, dtype=pl.Int64).alias(ROW),
        )
    )
