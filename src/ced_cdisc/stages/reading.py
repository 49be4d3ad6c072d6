"""The raw tables, and the account of their columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
from msgspec.structs import replace

from ced_cdisc.convert.excluded import without_excluded
from ced_cdisc.convert.faults import Faults
from ced_cdisc.core.dates import ISO
from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage
from ced_cdisc.core.partner import Partner, PartnerLost
from ced_cdisc.plan.account import ColumnAccount, account
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.read.contract import raw_finding, shown_path
from ced_cdisc.read.tables import Known, RawTable, TableContract, read_tables, unclaimed_files
from ced_cdisc.stages.contracts import contracts_of
from ced_cdisc.stages.identifying import identifiers_of
from ced_cdisc.stages.missing_words import nearly_missing
from ced_cdisc.stages.planning import stop_on_errors

Excluding = tuple[Location, str, str]
"""A condition of ``exclude_rows`` in a table: its place, the reason, and the qualified name of the table."""
_FEW = 5
"""Fewer times may all have 00 seconds by chance."""
_SLOW = ("xlsx", "odm")
"""Formats that are read cell by cell in Python."""


def read_raw(
    raw: Path,
    plan: StudyPlan,
    findings: Findings,
    partner: Partner | None = None,
    known: Known | None = None,
) -> dict[str, RawTable]:
    """Read the raw tables that the contracts list, as text, by qualified name.

    A partner takes the slow ones: workbooks and XML. Those that are known are not read again; each process
    has those kept that it reads.

    Raises:
        Stopped: a table is missing or damaged, or its file was changed meanwhile.
    """
    contracts = contracts_of(plan)
    tables, found = _read(raw, contracts, partner, known)
    findings.extend(found)
    findings.extend(_changed(raw, tables))
    excluding: Counter[Excluding] = Counter()
    read, tables = tables, of_the_study(plan, tables, findings, excluding)
    findings.extend(_excluding_nothing(excluding, read))
    findings.extend(unclaimed_files(raw, contracts))
    findings.extend(_midnights(plan, tables))
    findings.extend(_added_seconds(plan, tables))
    findings.extend(nearly_missing(plan, tables))
    findings.identifiers = identifiers_of(plan, tables)
    stop_on_errors(findings, Stage.RAW)
    return tables


def _read(
    raw: Path, contracts: Sequence[TableContract], partner: Partner | None, known: Known | None
) -> tuple[dict[str, RawTable], list[Finding]]:
    if partner is None:
        return read_tables(raw, contracts, known=known)
    parts = [[one for one in contracts if (one.format in _SLOW) == bool(half)] for half in (0, 1)]
    tables, found = read_tables(raw, parts[partner.half], known=known)
    try:
        theirs, also = partner.swap((tables, found))
    except PartnerLost:
        theirs, also = read_tables(raw, parts[1 - partner.half], known=known)
    read = tables | theirs
    return {one.name: read[one.name] for one in contracts if one.name in read}, [*found, *also]


def raw_columns(plan: StudyPlan, tables: Mapping[str, RawTable]) -> dict[str, dict[str, ColumnAccount]]:
    """What becomes of every raw column, those beyond the contract included, by qualified table."""
    made: dict[str, dict[str, ColumnAccount]] = {}
    for study in plan.studies:
        accounts = account(study, {name: table.new for name, table in study.own(tables).items()})
        made |= {study.qualified(name): columns for name, columns in accounts.items()}
    return made


def of_the_study(
    plan: StudyPlan,
    tables: Mapping[str, RawTable],
    findings: Findings,
    excluding: Counter[Excluding] | None = None,
) -> dict[str, RawTable]:
    """The tables without the rows that their contracts exclude: CED891, a note for each condition.

    Args:
        plan: the study.
        tables: as they were read, by qualified name.
        findings: receives the notes, and what a condition refuses of a row.
        excluding: receives how many rows each condition excludes of each table.
    """
    made = dict(tables)
    for study in plan.studies:
        read = study.own(tables)
        for name, contract in study.tables.items():
            if name not in read or not contract.left_out:
                continue
            table, faults = read[name], Faults(study.tables, {name: read[name].file})
            frame, left = without_excluded(contract, table.frame, faults)
            findings.extend(faults.findings())
            excluded: dict[str, int] = {}
            if excluding is not None:
                counted = {one.where: count for one, count in left}
                for one in contract.left_out:
                    count = counted.get(one.where, 0)
                    if left and not count:  # its rows may be those of a condition before it
                        alone = replace(contract, left_out=(one,))
                        count = (
                            table.frame.height
                            - without_excluded(alone, table.frame, Faults({}, {}))[0].height
                        )
                    excluding[one.where, one.why, study.qualified(name)] += count
            for one, count in left:
                excluded[one.why] = excluded.get(one.why, 0) + count
                rows = "1 row is" if count == 1 else f"{count:,} rows are"
                message = f"{table.file}: {rows} excluded: {one.why}"
                findings.add(Finding("CED891", message, one.where, stage=Stage.RAW, severity=Severity.NOTE))
            made[study.qualified(name)] = replace(table, frame=frame, excluded=excluded)
    return made


def _excluding_nothing(
    excluding: Mapping[Excluding, int], tables: Mapping[str, RawTable]
) -> Iterator[Finding]:
    """CED876: a condition that is true for no row of its table; one of the defaults, of all tables."""
    of: dict[tuple[Location, str], list[tuple[str, int]]] = {}
    for (where, why, name), count in excluding.items():
        of.setdefault((where, why), []).append((name, count))
    for (where, why), counts in of.items():
        filled = [name for name, _ in counts if tables[name].frame.height]
        if filled and not any(count for _, count in counts):
            which = (
                tables[filled[0]].file if len(counts) == 1 else f"all {len(counts)} tables with its columns"
            )
            message = f"{which}: no row is excluded: {why}"
            hint = "correct the condition, unless such rows are yet to come"
            yield Finding("CED876", message, where, hint, Stage.RAW, Severity.NOTE)


def _changed(raw: Path, tables: Mapping[str, RawTable]) -> Iterator[Finding]:
    """CED859: a file of several tables that was another one for some; build.json would tell of one."""
    read: dict[str, str] = {}
    for table in tables.values():
        if read.setdefault(table.file, table.sha256) != table.sha256:
            text = "this file was changed while its tables were read"
            yield raw_finding("CED859", text, Location(shown_path(raw, table.file)), "build again")


def _midnights(plan: StudyPlan, tables: Mapping[str, RawTable]) -> Iterator[Finding]:
    """CED868: a column of dates that would all get the time 00:00:00, which nobody collected."""
    for study in plan.studies:
        read = study.own(tables)
        for label, name, where, is_clock in _by_iso(study):
            cells = _cells(read, name)
            if cells is not None and not is_clock and _is_midnight(cells):
                message = (
                    f"{label}: every time in {name} is 00:00:00, as a spreadsheet or a database shows it "
                    "behind a date without a time"
                )
                hint = "YYYY-MM-DDT00:00:00 reads the date alone, YYYY-MM-DDTHH:MM:SS also the time"
                yield Finding("CED868", message, where, hint=hint, stage=Stage.RAW)


def _added_seconds(plan: StudyPlan, tables: Mapping[str, RawTable]) -> Iterator[Finding]:
    """CED875: a column of times to the minute, to which a program added 00 seconds."""
    for study in plan.studies:
        read = study.own(tables)
        looked_at: set[str] = set()
        for label, name, where, is_clock in _by_iso(study):
            cells = None if name in looked_at else _cells(read, name)
            looked_at.add(name)
            if cells is None or not (count := _times_to_the_minute(cells)):
                continue
            message = (
                f"{label}: all {count:,} times in {name} have 00 seconds, as SAS, a spreadsheet or a "
                "database adds them to hours and minutes"
            )
            day = "" if is_clock else "YYYY-MM-DDT"
            hint = f"{day}HH:MM:00 reads them without seconds, {day}HH:MM:SS says that these were collected"
            yield Finding("CED875", message, where, hint, Stage.RAW, Severity.NOTE)


def _times_to_the_minute(cells: pl.Series) -> int:
    """How many times there are, if all have 00 seconds and enough are different ones."""
    timed = cells.filter(cells.str.contains("[0-9]:[0-9]"))
    clocks = timed.str.extract(r"(?:^|T)([0-9]{1,2}:[0-9]{2}):00(?:[.,]0+)?$")
    return len(timed) if not clocks.null_count() and clocks.n_unique() >= _FEW else 0


def _cells(read: Mapping[str, RawTable], name: str) -> pl.Series | None:
    table, _, column = name.partition(".")
    found = table in read and column in read[table].frame.columns
    return read[table].frame[column] if found else None


def _by_iso(study: StudyPlan) -> Iterator[tuple[str, str, Location, bool]]:
    """What is read as ISO 8601, or as times of any form: variable, raw column, line, if these are times."""
    built = {dataset.name for dataset in study.datasets}
    for one in study.iso_dates:
        if one.dataset in built:
            yield f"{one.dataset}.{one.variable}", one.column, one.where, one.is_clock
    if study.visits is not None and ISO in study.visits.formats:
        for table, _, date in study.visits.tables:
            yield "visits.yaml", f"{table}.{date}", study.tables[table].where, False


def _is_midnight(column: pl.Series) -> bool:
    timed = column.filter(column.str.contains("T", literal=True))
    return not timed.is_empty() and bool(timed.str.contains(r"T00:00(:00([.,]0+)?)?$").all())


def left_over(plan: StudyPlan, tables: Mapping[str, RawTable]) -> Iterable[Finding]:
    """CED236, a note for each column of the contract that nothing reads and no word excludes."""
    for study in plan.studies:
        read = study.own(tables)
        for table, columns in account(study).items():
            for column, found in columns.items():
                if found.status == "left over" and table in read:
                    filled = read[table].frame[column].count()
                    cells = f"{filled} filled cell" + "s" * (filled != 1)
                    yield Finding(
                        "CED236",
                        f"nothing reads the column {table}.{column}, which has {cells}",
                        study.tables[table].places[column],
                        hint="map it, or write under 'exclude' why it is left out",
                        stage=Stage.RAW,
                        severity=Severity.NOTE,
                    )
