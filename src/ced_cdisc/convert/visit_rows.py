"""The rows of the pseudo-table ``visits``: planned visits that took place, and unscheduled ones by number."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from ced_cdisc.convert.faults import ROW, SUBJECT, TABLE
from ced_cdisc.convert.sources import ORDER
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.unsettled import extreme
from ced_cdisc.expr.values import computed, each_list
from ced_cdisc.plan.raw import VisitPlan

DAY = 10
"""The length of a complete date."""


def planned_visits(seen: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Planned visits that took place: first and last date of each subject and visit, as far as certain."""
    dated = seen.lazy().filter(pl.col("DATE").is_not_null())
    joined = dated.join(named.lazy(), on="NAME", how="inner", maintain_order="left")
    date = pl.col("DATE")
    whole = seen.filter(date.str.len_bytes() != DAY).is_empty()
    first, last = (date.min(), date.max()) if whole else (date, date)
    keys = [SUBJECT, "VISITNUM", "VISIT", "VISITDY", "MODE"]
    rows = joined.group_by(keys, maintain_order=True).agg(first.alias("START"), last.alias("END"))
    if not whole:
        ends = (("START", False), ("END", True))
        rows = rows.with_columns(each_list(pl.col(name), _extreme(latest), Type.DTC) for name, latest in ends)
    return computed(rows)


def _extreme(latest: bool) -> Callable[[list[str]], str | None]:
    return lambda dates: extreme(dates, latest=latest)[0]


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
