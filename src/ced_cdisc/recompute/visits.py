"""Visits: raw names to VISITNUM and VISIT, and the table of the visits that took place.

A visit took place if a table of the plan names it (a witness) with a date. START and END are its earliest
and latest date over all tables, as far as that is certain. A visit that is named without any date, as on the
form of one that was missed, has its number for the records of that form, and is not in the table.

An unscheduled visit gets the number of the subject's last planned visit that started for certain on or before
its date (of a partial date its last day counts; the later number if two started together; 0 if none) plus
0.01 for the first, 0.02 for the second date, and so on, of the unscheduled dates that follow the same planned
visit; two decimals, as its name ``UNSCHEDULED n.nn`` has them. Its VISITDY and MODE are missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from ced_cdisc.plan.raw import PlannedVisit, VisitPlan
from ced_cdisc.recompute.partial import bounds, day_of, extreme
from ced_cdisc.recompute.records import Record, Table
from ced_cdisc.recompute.values import DataFault, Value, as_text, filled
from ced_cdisc.recompute.written import read_date


class _Seen(Struct, frozen=True):
    """A raw record that names a visit."""

    subject: str
    name: str
    date: str | None


def _untold(fault: DataFault, record: Record) -> None:
    """Faults of rows whose visits are looked for: told where they are found."""


class Visits:
    """The visits of all subjects.

    Args:
        plan: the protocol's visits.
        tables: the raw tables.
        report: is told of witnesses that cannot be read.
        used: (raw table, column of the name, column of the date) of records whose visits are taken. Where
            such a table is no witness, its unscheduled dates are numbered with the others all the same.
    """

    def __init__(
        self,
        plan: VisitPlan,
        tables: Mapping[str, Table],
        report: Callable[[DataFault, Record], None],
        used: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        self._plan = plan
        self._planned = {raw: visit for visit in plan.planned for raw in visit.raw}
        self._dates: dict[tuple[str, float], list[str]] = {}
        self._numbers: dict[tuple[str, str], float] = {}
        self._day1: dict[str, str] = {}
        if plan.day1 is not None:
            for record in tables[plan.day1[0]].records:
                day = self._day(as_text(record.column(plan.day1[1])))
                if day is not None and record.subject is not None:
                    self._day1[record.subject] = min(day, self._day1.get(record.subject, day))
        seen = self._seen(plan.tables, tables, report)
        rest = self._seen({one for one in used if one[2]}.difference(plan.tables), tables, _untold)
        for witness in seen:
            if witness.date is not None and (visit := self._planned.get(witness.name)):
                self._note(witness.subject, visit.number, witness.date)
        unscheduled = self._unscheduled(seen)
        counts: dict[tuple[str, float], int] = {}
        for subject, date in sorted(unscheduled | self._unscheduled(rest)):
            after = self._last_before(subject, date)
            counts[subject, after] = counts.get((subject, after), 0) + 1
            self._numbers[subject, date] = round(after + counts[subject, after] / 100, 2)
        for subject, date in unscheduled:
            self._note(subject, self._numbers[subject, date], date)

    def _seen(
        self,
        named: Iterable[tuple[str, str, str]],
        tables: Mapping[str, Table],
        report: Callable[[DataFault, Record], None],
    ) -> list[_Seen]:
        return [
            _Seen(record.subject, name, date)
            for table, name_column, date_column in named
            for record in tables[table].records
            if record.subject is not None
            for name, date in self._read(record, name_column, date_column, report)
        ]

    def _unscheduled(self, seen: Iterable[_Seen]) -> set[tuple[str, str]]:
        return {(s.subject, s.date) for s in seen if s.name not in self._planned and s.date is not None}

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
        if subject is None:
            return {}
        name = self._name(subject, name, date)
        if name is None:
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
        given = as_text(record.column(name_column)) if name_column else None
        try:
            name = self._name(record.subject or "", given, as_text(record.column(date_column)))
        except DataFault as fault:
            report(fault, record)
            return
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

    def _day(self, text: str | None) -> str | None:
        """A complete date in ISO 8601; None for any other text."""
        try:
            day = read_date(text, None, self._plan.formats)
        except DataFault:
            return None
        return day if day is not None and len(day) == len("YYYY-MM-DD") else None

    def _name(self, subject: str, name: str | None, text: str | None) -> str | None:
        """The raw name of a visit: as collected, else of the window that the study day lies in.

        Raises:
            DataFault: there are windows, and none has the day.
        """
        if name is not None or not self._plan.windows:
            return name
        day, start = self._day(text), self._day1.get(subject)
        if day is not None and start is None and self._plan.untreated:
            return self._plan.untreated
        if day is None or start is None:
            raise DataFault("a visit without a name needs a complete date and a day 1")
        gone = datetime.date.fromisoformat(day).toordinal() - datetime.date.fromisoformat(start).toordinal()
        number = gone + 1 if gone >= 0 else gone
        for raw, low, high in self._plan.windows:
            if number >= (number if low is None else low) and number <= (number if high is None else high):
                return raw
        if not self._plan.unscheduled:
            raise DataFault(f"day {number} is in no window")
        return self._plan.unscheduled[0]

    def _note(self, subject: str, number: float, date: str) -> None:
        self._dates.setdefault((subject, number), []).append(date)

    def _last_before(self, subject: str, date: str) -> float:
        starts = [
            (_last_day(extreme(dates, latest=False) or ""), visit.number)
            for visit in self._plan.planned
            if (dates := self._dates.get((subject, visit.number)))
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
            "START": extreme(dates, latest=False) if dates else None,
            "END": extreme(dates, latest=True) if dates else None,
        }


def _last_day(dtc: str) -> str:
    span = bounds(dtc)
    return dtc if span is None else span[1].date().isoformat()
