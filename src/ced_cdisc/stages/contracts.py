"""What the readers are told of the raw tables of a plan; no reader is loaded for it."""

from __future__ import annotations

from typing import Any

from ced_cdisc.core.rawformat import RawFile
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.raw import RawTable
from ced_cdisc.read.contract import TableContract


def contracts_of(plan: StudyPlan) -> list[TableContract]:
    """What the studies of a plan say of their raw tables, by qualified name."""
    tables = [(study, table) for study in plan.studies for table in study.tables.values()]
    return [contract_of(table, study.qualified(table.name)) for study, table in tables]


def contract_of(table: RawTable, name: str) -> TableContract:
    """What one table promises, by the name that it is to have."""
    told: dict[str, Any] = {one: getattr(table, one) for one in RawFile.__struct_fields__} | {"name": name}
    needed = frozenset(table.readers) if table.readers else None
    return TableContract(**told, column_policy=table.policy, needed=needed, column_lines=table.places)
