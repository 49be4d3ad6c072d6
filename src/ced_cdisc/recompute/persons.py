"""Whose a raw record is: the second engine's way from a subject to USUBJID."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.persons import looked_up
from ced_cdisc.plan.raw import RawTable
from ced_cdisc.recompute.duplicates import Row, kept_rows
from ced_cdisc.recompute.evaluate import evaluate
from ced_cdisc.recompute.values import Value, as_text, filled

Person = Callable[[Value], str | None]
"""Gives the USUBJID of the subject of a raw record; missing where that is."""


def number_of(table: RawTable, row: Mapping[Any, Any]) -> Value:
    """The subject's identifier in a raw row."""
    if table.subject_of is None:
        return filled(row.get(table.subject))
    return as_text(evaluate(table.subject_of, lambda name: filled(row.get(name))))


def persons(plan: StudyPlan, tables: Mapping[str, Sequence[Row]]) -> Person:
    """The USUBJID of each subject.

    Args:
        plan: the study.
        tables: the rows of its raw tables, of which those count that ``usubjid`` looks up.
    """
    read = looked_up(plan.usubjid)
    rows: dict[str, dict[Value, Row]] = {}
    for name in read:
        table = plan.tables[name]
        for row in kept_rows(table, tables.get(name, ()), lambda fault: None):  # told where records are made
            rows.setdefault(name, {}).setdefault(number_of(table, row), row)

    def cell(table: str, column: str, subject: Value) -> Value:
        return filled(rows.get(table, {}).get(subject, {}).get(column))

    def own(subject: Value) -> str | None:
        def named(name: str) -> Value:
            owner, _, column = name.rpartition(".")
            if owner in read:
                return cell(owner, column, subject)
            if name != "SUBJECT":
                raise KeyError(name)
            return subject

        return None if subject is None else as_text(evaluate(plan.usubjid, named))

    def earlier(subject: Value) -> Iterator[Value]:
        for table, columns in read.items():
            for column in columns:
                number = cell(table, column, subject)
                if number in rows.get(table, {}) and own(number) != own(subject):
                    yield number

    def person(subject: Value) -> str | None:
        passed = [subject]
        while plan.persons.chain and (number := next(earlier(passed[-1]), None)) is not None:
            if number in passed:  # a circle, which is a fault
                return own(subject)
            passed.append(number)
        return own(passed[-1])

    return person if read else own
