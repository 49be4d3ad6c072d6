"""A SAS transport file as a raw table: every cell the text of what stands in the file (read.sas_cells)."""

from __future__ import annotations

import codecs

import polars as pl
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Location, Severity, Stopped
from ced_cdisc.read.contract import TableContract, compare_header, new_columns, raw_finding
from ced_cdisc.read.finish import finished_table, numbered
from ced_cdisc.read.sas_cells import sas_texts
from ced_cdisc.read.xpt import XptFile


def read_transport(
    raw: bytes, contract: TableContract, shown: str
) -> tuple[pl.DataFrame | None, tuple[str, ...], list[Finding]]:
    """Read a transport file of one dataset; the arguments and the result are those of ``read_delimited``.

    ``__row`` is the number of the row, from 1. A missing number is an empty cell, a special missing value
    the text ``.A``, which is a fault unless the contract lists it as missing. Blanks at the end of a text
    are not kept: the file does not tell them from its padding.
    """
    fault = _unusable_encoding(contract)
    if fault:
        return None, (), [fault]
    try:
        file = XptFile(raw, encoding=contract.encoding, shown=shown)
        header = contract.renamed(variable.name for variable in file.member.variables)
        found = compare_header(header, contract, Location(shown))
        if any(finding.severity is Severity.ERROR for finding in found):
            return None, (), found
        kept = set(contract.columns)
        variables = {
            name: variable
            for name, variable in zip(header, file.member.variables, strict=True)
            if name in kept
        }
        theirs = [variable.name for variable in variables.values()]
        data, special = file.read(theirs)[0], file.special_missing(theirs)
    except Stopped as stopped:
        return None, (), [_in_sources(finding, contract) for finding in stopped.findings]
    cells: dict[str, pl.Series] = {}
    for name, variable in variables.items():
        values = data[variable.name].alias(name)
        if variable.type == "Num":
            codes, said = special.get(variable.name), variable.format_text
            values, faults = sas_texts(values, codes, variable.format, contract, shown, said)
            found += faults
        cells[name] = values
    frame, notes = finished_table(cells, numbered(file.rows), contract, shown)
    return frame, new_columns(header, contract), [*found, *notes]


def _unusable_encoding(contract: TableContract) -> Finding | None:
    """CED207: no encoding, or one in which ASCII is not itself."""
    try:
        fits = codecs.encode("A1 ", contract.encoding) == b"A1 "
    except (LookupError, ValueError, TypeError):
        fits = False
    if fits:
        return None
    text = f"the encoding {contract.encoding} of table {contract.name} is none that a transport file can have"
    return raw_finding("CED207", text, contract.where, "usual ones are utf-8, cp1252 and latin-1")


def _in_sources(finding: Finding, contract: TableContract) -> Finding:
    """A finding of the reader, with the word of sources.yaml that answers it."""
    if finding.code != "CED337":
        return finding
    hint = f"write the encoding of the file at {contract.where}, such as encoding: cp1252"
    return replace(finding, hint=hint)
