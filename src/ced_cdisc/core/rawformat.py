"""Raw tables as they are declared: their formats, what the end of a file's name says, and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct, field

from ced_cdisc.core.findings import Location

RawFormat = Literal["csv", "xlsx", "xpt", "sas7bdat", "parquet", "json", "odm", "sql"]
"""``csv``: any delimited text. ``json``: Dataset-JSON, also by lines and compressed. ``odm``: clinical data
of an ODM-XML file. ``sql``: the rows that a query of a database gives."""

Counted = Literal["line", "row"]

BY_ENDING: Mapping[str, RawFormat] = MappingProxyType(
    {
        "xlsx": "xlsx",
        "xpt": "xpt",
        "sas7bdat": "sas7bdat",
        "parquet": "parquet",
        "json": "json",
        "ndjson": "json",
        "dsjc": "json",
        "xml": "odm",
        "sql": "sql",
    }
)
"""By the ending of the name, in small letters; any other is delimited text."""


class RawFile(Struct, frozen=True):
    """One raw table as sources.yaml declares it.

    Attributes:
        name: table name in the specs (``ae``).
        file: path below the raw folder (``ae.csv``); of a query that stands in the contract no path.
        format: of the file.
        columns: every column of the table; the frame has them in this order.
        where: the spec line that declares the table.
        delimiter: one ASCII character, csv only.
        encoding: name of the encoding, csv, xpt and sas7bdat only (there empty: as the file says).
        sheet: sheet name, xlsx only; empty means the only sheet.
        group: the ItemGroupOID of the records, odm only.
        items: what names the columns of items, odm only: their OID, or Name or SASFieldName of their ItemDef.
        database: the environment variable with the address of the database, sql only.
        query: the query, sql only; empty means that it stands in the file.
        titles: rows above the header, csv and xlsx only.
        labels: rows below the header that are no records, likewise; rows are counted without blank ones.
        key: the columns that tell records apart; the rows of a query are sorted by them, before all others.
        names: by column, its name in the file, where it has another one there.
        trim: strip leading and trailing white space of every cell, header included.
        missing: cell texts that mean missing, compared after trimming; an empty cell always does.
        special_missing: special missing values of SAS that stand as their text, as ``.N``, xpt and sas7bdat
            only; others are a fault.
    """

    name: str
    file: str
    format: RawFormat
    columns: tuple[str, ...]
    where: Location
    delimiter: str = ","
    encoding: str = "utf-8"
    sheet: str = ""
    group: str = ""
    items: Literal["oid", "name", "sas"] = "oid"
    database: str = ""
    query: str = ""
    titles: int = 0
    labels: int = 0
    key: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    trim: bool = False
    missing: tuple[str, ...] = ()
    special_missing: tuple[str, ...] = ()

    @property
    def counts_in(self) -> Counted:
        """What messages call the place of a record."""
        return counted_in(self.format)


def format_of(file: str) -> RawFormat:
    """The format of a file by its name.

    >>> format_of("ae.NDJSON"), format_of("ae.txt")
    ('json', 'csv')
    """
    return BY_ENDING.get(file.rpartition(".")[2].lower(), "csv")


def counted_in(kind: RawFormat) -> Counted:
    """What messages call the place of a record: the line of a text or XML file, the row of any other."""
    return "line" if kind in ("csv", "odm") else "row"
