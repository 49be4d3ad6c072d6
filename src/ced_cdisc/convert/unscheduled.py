"""Unscheduled visits: numbered after the last planned one, and what that leaves open."""

from __future__ import annotations

import polars as pl

from ced_cdisc.convert.faults import SUBJECT, TABLE, Faults, records_of
from ced_cdisc.convert.visit_rows import DAY
from ced_cdisc.core.dates import bounds
from ced_cdisc.core.findings import Severity
from ced_cdisc.derive.fast.numbers import rounded
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import computed, each, each_pair
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.raw import VisitPlan


def unscheduled_visits(seen: pl.DataFrame, planned: pl.DataFrame, visits: VisitPlan) -> pl.DataFrame:
    """The number of each unscheduled date: BASE, that of the last planned visit begun by then, and 0.01 for
    each. MAYBE is what BASE would be, had planned visits with a partial date begun as soon as they may."""
    is_one = pl.col("NAME").is_in(list(visits.unscheduled)) & (pl.col("DATE").str.len_bytes() == DAY)
    found = seen.lazy().filter(is_one).select(SUBJECT, "DATE").unique().sort(SUBJECT, "DATE")
    dates = computed(found).lazy()
    based = _based(dates, planned, 1, "BASE")
    if not planned.filter(pl.col("START").str.len_bytes() != DAY).is_empty():
        based = _based(based, planned, 0, "MAYBE")
    else:
        based = based.with_columns(pl.col("BASE").alias("MAYBE"))
    numbered = based.with_columns(pl.int_range(1, pl.len() + 1).over(SUBJECT, "BASE").alias("K"))
    number = each_pair(pl.col("BASE"), pl.col("K"), lambda base, k: rounded(base + k / 100, 2), Type.NUMBER)
    done = numbered.with_columns(number.alias("VISITNUM"))
    name = each(pl.col("VISITNUM"), lambda value: f"UNSCHEDULED {value:.2f}", Type.TEXT)
    return computed(done.select(SUBJECT, "DATE", "BASE", "VISITNUM", name.alias("VISIT"), "MAYBE"))


def _based(dates: pl.LazyFrame, planned: pl.DataFrame, end: int, name: str) -> pl.LazyFrame:
    """The dates with the number of the last planned visit begun by then, 0 for none; of a partial date its
    first (0) or last (1) day counts."""
    start = each(pl.col("START"), lambda dtc: (bounds(dtc) or (dtc, dtc))[end][:DAY], Type.DTC)
    starts = planned.lazy().select(SUBJECT, "VISITNUM", start.alias("START"))
    begun = dates.join(starts, on=SUBJECT, how="inner").filter(pl.col("START") <= pl.col("DATE"))
    last = (
        begun.sort(SUBJECT, "DATE", "START", "VISITNUM")
        .group_by([SUBJECT, "DATE"], maintain_order=True)
        .agg(pl.col("VISITNUM").last().alias(name))
    )
    based = dates.join(last, on=[SUBJECT, "DATE"], how="left", maintain_order="left")
    return based.with_columns(pl.col(name).fill_null(0.0))


def check_room(
    unscheduled: pl.DataFrame, dates: pl.DataFrame, visits: VisitPlan, plan: StudyPlan, faults: Faults
) -> None:
    """CED299: more unscheduled visits than there are hundredths before the number of the next planned one."""
    number = pl.col("VISITNUM")
    for visit in sorted(visits.planned, key=lambda one: one.number):
        passed = unscheduled.filter(pl.col("BASE") < visit.number, number >= visit.number)
        first = passed.sort(SUBJECT, "DATE").unique([SUBJECT, "BASE"], keep="first", maintain_order=True)
        for subject, date, base, made, *_ in first.rows():
            rows = _of_unscheduled(dates, subject, date, visits)
            message = (
                f"the unscheduled visit of {date} would have the number {made:g}, "
                f"after {base:g} and its others, but {visit.name} is {visit.number:g}"
            )
            hint = "leave more room between the numbers in visits.yaml, or list some of these visits there"
            faults.add("CED299", message, plan.tables[rows[TABLE][0]].where, hint, records_of(rows))


def tell_open(
    unscheduled: pl.DataFrame, dates: pl.DataFrame, visits: VisitPlan, plan: StudyPlan, faults: Faults
) -> None:
    """CED873: unscheduled visits of which it is open whether a planned one with a partial date was before."""
    is_open = pl.col("BASE") != pl.col("MAYBE")
    for subject, date, base, _, _, maybe in unscheduled.filter(is_open).rows():
        rows = _of_unscheduled(dates, subject, date, visits)
        message = (
            f"the unscheduled visit of {date} is numbered after {base:g}, "
            f"but may be after {maybe:g}: a date of a planned visit is partial"
        )
        where, records = plan.tables[rows[TABLE][0]].where, records_of(rows)
        faults.add("CED873", message, where, "complete that date, if it is known", records, Severity.NOTE)


def _of_unscheduled(dates: pl.DataFrame, subject: str, date: str, visits: VisitPlan) -> pl.DataFrame:
    """The raw rows of an unscheduled visit."""
    named = pl.col("NAME").is_in(list(visits.unscheduled))
    return dates.filter((pl.col(SUBJECT) == subject) & (pl.col("DATE") == date) & named)
