"""A raw file as it is, whatever its contract says: of two deliveries, one is otherwise than the contract.

A file is read by its contract where that can be. Of delimited text, another delimiter or encoding is found
out, and said; every column of the header is read, in the order of the file.
"""

from __future__ import annotations

import codecs
from collections import Counter
from pathlib import Path, PurePosixPath

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Location, Severity
from ced_cdisc.core.rawformat import format_of
from ced_cdisc.read.contract import ROW, TableContract, shown_path
from ced_cdisc.read.tables import read_table

_DELIMITERS = (",", ";", "\t", "|")
_TEXT = ("csv", "txt", "tsv", "dat", "psv")
_SEVERAL = ("odm", "sql")
"""Formats of which the name of the file does not say what the table is."""


class Form(Struct, frozen=True):
    """How delimited text is written: what an editor calls its encoding, the delimiter, the line end."""

    encoding: str
    delimiter: str
    line_end: str


class Delivered(Struct, frozen=True):
    """A file of a delivery.

    Attributes:
        frame: String columns in the order of the file and the place of each record; None where it cannot be
            read.
        form: of delimited text.
        fault: why it cannot be read.
        unlike: it was read, but not by its contract.
    """

    frame: pl.DataFrame | None = None
    form: Form | None = None
    fault: Finding | None = None
    unlike: bool = False


def undeclared(file: str) -> TableContract | None:
    """A contract for a file that has none, of its ending alone; None for what is no table."""
    ending, kind = PurePosixPath(file).suffix.lower().removeprefix("."), format_of(file)
    if kind in _SEVERAL or (kind == "csv" and ending not in _TEXT):
        return None
    encoding = "" if kind == "sas7bdat" else "utf-8"
    return TableContract(
        file, file, kind, (), Location(file), encoding=encoding, trim=True, column_policy="ignore"
    )


def read_delivered(folder: Path, contract: TableContract) -> Delivered:
    """Read a file of a delivery.

    Args:
        folder: the delivery.
        contract: of the table; its columns are not asked about.
    """
    declared = replace(contract, columns=(), column_policy="ignore", needed=frozenset(), column_lines=None)
    form: Form | None = None
    attempts = [declared]
    if contract.format == "csv":
        try:
            raw = (folder / contract.file).read_bytes()
        except OSError as error:
            message = f"{shown_path(folder, contract.file)} cannot be read: {error.strerror}"
            return Delivered(fault=Finding("CED814", message, Location(contract.file)))
        form = _form(raw, contract)
        written = replace(declared, encoding=_codec(form, contract), delimiter=form.delimiter)
        if written != declared:
            attempts.append(written)
        if form.delimiter != contract.delimiter:
            attempts.reverse()  # by the contract the header would be one cell
        del raw
    fault: Finding | None = None
    for attempt in attempts:
        frame, found = _read(folder, attempt)
        if frame is not None:
            return Delivered(frame, form, unlike=attempt != declared)
        fault = fault or found
    if fault is not None and fault.code == "CED205":  # an empty file: the attempts know no columns
        fault = replace(fault, hint=f"expected {', '.join(contract.columns)}" * bool(contract.columns))
    return Delivered(None, form, fault)


def _read(folder: Path, contract: TableContract) -> tuple[pl.DataFrame | None, Finding | None]:
    """The header first, then all of its columns."""
    head, found = read_table(folder, contract)
    if head is not None and ROW in head.new:
        message = (
            f"a column of {shown_path(folder, contract.file)} is called {ROW}, which is a name of this tool"
        )
        return None, Finding("CED814", message, Location(contract.file), "give the column another name")
    if head is not None:
        table, found = read_table(folder, replace(contract, columns=head.new))
        if table is not None:
            return table.frame, None
    return None, next(one for one in found if one.severity is Severity.ERROR)


def _form(raw: bytes, contract: TableContract) -> Form:
    end = raw.find(b"\n")
    line = raw[: end if end >= 0 else len(raw)]
    counts = Counter({one: line.count(one.encode()) for one in (*_DELIMITERS, contract.delimiter)})
    best, number = counts.most_common(1)[0]
    delimiter = contract.delimiter if counts[contract.delimiter] or not number else best
    line_end = "Windows" if line.endswith(b"\r") else "Unix"
    return Form(_encoding(raw), delimiter, line_end)


def _encoding(raw: bytes) -> str:
    if raw.startswith(codecs.BOM_UTF8):
        return "UTF-8 with a mark"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16"
    if raw.isascii():
        return "ASCII"
    try:
        str(memoryview(raw), "utf-8")
    except UnicodeDecodeError:
        return "8 bits a character"
    return "UTF-8"


def _codec(form: Form, contract: TableContract) -> str:
    """What reads a file of that form; of 8 bits what the contract says, else Windows in Western Europe."""
    if form.encoding == "UTF-16":
        return "utf-16"
    if form.encoding != "8 bits a character":
        return "utf-8"
    return "cp1252" if codecs.lookup(contract.encoding).name.startswith("utf") else contract.encoding
