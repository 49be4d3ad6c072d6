"""The headers of a SAS transport file, version 5, read with distrust.

Source: SAS technical paper TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NoReturn

from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped
from ced_cdisc.core.xpt import (
    LONGEST_NUMBER,
    NAMESTR,
    RECORD,
    SHORTEST_NUMBER,
    VARIABLES,
    XptLibrary,
    XptMember,
    XptVariable,
    header_record,
)

LONGEST_HEADERS = 9 * RECORD + VARIABLES * NAMESTR.size + RECORD
"""More bytes than the headers of any file have."""
MEMBER_MARK = header_record("MEMBER")[:48]
"""The beginning of the record before each dataset."""
_MARK = 48
_PADDING = " \0"


@dataclass
class Headers:
    """The records of a file one after the other; every step back to the caller is a finding.

    Attributes:
        data: the first bytes of the file, up to :data:`LONGEST_HEADERS`.
        file: its name for the messages.
        encoding: of labels that are not ASCII.
        position: where the next record begins [bytes].
    """

    data: bytes
    file: str
    encoding: str
    position: int = 0

    def read(self) -> XptMember:
        """The member; afterwards ``position`` is the first byte of the data.

        Raises:
            Stopped: the file is no transport file of version 5 (CED330, CED331), its headers are cut
                (CED332) or damaged (CED333, CED334, CED337).
        """
        self._refuse_other_kinds()
        self._expect("LIBRARY")
        line, modified = self._take(), self._text(self._take()[:16])
        library = XptLibrary(
            created=self._text(line[64:]),
            modified=modified,
            sas_version=self._text(line[24:32]),
            sas_os=self._text(line[32:40]),
        )
        size = self._number(self._expect("MEMBER")[74:78], "size of a variable description")
        if size != NAMESTR.size:
            self._stop("CED333", f"describes a variable in {size} bytes, expected {NAMESTR.size}")
        self._expect("DSCRPTR")
        line, second = self._take(), self._take()
        name = self._text(line[8:16])
        count = self._number(self._expect("NAMESTR")[54:58], "number of variables")
        if not count:
            self._stop("CED333", f"dataset {name} has no variables")
        variables = self._variables(count)
        self._expect("OBS")
        member = XptMember(
            name=name,
            label=self._text(second[32:72]),
            variables=variables,
            created=self._text(line[64:]),
            modified=self._text(second[:16]),
            sas_version=self._text(line[24:32]),
            sas_os=self._text(line[32:40]),
            dataset_type=self._text(second[72:]),
            library=library,
        )
        same = XptLibrary(member.created, member.modified, member.sas_version, member.sas_os)
        return member if library != same else replace(member, library=None)

    def _refuse_other_kinds(self) -> None:
        start = self.data[:_MARK]
        if start == header_record("LIBV8")[:_MARK]:
            self._stop(
                "CED331", "is a transport file of version 8", "export it as version 5 or as Dataset-JSON"
            )
        if start.startswith(b"**COMPRESSED**"):
            self._stop(
                "CED331", "was made by PROC CPORT", "export it with the XPORT engine: libname x xport '...'"
            )
        if start != header_record("LIBRARY")[:_MARK]:
            what = f"begins with {start[:20]!r}" if start else "is empty"
            self._stop("CED330", f"{what}, a SAS transport file begins with 'HEADER RECORD*******LIBRARY'")

    def _variables(self, count: int) -> tuple[XptVariable, ...]:
        begin, size = self.position, count * NAMESTR.size
        end = begin + -(-size // RECORD) * RECORD
        if end > len(self.data):
            self._stop(
                "CED332", f"ends at byte {len(self.data)}, within the descriptions of its {count} variables"
            )
        self.position = end
        variables: dict[str, XptVariable] = {}
        start = 0
        for number, fields in enumerate(NAMESTR.iter_unpack(self.data[begin : begin + size]), 1):
            variable = self._variable(number, fields, start)
            if variable.name in variables:
                self._stop("CED334", f"has two variables named {variable.name}")
            variables[variable.name] = variable
            start += variable.length
        return tuple(variables.values())

    def _variable(self, number: int, fields: tuple[Any, ...], start: int) -> XptVariable:
        kind, name_hash, length, number_in_dataset, name, label, *formats, position, rest = fields
        form, width, decimals, justification, fill, informat, informat_width, informat_decimals = formats
        what = f"variable {number} ({self._text(name)})"
        if not self._text(name):
            self._stop("CED334", f"has no name for variable {number}")
        if kind not in (1, 2):
            self._stop("CED334", f"{what} has the type {kind}, expected 1 (number) or 2 (text)")
        low, high = (SHORTEST_NUMBER, LONGEST_NUMBER) if kind == 1 else (1, 32767)
        if not low <= length <= high:
            self._stop("CED334", f"{what} has the length {length}, expected {low} to {high} bytes")
        if position != start:
            self._stop("CED334", f"{what} begins at byte {position} of the row, expected {start}")
        return XptVariable(
            name=self._text(name),
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

    def _expect(self, name: str) -> bytes:
        begin = self.position
        line = self._take()
        if line[:_MARK] != header_record(name)[:_MARK]:
            self._stop("CED333", f"lacks the {name} header at byte {begin}, it has {line[:28]!r}")
        return line

    def _take(self) -> bytes:
        line = self.data[self.position : self.position + RECORD]
        if len(line) < RECORD:
            self._stop("CED332", f"ends at byte {len(self.data)}, within its headers")
        self.position += RECORD
        return line

    def _number(self, digits: bytes, what: str) -> int:
        if not digits.isdigit():
            self._stop("CED333", f"has {digits!r} for the {what}, expected {len(digits)} digits")
        return int(digits)

    def _text(self, raw: bytes) -> str:
        try:
            return raw.decode(self.encoding).rstrip(_PADDING)
        except UnicodeDecodeError:
            self._stop("CED337", f"has the header text {raw.rstrip()!r}, which is not {self.encoding}")

    def _stop(self, code: str, what: str, hint: str = "") -> NoReturn:
        raise stopped(code, self.file, what, hint)


def stopped(code: str, file: str, what: str, hint: str = "") -> Stopped:
    """The exception for a file that cannot be read; ``what`` completes "the file ..."."""
    finding = Finding(code, f"{file} {what}", Location(file), hint=hint, stage=Stage.RAW)
    return Stopped(Findings([finding]))
