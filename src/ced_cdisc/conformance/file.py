"""One file of a folder, read here or by another process that tells of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.conformance.column import Column
from ced_cdisc.conformance.records import Places, Profile, Records
from ced_cdisc.core.datafile import FileDataset
from ced_cdisc.core.findings import Finding, Location, Severity, Stage, Stopped
from ced_cdisc.core.xpt import XptMember
from ced_cdisc.read.dataset_json import DatasetJsonFile
from ced_cdisc.read.xpt import XptFile


class Unreadable(Struct, frozen=True):
    """A file that cannot be read, and why."""

    findings: tuple[Finding, ...]


class Head(Struct, frozen=True):
    """What is known of a file that can be read, besides its records.

    Attributes:
        name, label: of the dataset.
        columns: the variables in order.
        is_windows: whether its texts are read as windows-1252.
        findings: what is at fault nevertheless.
    """

    name: str
    label: str
    format: Literal["xpt", "dataset-json"]
    columns: tuple[Column, ...]
    is_windows: bool = False
    findings: tuple[Finding, ...] = ()


class ReadFile(Struct, frozen=True, eq=False):
    """A file that can be read."""

    head: Head
    records: Records

    def told(self) -> FileTold:
        """What another process needs, that it need not go through the file."""
        records = self.records
        return FileTold(self.head, records.profile, None if records.is_large else records.read())


class FileTold(Struct, frozen=True, eq=False):
    """What was told of a file.

    Attributes:
        profile: what all its values tell.
        frame: its records; None of a large dataset, where they stay in the file.
    """

    head: Head
    profile: Profile
    frame: pl.DataFrame | None

    def opened(self, file: Path, shown: str) -> ReadFile | Unreadable:
        """The file to whom it was told of."""
        try:
            records = _reopened(file, shown, self.head) if self.frame is None else Records.of(self.frame)
        except Stopped as stopped:
            return _unreadable(stopped)
        records.look_through(self.profile)
        records.is_at_hand = False
        return ReadFile(self.head, records)


def read_file(file: Path, shown: str, known: Profile | None = None) -> ReadFile | Unreadable:
    """Read a file.

    Args:
        file: the file.
        shown: its name in messages.
        known: what an earlier reading of the same transport file told.
    """
    try:
        return _read_xpt(file, shown, known) if file.suffix.lower() == ".xpt" else _read_json(file, shown)
    except Stopped as stopped:
        return _unreadable(stopped)


def _unreadable(stopped: Stopped) -> Unreadable:
    return Unreadable(tuple(replace(one, stage=Stage.CHECK) for one in stopped.findings))


def _reopened(file: Path, shown: str, head: Head) -> Records:
    if head.format == "dataset-json":
        return _read_json(file, shown).records
    return _opened(file, shown, is_windows=head.is_windows)[1]


def _read_json(file: Path, shown: str) -> ReadFile:
    opened = DatasetJsonFile(file, shown=shown)
    frame, described = opened.read(), opened.dataset
    columns = tuple(Column(c.name, c.label, c.type, c.length, c.format) for c in described.variables)
    findings = (*_no_integers(frame, described, shown), *_rounded(opened, shown))
    head = Head(described.name, described.label, "dataset-json", columns, findings=findings)
    return ReadFile(head, Records.of(frame))


def _no_integers(frame: pl.DataFrame, described: FileDataset, shown: str) -> Iterator[Finding]:
    """The first fraction of each variable whose type says that it has whole numbers."""
    for variable in described.variables:
        if variable.data_type == "integer":
            values = frame[variable.name]
            places = (values.floor() != values).fill_null(False).arg_true()
            if len(places):
                row, value = int(places[0]) + 1, float(values[int(places[0])])
                what = f"{shown} has {value!r} in {variable.name} row {row}, which is no integer"
                hint = "write it again, with the type float or with whole numbers"
                yield Finding("CED606", what, Location(shown), hint, Stage.CHECK, quotes=(repr(value),))


def _rounded(opened: DatasetJsonFile, shown: str) -> Iterator[Finding]:
    """The first number of each variable that is looked at with fewer digits than it has."""
    for name, (row, text) in opened.rounded.items():
        said = text[:60]
        what = f"{shown} has {said} in {name} row {row}, more digits than a number of SAS holds"
        hint = "round it; the check looks at the number of 8 bytes beside it"
        yield Finding("CED616", what, Location(shown), hint, Stage.CHECK, Severity.WARNING, quotes=(said,))


def _read_xpt(file: Path, shown: str, known: Profile | None) -> ReadFile:
    """A transport file all of which can be read."""
    findings: list[Finding] = []
    try:
        member, records = _opened(file, shown)
        records.look_through(known)
    except Stopped as stopped:
        first = next(iter(stopped.findings))
        if first.code != "CED337":
            raise
        # The agencies ask for ASCII; what else SAS wrote is of the code page of a Windows machine, mostly.
        member, records = _opened(file, shown, is_windows=True)
        records.look_through()
        finding = replace(
            first, code="CED608", stage=Stage.CHECK, severity=Severity.WARNING,
            hint="it is read as windows-1252; write the text in ASCII",
        )  # fmt: skip
        findings.append(finding)
    if member.version == 8:
        what = f"{shown} is a transport file of version 8, which no agency takes"
        hint = f"write it as version 5: ced-cdisc convert {file.name} NEW.xpt"
        findings.append(Finding("CED338", what, Location(shown), hint, Stage.CHECK))
    columns = tuple(Column(v.name, v.label, v.type, v.length, v.format_text) for v in member.variables)
    is_windows = any(one.code == "CED608" for one in findings)
    return ReadFile(Head(member.name, member.label, "xpt", columns, is_windows, tuple(findings)), records)


def _opened(file: Path, shown: str, *, is_windows: bool = False) -> tuple[XptMember, Records]:
    opened = XptFile(file, encoding="latin-1" if is_windows else "utf-8", shown=shown)
    return opened.member, Records(_Transport(opened, is_windows), [v.name for v in opened.member.variables])


class _Transport(Struct, frozen=True):
    """The records of a transport file, which stay in it."""

    file: XptFile
    is_windows: bool

    @property
    def height(self) -> int:
        """How many records."""
        return self.file.rows

    def read(self, names: Sequence[str] | None, places: Places) -> pl.DataFrame:
        """Some records with the named variables, or with all."""
        frame, _ = self.file.read(names, places)
        if self.is_windows:
            frame = frame.with_columns(
                pl.col(pl.String).map_elements(windows_text, pl.String, skip_nulls=True)
            )
        return frame if names is None else frame.select(names)

    def profile(self, places: range) -> Profile:
        """What some records tell of each variable."""
        if self.is_windows:  # its texts are others than those that are looked at in the file
            return Profile.of(self.read(None, places))
        return Profile(*self.file.survey(places))


def windows_text(text: str) -> str:
    """A text read as latin-1, as windows-1252 where that has the bytes."""
    return text if text.isascii() else text.encode("latin-1").decode("windows-1252", "replace")
