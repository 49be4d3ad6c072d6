"""Item groups of an ODM-XML file as raw tables; the file is read once for all tables that it holds."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ced_cdisc.core.findings import Finding, Location, Severity, did_you_mean, one_of
from ced_cdisc.read.contract import TableContract, compare_header, new_columns, raw_finding
from ced_cdisc.read.finish import finished_table
from ced_cdisc.read.odm import KEYS, OdmData, OdmFault, OdmGroup, read_odm

Read = tuple[pl.DataFrame | None, tuple[str, ...], list[Finding]]
_CODES = {
    "xml": "CED271",
    "doctype": "CED272",
    "bound": "CED276",
    "foreign": "CED277",
    "odm": "CED277",
    "data": "CED279",
}


def read_odm_tables(raw: bytes, contracts: Sequence[TableContract], shown: str) -> list[Read]:
    """Read the tables of one file; arguments and results are those of ``read_delimited``, for each contract.

    The columns of a table are :data:`ced_cdisc.read.odm.KEYS` and the items of its group, by ItemOID or by
    the name that ``items`` chooses. Values stay what they are: codes are not decoded. ``__row`` is the line
    of the record's element.
    """
    try:
        data = read_odm(raw, {contract.group for contract in contracts})
    except OdmFault as fault:
        return [(None, (), [fault_finding(fault, contract, shown)]) for contract in contracts]
    return [odm_table(data, contract, shown) for contract in contracts]


def fault_finding(fault: OdmFault, contract: TableContract, shown: str) -> Finding:
    """CED271, CED272, CED276, CED277 or CED279: what is wrong with a file, shown by its path."""
    what = f"is no well-formed XML: {fault.said}" if fault.kind == "xml" else fault.said
    hint = fault.hint or "export it again"
    where = Location(shown, fault.line, fault.column)
    return raw_finding(_CODES[fault.kind], f"the file of table {contract.name} {what}", where, hint)


def group_items(data: OdmData, group: str) -> list[str]:
    """The ItemOIDs of a group: those that the metadata of the file list, then others of its records."""
    seen = data.groups[group].seen if group in data.groups else {}
    return list(data.refs.get(group, {}) | dict.fromkeys(seen))


def odm_table(data: OdmData, contract: TableContract, shown: str) -> Read:
    """The table of one contract, of what was read of its file."""
    if contract.group not in data.known:
        groups = list(data.known)
        there = f"the file has {one_of(groups)}" if groups else "the file has no item group"
        hint = did_you_mean(contract.group, groups) or there
        text = f"no item group {contract.group} in {shown} for table {contract.name}"
        return None, (), [raw_finding("CED278", text, contract.where, hint)]
    group = data.groups.get(contract.group, OdmGroup())
    oids = group_items(data, contract.group)
    named = _item_names(oids, data, contract)
    if nameless := [oid for oid in oids if not named[oid]]:
        what = "Name" if contract.items == "name" else "SASFieldName"
        text = f"the metadata of {shown} give the item {nameless[0]} of table {contract.name} no {what}"
        hint = "take items: oid, and names for what a spec cannot write"
        return None, (), [raw_finding("CED278", text, contract.where, hint)]
    header = contract.renamed([*KEYS, *(named[oid] for oid in oids)])
    found = compare_header(header, contract, Location(shown))
    if any(finding.severity is Severity.ERROR for finding in found):
        return None, (), found
    wanted = set(contract.columns)
    cells: dict[str, pl.Series] = {}
    for place, name in enumerate(header):
        if name not in wanted:
            continue
        if place < len(KEYS):
            texts: list[str | None] = [keys[place] or None for keys in group.keys]
        else:
            oid = oids[place - len(KEYS)]
            texts = [items.get(oid) for items in group.items]
        cells[name] = pl.Series(texts, dtype=pl.String)
    lines = pl.Series(group.lines, dtype=pl.Int64)
    frame, notes = finished_table(cells, lines, contract, shown)
    return frame, new_columns(header, contract), [*found, *notes]


def _item_names(oids: Sequence[str], data: OdmData, contract: TableContract) -> dict[str, str]:
    """What names the column of each item; empty where the metadata do not say."""
    if contract.items == "oid":
        return {oid: oid for oid in oids}
    which = 0 if contract.items == "name" else 1
    return {oid: data.names.get(oid, ("", ""))[which] for oid in oids}
