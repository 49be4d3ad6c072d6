"""The raw tables, and the account of their columns."""

from __future__ import annotations

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
from ced_cdisc.stages.planning import stop_on_errors

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
    tables = of_the_study(plan, tables, findings)
    findings.extend(unclaimed_files(raw, contracts))
    findings.extend(_midnights(plan, tables))
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


def of_the_study(plan: StudyPlan, tables: Mapping[str, RawTable], findings: Findings) -> dict[str, RawTable]:
    """The tables without the rows that their contracts exclude: CED891, a note for each condition."""
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
            for one, count in left:
                excluded[one.why] = excluded.get(one.why, 0) + count
                rows = "1 row is" if count == 1 else f"{count:,} rows are"
                message = f"{table.file}: {rows} excluded: {one.why}"
                findings.add(Finding("CED891", message, one.where, stage=Stage.RAW, severity=Severity.NOTE))
            made[study.qualified(name)] = replace(table, frame=frame, excluded=excluded)
    return made


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
        for label, name, where in _by_iso(study):
            table, _, column = name.partition(".")
            if (
                table in read
                and column in read[table].frame.columns
                and _is_midnight(read[table].frame[column])
            ):
                message = (
                    f"{label}: every time in {name} is 00:00:00, as a spreadsheet or a database shows it "
                    "behind a date without a time"
                )
                hint = "YYYY-MM-DDT00:00:00 reads the date alone, YYYY-MM-DDTHH:MM:SS also the time"
                yield Finding("CED868", message, where, hint=hint, stage=Stage.RAW)


def _by_iso(study: StudyPlan) -> Iterator[tuple[str, str, Location]]:
    """What is read as ISO 8601: the variable, the raw column, and the line."""
    built = {dataset.name for dataset in study.datasets}
    for one in study.iso_dates:
        if one.dataset in built:
            yield f"{one.dataset}.{one.variable}", one.column, one.where
    if study.visits is not None and ISO in study.visits.formats:
        for table, _, date in study.visits.tables:
            yield "visits.yaml", f"{table}.{date}", study.tables[table].where


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
