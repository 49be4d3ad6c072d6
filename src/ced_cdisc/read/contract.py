"""What sources.yaml promises about a raw table, and the comparison of a header with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from ced_cdisc.core.findings import Finding, Location, Severity, Stage, did_you_mean, one_of
from ced_cdisc.core.rawformat import RawFile

ROW = "__row"
"""Name of the Int64 column with the place of a record: physical line (CSV; of an ODM file that of the
element), row of the sheet (xlsx), number of the row from 1 (all others; of a query as sorted)."""

SPREADSHEET_ERRORS = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
"""What spreadsheet programs write for a value that could not be computed, also into exported text."""
_SHOWN_RECORDS = 5
_OTHER_DELIMITERS = (";", "\t", "|", ",")


class TableContract(RawFile, frozen=True):
    """One raw table as sources.yaml declares it, and what is asked of its columns.

    Attributes:
        column_policy: what a column is that the header alone or the contract alone has. ``strict``: an error.
            ``warn``: a warning. ``ignore``: a column of the header alone is passed over, one of the contract
            alone is a warning. A column in ``needed`` must always be there.
        needed: the columns that something reads; None means all.
        column_lines: the spec line of each column, where known.
    """

    column_policy: Literal["strict", "warn", "ignore"] = "strict"
    needed: frozenset[str] | None = None
    column_lines: Mapping[str, Location] | None = None

    def __post_init__(self) -> None:
        if len(set(self.columns)) != len(self.columns) or ROW in self.columns:
            raise ValueError(f"{self.name}: columns must be distinct and none may be {ROW}")

    def renamed(self, header: Iterable[str]) -> list[str]:
        """The header of the file with the names that the contract has for its columns."""
        own = {theirs: name for name, theirs in self.names.items()}
        return [own.get(name, name) for name in header]


def raw_finding(
    code: str,
    message: str,
    where: Location,
    hint: str = "",
    severity: Severity = Severity.ERROR,
    records: Sequence[str] = (),
    quotes: Sequence[str] = (),
) -> Finding:
    """A finding of the stage RAW."""
    return Finding(code, message, where, hint, Stage.RAW, severity, tuple(records), quotes=tuple(quotes))


def shown_path(folder: Path, file: str) -> str:
    """The path of a raw file as findings show it: as the user wrote the folder, with slashes."""
    return (folder / file).as_posix()


def read_error(error: OSError, contract: TableContract, shown: str) -> Finding:
    """CED203: the system refuses to give the bytes of a raw file."""
    return raw_finding(
        "CED203",
        f"the file of table {contract.name} cannot be read: {error.strerror or error}",
        Location(shown),
        "look at its permissions, or whether another program holds it open",
    )


def empty_file(contract: TableContract, shown: str) -> Finding:
    """CED205: a file without a single record."""
    text = f"the file of table {contract.name} is empty: not even a header"
    return raw_finding("CED205", text, Location(shown), f"expected {', '.join(contract.columns)}")


def skipped_rows(places: list[int], word: str, contract: TableContract, shown: str) -> list[Finding]:
    """CED218, a note: rows without a single filled cell were left out."""
    if not places:
        return []
    listed = ", ".join(map(str, places[:_SHOWN_RECORDS])) + (", ..." if len(places) > _SHOWN_RECORDS else "")
    many = "s" if len(places) > 1 else ""
    text = f"{len(places)} blank {word}{many} of table {contract.name} left out: {listed}"
    return [raw_finding("CED218", text, Location(shown, places[0]), severity=Severity.NOTE)]


def compare_header(header: Sequence[str], contract: TableContract, where: Location) -> list[Finding]:
    """Compare the header of a file with the columns of the contract.

    Args:
        header: header cells in file order, trimmed where the contract says so; empty text = blank.
        contract: the declared table; its ``column_policy`` decides the severity of CED220 and CED221.
        where: file and line of the header; the column of a finding is the number of the header cell.

    Returns:
        CED219 (wrong delimiter, alone), else CED220 missing, CED221 extra, CED222 duplicate, CED223 blank.
    """
    wrong = _wrong_delimiter(header, contract, where)
    if wrong:
        return [wrong]
    severity = Severity.ERROR if contract.column_policy == "strict" else Severity.WARNING
    found: list[Finding] = []
    first: dict[str, int] = {}
    for number, name in enumerate(header, 1):
        place = Location(where.file, where.line, number)
        if not name:
            text = f"header cell {number} of table {contract.name} is blank"
            found.append(raw_finding("CED223", text, place, "give the column a name or delete it"))
        elif name in first:
            text = (
                f"column {name} stands twice in the header of table {contract.name}, "
                f"in cells {first[name]} and {number}"
            )
            found.append(raw_finding("CED222", text, place, "rename one of them"))
        else:
            first[name] = number
    absent = [name for name in contract.columns if name not in first]
    extra = new_columns(header, contract)
    for name in absent:
        place = (contract.column_lines or {}).get(name, contract.where)
        hint = did_you_mean(name, extra) or f"the header has {one_of(list(first))}"
        text = f"column {contract.name}.{name} is not in the header of {where.file}"
        is_read = contract.needed is None or name in contract.needed
        found.append(raw_finding("CED220", text, place, hint, Severity.ERROR if is_read else severity))
    for name in extra if contract.column_policy != "ignore" else ():
        hint = did_you_mean(name, absent) or f"list it under columns at {contract.where}, or delete it"
        text = f"column {name} is not among the columns of table {contract.name}"
        place = Location(where.file, where.line, first[name])
        found.append(raw_finding("CED221", text, place, hint, severity))
    return found


def new_columns(header: Sequence[str], contract: TableContract) -> tuple[str, ...]:
    """The columns of a header that the contract does not list, in the order of the header."""
    return tuple(dict.fromkeys(name for name in header if name and name not in contract.columns))


def _wrong_delimiter(header: Sequence[str], contract: TableContract, where: Location) -> Finding | None:
    if contract.format != "csv" or len(header) != 1 or len(contract.columns) < 2:
        return None
    for other in _OTHER_DELIMITERS:
        names = {cell.strip('"') for cell in header[0].split(other)}
        if other != contract.delimiter and len(names & set(contract.columns)) > 1:
            return raw_finding(
                "CED219",
                f"the header of table {contract.name} has no delimiter {contract.delimiter!r}, but {other!r}",
                where,
                f"write delimiter: {other!r} at {contract.where}",
            )
    return None
