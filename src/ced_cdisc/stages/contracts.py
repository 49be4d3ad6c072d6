"""What the readers are told of the raw tables of a plan; no reader is loaded for it."""

from __future__ import annotations

from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.read.contract import TableContract


def contracts_of(plan: StudyPlan) -> list[TableContract]:
    """What the studies of a plan say of their raw tables, by qualified name."""
    return [
        TableContract(
            name=study.qualified(t.name),
            file=t.file,
            format=t.format,
            columns=t.columns,
            where=t.where,
            delimiter=t.delimiter,
            encoding=t.encoding,
            sheet=t.sheet,
            group=t.group,
            items=t.items,
            database=t.database,
            query=t.query,
            titles=t.titles,
            labels=t.labels,
            key=t.key,
            names=t.names,
            trim=t.trim,
            missing=t.missing,
            column_policy=t.policy,
            needed=frozenset(t.readers) if t.readers else None,
            column_lines=t.places,
        )
        for study in plan.studies
        for t in study.tables.values()
    ]
