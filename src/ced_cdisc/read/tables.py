"""Raw tables: files of the raw folder to frames of text, each compared with its contract.

Every value is text from end to end (``001``, ``NO``, ``12:30``, ``1E5``, ``NA`` stay what they are); numbers
and dates are parsed later, where a spec line says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Protocol

import polars as pl
from msgspec import Struct, field

from ced_cdisc.core.findings import Finding, Location, Severity, did_you_mean, one_of
from ced_cdisc.core.threads import have_polars_find_numpy
from ced_cdisc.read.contract import (
    ROW,
    SPREADSHEET_ERRORS,
    TableContract,
    empty_file,
    raw_finding,
    read_error,
    shown_path,
)
from ced_cdisc.read.encoding import to_utf8

Reader = Callable[
    [bytes, TableContract, str],
    tuple[pl.DataFrame | None, tuple[str, ...], list[Finding]],
]
"""The bytes of a file, its contract, its path as shown: the frame, the columns that the
contract does not list, and the findings."""

__all__ = ["ROW", "Known", "RawTable", "TableContract", "read_table", "read_tables", "unclaimed_files"]


class RawTable(Struct, frozen=True):
    """One raw table as read.

    Attributes:
        name: table name in the specs.
        frame: String columns in the contract's order (null = empty cell), then ``__row`` (Int64):
            the physical line of a CSV record, the sheet row of an xlsx record, the number of an xpt record.
        sha256: digest of the bytes of the file, hexadecimal; empty where a query stands in the contract.
        file: path below the raw folder.
        new: columns of the file that the contract does not list, in their order.
        rows_sha256: digest of the rows that a query gave; empty where the file holds the rows.
        excluded: how many rows were taken from the frame that the contract excludes, by its reason.
    """

    name: str
    frame: pl.DataFrame
    sha256: str
    file: str
    new: tuple[str, ...] = ()
    rows_sha256: str = ""
    excluded: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def inputs(self) -> dict[str, str]:
        """The digests of what was read, by the names that build.json has for them."""
        made = {f"raw/{self.file}": self.sha256} if self.sha256 else {}
        return made | ({f"rows of {self.name}": self.rows_sha256} if self.rows_sha256 else {})


Result = tuple[RawTable | None, list[Finding]]
"""A table, or None where a finding is an error; and the findings."""


class Known(Protocol):
    """Tables as they were read before, of the same bytes by the same contract."""

    def of(self, contract: TableContract, shown: str, digest: str) -> tuple[RawTable, list[Finding]] | None:
        """A table of a file that is shown so and hashes to ``digest``; None if it is not known."""
        ...

    def read(self, contract: TableContract, shown: str, table: RawTable, found: list[Finding]) -> None:
        """Take notice of a table that was read, and of what was found in it, which is no error."""
        ...


def read_table(folder: Path, contract: TableContract) -> tuple[RawTable | None, list[Finding]]:
    """Read one raw table.

    Args:
        folder: the raw folder, as the user wrote it.
        contract: what sources.yaml says of the table.

    Returns:
        The table, or None where a finding is an error; and the findings.
    """
    return _read_together(folder, [contract])[0]


def _read_together(
    folder: Path,
    contracts: Sequence[TableContract],
    known: Known | None = None,
) -> list[Result]:
    """Read the tables of one file: of an ODM file several, of any other one."""
    contract = contracts[0]
    if contract.query:
        return [_query(contract.query, "", contract, contract.file)]
    shown = shown_path(folder, contract.file)
    faults = [fault for one in contracts if (fault := _locate(folder, one, shown))]
    if faults:  # it is the same for all tables of the file
        return [(None, [fault]) for fault in faults]
    try:
        raw = (folder / contract.file).read_bytes()
    except OSError as error:
        return [(None, [read_error(error, one, shown)]) for one in contracts]
    if not raw:
        return [(None, [empty_file(one, shown)]) for one in contracts]
    digest = hashlib.sha256(raw).hexdigest()
    if contract.format == "sql":
        return [_query(raw, digest, contract, shown)]
    if known is None:
        return _parsed(raw, digest, contracts, shown)
    found = [known.of(one, shown, digest) for one in contracts]
    if all(found):
        return [one for one in found if one is not None]
    made = _parsed(raw, digest, contracts, shown)
    for one, (table, said) in zip(contracts, made, strict=True):
        if table is not None:
            known.read(one, shown, table, said)
    return made


def _parsed(
    raw: bytes,
    digest: str,
    contracts: Sequence[TableContract],
    shown: str,
) -> list[Result]:
    """The tables of the bytes of one file."""
    contract = contracts[0]
    if contract.format == "odm":
        from ced_cdisc.read.raw_odm import read_odm_tables

        read = read_odm_tables(raw, contracts, shown)
    else:
        read = [_reader(contract)(raw, contract, shown)]
    may_hold = contract.format != "csv" or b"#" in raw
    made: list[Result] = []
    for one, (frame, new, found) in zip(contracts, read, strict=True):
        if frame is not None and may_hold and not _has_error(found):
            found = [*found, *_spreadsheet_errors(frame, one, shown)]
        if frame is None or _has_error(found):
            made.append((None, found))
        else:
            made.append((RawTable(one.name, frame, digest, one.file, new), found))
    return made


def _has_error(found: Sequence[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in found)


def _query(query: str | bytes, digest: str, contract: TableContract, shown: str) -> Result:
    """The table of a query, which stands in the contract or in a file."""
    from ced_cdisc.read.query import read_query

    if isinstance(query, bytes):
        data, found = to_utf8(query, contract, shown)
        if data is None:
            return None, found
        query = data.decode()
    made, found = read_query(query, contract, shown)
    found += [] if made is None else _spreadsheet_errors(made.frame, contract, shown)
    if made is None or _has_error(found):
        return None, found
    return RawTable(contract.name, made.frame, digest, contract.file, made.new, made.sha256), found


def _reader(contract: TableContract) -> Reader:
    """The reader of a format; each loads what its format needs, which few studies need all of."""
    match contract.format:
        case "csv":
            from ced_cdisc.read.delimited import read_delimited as read
        case "xlsx":
            from ced_cdisc.read.xlsx import read_xlsx as read
        case "xpt":
            from ced_cdisc.read.transport import read_transport as read
        case "sas7bdat":
            from ced_cdisc.read.sas7bdat import read_sas7bdat as read
        case "parquet":
            from ced_cdisc.read.raw_parquet import read_raw_parquet as read
        case _:
            from ced_cdisc.read.raw_dataset_json import read_raw_dataset_json as read
    return read


def _spreadsheet_errors(frame: pl.DataFrame, contract: TableContract, shown: str) -> list[Finding]:
    """CED242 for each column with texts such as #N/A; those that the contract calls missing are gone."""
    names = [name for name in frame.columns if name != ROW]
    held = frame.select(pl.col(names).is_in(SPREADSHEET_ERRORS).any())
    found: list[Finding] = []
    for name in (name for name in names if held[name].item()):
        rows = frame.filter(pl.col(name).is_in(SPREADSHEET_ERRORS))
        value, lines = rows[name].item(0), rows[ROW].to_list()
        word = contract.counts_in
        cells = f"in {len(lines)} cells, first in" if len(lines) > 1 else "in"
        text = f"column {contract.name}.{name} holds {value}, an error of a spreadsheet,"
        text += f" {cells} {word} {lines[0]}"
        hint = "correct it, or list it under 'missing' in sources.yaml"
        found.append(raw_finding("CED242", text, Location(shown, lines[0]), hint))
    return found


def read_tables(
    folder: Path,
    contracts: Sequence[TableContract],
    threads: int = 2,
    known: Known | None = None,
) -> tuple[dict[str, RawTable], list[Finding]]:
    """Read several raw tables side by side; result and findings stand in the order of the contracts.

    Args:
        folder: the raw folder. That it exists is the business of the command line (exit code 2).
        contracts: the declared tables, of distinct names.
        threads: how many files are read at once; it changes no value and no order.
        known: tables that were read before.
    """
    if len({contract.name for contract in contracts}) != len(contracts):
        raise ValueError("table names must be distinct")
    empty = not any(_files(folder / parent) for parent in _parents(contracts))
    if folder.is_dir() and empty and not all(contract.query for contract in contracts):
        text = f"the raw folder {folder.as_posix()} holds no file"
        wanted = one_of([contract.file for contract in contracts if not contract.query])
        return {}, [
            raw_finding("CED201", text, Location(folder.as_posix()), f"expected {wanted}" * bool(wanted))
        ]
    have_polars_find_numpy()
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        running = [
            (together, pool.submit(_read_together, folder, together, known))
            for together in _sittings(contracts)
        ]
        results = {
            contract.name: result
            for together, one in running
            for contract, result in zip(together, one.result(), strict=True)
        }
    ordered = [results[contract.name] for contract in contracts]
    tables = {table.name: table for table, _ in ordered if table is not None}
    return tables, [finding for _, found in ordered for finding in found]


def _sittings(contracts: Sequence[TableContract]) -> list[list[TableContract]]:
    """The tables that are read together: those of one ODM file, else each alone."""
    made: dict[str, list[TableContract]] = {}
    for contract in contracts:
        made.setdefault(contract.file if contract.format == "odm" else f"table {contract.name}", []).append(
            contract
        )
    return list(made.values())


def unclaimed_files(folder: Path, contracts: Sequence[TableContract]) -> list[Finding]:
    """CED235, a note for each file of the raw folder (and of subfolders contracts use) that no table reads.

    Hidden files and the lock files of Office (``~$ae.xlsx``) are passed over.
    """
    claimed = {PurePosixPath(contract.file).as_posix() for contract in contracts if not contract.query}
    found: list[Finding] = []
    for parent in _parents(contracts):
        for name in _files(folder / parent):
            path = (parent / name).as_posix()
            if path not in claimed:
                text = f"{path} stands in the raw folder, but no table reads it"
                near = did_you_mean(path, claimed)
                hint = near or "declare it in sources.yaml, or move it away"
                where = Location(shown_path(folder, path))
                found.append(raw_finding("CED235", text, where, hint, Severity.NOTE))
    return found


def _parents(contracts: Sequence[TableContract]) -> list[PurePosixPath]:
    """The raw folder and the folders below it that tables stand in, as those of pooled studies."""
    named = (PurePosixPath(contract.file).parent for contract in contracts if not contract.query)
    return sorted({PurePosixPath("."), *named})


def _files(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    try:
        names = [entry.name for entry in folder.iterdir() if entry.is_file()]
    except OSError:
        return []
    return sorted(name for name in names if not name.startswith((".", "~$")))


def _locate(folder: Path, contract: TableContract, shown: str) -> Finding | None:
    """CED206, CED202 or CED204 where the contract's file is not a file of the raw folder."""
    relative = PurePosixPath(contract.file)
    if relative.is_absolute() or ".." in relative.parts or Path(contract.file).is_absolute():
        text = f"the file of table {contract.name} must lie in the raw folder: {contract.file}"
        return raw_finding("CED206", text, contract.where, "write its path below the raw folder")
    path = folder / contract.file
    try:
        if path.is_file():
            return _too_large(contract, path.stat().st_size, shown)
        if path.exists():
            text = f"the file of table {contract.name} is no ordinary file: {shown}"
            return raw_finding("CED204", text, contract.where, "put the exported table there")
    except OSError as error:
        return read_error(error, contract, shown)
    beside = [(relative.parent / name).as_posix() for name in _files(path.parent)]
    hint = did_you_mean(contract.file, beside) or f"the folder has {one_of(beside)}" * bool(beside)
    text = f"the file of table {contract.name} is missing: {shown}"
    return raw_finding("CED202", text, contract.where, hint)


def _too_large(contract: TableContract, size: int, shown: str) -> Finding | None:
    """CED276 for an ODM file of so many bytes that it is not even opened."""
    if contract.format != "odm":
        return None
    from ced_cdisc.read.odm import LARGEST_ODM

    if size <= LARGEST_ODM:
        return None
    text = f"the file of table {contract.name} has {size:,} bytes, more than {LARGEST_ODM:,}"
    return raw_finding("CED276", text, Location(shown), "export it in parts")
