"""Two deliveries of the raw data compared, with what the specs of the study know of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.compare.deliveries.model import (
    Change,
    Deliveries,
    KnownTable,
    Refusal,
    TableChanges,
)
from ced_cdisc.compare.deliveries.tables import table_changes
from ced_cdisc.convert.duplicates import without_duplicates
from ced_cdisc.convert.excluded import without_excluded
from ced_cdisc.convert.faults import Faults
from ced_cdisc.convert.foreseen import Lines
from ced_cdisc.core.findings import Findings, Severity
from ced_cdisc.core.masking import Mask, masked, shape
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.only import needed
from ced_cdisc.plan.raw import RawTable
from ced_cdisc.read.as_delivered import Delivered, read_delivered, undeclared
from ced_cdisc.read.contract import ROW
from ced_cdisc.stages.contracts import contracts_of

_CHANGES_DATA = {"CED801", "CED804", "CED805", "CED807", "CED809", "CED812"}
"""Codes of changes after which a build writes other records or values."""


class _Asked(Struct, frozen=True):
    """How to compare: whether cells are shown as they are, and how many records of each change."""

    mask: Mask | None
    most: int

    def cell(self, column: str, text: str, subject: str, identifying: Iterable[str] | None) -> str:
        """A cell as it is shown; ``identifying`` is None where nothing says which columns are."""
        if self.mask is None:
            return text
        if column == subject:
            return self.mask.subject(text)
        return shape(text) if identifying is None or column in identifying else text


def compare_deliveries(
    plan: StudyPlan, old: Path, new: Path, *, show_ids: bool = False, most: int = 3
) -> Deliveries:
    """What changed from one delivery of the raw data to the next.

    One table after the other is in memory. A file that has the same bytes in both is not read.

    Args:
        plan: the study, whose contracts and lines say what a change means.
        old: the folder of the delivery before.
        new: that of the one now.
        show_ids: show subjects and the values of identifying columns as they are.
        most: how many records to show of each change.
    """
    files = _digests(old), _digests(new)
    key = [f"{name} {digest}" for side in files for name, digest in sorted(side.items())]
    asked = _Asked(None if show_ids else Mask(key), most)
    comparing = _Comparing(plan, (old, new), files, asked)
    tables = [*comparing.declared(), *comparing.others()]
    return Deliveries(old.as_posix(), new.as_posix(), tuple(tables), _concerned(plan, tables))


def _digests(folder: Path) -> dict[str, str]:
    """The digest of every file that may be a table, by its path below the folder."""
    made: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "~$")) for part in parts):
            with path.open("rb") as opened:
                made["/".join(parts)] = hashlib.file_digest(opened, "sha256").hexdigest()
    return made


def _taken(table: RawTable, delivered: Delivered) -> Delivered:
    """A delivery without the rows that the contract excludes, of which a build takes nothing."""
    frame = delivered.frame
    if frame is None or not {*table.excluding_columns} <= {*frame.columns}:
        return delivered
    return replace(delivered, frame=without_excluded(table, frame, Faults({table.name: table}, {}))[0])


def _left(table: RawTable, delivered: pl.DataFrame) -> pl.DataFrame:
    """The records that a build leaves of those that share a key."""
    names = {column: f"{table.name}.{column}" for column in table.columns if column in delivered.columns}
    frame = delivered.select(*names, ROW).rename(names)
    left = without_duplicates(table, frame, "", Faults({table.name: table}, {}))
    return delivered.filter(pl.col(ROW).is_in(left[ROW].implode()))


class _Comparing:
    def __init__(
        self,
        plan: StudyPlan,
        folders: tuple[Path, Path],
        files: tuple[Mapping[str, str], Mapping[str, str]],
        asked: _Asked,
    ) -> None:
        self._plan, self._folders, self._asked = plan, folders, asked
        self._old, self._new = files
        self._contracts = {contract.name: contract for contract in contracts_of(plan)}
        self._claimed = {table.file for study in plan.studies for table in study.tables.values()}

    def declared(self) -> Iterator[TableChanges]:
        """The tables with a contract, in its order."""
        for study in self._plan.studies:
            lines = Lines(study)
            for table in study.tables.values():
                yield self._table(study, table, lines)

    def others(self) -> Iterator[TableChanges]:
        """Files that no table reads."""
        for file in sorted({*self._old, *self._new} - self._claimed):
            before, after = self._old.get(file), self._new.get(file)
            if before == after:
                continue
            if before is None or after is None:
                word = "is new" if before is None else "is gone"
                change = Change("CED800", f"the file {word}; no table reads it")
                yield TableChanges(file, file, None, None, (change,))
                continue
            yield self._undeclared(file)

    def _table(self, study: StudyPlan, table: RawTable, lines: Lines) -> TableChanges:
        name = study.qualified(table.name)
        before, after = self._old.get(table.file), self._new.get(table.file)
        if before == after and before is not None:
            return TableChanges(name, table.file, None, None, ())
        if before is None or after is None:
            return TableChanges(name, table.file, None, None, tuple(self._one_sided(table, before, after)))
        contract = self._contracts[name]
        cell = _cells(table, self._asked)
        sides = [_taken(table, read_delivered(folder, contract)) for folder in self._folders]

        def foresee(column: str, texts: pl.Series) -> list[Refusal]:
            found = lines.refused(table.name, column, texts, lambda text: cell(column, text))
            return [Refusal(one.value, one.message, one.hint, one.where) for one in found]

        known = KnownTable(
            name,
            table.key,
            "" if table.subject_of is not None else table.subject,
            table.where,
            table.counts_in,
            table.policy,
            table.places,
            table.readers,
            lines.coded(table.name),
            lines.dates(table.name),
            None if table.duplicates is None else partial(_left, table),
            study.snapshot.date().isoformat(),
        )
        return self._compared(known, table.file, sides, foresee, cell)

    def _undeclared(self, file: str) -> TableChanges:
        contract = undeclared(file)
        if contract is None:
            return TableChanges(
                file, file, None, None, (Change("CED815", "the file is another one; it is no table"),)
            )
        subjects = {
            column
            for study in self._plan.studies
            for table in study.tables.values()
            if table.subject_of is None
            for column in table.subject_columns
        }
        sides = [read_delivered(folder, contract) for folder in self._folders]
        heads = [set(side.frame.columns) for side in sides if side.frame is not None]
        subject = next((one for one in sorted(subjects) if all(one in head for head in heads)), "")
        known = KnownTable(
            file,
            subject=subject,
            counts_in="line" if contract.format == "csv" else "row",
            snapshot=self._plan.snapshot.date().isoformat(),
        )
        note = Change("CED815", "no contract: columns are compared by what they hold, records as a whole")
        made = self._compared(
            known,
            file,
            sides,
            lambda column, texts: [],
            lambda column, text: self._asked.cell(column, text, subject, None),
        )
        return TableChanges(made.table, made.file, made.old, made.new, (note, *made.changes))

    def _compared(
        self,
        known: KnownTable,
        file: str,
        sides: list[Delivered],
        foresee: Callable[[str, pl.Series], list[Refusal]],
        cell: Callable[[str, str], str],
    ) -> TableChanges:
        changes = list(_written(known, sides, self._asked.mask is None))
        old, new = (side.frame for side in sides)
        if old is not None and new is not None:
            changes += table_changes(known, old, new, ROW, foresee, cell, self._asked.most)
        heights = [None if frame is None else frame.height for frame in (old, new)]
        return TableChanges(known.name, file, heights[0], heights[1], _ordered(changes))

    def _one_sided(self, table: RawTable, before: str | None, after: str | None) -> Iterator[Change]:
        """CED800: a declared file that one delivery has, or none."""
        if after is None:
            same = [
                file for file, digest in self._new.items() if digest == before and file not in self._claimed
            ]
            near = same or self._like(table)
            hint = f"{near[0]} {'has its bytes' if same else 'has its columns'}" if near else ""
            word = "is in neither delivery" if before is None else "is gone"
            readers = tuple(dict.fromkeys(one for many in table.readers.values() for one in many))
            yield Change("CED800", f"the file {word}", Severity.ERROR, "", 0, hint, table.where, readers)
        else:
            yield Change("CED800", "the file is new", where=table.where)

    def _like(self, table: RawTable) -> list[str]:
        """Files of the new delivery that no table reads, with all columns of a table in their header."""
        made: list[str] = []
        for file in self._new:
            contract = undeclared(file)
            if file in self._claimed or file in self._old or contract is None:
                continue
            frame = read_delivered(self._folders[1], contract).frame
            if frame is not None and set(table.columns) <= set(frame.columns):
                made.append(file)
        return made


def _cells(table: RawTable, asked: _Asked) -> Callable[[str, str], str]:
    identifying = {*table.identifying, *table.subject_columns}
    return lambda column, text: asked.cell(column, text, table.subject, identifying)


def _written(known: KnownTable, sides: list[Delivered], show_ids: bool) -> Iterator[Change]:
    """CED813 a file is written otherwise, CED814 it cannot be read."""
    old, new = sides
    for word, side in (("before", old), ("now", new)):
        if side.fault is not None and side.frame is None:
            grave = Severity.ERROR if side is new and known.where is not None else Severity.WARNING
            fault = side.fault if show_ids else next(iter(masked(Findings([side.fault]))))
            message = f"the file cannot be read {word}: {fault.code} {fault.message}"
            yield Change("CED814", message, grave, hint=fault.hint, where=fault.where)
    if old.form is None or new.form is None:
        return
    parts: list[str] = []
    stops = new.frame is not None and new.unlike
    if old.form.delimiter != new.form.delimiter:
        parts.append(f"the delimiter is {new.form.delimiter!r}, before {old.form.delimiter!r}")
    of_any = "ASCII" in (old.form.encoding, new.form.encoding)  # which most encodings hold
    if old.form.encoding != new.form.encoding and (stops or not of_any):
        parts.append(f"the encoding is {new.form.encoding}, before {old.form.encoding}")
    if old.form.line_end != new.form.line_end:
        parts.append(f"line ends are those of {new.form.line_end}, before of {old.form.line_end}")
    if parts:
        yield Change(
            "CED813",
            "; ".join(parts),
            Severity.ERROR if stops and known.where is not None else Severity.NOTE,
            hint="say it in the contract, or have the file exported as before" if stops else "",
            where=known.where,
        )


def _ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """What stops a build first, then what changes its output; else in the order of the file."""
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    return tuple(sorted(changes, key=lambda change: order[change.severity]))


def _concerned(plan: StudyPlan, tables: Iterable[TableChanges]) -> tuple[str, ...]:
    """The datasets of which a build writes other values or records, in the order of building."""
    changed = {table.table: table for table in tables}
    direct: set[str] = set()
    for study in plan.studies:
        for table in study.tables.values():
            found = changed.get(study.qualified(table.name))
            if found is None or not any(change.code in _CHANGES_DATA for change in found.changes):
                continue
            whole = any(change.code in ("CED807", "CED809") for change in found.changes)
            readers = {one for change in found.changes for one in change.readers}
            if whole:
                readers |= {one for many in table.readers.values() for one in many}
            direct |= {study.qualified(d.name) for d in study.datasets if _reads(d, readers)}
    datasets = [(study, dataset) for study in plan.studies for dataset in study.datasets]
    above = {study.qualified(d.name): _above(plan, study, d) for study, d in datasets}
    names, before = set(direct), set[str]()
    while names != before:  # study days look at DM, and DM at the doses
        before = set(names)
        names |= {name for name, read in above.items() if read & names}
    return tuple(one for s in plan.studies for d in s.datasets if (one := s.qualified(d.name)) in names)


def _above(plan: StudyPlan, study: StudyPlan, dataset: DatasetPlan) -> set[str]:
    """The datasets that one reads, by qualified name; analysis datasets read those of all studies."""
    asked = needed(dataset)
    pooled = plan.pooled if dataset.kind == "adam" else ()
    return {one.qualified(name) for one in (study, *pooled) for name in asked}


def _reads(dataset: DatasetPlan, readers: Iterable[str]) -> bool:
    found = {re.split(r"[. ]", reader)[0] for reader in readers}
    visits = "visits" in found and any(b.kind == "visits" or b.visit is not None for b in dataset.blocks)
    return visits or bool({dataset.name, f"SUPP{dataset.name}"} & found)
