"""RELREC, one record at a time: records of two datasets that a collected identifier links."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ced_cdisc.core.findings import Location
from ced_cdisc.plan.model import DatasetPlan, Relation, Side, StudyPlan
from ced_cdisc.recompute.records import SUBJECT, Record, Table
from ced_cdisc.recompute.values import DataFault, Value, as_text

_AFTER = 1_000
"""Keys of related records begin above those of written rows."""

Report = Callable[[DataFault, Record, Location], None]


def related(
    dataset: DatasetPlan, plan: StudyPlan, tables: Mapping[str, Table], report: Report
) -> list[Record]:
    """The records of all relations of a dataset, without repetition."""
    made: list[Record] = []
    for index, relation in enumerate(dataset.relations):
        seen: set[tuple[Value, ...]] = set()
        for subject, side, value, number in _members(relation, plan, tables, report):
            values: dict[str, Value] = {
                "STUDYID": plan.study_id,
                "RDOMAIN": side.domain,
                SUBJECT: subject,
                "IDVAR": side.idvar,
                "IDVARVAL": value,
                "RELID": f"{relation.id}{number}",
            }
            if tuple(values.values()) not in seen:
                seen.add(tuple(values.values()))
                made.append(Record(values, (_AFTER + index, len(made)), subject))
    return made


def _members(
    relation: Relation, plan: StudyPlan, tables: Mapping[str, Table], report: Report
) -> Iterator[tuple[str | None, Side, str | None, int]]:
    """Subject, side, IDVARVAL and number of each record of each relationship."""
    ones, others = tables[relation.one.dataset].records, tables[relation.other.dataset].records
    for subject in sorted({record.subject or "" for record in ones}):
        taken: set[str] = set()
        for one in (r for r in ones if r.subject == subject):
            key = as_text(one.values.get(relation.one.column))
            linked = [
                r for r in others if r.subject == subject and key in _keys(r, relation.other.column, relation)
            ]
            if key is None or key in taken or not linked:
                continue
            taken.add(key)
            named = [
                r for r in ones if r.subject == subject and as_text(r.values.get(relation.one.column)) == key
            ]
            number = min(_sequence(record, plan.dataset(relation.one.dataset)) for record in named)
            for record in named:
                yield subject, relation.one, _identified(record, relation.one, relation, report), number
            for record in linked:
                yield subject, relation.other, _identified(record, relation.other, relation, report), number
    known = {(r.subject, as_text(r.values.get(relation.one.column))) for r in ones}
    for record in others:
        for key in _keys(record, relation.other.column, relation):
            if (record.subject, key) not in known:
                report(DataFault(f"no record has '{key}'"), record, relation.where)


def _sequence(record: Record, dataset: DatasetPlan) -> int:
    number = record.values.get(dataset.sequence)
    assert isinstance(number, float), f"{dataset.name} is numbered before RELREC is made"
    return int(number)


def _keys(record: Record, column: str, relation: Relation) -> list[str]:
    """The identifiers that a record names."""
    named = as_text(record.values.get(column))
    if named is None:
        return []
    parts = named.split(relation.separator) if relation.separator else [named]
    return [key for key in (part.strip(" ") if relation.separator else part for part in parts) if key]


def _identified(record: Record, side: Side, relation: Relation, report: Report) -> str | None:
    value = as_text(record.values.get(side.idvar))
    if value is None:
        report(DataFault(f"{side.idvar} is missing"), record, relation.where)
    return value
