"""Visits: raw names to VISITNUM and VISIT, and the table of the visits that took place.

A visit took place if a table of the plan names it (a witness), with a date or without. START and END are
its earliest and latest date over all tables, by text.

An unscheduled visit gets the number of the subject's last planned visit that started on or before its
date (the later number if two started together; 0 if none) plus 0.01 for the first, 0.02 for the second
date, and so on, of the unscheduled dates that follow the same planned visit; two decimals, as its name
``UNSCHEDULED n.nn`` has them. Its VISITDY and MODE are missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ced_cdisc.plan.model import PlannedVisit, VisitPlan
from ced_cdisc.recompute.partial import day_of
from ced_cdisc.recompute.records import Record, Table
from ced_cdisc.recompute.values import DataFault, Value, as_text, filled
from ced_cdisc.recompute.written import read_date


@dataclass(frozen=True)
class _Seen:
    """A raw record that names a visit."""

    subject: str
    name: str
    date: str | None


class Visits:
    """The visits of all subjects.

    Args:
        plan: the protocol's visits.
        tables: the raw tables.
        report: is told of witnesses that cannot be read.
    """

    def __init__(
        self, plan: VisitPlan, tables: Mapping[str, Table], report: Callable[[DataFault, Record], None]
    ) -> None:
        self._plan = plan
        self._planned = {raw: visit for visit in plan.planned for raw in visit.raw}
        self._dates: dict[tuple[str, float], list[str]] = {}
        self._numbers: dict[tuple[str, str], float] = {}
        seen = [
            _Seen(record.subject, name, date)
            for table, name_column, date_column in plan.tables
            for record in tables[table].records
            if record.subject is not None
            for name, date in self._read(record, name_column, date_column, report)
        ]
        for witness in seen:
            if visit := self._planned.get(witness.name):
                self._note(witness.subject, visit.number, witness.date)
        unscheduled = {
            (s.subject, s.date) for s in seen if s.name not in self._planned and s.date is not None
        }
        counts: dict[tuple[str, float], int] = {}
        for subject, date in sorted(unscheduled):
            after = self._last_before(subject, date)
            counts[subject, after] = counts.get((subject, after), 0) + 1
            self._numbers[subject, date] = round(after + counts[subject, after] / 100, 2)
        for subject, date in unscheduled:
            self._note(subject, self._numbers[subject, date], date)

    def table(self) -> Table:
        """One record for each subject and VISITNUM, keyed by both."""
        by_number = {visit.number: visit for visit in self._plan.planned}
        records = [
            Record(self._values(subject, number, by_number.get(number)), (subject, number), subject)
            for subject, number in sorted(self._dates)
        ]
        return Table(records, with_subject=True)

    def find(self, subject: str | None, name: str | None, date: str | None) -> Mapping[str, Value]:
        """The visit that a raw record names: VISITNUM, VISIT, VISITDY, MODE, PLANNED, START, END.

        All are missing where the name is, or the subject.

        Raises:
            DataFault: the name is not planned, or the date of an unscheduled visit is missing or unreadable.
        """
        if subject is None or name is None:
            return {}
        visit = self._planned.get(name)
        if visit is not None:
            return self._values(subject, visit.number, visit)
        if name not in self._plan.unscheduled:
            raise DataFault(f"visit '{name}' is not planned")
        read = day_of(read_date(date, None, self._plan.formats, (), self._plan.pivot))
        if read is None:
            raise DataFault(f"visit '{name}' has no date to number it by")
        if (subject, read) not in self._numbers:
            raise DataFault(f"no table witnesses visit '{name}' on {read}")
        return self._values(subject, self._numbers[subject, read], None)

    def _read(
        self, record: Record, name_column: str, date_column: str, report: Callable[[DataFault, Record], None]
    ) -> Iterator[tuple[str, str | None]]:
        name = as_text(record.column(name_column))
        if name is None:
            return
        date = None
        try:
            if name not in self._planned and name not in self._plan.unscheduled:
                raise DataFault(f"visit '{name}' is not planned")
            text = as_text(record.column(date_column))
            date = day_of(read_date(text, None, self._plan.formats, (), self._plan.pivot))
        except DataFault as fault:
            report(fault, record)
            if name not in self._planned:
                return
        yield name, date

    def _note(self, subject: str, number: float, date: str | None) -> None:
        self._dates.setdefault((subject, number), []).extend([date] if date else [])

    def _last_before(self, subject: str, date: str) -> float:
        starts = [
            (min(self._dates[subject, visit.number]), visit.number)
            for visit in self._plan.planned
            if self._dates.get((subject, visit.number))
        ]
        return max((start for start in starts if start[0] <= date), default=("", 0.0))[1]

    def _values(self, subject: str, number: float, planned: PlannedVisit | None) -> dict[str, Value]:
        dates = self._dates.get((subject, number), [])
        return {
            "VISITNUM": float(number),
            "VISIT": planned.name if planned else f"UNSCHEDULED {number:.2f}",
            "VISITDY": planned.day if planned else None,
            "MODE": filled(planned.mode) if planned else None,
            "PLANNED": "Y" if planned else None,
            "START": min(dates, default=None),
            "END": max(dates, default=None),
        }
