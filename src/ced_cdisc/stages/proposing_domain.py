"""The spec of a domain proposed: contracts and raw tables read, a table chosen, the proposal made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location, Severity, one_of
from ced_cdisc.plan.language.dates import Formats
from ced_cdisc.plan.raw import RawTable as PlannedTable
from ced_cdisc.plan.tables import plan_tables, table_visit
from ced_cdisc.propose.choosing import likely_tables
from ced_cdisc.propose.domain import Surroundings, proposed_domain, tests_of
from ced_cdisc.propose.profile import KeyFound, Role, TableProfile
from ced_cdisc.propose.tables import TableTally, seen_together
from ced_cdisc.read.tables import RawTable, TableContract, read_tables
from ced_cdisc.spec.load import Specs
from ced_cdisc.spec.study import SourcesSpec
from ced_cdisc.standards.ct import load_ct
from ced_cdisc.standards.ig import IgDataset


class Proposed(Struct, frozen=True):
    """A proposed spec, and the tables that it was made from."""

    tables: tuple[str, ...]
    text: str


def propose_domain(
    dataset: IgDataset, raw: Path, specs: Specs, asked: Sequence[str], findings: Findings
) -> Proposed | None:
    """The spec of a domain from raw tables; None with findings that say why there is none.

    Args:
        dataset: the domain as the guide publishes it.
        raw: the raw folder.
        specs: the specs of the study; their contracts say how the tables are read.
        asked: the names of the tables; the likeliest one is taken if empty.
        findings: receives faults of contracts and raw tables.
    """
    planned, faults = _planned(specs.sources)
    hindering = not planned or any(name in faults for name in asked)
    for name, found in faults.items():  # of a table that is not asked for they hinder nothing
        kept = Severity.ERROR if hindering and name in (asked or faults) else Severity.WARNING
        findings.extend(replace(one, severity=kept) for one in found)
    if findings.errors:
        return None
    wanted = {name: table for name, table in planned.items() if not asked or name in asked}
    tables, said = read_tables(raw, [_contract(table) for table in wanted.values()])
    # Records show cells of the data, which a proposal need not.
    findings.extend(replace(one, records=()) for one in said if one.severity is Severity.ERROR)
    if findings.errors:
        return None
    profiles = _profiles(list(tables.values()), planned, specs)
    ct = load_ct("SDTM", str(specs.study.standards.ct.get("SDTM", "2024-09-27")), specs.terminology[0])  # type: ignore[call-overload]
    chosen = likely_tables(dataset, tests_of(dataset, ct), profiles, ct) if not asked else profiles
    if not asked and len(chosen) != 1:
        findings.add(_unclear(dataset.name, [table.name for table in chosen], list(planned)))
        return None
    chosen = sorted(chosen, key=lambda table: asked.index(table.name)) if asked else chosen
    written = {str(domain.domain): domain for domain in specs.sdtm}
    blocks = [
        block for domain in specs.sdtm if domain.domain == "DM" for block in (domain, *(domain.stack or ()))
    ]
    around = Surroundings(
        visits=specs.visits is not None,
        treated=dataset.name == "DM" or any("RFXSTDTC" in block.variables for block in blocks),
        exposure="EX" in written or dataset.name == "EX",
        ct=ct,
    )
    text = proposed_domain(dataset, [(table, tables[table.name].frame) for table in chosen], around)
    return Proposed(tuple(table.name for table in chosen), text)


def _planned(sources: SourcesSpec) -> tuple[dict[str, PlannedTable], dict[str, list[Finding]]]:
    """The tables whose contracts hold, and the faults of the others."""
    planned: dict[str, PlannedTable] = {}
    faults: dict[str, list[Finding]] = {}
    for name, spec in sources.tables.items():
        found = Findings()
        made = plan_tables(sources.model_copy(update={"tables": {name: spec}}), Formats(), found)
        if found.errors:
            faults[str(name)] = list(found.errors)
        else:
            planned |= made
    return planned, faults


def _contract(table: PlannedTable) -> TableContract:
    """The contract of a table, whatever it says of how its format is read; its columns alone are not held."""
    said: dict[str, Any] = {name: getattr(table, name, None) for name in TableContract.__struct_fields__}
    said |= {"column_policy": "ignore", "needed": frozenset(table.columns[:1]), "column_lines": table.places}
    return TableContract(**said)


def _profiles(
    tables: Sequence[RawTable], planned: dict[str, PlannedTable], specs: Specs
) -> list[TableProfile]:
    """What the tables look like, with the subject and the visit that their contracts name."""
    made: list[TableProfile] = []
    for table in tables:
        names = [name for name in table.frame.columns if name != "__row"]
        tally = TableTally(names)
        tally.add(table.frame.rename({name: f"c{at}" for at, name in enumerate(names)}))
        contract = planned[table.name]
        made.append(
            TableProfile(
                table.name,
                table.file,
                contract.format,
                tally.rows,
                tally.columns(),
                group=contract.group,
                place=contract.counts_in,
            )
        )
    return [_with_contract(table, planned[table.name], specs) for table in seen_together(made)]


def _with_contract(table: TableProfile, contract: PlannedTable, specs: Specs) -> TableProfile:
    spec = next(spec for name, spec in specs.sources.tables.items() if name == table.name)
    visit = table_visit(spec, specs.sources.defaults, set(contract.columns))
    roles: dict[str, Role] = dict.fromkeys(contract.subject_columns, "subject")
    if visit is not None:
        roles |= {visit[0]: "visit", visit[1]: "visit date"}
    columns = [
        replace(column, role=roles.get(column.name, column.role if column.role == "unit" else ""))
        for column in table.columns
    ]
    return replace(
        table,
        columns=tuple(replace(one, called=contract.names.get(one.name, "")) for one in columns),
        key=KeyFound(contract.key),
    )


def _unclear(domain: str, near: Sequence[str], known: Sequence[str]) -> Finding:
    """CED771: no table, or several, may be what the domain is made from."""
    if near:
        text = f"{domain} may be made from {one_of(near)}"
        hint = f"name one of them, or all: --from {','.join(near)}"
        return Finding("CED771", text, Location("--from"), hint=hint)
    text = f"no table looks like {domain}"
    return Finding("CED771", text, Location("--from"), hint=f"name one with --from: {one_of(known)}")
