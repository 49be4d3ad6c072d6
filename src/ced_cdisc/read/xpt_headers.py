"""The headers of a SAS transport file, version 5 or 8, read with distrust.

Source: SAS technical papers TS-140, see :mod:`ced_cdisc.core.xpt`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped
from ced_cdisc.core.xpt import (
    LABEL_V8,
    LABEL_V9,
    LONGEST_NUMBER,
    NAMESTR,
    RECORD,
    SECTIONS,
    SHORTEST_NUMBER,
    WIDTH_LIMIT,
    Version,
    XptLibrary,
    XptMember,
    XptVariable,
    header_record,
    split_format,
)

MARK = 48
"""Bytes of a record that announce a section; numbers follow them."""
_PADDING = " \0"
_UNKNOWN = b"0" * 15


class Headers(Struct):
    """The records of a file one after the other; every step back to the caller is a finding.

    Attributes:
        data: the bytes of the file.
        file: its name for the messages.
        encoding: of labels that are not ASCII.
        position: where the next record begins [bytes].
        version: of the file, once the library has been read.
    """

    data: NDArray[np.uint8]
    file: str
    encoding: str
    position: int = 0
    version: Version = 5

    def library(self) -> XptLibrary:
        """What stands before all datasets.

        Raises:
            Stopped: the file is no transport file of version 5 or 8 (CED330, CED331), or cut (CED332).
        """
        self._recognise()
        self._expect(SECTIONS[self.version].library)
        line, modified = self._take(), self._text(self._take()[:16])
        return XptLibrary(
            created=self._text(line[64:]),
            modified=modified,
            sas_version=self._text(line[24:32]),
            sas_os=self._text(line[32:40]),
        )

    def member(self, library: XptLibrary) -> tuple[XptMember, int | None]:
        """The next dataset and how many rows it has, None if that is not said; then its rows come next.

        Raises:
            Stopped: its headers are cut (CED332) or damaged (CED333, CED334, CED337).
        """
        is_long, sections = self.version == 8, SECTIONS[self.version]
        size = self._number(self._expect(sections.member)[74:78], "size of a variable description")
        if size != NAMESTR.size:
            self._stop("CED333", f"describes a variable in {size} bytes, expected {NAMESTR.size}")
        self._expect(sections.descriptor)
        line, second = self._take(), self._take()
        name, rest = (line[8:40], line[48:]) if is_long else (line[8:16], line[24:])
        digits = self._expect(sections.variables)[52 if is_long else 54 : 58]
        count = self._number(digits, "number of variables")
        if not count:
            self._stop("CED333", f"dataset {self._text(name)} has no variables")
        variables = self._variables(count)
        if is_long:
            variables = self._with_long_texts(variables)
        rows = self._rows(self._expect(sections.rows)[MARK : MARK + len(_UNKNOWN)]) if is_long else None
        member = XptMember(
            name=self._text(name),
            label=self._text(second[32:72]),
            variables=tuple(variables.values()),
            created=self._text(line[64:]),
            modified=self._text(second[:16]),
            sas_version=self._text(rest[:8]),
            sas_os=self._text(rest[8:16]),
            dataset_type=self._text(second[72:]),
            library=library,
            version=self.version,
        )
        if not is_long:
            self._expect(sections.rows)
        same = XptLibrary(member.created, member.modified, member.sas_version, member.sas_os)
        return (member if library != same else replace(member, library=None)), rows

    def _recognise(self) -> None:
        start = self.data[:MARK].tobytes()
        if start.startswith(b"**COMPRESSED**"):
            self._stop(
                "CED331", "was made by PROC CPORT", "export it with the XPORT engine: libname x xport '...'"
            )
        for version, sections in SECTIONS.items():
            if start == header_record(sections.library)[:MARK]:
                self.version = version
                return
        what = f"begins with {start[:20]!r}" if start else "is empty"
        self._stop("CED330", f"{what}, a SAS transport file begins with 'HEADER RECORD*******LIBRARY'")

    def _variables(self, count: int) -> dict[str, XptVariable]:
        begin, size = self.position, count * NAMESTR.size
        end = begin + -(-size // RECORD) * RECORD
        if end > len(self.data):
            self._stop(
                "CED332", f"ends at byte {len(self.data)}, within the descriptions of its {count} variables"
            )
        self.position = end
        variables: dict[str, XptVariable] = {}
        start = 0
        for number, fields in enumerate(NAMESTR.iter_unpack(self.data[begin : begin + size].tobytes()), 1):
            variable = self._variable(number, fields, start)
            if variable.name in variables:
                self._stop("CED334", f"has two variables named {variable.name}")
            variables[variable.name] = variable
            start += variable.length
        return variables

    def _variable(self, number: int, fields: tuple[Any, ...], start: int) -> XptVariable:
        kind, name_hash, length, number_in_dataset, short, label, *formats, position, rest = fields
        form, width, decimals, justification, fill, informat, informat_width, informat_decimals = formats
        name = self._text(short)
        if self.version == 8:
            name, rest = self._text(rest[:32]) or name, bytes(len(rest))
        what = f"variable {number} ({name})"
        if not name:
            self._stop("CED334", f"has no name for variable {number}")
        if kind not in (1, 2):
            self._stop("CED334", f"{what} has the type {kind}, expected 1 (number) or 2 (text)")
        low, high = (SHORTEST_NUMBER, LONGEST_NUMBER) if kind == 1 else (1, WIDTH_LIMIT)
        if not low <= length <= high:
            self._stop("CED334", f"{what} has the length {length}, expected {low} to {high} bytes")
        if position != start:
            self._stop("CED334", f"{what} begins at byte {position} of the row, expected {start}")
        return XptVariable(
            name=name,
            label=self._text(label),
            type="Num" if kind == 1 else "Char",
            length=length,
            format=self._text(form),
            format_width=width,
            format_decimals=decimals,
            informat=self._text(informat),
            informat_width=informat_width,
            informat_decimals=informat_decimals,
            justification=justification,
            number=number_in_dataset,
            name_hash=name_hash,
            fill=fill,
            rest=rest,
        )

    def _with_long_texts(self, variables: dict[str, XptVariable]) -> dict[str, XptVariable]:
        """The variables with the labels over 40 bytes and the formats over 8 that follow them, if any do."""
        start = self.data[self.position : self.position + RECORD].tobytes()
        for name, head in (("LABELV8", LABEL_V8), ("LABELV9", LABEL_V9)):
            if start[:MARK] == header_record(name)[:MARK]:
                self._take()
                count = self._number(start[MARK : MARK + 12].strip(), "number of long labels")
                changed = dict(variables)
                for variable in self._long_texts(head, count, variables):
                    changed[variable.name] = variable
                return changed
        return variables

    def _long_texts(
        self, head: struct.Struct, count: int, variables: dict[str, XptVariable]
    ) -> Iterator[XptVariable]:
        begin = self.position
        for _ in range(count):
            _, *lengths = head.unpack(self._bytes(head.size))
            if any(length < 0 for length in lengths):
                self._stop("CED333", f"has the length {min(lengths)} for a long label or format")
            name, label, *formats = [self._text(self._bytes(length)) for length in lengths]
            if name not in variables:
                self._stop("CED334", f"has a long label for {name!r}, which is no variable")
            variable = replace(variables[name], label=label)
            for text, field in zip(formats, ("format", "informat"), strict=False):
                if text:
                    variable = replace(variable, **self._format(text, field, name))
            yield variable
        self.position = begin + -(-(self.position - begin) // RECORD) * RECORD

    def _format(self, text: str, field: str, name: str) -> dict[str, Any]:
        try:
            form = split_format(text if "." in text else f"{text}.", 8)
        except ValueError as error:
            self._stop("CED334", f"has for {name} the {field} that is none: {error}")
        return {field: form.name, f"{field}_width": form.width, f"{field}_decimals": form.decimals}

    def _rows(self, digits: bytes) -> int | None:
        return None if digits == _UNKNOWN else self._number(digits.strip(), "number of rows")

    def _expect(self, name: str) -> bytes:
        begin = self.position
        line = self._take()
        if line[:MARK] != header_record(name)[:MARK]:
            self._stop("CED333", f"lacks the {name} header at byte {begin}, it has {line[:28]!r}")
        return line

    def _take(self) -> bytes:
        return self._bytes(RECORD)

    def _bytes(self, count: int) -> bytes:
        line = self.data[self.position : self.position + count].tobytes()
        if len(line) < count:
            self._stop("CED332", f"ends at byte {len(self.data)}, within its headers")
        self.position += count
        return line

    def _number(self, digits: bytes, what: str) -> int:
        if not digits.isdigit():
            self._stop("CED333", f"has {digits!r} for the {what}, expected {len(digits) or 1} digits")
        return int(digits)

    def _text(self, raw: bytes) -> str:
        try:
            return raw.decode(self.encoding).rstrip(_PADDING)
        except UnicodeDecodeError:
            self._stop("CED337", f"has the header text {raw.rstrip()!r}, which is not {self.encoding}")

    def _stop(self, code: str, what: str, hint: str = "") -> NoReturn:
        raise stopped(code, self.file, what, hint)


def stopped(code: str, file: str, what: str, hint: str = "", quotes: tuple[str, ...] = ()) -> Stopped:
    """The exception for a file that cannot be read; ``what`` completes "the file ..."."""
    finding = Finding(code, f"{file} {what}", Location(file), hint=hint, stage=Stage.RAW, quotes=quotes)
    return Stopped(Findings([finding]))
