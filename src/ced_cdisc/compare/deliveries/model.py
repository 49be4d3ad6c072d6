"""What is known of a raw table beforehand, and what a comparison of two deliveries of it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import polars as pl
from msgspec import Struct, field

from ced_cdisc.core.findings import Location, Severity

Cell = Callable[[str, str], str]
"""How a cell is shown: its column and its text, which is masked where it tells who somebody is."""


class KnownTable(Struct, frozen=True):
    """A raw table as the specs know it; of a file without contract only what the file says.

    Attributes:
        name: the table of sources.yaml, else the file.
        key: the columns that identify a record; none where nothing says them.
        subject: the column of the subject, or an empty text.
        where: where the contract stands; None without one.
        counts_in: what the place of a record is called: line or row.
        policy: what a column is that the file or the contract alone has.
        places: the line of the contract for each column.
        readers: what reads each column: ``AE.AESEV``, ``key``.
        coded: the columns whose values a line turns into terms.
        dates: the formats, and the pivot of years, of the columns that a line reads as dates.
        chosen: the records that are left where the contract says which of several with one key is kept.
        snapshot: the day of the study's snapshot, ISO 8601.
    """

    name: str
    key: tuple[str, ...] = ()
    subject: str = ""
    where: Location | None = None
    counts_in: Literal["line", "row"] = "line"
    policy: Literal["strict", "warn", "ignore"] = "ignore"
    places: Mapping[str, Location] = field(default_factory=dict[str, Location])
    readers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    coded: frozenset[str] = frozenset()
    dates: Mapping[str, tuple[tuple[str, ...], int | None]] = field(
        default_factory=dict[str, tuple[tuple[str, ...], int | None]]
    )
    chosen: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    snapshot: str = ""


class Refusal(Struct, frozen=True):
    """A value that a line of the specs does not take.

    Attributes:
        value: the text as it was delivered.
        message: what a build will say of it; the value in it is shown as a cell.
        hint: the nearest right word.
        where: the line of the specs.
    """

    value: str
    message: str
    hint: str
    where: Location


Foresee = Callable[[str, pl.Series], Sequence[Refusal]]
"""Which texts, each once, of a column the lines of the specs will refuse."""


class Example(Struct, frozen=True):
    """A record that shows a change: its key, its cells as they are shown, its place in the file."""

    key: tuple[tuple[str, str], ...]
    place: str
    old: str = ""
    new: str = ""


class Change(Struct, frozen=True):
    """One thing that is not as it was.

    Attributes:
        code: see :mod:`ced_cdisc.core.codes`.
        message: what changed.
        severity: an error stops a build of the new delivery; a warning changes what it writes, or should
            be looked at; a note does neither.
        column: the column, where it is about one.
        count: records or cells.
        hint: the next step.
        where: the line of the specs that is concerned.
        readers: what reads the column.
        examples: a few records.
    """

    code: str
    message: str
    severity: Severity = Severity.NOTE
    column: str = ""
    count: int = 0
    hint: str = ""
    where: Location | None = None
    readers: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()


class TableChanges(Struct, frozen=True):
    """All changes of one table; a number of records is None where a delivery has none that can be read."""

    table: str
    file: str
    old: int | None
    new: int | None
    changes: tuple[Change, ...]


class Deliveries(Struct, frozen=True):
    """Two deliveries compared, in the order of the contracts, then by file.

    Attributes:
        old, new: the folders as they were named.
        concerned: the datasets that will have other values or records, first those that read what changed.
    """

    old: str
    new: str
    tables: tuple[TableChanges, ...]
    concerned: tuple[str, ...] = ()

    def counts(self) -> dict[Severity, int]:
        """How many changes there are of each severity."""
        listed = [change.severity for table in self.tables for change in table.changes]
        return {severity: listed.count(severity) for severity in Severity}
