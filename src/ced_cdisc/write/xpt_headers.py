"""The headers of a SAS transport file, version 5 or 8, as bytes.

Source: SAS technical papers TS-140, see :mod:`ced_cdisc.core.xpt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ced_cdisc.core.xpt import (
    LABEL_BYTES,
    LABEL_V8,
    LABEL_V9,
    LONG_NAME,
    NAME_BYTES,
    NAMESTR,
    RECORD,
    SECTIONS,
    SasFormat,
    XptLibrary,
    XptMember,
    XptVariable,
    header_record,
)

_SAS = "SAS     "


def header_bytes(member: XptMember) -> bytes:
    """All that stands before the rows; in version 8 without the last record, which says how many."""
    library = member.library or XptLibrary(member.created, member.modified, member.sas_version, member.sas_os)
    return b"".join(
        (
            header_record(SECTIONS[member.version].library),
            _record(
                f"{_SAS}{_SAS}SASLIB  {library.sas_version:8}{library.sas_os:8}{'':24}{library.created:16}"
            ),
            _record(f"{library.modified:16}"),
            member_bytes(member),
        )
    )


def member_bytes(member: XptMember) -> bytes:
    """The headers of the dataset, which come again for each dataset of a file."""
    is_long, sections = member.version == 8, SECTIONS[member.version]
    versions = f"SASDATA {member.sas_version:8}{member.sas_os:8}"
    described = f"{member.name:32}{versions}" if is_long else f"{member.name:8}{versions}{'':24}"
    count = f"{len(member.variables):06}" if is_long else f"00{len(member.variables):04}"
    namestrs = b"".join(_namestrs(member))
    return b"".join(
        (
            header_record(sections.member, "000000000000000001600000000140"),
            header_record(sections.descriptor),
            _record(f"{_SAS}{described}{member.created:16}"),
            _blanks(member.modified, 32),
            _blanks(member.label, LABEL_BYTES, member.encoding),
            _blanks(member.dataset_type, 8),
            header_record(sections.variables, f"0000{count}{'0' * 20}"),
            _padded(namestrs),
            _long_texts(member) if is_long else header_record(sections.rows),
        )
    )


def rows_record(member: XptMember, rows: int) -> bytes:
    """The record of version 8 before the rows; nothing in version 5, whose headers end with their own."""
    return header_record(SECTIONS[8].rows, f"{rows:15}") if member.version == 8 else b""


def _record(text: str) -> bytes:
    return text.encode("ascii").ljust(RECORD)


def _padded(data: bytes) -> bytes:
    return data.ljust(-(-len(data) // RECORD) * RECORD)


def _namestrs(member: XptMember) -> Iterable[bytes]:
    placed = zip(member.variables, member.positions, strict=True)
    for number, (variable, position) in enumerate(placed, 1):
        label = variable.label.encode(member.encoding)
        rest = variable.rest
        if member.version == 8:
            name = _blanks(variable.name, 32)
            formats = (len(form) if len(form) > NAME_BYTES else 0 for form in _formats(variable))
            rest = LONG_NAME.pack(name, len(label), *formats, 0).ljust(len(rest), b"\0")
        yield NAMESTR.pack(
            1 if variable.type == "Num" else 2,
            variable.name_hash,
            variable.length,
            variable.number or number,
            _blanks(variable.name[:NAME_BYTES], 8),
            label[:LABEL_BYTES].ljust(LABEL_BYTES),
            _blanks(variable.format[:NAME_BYTES], 8),
            variable.format_width,
            variable.format_decimals,
            variable.justification,
            variable.fill,
            _blanks(variable.informat[:NAME_BYTES], 8),
            variable.informat_width,
            variable.informat_decimals,
            position,
            rest,
        )


def _formats(variable: XptVariable) -> tuple[str, str]:
    return variable.format, variable.informat


def _long_texts(member: XptMember) -> bytes:
    """The labels over 40 bytes; if a format has a name over 8, the formats as well, in another form."""
    with_formats = any(len(form) > NAME_BYTES for v in member.variables for form in _formats(v))
    texts = list(_long(member, with_formats=with_formats))
    if not texts:
        return b""
    return header_record("LABELV9" if with_formats else "LABELV8", str(len(texts))) + _padded(b"".join(texts))


def _long(member: XptMember, *, with_formats: bool) -> Iterator[bytes]:
    for place, variable in enumerate(member.variables, 1):
        name, label = variable.name.encode("ascii"), variable.label.encode(member.encoding)
        number = variable.number or place
        forms = [b"", b""]
        if any(len(form) > NAME_BYTES for form in _formats(variable)):
            own = SasFormat(variable.format, variable.format_width, variable.format_decimals)
            other = SasFormat(variable.informat, variable.informat_width, variable.informat_decimals)
            forms = [str(form).encode("ascii") for form in (own, other)]
        if len(label) <= LABEL_BYTES and not any(forms):
            continue
        if with_formats:
            head = LABEL_V9.pack(number, len(name), len(label), *map(len, forms))
        else:
            head = LABEL_V8.pack(number, len(name), len(label))
        yield b"".join((head, name, label, *forms))


def _blanks(text: str, size: int, encoding: str = "ascii") -> bytes:
    return text.encode(encoding).ljust(size)
