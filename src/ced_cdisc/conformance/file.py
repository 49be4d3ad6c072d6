"""A file of a folder: what a reading of all of it tells, and its records.

Who has been told that need not read the file to know what it holds: its records are read once somebody looks
at them, and of these no more variables than are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import polars as pl

from ced_cdisc.conformance.column import Column
from ced_cdisc.conformance.records import Held, Places, Profile, Records, Source
from ced_cdisc.core.findings import Finding, Location, Severity, Stage, Stopped
from ced_cdisc.core.xpt import XptMember
from ced_cdisc.read.dataset_json import read_dataset_json
from ced_cdisc.read.xpt import XptFile


@dataclass(frozen=True)
class FileTold:
    """What a reading of a whole file told.

    Attributes:
        name, label: of the dataset.
        columns: the variables in order.
        height: how many records.
        profile: what all values told.
        is_windows: whether its texts are read as windows-1252.
        findings: what is at fault, though it can be read.
    """

    name: str
    label: str
    format: Literal["xpt", "dataset-json"]
    columns: tuple[Column, ...]
    height: int
    profile: Profile
    is_windows: bool = False
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Unreadable:
    """A file that cannot be read, and why."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, eq=False)
class ReadFile:
    """A file that can be read: what all of it told, and its records."""

    told: FileTold
    records: Records


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
        return Unreadable(tuple(replace(one, stage=Stage.CHECK) for one in stopped.findings))


def opened_as_told(told: FileTold | Unreadable, file: Path, shown: str) -> ReadFile | Unreadable:
    """A file that somebody else has read."""
    if isinstance(told, Unreadable):
        return told
    if told.format == "xpt":
        source: Source = _Transport(file, shown, told.height, told.is_windows)
    else:
        source = _Json(file, shown, told.height)
    records = Records(source, [column.name for column in told.columns])
    records.look_through(told.profile)
    return ReadFile(told, records)


def _read_json(file: Path, shown: str) -> ReadFile:
    frame, described = read_dataset_json(file, shown=shown)
    columns = tuple(Column(c.name, c.label, c.type, c.length, c.format) for c in described.variables)
    records = Records.of(frame)
    name, label = described.name, described.label
    return ReadFile(FileTold(name, label, "dataset-json", columns, frame.height, records.profile), records)


def _read_xpt(file: Path, shown: str, known: Profile | None) -> ReadFile:
    findings: list[Finding] = []
    is_windows = False
    try:
        member, records = _opened(file, shown, known)
    except Stopped as stopped:
        first = next(iter(stopped.findings))
        if first.code != "CED337":
            raise
        # The agencies ask for ASCII; what else SAS wrote is of the code page of a Windows machine, mostly.
        is_windows = True
        member, records = _opened(file, shown, is_windows=True)
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
    told = FileTold(
        member.name, member.label, "xpt", columns, records.height, records.profile, is_windows,
        tuple(findings),
    )  # fmt: skip
    return ReadFile(told, records)


def _opened(
    file: Path, shown: str, known: Profile | None = None, *, is_windows: bool = False
) -> tuple[XptMember, Records]:
    """A transport file all of which can be read."""
    opened = _open(file, shown, is_windows)
    source = _Transport(file, shown, opened.rows, is_windows)
    source.file = opened
    records = Records(source, [v.name for v in opened.member.variables])
    records.look_through(known)
    return opened.member, records


def _open(file: Path, shown: str, is_windows: bool) -> XptFile:
    return XptFile(file, encoding="latin-1" if is_windows else "utf-8", shown=shown)


@dataclass(eq=False)
class _Transport:
    """The records of a transport file, which stay in it."""

    path: Path
    shown: str
    height: int
    is_windows: bool

    @cached_property
    def file(self) -> XptFile:
        """The file, opened by who first looks at records."""
        return _open(self.path, self.shown, self.is_windows)

    def read(self, names: Sequence[str] | None, places: Places) -> pl.DataFrame:
        """Some records with the named variables, or with all."""
        frame, _ = self.file.read(names, places)
        if self.is_windows:
            frame = frame.with_columns(pl.col(pl.String).map_elements(_windows, pl.String, skip_nulls=True))
        return frame if names is None else frame.select(names)


def _windows(text: str) -> str:
    """A text read as latin-1, as windows-1252 where that has the bytes."""
    return text if text.isascii() else text.encode("latin-1").decode("windows-1252", "replace")


@dataclass(eq=False)
class _Json:
    """The records of a Dataset-JSON file, which is read as a whole by who first looks at one."""

    path: Path
    shown: str
    height: int

    @cached_property
    def _held(self) -> Held:
        return Held(read_dataset_json(self.path, shown=self.shown)[0])

    def read(self, names: Sequence[str] | None, places: Places) -> pl.DataFrame:
        """Some records with the named variables, or with all."""
        return self._held.read(names, places)
