"""At which visits the forms of the annotated CRF were filled in: its bookmarks by time."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ced_cdisc.plan.model import StudyPlan

UNSCHEDULED = "Unscheduled"
NO_VISIT = "Forms without visit"


def forms_by_visit(
    plan: StudyPlan, raw: Mapping[str, pl.DataFrame]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The visits of the protocol in their order, each with the tables that have a row of it.

    After them come unscheduled visits, and the tables whose rows are of no visit, such as logs. Tables
    without a page are left out.

    Args:
        plan: the study.
        raw: its raw tables, by qualified name.
    """
    visits = plan.visits
    columns = _columns(plan)
    seen = {
        name: {str(text) for text in raw[plan.qualified(name)][column].unique().drop_nulls()}
        for name, column in columns.items()
        if plan.qualified(name) in raw and column in raw[plan.qualified(name)].columns
    }
    groups: list[tuple[str, set[str]]] = (
        [(one.name, set(one.raw)) for one in visits.planned] if visits else []
    )
    groups += [(UNSCHEDULED, set(visits.unscheduled))] if visits else []
    made = [(name, [table for table, texts in seen.items() if texts & raws]) for name, raws in groups]
    placed = {table for _, tables in made for table in tables}
    made.append(
        (NO_VISIT, [name for name, t in plan.tables.items() if t.page is not None and name not in placed])
    )
    order = {name: (table.page or 0) for name, table in plan.tables.items()}
    return tuple((name, tuple(sorted(tables, key=order.__getitem__))) for name, tables in made if tables)


def _columns(plan: StudyPlan) -> dict[str, str]:
    """The column of the visit's name of each table that has a page and one of which a visit is read."""
    found = {table: name for table, name, _ in plan.visits.tables if name} if plan.visits is not None else {}
    for dataset in plan.datasets:
        for block in dataset.blocks:
            if block.visit is not None and block.visit[0]:
                found.setdefault(block.source, block.visit[0].rpartition(".")[2])
    return {
        name: found[name] for name, table in plan.tables.items() if name in found and table.page is not None
    }
