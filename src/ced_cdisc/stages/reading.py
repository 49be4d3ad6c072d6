"""The raw tables, and the account of their columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ced_cdisc.core.findings import Finding, Findings, Severity, Stage
from ced_cdisc.core.partner import Partner, PartnerLost
from ced_cdisc.plan.account import ColumnAccount, account
from ced_cdisc.plan.model import StudyPlan
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
        Stopped: a table is missing or damaged.
    """
    contracts = contracts_of(plan)
    tables, found = _read(raw, contracts, partner, known)
    findings.extend(found)
    findings.extend(unclaimed_files(raw, contracts))
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
