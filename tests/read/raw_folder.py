"""A raw folder with one table, as the tests of the delimited reader give it."""

from __future__ import annotations

from pathlib import Path

from ced_cdisc.core.findings import Location, Severity, Stage
from ced_cdisc.read.tables import RawTable, TableContract, read_table

SPEC = Location("mappings/sources.yaml", 4, 3)
AE = TableContract("ae", "ae.csv", "csv", ("SUBJ", "TERM", "SEV"), SPEC)


def given_file(content: bytes | str, name: str = "ae.csv") -> None:
    Path("raw", name).write_bytes(content.encode() if isinstance(content, str) else content)


def read(content: bytes | str, contract: TableContract = AE) -> RawTable:
    given_file(content)
    table, found = read_table(Path("raw"), contract)
    assert table is not None, found
    assert not [f for f in found if f.severity is not Severity.NOTE]
    return table


def said(content: bytes | str, contract: TableContract = AE) -> list[str]:
    """The whole text of the findings; the table must not come through if one is an error."""
    given_file(content)
    table, found = read_table(Path("raw"), contract)
    assert all(f.stage is Stage.RAW for f in found)
    assert (table is None) == any(f.severity is Severity.ERROR for f in found)
    return [str(f) for f in found]


def rows(table: RawTable) -> list[tuple[object, ...]]:
    return table.frame.rows()
