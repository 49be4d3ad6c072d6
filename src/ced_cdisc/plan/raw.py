"""What the plan knows of raw tables and visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from ced_cdisc.core.findings import Location
from ced_cdisc.core.rawformat import RawFile
from ced_cdisc.expr.lineage import columns
from ced_cdisc.expr.tree import Node


class PlannedVisit(Struct, frozen=True):
    """A visit of the protocol and the raw names that mean it. ``day`` is VISITDY."""

    number: float
    name: str
    day: float | None
    raw: tuple[str, ...]
    mode: str = ""
    repeats: bool = False
    """Whether one table may have the visit on several dates; otherwise that is a fault of the data."""


class IsoDate(Struct, frozen=True):
    """A raw column, with its table (``ae.AESTDTC``), that a line of a dataset reads as ISO 8601.

    Attributes:
        is_clock: it has times of day, and the line does not say how they are written.
    """

    dataset: str
    variable: str
    column: str
    where: Location
    is_clock: bool = False


class AskedText(Struct, frozen=True):
    """A text that an expression of a dataset compares a raw column or variable (``ae.SER``) with, of which
    no spec says what it can have."""

    dataset: str
    column: str
    text: str
    where: Location


class VisitPlan(Struct, frozen=True):
    """How raw visit names become VISITNUM and VISIT.

    A raw name in ``unscheduled`` becomes the number of the subject's last planned visit that began for
    certain on or before that date plus 0.01, 0.02, ... in the order of the dates, and the name
    ``UNSCHEDULED n.01``.
    ``tables`` lists (raw table, column of the name, column of the date): they witness that visits took place.
    ``formats`` read the dates.
    """

    planned: tuple[PlannedVisit, ...]
    unscheduled: tuple[str, ...]
    tables: tuple[tuple[str, str, str], ...]
    formats: tuple[str, ...]
    pivot: int | None = None
    windows: tuple[tuple[str, int | None, int | None], ...] = ()
    """Raw name and first and last study day: what a row without a visit name means; outside of all of them
    it is the first of ``unscheduled``, if there is one."""
    day1: tuple[str, str] | None = None
    """Raw table and column whose earliest date is the subject's day 1, where there are windows."""
    untreated: str = ""
    """Raw name that a row without a visit name has, of a subject who has no day 1; none: that is a fault."""


class Duplicates(Struct, frozen=True):
    """Which of several records with one key is kept.

    ``identical``: one of records that are alike in all columns of the contract. ``latest``, ``earliest``: by
    the date in ``by``, read by ``formats``. ``last``, ``first``: by the number in ``by``, which is written in
    the ``notation`` of the table.
    """

    keep: Literal["identical", "latest", "earliest", "last", "first"]
    where: Location
    by: str = ""
    formats: tuple[str, ...] = ()
    pivot: int | None = None
    notation: str = ""


class LeftOut(Struct, frozen=True):
    """Rows of a raw table that are no records of the study: the condition that tells them, and the reason."""

    condition: Node
    why: str
    where: Location


class RawTable(RawFile, frozen=True):
    """What the plan knows of a raw table beside what its file is."""

    subject: str = ""
    """The column of the subject's identifier, or the text of an expression over several."""
    policy: Literal["strict", "warn", "ignore"] = "strict"
    page: int | None = None
    form: str = ""
    """The name of the form, empty where the table's own name is all there is."""
    duplicates: Duplicates | None = None
    exclude: Mapping[str, str] = field(default_factory=dict[str, str])
    """Why columns are left out, by column: what the table says, and what the defaults say."""
    places: Mapping[str, Location] = field(default_factory=dict[str, Location])
    """Where the contract lists each column."""
    identifying: tuple[str, ...] = ()
    """Columns whose values tell who somebody is, beside that of the subject."""
    left_out: tuple[LeftOut, ...] = ()
    subject_of: Node | None = None
    """The identifier as an expression over the columns, where it is not one of them."""
    is_source: bool = False
    """Whether records of a dataset, or visits, are made of its rows."""
    readers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """What reads each column, in the whole study: see :mod:`ced_cdisc.plan.account`."""

    @property
    def excluding_columns(self) -> tuple[str, ...]:
        """The columns that say whether a row is excluded."""
        return tuple(dict.fromkeys(c.name for one in self.left_out for c in columns(one.condition)))

    @property
    def subject_columns(self) -> tuple[str, ...]:
        """The columns that the subject's identifier is made of."""
        if self.subject_of is not None:
            return tuple(dict.fromkeys(one.name for one in columns(self.subject_of)))
        return (self.subject,) if self.subject else ()
