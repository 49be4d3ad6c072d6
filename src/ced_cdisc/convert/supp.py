"""Supplemental qualifiers: the columns beside a parent become records of SUPPxx."""

from __future__ import annotations

import polars as pl

from ced_cdisc.convert.faults import Faults, records_of
from ced_cdisc.core.blocks import is_unique
from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import Argument, computed, missing
from ced_cdisc.plan.model import SUPP, DatasetPlan, SupplementalPlan


def supplemental(dataset: DatasetPlan, frame: pl.DataFrame) -> pl.DataFrame | None:
    """SUPPxx of a finished dataset, one record for each value, sorted by its keys.

    IDVAR is the domain's --SEQ or the variable that the spec names; DM needs none (SDTMIG 3.4, 8.4). Records
    that share the value of such a variable share one qualifier. None where no record has a value.
    """
    parts = [_melted(dataset, frame.lazy(), qualifier) for qualifier in dataset.supplemental]
    if not parts:
        return None
    keys = ["STUDYID", "RDOMAIN", dataset.person, "IDVAR", "IDVARVAL", "QNAM"]
    rows = computed(pl.concat(parts).sort(keys, nulls_last=False, maintain_order=True))
    return None if rows.is_empty() else rows


def _melted(dataset: DatasetPlan, frame: pl.LazyFrame, qualifier: SupplementalPlan) -> pl.LazyFrame:
    name, idvar = SUPP + qualifier.name, qualifier.idvar
    kind = next((v.kind for v in dataset.variables if v.name == idvar), Type.TEXT)
    number = text([Argument(pl.col(idvar), kind)]) if idvar else missing(Type.TEXT)
    rows = frame.filter(pl.col(name).is_not_null()).select(
        pl.col("STUDYID"),
        pl.lit(dataset.domain).alias("RDOMAIN"),
        pl.col(dataset.person),
        pl.lit(idvar or None, dtype=pl.String).alias("IDVAR"),
        number.alias("IDVARVAL"),
        pl.lit(qualifier.name).alias("QNAM"),
        pl.lit(qualifier.label).alias("QLABEL"),
        pl.col(name).alias("QVAL"),
        pl.lit(qualifier.origin.type).alias("QORIG"),
        pl.lit(qualifier.evaluator or None, dtype=pl.String).alias("QEVAL"),
    )
    return rows if idvar in ("", dataset.sequence) else rows.unique(maintain_order=True)


def check_identified(frame: pl.DataFrame, dataset: DatasetPlan, faults: Faults) -> None:
    """CED297: a qualifier that does not go back to the records it came from.

    IDVAR and IDVARVAL must find exactly the parent records that have the value: all records that share the
    value of IDVAR share the qualifier's, and none of them lacks an identifier.
    """
    apart: dict[tuple[str, ...], bool] = {}
    for one in dataset.supplemental:
        name = SUPP + one.name
        keys = tuple(key for key in (dataset.person, one.idvar) if key in frame.columns)
        if frame[name].null_count() == frame.height:
            continue
        label = f"SUPP{dataset.name}.{one.name}"
        if one.idvar and frame[one.idvar].null_count():
            lacking = frame.filter(pl.col(name).is_not_null(), pl.col(one.idvar).is_null())
            if lacking.height:
                message = f"{label}: {one.idvar} is missing, which is to identify the record"
                faults.add("CED297", message, one.where, _HINT, records_of(lacking))
        if one.idvar in frame.columns:
            if keys not in apart:
                apart[keys] = is_unique(frame[:, list(keys)])
            if apart[keys]:
                continue
        shared = (
            frame.drop_nulls(list(keys))
            .group_by(list(keys), maintain_order=True)
            .agg(pl.col(name).n_unique().alias("__n"))
        )
        several = shared.filter(pl.col("__n") > 1)
        if several.height:
            mixed = frame.join(several, on=list(keys), how="semi", maintain_order="left")
            what = f"records of one {one.idvar}" if one.idvar else "records of one subject"
            message = f"{label}: {what} do not share the value"
            faults.add("CED297", message, one.where, _HINT, records_of(mixed))


_HINT = "IDVAR must say which records a qualifier belongs to; --SEQ always does"
