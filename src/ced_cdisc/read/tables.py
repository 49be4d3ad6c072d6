"""Raw tables: files of the raw folder to frames of text, each compared with its contract.

Every value is text from end to end (``001``, ``NO``, ``12:30``, ``1E5``, ``NA`` stay what they are); numbers
and dates are parsed later, where a spec line says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import polars as pl

from ced_cdisc.core.findings import Finding, Location, Severity, did_you_mean, one_of
from ced_cdisc.read.contract import (
    ROW,
    SPREADSHEET_ERRORS,
    TableContract,
    raw_finding,
    read_error,
    shown_path,
)
from ced_cdisc.read.delimited import read_delimited
from ced_cdisc.read.finish import empty_file

Reader = Callable[
    [bytes, TableContract, str, Collection[str] | None],
    tuple[pl.DataFrame | None, tuple[str, ...], list[Finding]],
]
"""The bytes of a file, its contract, its path as shown, the columns to keep: the frame, the columns that the
contract does not list, and the findings."""

__all__ = ["ROW", "RawTable", "TableContract", "read_table", "read_tables", "unclaimed_files"]


@dataclass(frozen=True)
class RawTable:
    """One raw table as read.

    Attributes:
        name: table name in the specs.
        frame: String columns in the contract's order (null = empty cell), then ``__row`` (Int64):
            the physical line of a CSV record, the sheet row of an xlsx record, the number of an xpt record.
        sha256: digest of the bytes of the file, hexadecimal.
        file: path below the raw folder.
        new: columns of the file that the contract does not list, in their order.
    """

    name: str
    frame: pl.DataFrame
    sha256: str
    file: str
    new: tuple[str, ...] = ()


def read_table(
    folder: Path, contract: TableContract, needed: Collection[str] | None = None
) -> tuple[RawTable | None, list[Finding]]:
    """Read one raw table.

    Args:
        folder: the raw folder, as the user wrote it.
        contract: what sources.yaml says of the table.
        needed: columns to keep (the header is compared in full all the same); None keeps all.

    Returns:
        The table, or None where a finding is an error; and the findings.
    """
    shown = shown_path(folder, contract.file)
    fault = _locate(folder, contract, shown)
    if fault:
        return None, [fault]
    try:
        raw = (folder / contract.file).read_bytes()
    except OSError as error:
        return None, [read_error(error, contract, shown)]
    if not raw:
        return None, [empty_file(contract, shown)]
    frame, new, found = _reader(contract)(raw, contract, shown, needed)
    if frame is None or any(finding.severity is Severity.ERROR for finding in found):
        return None, found
    if contract.format != "csv" or b"#" in raw:
        found += _spreadsheet_errors(frame, contract, shown)
        if any(finding.severity is Severity.ERROR for finding in found):
            return None, found
    return RawTable(contract.name, frame, hashlib.sha256(raw).hexdigest(), contract.file, new), found


def _reader(contract: TableContract) -> Reader:
    """The reader of a format; each loads what its format needs, which few studies need all of."""
    match contract.format:
        case "csv":
            return read_delimited
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
    needed: Mapping[str, Collection[str]] | None = None,
) -> tuple[dict[str, RawTable], list[Finding]]:
    """Read several raw tables side by side; result and findings stand in the order of the contracts.

    Args:
        folder: the raw folder. That it exists is the business of the command line (exit code 2).
        contracts: the declared tables, of distinct names.
        threads: how many files are read at once; it changes no value and no order.
        needed: columns to keep by table name; a table that is not named keeps all.
    """
    if len({contract.name for contract in contracts}) != len(contracts):
        raise ValueError("table names must be distinct")
    if folder.is_dir() and not _files(folder):
        text = f"the raw folder {folder.as_posix()} holds no file"
        wanted = one_of([contract.file for contract in contracts])
        return {}, [
            raw_finding("CED201", text, Location(folder.as_posix()), f"expected {wanted}" * bool(wanted))
        ]
    columns = needed or {}
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        running = [pool.submit(read_table, folder, c, columns.get(c.name)) for c in contracts]
        results = [one.result() for one in running]
    tables = {table.name: table for table, _ in results if table is not None}
    return tables, [finding for _, found in results for finding in found]


def unclaimed_files(folder: Path, contracts: Sequence[TableContract]) -> list[Finding]:
    """CED235, a note for each file of the raw folder (and of subfolders contracts use) that no table reads.

    Hidden files and the lock files of Office (``~$ae.xlsx``) are passed over.
    """
    claimed = {PurePosixPath(contract.file).as_posix() for contract in contracts}
    parents = sorted({PurePosixPath(name).parent for name in claimed} | {PurePosixPath(".")})
    found: list[Finding] = []
    for parent in parents:
        for name in _files(folder / parent):
            path = (parent / name).as_posix()
            if path not in claimed:
                text = f"{path} stands in the raw folder, but no table reads it"
                near = did_you_mean(path, claimed)
                hint = near or "declare it in sources.yaml, or move it away"
                where = Location(shown_path(folder, path))
                found.append(raw_finding("CED235", text, where, hint, Severity.NOTE))
    return found


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
            return None
        if path.exists():
            text = f"the file of table {contract.name} is no ordinary file: {shown}"
            return raw_finding("CED204", text, contract.where, "put the exported table there")
    except OSError as error:
        return read_error(error, contract, shown)
    beside = [(relative.parent / name).as_posix() for name in _files(path.parent)]
    hint = did_you_mean(contract.file, beside) or f"the folder has {one_of(beside)}" * bool(beside)
    text = f"the file of table {contract.name} is missing: {shown}"
    return raw_finding("CED202", text, contract.where, hint)
