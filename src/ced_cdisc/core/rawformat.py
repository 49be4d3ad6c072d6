"""The formats that a raw table can have, and what the end of a file's name says of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

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


def format_of(file: str) -> RawFormat:
    """The format of a file by its name.

    >>> format_of("ae.NDJSON"), format_of("ae.txt")
    ('json', 'csv')
    """
    return BY_ENDING.get(file.rpartition(".")[2].lower(), "csv")


def counted_in(kind: RawFormat) -> Counted:
    """What messages call the place of a record: the line of a text or XML file, the row of any other."""
    return "line" if kind in ("csv", "odm") else "row"
