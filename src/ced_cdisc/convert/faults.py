"""Faults of the data as findings: one for each place and value, with the records where it stands.

Codes: CED250 a raw value without a term, CED251 a date and CED252 a time that no format fits, CED253 no
number, CED254 no duration, CED255 a unit without conversion, CED273 an unknown unit, CED274 a number without
unit, CED256 more than one record for ``only``, CED257
more than one record for a look-up, CED258 a row without subject, CED259 a repeated key, CED260 a subject not
in DM, CED261 an unknown visit, CED262 an unscheduled visit without a complete date, CED263 an unreadable
visit date, CED264 a value outside a closed codelist, CED265 a check that fails (a warning), CED268 a date
that two formats read differently, CED269 no ISO 8601 duration, CED270 a condition that is unknown (a note),
CED831 no case that holds, CED832 several (a note), CED833 records that tie (a note),
CED853 and CED854 keys of a look-up without a record (notes), CED870 an element that counts as begun (a note),
CED880 a condition that is never true (a note),
CED882 a comparison that last digits decide (a note), CED883 a date that is no whole one (a note),
CED280 a raw value that fits several terms, CED780 a plug-in that stopped, CED781 one whose value is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from ced_cdisc.convert.wording import PARTIAL, UNDECIDED_HINT, outside, worded
from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage, one_of
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import IN_DOUBT, NEAR, NOT_THERE, TIE
from ced_cdisc.expr.fault import Fault
from ced_cdisc.expr.marks import LOST, UNCOUNTED, UNDECIDED
from ced_cdisc.plan.model import Block, Computed, Line
from ced_cdisc.plan.raw import RawTable as TablePlan
from ced_cdisc.plan.told import Asked, Report
from ced_cdisc.spec.text import Text

TABLE, ROW, SUBJECT = "__table", "__row", "USUBJID"
"""Columns that say which raw record a row stands for, and whose it is."""

SHOWN = "__shown"
"""The value that a message gives."""
IDLE = "CED880"
"""Noted of each line with a condition, and told where the records of all parts of a build are none."""

_OF_RAW = ("CED237", "CED240", "CED848")
"""Notes of what raw tables hold, whatever else is at fault."""

COUNT, FIRST, VALUES = "\x00", "\x01", "\x02"
"""What stands in a message for the number of records (``3 records``), for the first of them in words, and for
values that must be one: all of them."""

_DOUBTS = (IN_DOUBT, LOST, NEAR, NOT_THERE, UNCOUNTED, UNDECIDED)
_SHOWN, _SUBJECTS = 3, 12
Record = tuple[str, int, str]
Sorted = tuple[tuple[bool, Any], ...]
"""The values of a key, so that missing ones come first."""


class Seen(Struct):
    """What a fault was seen on: the raw records, the number of records, and the first of them; and values of
    which one alone is no fault."""

    records: set[Record] = field(default_factory=set[Record])
    count: int = 0
    first: tuple[Sorted, str] | None = None
    values: set[str] = field(default_factory=set[str])

    @property
    def subjects(self) -> set[str]:
        """Whose the records are, as far as that is known."""
        return {subject for _, _, subject in self.records if subject}

    def update(self, other: Seen) -> None:
        """Add what was seen on other records."""
        self.records |= other.records
        self.count += other.count
        self.values |= other.values
        if other.first is not None:
            self.first = other.first if self.first is None else min(self.first, other.first)


Found = dict[tuple[Stage, Severity, str, str, Location, str], Seen]


def uncounted(found: Found) -> Found:
    """Faults of records that are built elsewhere, too, and are counted there."""
    return {key: replace(seen, count=0) for key, seen in found.items()}


class Place(Struct, frozen=True):
    """The spec line at fault: how messages name it, where it stands, and its text."""

    label: str
    where: Location
    text: Text | None = None
    unknown: Asked = ""
    """What the spec says of what is not certain."""

    @classmethod
    def of_line(cls, dataset: str, line: Line) -> Place:
        """The place of a variable's line: ``AE.AESEV``, ``SUPPAE.AERELAPH``."""
        owner, dot, short = line.variable.rpartition(".")
        label = f"{dataset}.{short}" if not dot else f"SUPP{dataset}.{short}" if owner == "supp" else dataset
        if short.startswith("__"):  # what a planner keeps beside the variables
            label = dataset
        return cls(label, line.where, line.text, line.unknown)

    @classmethod
    def of_rows(cls, dataset: str, rows: Block | Computed) -> Place:
        """The place of a condition that chooses records: ``AE``."""
        return cls(dataset, rows.where, unknown=rows.unknown)

    def accepts(self, fault: Fault) -> bool:
        """Whether the spec has nobody told."""
        return fault.kind in _DOUBTS and self.unknown == "accept"

    def severity(self, fault: Fault) -> Severity:
        """An error, but for what is not certain."""
        if fault.kind in _DOUBTS and self.unknown == "report":
            return Severity.WARNING
        return Severity.NOTE if fault.kind in (TIE, *_DOUBTS) else Severity.ERROR

    def at(self, node: tree.Node) -> Location:
        """The place of a node of the line's expression."""
        return self.text.locate(node.at) if self.text is not None else self.where


class Faults:
    """Collects faults; the same fault of several rows, blocks or passes becomes one finding."""

    def __init__(self, tables: Mapping[str, TablePlan], files: Mapping[str, str]) -> None:
        self._words = {name: (files.get(name, table.file), table.counts_in) for name, table in tables.items()}
        self._found: Found = {}

    def add(
        self,
        code: str,
        message: str,
        where: Location,
        hint: str = "",
        records: Iterable[Record] = (),
        severity: Severity = Severity.ERROR,
        stage: Stage = Stage.RAW,
        count: int = 0,
        first: tuple[Sorted, str] | None = None,
        values: Collection[str] = (),
    ) -> None:
        """Note one fault and the records that show it.

        Where the message has :data:`COUNT` or :data:`FIRST`, that is the sum, and the least, of all that is
        noted: parts of a build each see their own records. So it is with :data:`VALUES`, and nothing is told
        where they are one in the end.
        """
        seen = self._found.setdefault((stage, severity, code, message, where, hint), Seen())
        seen.update(Seen(set(records), count, first, set(values)))

    def in_rows(
        self, frame: pl.DataFrame, faults: Sequence[tuple[Place, Fault]], subject: str = SUBJECT
    ) -> None:
        """Note the faults that a frame's rows show; ``subject`` is the column of the subject."""
        if not faults or frame.is_empty():
            return
        faults = [(place, fault) for place, fault in faults if not place.accepts(fault)]
        if not faults:
            return
        any_bad = frame.select(fault.bad.any().alias(f"{i}") for i, (_, fault) in enumerate(faults)).row(0)
        for (place, fault), bad in zip(faults, any_bad, strict=True):
            if not bad:
                continue
            rows = frame.with_columns(fault.shown.alias(SHOWN)).filter(fault.bad)
            shown = rows[SHOWN].to_list()
            by_value: dict[str, set[Record]] = {}
            for value, record in zip(shown, records_of(rows, subject), strict=True):
                by_value.setdefault("" if value is None else str(value), set()).add(record)
            for value, records in by_value.items():
                code, message, hint = worded(place.label, fault, value)
                self.add(code, message, place.at(fault.node), hint, records, place.severity(fault))

    def apart(self) -> Faults:
        """A collection of the same tables that is empty."""
        made = Faults({}, {})
        made._words = self._words
        return made

    def found(self) -> Found:
        """What was noted so far, to be added to the faults of another process."""
        return self._found

    def update(self, found: Found) -> None:
        """Add what another process noted; records that both saw count once."""
        for key, seen in found.items():
            self._found.setdefault(key, Seen()).update(seen)

    def told(self, rows: pl.DataFrame, label: str, report: Report) -> None:
        """Note the rows that lines, blocks and derived records tell of, each kind under its code."""
        if rows.is_empty():
            return
        if report.codelist is not None:
            for (value,), found in rows.group_by(SHOWN, maintain_order=True):
                message, hint = outside(label, str(value), report.codelist)
                records = records_of(found)
                message = f"{message}, on {COUNT}"
                self.add("CED264", message, report.where, hint, records, count=found.height)
            return
        if report.kind in ("gap", "overlap"):
            self._of_cases(rows, label, report)
            return
        severity = Severity.WARNING if report.asked else Severity.NOTE
        if report.kind == "held":
            message = f"{label}: {report.words}, on {COUNT}"
            hint = "let a parameter of its own hold the values that count, or accept it with held: accept"
            self.add("CED843", message, report.where, hint, records_of(rows), severity, count=rows.height)
            return
        if report.kind == "same day":
            day = f"{report.shown[0].name} is on the day on which an element begins"
            message = f"{label}: {day}, and which is earlier is not known; the element counts as begun"
            hint = "'same_day: begun' in se.yaml says that this is meant; a line of EPOCH says otherwise"
            self.add("CED870", message, report.where, hint, records_of(rows), severity)
            return
        if report.kind == "dose day":
            day = f"{report.shown[0].name} is the day of DM.RFXSTDTC, without a time in either"
            message = f"{label}: {day}, and the record counts as not before the first dose, on {COUNT}"
            hint, found = "say with 'baseline' which records come before treatment", records_of(rows)
            self.add("CED874", message, report.where, hint, found, severity, count=len(found))
            return
        if report.kind == "left out":
            message = f"{label}: the condition is neither true nor false, so that the record is left out"
            self.add("CED270", message, report.where, UNDECIDED_HINT, records_of(rows), severity)
            return
        hint = "look at the dates, impute them, or accept it with unknown: accept"
        if report.kind == "unequal":
            asked = " or ".join(column.name for column in report.shown) or "a text"
            message = f"{label}: {asked} is missing, and a missing text is not != or not in a list either"
            hint = (
                f"write '{asked} is missing or ..' if such records count, else accept it with unknown: accept"
            )
            self.add("CED270", message, report.where, hint, records_of(rows), severity)
            return
        if report.kind == "lost":
            message = f"{label}: {PARTIAL}, and a function has no value"
            self.add("CED883", message, report.where, hint, records_of(rows), severity)
            return
        message = f"{label}: a condition is neither true nor false, and counts as not true"
        if label.endswith("LOBXFL"):
            hint = "look at the dates and times, or say with 'baseline' which records come before treatment"
        subjects = [("", 0, subject) for _, _, subject in records_of(rows)]
        self.add("CED270", message, report.where, hint, subjects, severity)

    def held(self, label: str, where: Location, count: int) -> None:
        """Note for how many records the ``when`` of a line is true; CED880 where that is none of them all.

        The line is that at ``where``, whatever variables are made of it; the message names the first.
        """
        message = f"{FIRST}: 'when' is true for no record, so that the line gives no value"
        hint = "correct the condition, or accept it with never: accept"
        first = ((True, len(label)), (True, label)), label
        self.add(IDLE, message, where, hint, severity=Severity.NOTE, count=count, first=first)

    def _of_cases(self, rows: pl.DataFrame, label: str, report: Report) -> None:
        """CED831 and CED832: records for which no case holds, or several."""
        columns = [column.name for column in report.shown if column.name in rows.columns]
        values = rows.select(columns).rows() if columns else []
        least = min((tuple((value is not None, value) for value in row) for row in values), default=())
        words = [value_in_words(name, value) for name, (_, value) in zip(columns, least, strict=True)]
        first = (least, ", ".join(words)) if columns else None
        on = f"on {COUNT}" + f", the first with {FIRST}" * bool(columns)
        code, severity = "CED831", Severity.WARNING
        message, hint = f"{label}: no case holds {on}", "add a case or 'else', or accept it with gaps: accept"
        if report.kind == "overlap":
            code, severity = "CED832", Severity.NOTE
            message = f"{label}: cases with different values hold {on}, and the first of them counts"
            hint = "tell the cases apart, or accept it with overlaps: accept"
        found = records_of(rows)
        self.add(code, message, report.where, hint, found, severity, count=len(found), first=first)

    def findings(self) -> Findings:
        """Everything found, in an order that depends on the content alone."""
        made = Findings()
        found = [(key, seen) for key, seen in self._found.items() if len(seen.values) != 1]
        # Values at fault are missing, and records at fault are not left out: what is noted of these subjects
        # alone, or of a condition that is true for no record, may be so for that reason.
        errors = [seen for (_, severity, *_), seen in found if severity is Severity.ERROR]
        at_fault = {subject for seen in errors for subject in seen.subjects}
        for (stage, severity, code, message, where, hint), seen in found:
            if code == IDLE and (seen.count or errors):
                continue
            follows = severity is Severity.NOTE and code not in _OF_RAW
            if follows and seen.subjects and seen.subjects <= at_fault:
                continue
            shown = self._shown(seen.records, _SUBJECTS if code == "CED270" else _SHOWN)
            words = message.replace(COUNT, "1 record" if seen.count == 1 else f"{seen.count} records")
            words = words.replace(VALUES, one_of(sorted(seen.values)))
            if seen.first is not None:
                words = words.replace(FIRST, seen.first[1])
            made.add(Finding(code, words, where, hint, stage, severity, shown))
        return Findings(made.sorted())

    def _shown(self, records: set[Record], most: int) -> tuple[str, ...]:
        ordered = sorted(records)
        words = [text for text in map(self.in_words, ordered[:most]) if text]
        more = len(ordered) - most
        return tuple(words + [f"and {more} more"] * (more > 0))

    def in_words(self, record: Record) -> str:
        """A raw record as messages name it: ``ae.csv line 3, subject 01-003``."""
        table, row, subject = record
        parts = [f"{self.file(table)} {self._words[table][1]} {row}"] if table else []
        return ", ".join(parts + [f"subject {subject}"] * bool(subject))

    def file(self, table: str) -> str:
        """The file of a raw table, as its contract names it."""
        return self._words[table][0]

    def lines(self, table: str, rows: Sequence[int]) -> str:
        """``line 12``, ``lines 12, 15 and 18`` or ``rows 2 and 3``."""
        if len(rows) == 1:
            return f"{self._words[table][1]} {rows[0]}"
        words = [str(row) for row in sorted(rows)]
        return f"{self._words[table][1]}s {', '.join(words[:-1])} and {words[-1]}"


def value_in_words(name: str, value: object) -> str:
    """A value of a column or variable: ``AVISIT 'Week 4'``, ``AVAL 6``, ``no AVISIT``."""
    if value is None:
        return f"no {name}"
    return f"{name} {value:g}" if isinstance(value, float) else f"{name} '{value}'"


def records_of(rows: pl.DataFrame, subject: str = SUBJECT) -> list[Record]:
    """Raw table, row and subject of each row; empty texts and 0 where a row has none."""
    count = rows.height
    tables = rows[TABLE].to_list() if TABLE in rows.columns else [None] * count
    numbers = rows[ROW].to_list() if ROW in rows.columns else [None] * count
    subjects = rows[subject].to_list() if subject in rows.columns else [None] * count
    return [(t or "", n or 0, s or "") for t, n, s in zip(tables, numbers, subjects, strict=True)]
