"""The model of a SAS transport file, version 5 or 8: everything in its headers, and nothing of its data.

Reading fills it, writing takes it; a file of version 5 that is read and written again is the same byte for
byte. Names of record fields in the comments are those of the sources. Agencies take version 5 alone; version
8 has longer names, labels and texts.

Source: SAS technical papers TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format", and
"Record Layout for a SAS Version 8 or 9 Data Set in SAS Transport Format".
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from datetime import datetime
from itertools import accumulate
from typing import Literal, NamedTuple

from msgspec import Struct

from ced_cdisc.core.metadata import DatasetMetadata

RECORD = 80
"""Length of a record of the file [bytes]; the last one is padded with blanks."""
NAMESTR = struct.Struct(">hhhh8s40s8shhh2s8shhl52s")
"""One variable (140 bytes): ntype nhfun nlng nvar0 nname nlabel nform nfl nfd nfj nfill niform nifl nifd
npos rest."""
NAME_BYTES = 8
LABEL_BYTES = 40
STAMP_BYTES = 16
WIDTH_LIMIT = 32767
SHORTEST_NUMBER, LONGEST_NUMBER = 2, 8
Version = Literal[5, 8]


class Limits(NamedTuple):
    """What a version holds at most: bytes of names (and of formats), labels and texts, and variables."""

    shown: str
    names: int
    labels: int
    texts: int
    variables: int


LIMITS: Mapping[Version, Limits] = {
    5: Limits("XPT v5", NAME_BYTES, LABEL_BYTES, 200, 9999),
    8: Limits("XPT v8", 32, 256, 32767, 32767),
}
"""By version. The label of a dataset has :data:`LABEL_BYTES` in both."""


class Sections(NamedTuple):
    """The names of the records that announce the parts of a file."""

    library: str
    member: str
    descriptor: str
    variables: str
    rows: str


SECTIONS: Mapping[Version, Sections] = {
    5: Sections("LIBRARY", "MEMBER", "DSCRPTR", "NAMESTR", "OBS"),
    8: Sections("LIBV8", "MEMBV8", "DSCPTV8", "NAMSTV8", "OBSV8"),
}
LONG_NAME = struct.Struct(">32s4h")
"""What stands at the end of a variable of version 8: name, bytes of label, format and informat; the latter
two are zero for names of up to eight bytes."""
LABEL_V8 = struct.Struct(">3h")
"""Before a long label of version 8: number of the variable, bytes of its name and of its label."""
LABEL_V9 = struct.Struct(">5h")
"""Before long formats of version 9: as :data:`LABEL_V8`, and bytes of format and informat."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_FORMAT = re.compile(r"(\$?(?:[A-Z_](?:[A-Z0-9_]*[A-Z_])?)?)(\d*)\.(\d*)")


class SasFormat(NamedTuple):
    """A SAS format or informat in three parts; an empty name with width 8 and 2 decimals is ``8.2``."""

    name: str = ""
    width: int = 0
    decimals: int = 0

    def __str__(self) -> str:
        if not self.name and not self.width:
            return ""
        return f"{self.name}{self.width or ''}.{self.decimals or ''}"


class XptVariable(Struct, frozen=True):
    """A variable as its header record (NAMESTR) says.

    Attributes:
        name: up to 8 bytes (nname); in version 8 up to 32.
        label: up to 40 bytes (nlabel); in version 8 up to 256.
        type: character or numeric (ntype).
        length: bytes of a value in the record (nlng): 1 to 200 for text, in version 8 to 32767; 2 to 8 for a
            number.
        format: format name such as ``DATE``, without width and dot (nform).
        format_width: characters, 0 = default (nfl).
        format_decimals: digits (nfd).
        informat: informat name (niform).
        informat_width: characters, 0 = default (nifl).
        informat_decimals: digits (nifd).
        justification: 0 left, 1 right (nfj).
        number: number of the variable in its dataset from 1 (nvar0); 0 = its place in the member.
        name_hash: always 0 in files of SAS (nhfun).
        fill: two unused bytes (nfill).
        rest: 52 unused bytes at the end; in version 8 the long name and lengths stand there instead.
    """

    name: str
    label: str
    type: Literal["Char", "Num"]
    length: int
    format: str = ""
    format_width: int = 0
    format_decimals: int = 0
    informat: str = ""
    informat_width: int = 0
    informat_decimals: int = 0
    justification: int = 0
    number: int = 0
    name_hash: int = 0
    fill: bytes = bytes(2)
    rest: bytes = bytes(52)

    @property
    def format_text(self) -> str:
        """The format as SAS shows it, such as ``DATE9.``; empty if there is none."""
        return str(SasFormat(self.format, self.format_width, self.format_decimals))


class XptLibrary(Struct, frozen=True):
    """The library header: stamps of 16 bytes, SAS version and operating system of up to 8 bytes."""

    created: str
    modified: str
    sas_version: str
    sas_os: str


class XptMember(Struct, frozen=True):
    """A dataset as its headers say; a transport file of a submission holds exactly one.

    Attributes:
        name: up to 8 bytes, in version 8 up to 32.
        label: up to 40 bytes.
        variables: in the order of the record.
        created: stamp such as ``15OCT12:22:56:22``, see :func:`sas_stamp`.
        modified: stamp of the last change.
        sas_version: up to 8 bytes.
        sas_os: operating system, up to 8 bytes.
        dataset_type: up to 8 bytes, empty for ordinary data.
        library: the library header where it differs from created, modified, sas_version and sas_os.
        encoding: of labels and texts, an ASCII superset. A submission is ``ascii``; the file does not
            record it, so another one is known only from whoever made the file.
        version: of the file.
    """

    name: str
    label: str
    variables: tuple[XptVariable, ...]
    created: str
    modified: str
    sas_version: str = "9.4"
    sas_os: str = ""
    dataset_type: str = ""
    library: XptLibrary | None = None
    encoding: str = "ascii"
    version: Version = 5

    @property
    def limits(self) -> Limits:
        """What the version of the file holds at most."""
        return LIMITS[self.version]

    @property
    def record_length(self) -> int:
        """Length of one row [bytes]."""
        return sum(variable.length for variable in self.variables)

    @property
    def positions(self) -> tuple[int, ...]:
        """Where each variable starts in the row [bytes], from 0."""
        return tuple(accumulate((v.length for v in self.variables[:-1]), initial=0)) if self.variables else ()


def sas_stamp(time: datetime) -> str:
    """A time as the 16 characters of a transport file, in English whatever the locale.

    >>> sas_stamp(datetime(2012, 10, 15, 22, 56, 22))
    '15OCT12:22:56:22'
    """
    return f"{time.day:02}{_MONTHS[time.month - 1]}{time.year % 100:02}:{time:%H:%M:%S}"


def split_format(text: str, version: Version = 5) -> SasFormat:
    """Name, width and decimals of a SAS format or informat; no format for an empty text.

    Raises:
        ValueError: the text is not a format that the version can hold; the message says why.

    >>> split_format("DATE9.")
    SasFormat(name='DATE', width=9, decimals=0)
    >>> split_format("8.2"), split_format("$20.")
    (SasFormat(name='', width=8, decimals=2), SasFormat(name='$', width=20, decimals=0))
    """
    if not text:
        return SasFormat()
    match = _FORMAT.fullmatch(text.upper())
    if match is None or not (match[1] or match[2]) or (match[3] and not match[2]):
        raise ValueError(f'"{text}" is not a SAS format, expected one such as DATE9., 8.2 or $20.')
    name, width, decimals = match[1], int(match[2] or 0), int(match[3] or 0)
    limits = LIMITS[version]
    if len(name) > limits.names:
        what = f"{limits.shown} holds {limits.names}"
        raise ValueError(f'the name of the format "{text}" has {len(name)} bytes, {what}')
    if width > WIDTH_LIMIT:
        raise ValueError(f'the format "{text}" is wider than {WIDTH_LIMIT}')
    if decimals and decimals >= width:
        raise ValueError(f'the format "{text}" has no room for {decimals} decimals')
    return SasFormat(name, width, decimals)


def xpt_member(dataset: DatasetMetadata, created: datetime) -> XptMember:
    """The headers of the file of a dataset, from the metadata that define.xml is written from as well.

    Args:
        dataset: the finished metadata; its formats have been checked with the spec.
        created: the time that the study gives its files, for all stamps.

    Raises:
        ValueError: a format of a variable is not a SAS format.
    """
    stamp = sas_stamp(created)
    variables = tuple(
        XptVariable(v.name, v.label, v.xpt_type, v.xpt_length, *split_format(v.format))
        for v in dataset.variables
    )
    return XptMember(dataset.name, dataset.label, variables, created=stamp, modified=stamp)


def header_record(name: str, tail: str = "0" * 30) -> bytes:
    """A record that announces a section of the file, such as LIBRARY, MEMBER, DSCRPTR, NAMESTR or OBS.

    >>> header_record("OBS")[:48]
    b'HEADER RECORD*******OBS     HEADER RECORD!!!!!!!'
    """
    return f"HEADER RECORD*******{name:<8}HEADER RECORD!!!!!!!{tail}".encode("ascii").ljust(RECORD)
