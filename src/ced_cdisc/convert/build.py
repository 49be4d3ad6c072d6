"""A study's plan and raw tables to its datasets."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ced_cdisc.convert.adam import build_adam
from ced_cdisc.convert.faults import Faults
from ced_cdisc.convert.finish import check_values, shown_columns
from ced_cdisc.convert.relations import check_references
from ced_cdisc.convert.sdtm import build_sdtm
from ced_cdisc.convert.sources import RawFrame, Watch, World, check_in_dm, raw_records
from ced_cdisc.convert.supp import check_identified
from ced_cdisc.convert.visits import study_visits
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.plan.model import StudyPlan


def build_datasets(
    plan: StudyPlan, tables: Mapping[str, RawFrame], watch: Watch = lambda name, seconds: None
) -> tuple[dict[str, pl.DataFrame], Findings]:
    """Carry the plan out.

    Args:
        plan: what is to be built.
        tables: the raw tables by name: text columns and ``__row``.
        watch: told of each finished dataset.

    Returns:
        The datasets in the order of the plan, each with the variables of its plan and then its supplemental
        qualifiers (``supp.QNAM``), and the warnings found.

    Raises:
        Stopped: data at fault; carries all that could be found in one pass, warnings included.
    """
    faults = Faults(plan.tables, {name: table.file for name, table in tables.items()})
    raw = raw_records(plan, tables, faults)
    world = World(plan, faults, raw)
    visits = study_visits(plan, raw, faults)
    build_sdtm(world, visits, watch)
    check_in_dm(world)
    check_references(world)
    build_adam(world, visits, watch)
    shown: dict[str, pl.DataFrame] = {}
    for dataset in plan.datasets:
        frame = world.frames[dataset.name]
        check_values(frame, dataset, world)
        check_identified(frame, dataset, faults)
        shown[dataset.name] = shown_columns(frame, dataset)
    findings = faults.findings()
    if findings.errors:
        raise Stopped(findings)
    return shown, findings
