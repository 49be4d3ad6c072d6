"""A raw folder looked at without any contract: what is there, and what it seems to mean."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.core.rawformat import counted_in
from ced_cdisc.propose.labels import label_rows
from ced_cdisc.propose.profile import Scan, TableProfile
from ced_cdisc.propose.tables import TableTally, seen_together
from ced_cdisc.read.contract import raw_finding
from ced_cdisc.read.discover import FoundTable, find_tables

_WITH_LABELS = ("csv", "xlsx")


def scan_folder(folder: Path, findings: Findings, only: str = "") -> Scan:
    """Scan the files of a raw folder; files that cannot be read are findings, and the others are scanned.

    Args:
        folder: the raw folder.
        findings: receives what cannot be read, and what is passed over.
        only: show one table alone, by its file or name; all are read, since the subject is told by all.
    """
    found: list[tuple[TableProfile, TableTally]] = []
    for table in find_tables(folder):
        if isinstance(table, Finding):
            findings.add(table)
            continue
        tally = TableTally(table.header)
        labels: int | None = None
        for block in table.blocks:
            if labels is None:  # the first block alone has the rows below the header
                labels = label_rows(block) if table.format in _WITH_LABELS else 0
                block = block.slice(labels)
            tally.add(block)
        taken = {profile.name for profile, _ in found}
        found.append((_profile(table, tally, taken, labels or 0), tally))
    tables: list[TableProfile] = []
    for profile, (_, tally) in zip(seen_together([one for one, _ in found]), found, strict=True):
        tables.append(replace(profile, key=tally.key(profile.columns)))
    if only:
        tables = [table for table in tables if only in _called(table)]
    return Scan(folder.as_posix(), tuple(tables))


def no_table(folder: Path, findings: Findings) -> None:
    """CED763: nothing of a raw folder can be scanned."""
    text = f"{folder.as_posix()} holds no table"
    findings.add(raw_finding("CED763", text, Location(folder.as_posix()), "name the folder of the raw files"))


def _called(table: TableProfile) -> tuple[str, ...]:
    path = PurePosixPath(table.file)
    return (table.file, path.name, path.stem, table.name, table.sheet, table.group)


def _profile(table: FoundTable, tally: TableTally, taken: set[str], labels: int) -> TableProfile:
    remarks = list(table.remarks)
    if table.titles:
        what = "1 row stands" if table.titles == 1 else f"{table.titles} rows stand"
        remarks.append(f"{what} above the header; see `titles`")
    if labels:
        what = "1 row below the header seems" if labels == 1 else f"{labels} rows below the header seem"
        remarks.append(f"{what} to hold labels, not data; see `labels`")
    header = list(table.header)
    for at, name in enumerate(header, 1):
        if not name:
            remarks.append(f"header cell {at} is blank; a build refuses it")
        elif name in header[: at - 1]:
            first = header.index(name) + 1
            remarks.append(
                f"{name} stands twice in the header, in cells {first} and {at}; a build refuses it"
            )
    if not tally.rows:
        remarks.append("a header and no rows")
    elif any(re.fullmatch(r"[0-9.,:/-]+", name) for name in header):
        remarks.append("the first line has numbers for names: it may be no header")
    return TableProfile(
        _name(table, taken),
        table.file,
        table.format,
        tally.rows,
        tally.columns(),
        table.encoding,
        table.delimiter,
        table.sheet,
        table.why,
        tuple(remarks),
        group=table.group,
        place=counted_in(table.format),
        titles=table.titles,
        labels=labels,
    )


def _name(table: FoundTable, taken: set[str]) -> str:
    """A name that expressions can use: of the file, with the sheet where a workbook has several, or of the
    item group, without the usual IG before it."""
    words = [PurePosixPath(table.file).stem, table.sheet]
    if table.group:
        words = [re.sub(r"^IG[._]", "", table.group)]
    made = re.sub(r"[^a-z0-9]+", "_", "_".join(filter(None, words)).casefold()).strip("_")
    if not re.match("[a-z]", made):
        made = f"t_{made}".rstrip("_")
    name, number = made, 2
    while name in taken:
        name, number = f"{made}_{number}", number + 1
    return name
