"""Small datasets and headers for the tests of the transport files."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import polars as pl

from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.write.xpt import write_xpt

STAMP = "15OCT12:22:56:22"


def text(name: str = "A", length: int = 8, label: str = "", **more: Any) -> XptVariable:
    return XptVariable(name, label, "Char", length, **more)


def number(name: str = "N", length: int = 8, label: str = "", **more: Any) -> XptVariable:
    return XptVariable(name, label, "Num", length, **more)


def member(*variables: XptVariable, name: str = "XX", label: str = "", **more: Any) -> XptMember:
    return XptMember(name, label, variables, **{"created": STAMP, "modified": STAMP, **more})


def written(frame: pl.DataFrame, headers: XptMember, **more: Any) -> bytes:
    stream = BytesIO()
    write_xpt(stream, frame, headers, **more)
    return stream.getvalue()


def small() -> tuple[pl.DataFrame, XptMember]:
    """Three rows of 28 bytes: two texts, a number and a short number."""
    frame = pl.DataFrame(
        {
            "USUBJID": ["01-001", "01-002", "01-003"],
            "SEX": ["F", None, "M"],
            "AVAL": [1.0, -118.625, None],
            "FL": [0, 1, None],
        }
    )
    headers = member(
        text("USUBJID", 16, "Unique Subject Identifier"),
        text("SEX", 1, "Sex"),
        number("AVAL", 8, "Analysis Value", format="", format_width=8, format_decimals=2),
        number("FL", 3, "Flag"),
        name="DM",
        label="Demographics",
        sas_os="X64_7HOM",
        sas_version="9.3",
    )
    return frame, headers
