"""Double programming: the second engine computes every value of the example again, one record at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from example_study import RAW

from ced_cdisc.core.findings import Findings
from ced_cdisc.pipeline import Build
from ced_cdisc.plan.model import SUPP, DatasetPlan
from ced_cdisc.read.tables import ROW
from ced_cdisc.recompute import compare, recompute
from ced_cdisc.recompute.values import as_text
from ced_cdisc.stages.reading import read_raw

Rows = list[dict[str, Any]]
Frames = Mapping[str, pl.DataFrame]


def check_values(plan: DatasetPlan, frames: Frames, rows: Rows) -> None:
    """Both engines have the same records and values."""
    frame = frames[plan.name]
    assert compare(frame.to_dicts(), rows, frame.columns, plan.name) == []


def check_derived_variables(plan: DatasetPlan, frames: Frames, rows: Rows) -> int:
    """Each derived variable was among those compared, or neither engine has a value of it."""
    derived = [variable.name for variable in plan.variables if variable.origin.type == "Derived"]
    for name in derived:
        assert all(name in row for row in rows), f"{plan.name}.{name} is not recomputed"
        if name not in frames[plan.name].columns:
            assert all(row[name] is None for row in rows), f"{plan.name}.{name} is not compared"
    return len(derived)


def check_qualifiers(plan: DatasetPlan, frames: Frames, rows: Rows) -> int:
    """SUPPxx holds the qualifiers that the second engine computes beside their parent records."""
    number = None if plan.domain == "DM" else f"{plan.domain}SEQ"
    expected = [
        {
            "STUDYID": row["STUDYID"],
            "RDOMAIN": plan.domain,
            "USUBJID": row["USUBJID"],
            "IDVAR": number,
            "IDVARVAL": as_text(row[number]) if number else None,
            "QNAM": one.name,
            "QLABEL": one.label,
            "QVAL": as_text(row[SUPP + one.name]),
            "QORIG": one.origin.type,
            "QEVAL": one.evaluator or None,
        }
        for one in plan.supplemental
        for row in rows
        if row[SUPP + one.name] is not None
    ]
    name = f"SUPP{plan.name}"
    found = frames[name].to_dicts() if name in frames else []
    assert sorted(found, key=str) == sorted(expected, key=str)
    return len(expected)


def test_both_engines_agree_on_every_variable_of_every_dataset_and_every_qualifier(build: Build) -> None:
    tables = read_raw(RAW, build.plan, Findings())
    texts = {name: table.frame.drop(ROW).to_dicts() for name, table in tables.items()}
    rows, faults = recompute(build.plan, texts)
    assert faults == []
    derived = qualifiers = 0
    for study in build.plan.studies:
        frames = study.own(build.frames)
        for plan in study.datasets:
            found = rows[study.qualified(plan.name)]
            check_values(plan, frames, found)
            derived += check_derived_variables(plan, frames, found)
            qualifiers += check_qualifiers(plan, frames, found)
    assert derived > 200
    assert qualifiers > 500
