"""Supplemental qualifiers: the columns beside a parent become records of SUPPxx."""

from __future__ import annotations

import polars as pl

from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import Argument, missing
from ced_cdisc.plan.model import SUPP, DatasetPlan, SupplementalPlan

_KEYS = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")


def supplemental(dataset: DatasetPlan, frame: pl.DataFrame) -> pl.DataFrame | None:
    """SUPPxx of a finished dataset, one record for each value, sorted by its keys.

    IDVAR is the domain's --SEQ; DM needs none (SDTMIG 3.4, 8.4). None where no record has a value.
    """
    parts = [_melted(dataset, frame, qualifier) for qualifier in dataset.supplemental]
    rows = pl.concat(parts) if parts else pl.DataFrame()
    if rows.is_empty():
        return None
    return rows.sort(list(_KEYS), nulls_last=False, maintain_order=True)


def _melted(dataset: DatasetPlan, frame: pl.DataFrame, qualifier: SupplementalPlan) -> pl.DataFrame:
    name = SUPP + qualifier.name
    sequence = f"{dataset.domain}SEQ"
    by_sequence = dataset.domain != "DM" and sequence in frame.columns
    number = text([Argument(pl.col(sequence), Type.NUMBER)]) if by_sequence else missing(Type.TEXT)
    return frame.filter(pl.col(name).is_not_null()).select(
        pl.col("STUDYID"),
        pl.lit(dataset.domain).alias("RDOMAIN"),
        pl.col("USUBJID"),
        pl.lit(sequence if by_sequence else None, dtype=pl.String).alias("IDVAR"),
        number.alias("IDVARVAL"),
        pl.lit(qualifier.name).alias("QNAM"),
        pl.lit(qualifier.label).alias("QLABEL"),
        pl.col(name).alias("QVAL"),
        pl.lit(qualifier.origin.type).alias("QORIG"),
        pl.lit(qualifier.evaluator or None, dtype=pl.String).alias("QEVAL"),
    )
