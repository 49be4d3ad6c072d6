"""What a scan knows of raw tables: the model that the text, the JSON and the proposals are made of."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from ced_cdisc.propose.headings import told_name

Role = Literal["", "subject", "visit", "visit date", "unit"]
FEW = 40
"""So many distinct values, at most, are codes where each comes twice on average."""
_MANY = 300
"""So many are codes, such as the names of tests, where each comes twenty times."""


class DateForm(Struct, frozen=True):
    """One way in which the dates of a column are written.

    Attributes:
        formats: the formats of the mapping language that may be meant; several where the order of day and
            month is open.
        count: how many cells are written so.
        note: why it is certain or open, where that is not plain.
    """

    formats: tuple[str, ...]
    count: int
    note: str = ""

    @property
    def open(self) -> bool:
        """Whether the cells do not tell which format is meant."""
        return len(self.formats) > 1


class ColumnProfile(Struct, frozen=True):
    """One column of a raw table.

    Attributes:
        name: the header cell, without blanks at its ends.
        filled: cells that are not empty or blank.
        empty: the other ones.
        distinct: how many different values; None where there are more than were counted.
        kinds: what the cells are, with counts, most frequent first: integer, decimal, decimal comma, number
            with comparator, number with flag, date, date and time, time, text.
        dates: the ways in which dates are written, most frequent first.
        times: the formats of times of day.
        values: all values with counts, most frequent first, where they were counted; identifiers too.
        shapes: what texts look like (A, a, 9), with counts, most frequent first.
        low: the smallest number or date, as text.
        high: the largest one.
        longest: length of the longest value [characters].
        padded: cells with blanks at an end.
        role: what the column is, seen with all tables.
        hidden: why its values are not shown: empty where they are.
        missing: texts that seem to say that there is no value.
        unit_of: of a unit column, the columns of the numbers before it.
        late: how many cells have a time of 24:00 or later, as of the day after.
        called: what the file calls it, where the contract has another name for it.
    """

    name: str
    filled: int
    empty: int
    distinct: int | None
    kinds: tuple[tuple[str, int], ...] = ()
    dates: tuple[DateForm, ...] = ()
    times: tuple[str, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    shapes: tuple[tuple[str, int], ...] = ()
    low: str = ""
    high: str = ""
    longest: int = 0
    padded: int = 0
    role: Role = ""
    hidden: str = ""
    missing: tuple[str, ...] = ()
    unit_of: tuple[str, ...] = ()
    called: str = ""
    late: int = 0

    @property
    def says(self) -> str:
        """What its name says in the file, without a unit and without what ODM puts before an item."""
        return told_name(self.called or self.name)[0]

    @property
    def unit_told(self) -> str:
        """The unit that stands in its name, as the terminology spells it; else empty."""
        return told_name(self.called or self.name)[1]

    @property
    def kind(self) -> str:
        """What most cells are, those apart that seem to say that there is no value."""
        counted = [kind for kind, _ in self.kinds]
        if len(counted) > 1 and counted[0] == "text" and self.missing:
            gone = sum(count for value, count in self.values if value in self.missing)
            if dict(self.kinds)["text"] <= gone:
                return counted[1]
        return counted[0] if counted else "empty"

    @property
    def is_date(self) -> bool:
        """Whether it holds dates."""
        return self.kind in ("date", "date and time")

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers, some with a comparator or flag perhaps."""
        return self.kind in ("integer", "decimal", "decimal comma") or self.kind.startswith("number")

    @property
    def is_coded(self) -> bool:
        """Whether it has few values that come again."""
        if not self.distinct or self.distinct > _MANY:
            return False
        return self.filled >= (2 if self.distinct <= FEW else 20) * self.distinct


class KeyFound(Struct, frozen=True):
    """The columns that identify a row; ``repeated`` counts the rows that have the key of an earlier one."""

    columns: tuple[str, ...]
    repeated: int = 0
    first: tuple[int, int] = (0, 0)
    """Where the first two rows of one key stand."""


class TableProfile(Struct, frozen=True):
    """One raw table.

    Attributes:
        name: a name that specs can use.
        group: the ItemGroupOID of its records, of ODM-XML only.
        place: the word for what counts its rows: line or row.
        names: by proposed name of a column, what the file calls it, where specs cannot.
        titles: rows above the header.
        labels: rows below the header that seem to be no records; they are not counted.
    """

    name: str
    file: str
    format: str
    rows: int
    columns: tuple[ColumnProfile, ...]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    why: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    key: KeyFound | None = None
    group: str = ""
    place: str = "line"
    names: tuple[tuple[str, str], ...] = ()
    titles: int = 0
    labels: int = 0

    def column(self, name: str) -> ColumnProfile | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)

    def of(self, role: Role) -> ColumnProfile | None:
        """The column of a role."""
        return next((column for column in self.columns if column.role == role), None)


class Scan(Struct, frozen=True):
    """A raw folder: its tables in the order of their files."""

    folder: str
    tables: tuple[TableProfile, ...]
    files: int = 0

    def table(self, name: str) -> TableProfile | None:
        """The table of that name."""
        return next((table for table in self.tables if table.name == name), None)
