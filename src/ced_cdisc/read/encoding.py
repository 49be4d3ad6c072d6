"""The bytes of a raw text file as UTF-8, or the finding that says where they are not."""

from __future__ import annotations

import codecs

from ced_cdisc.core.findings import Finding, Location, Severity
from ced_cdisc.read.contract import TableContract, raw_finding

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BLOCK = 1 << 24


def to_utf8(raw: bytes, contract: TableContract, shown: str) -> tuple[bytes | None, list[Finding]]:
    """The text as UTF-8 without byte order mark, or the finding that says where it is not text."""
    here = Location(shown)
    unusable = _unusable_options(contract)
    if unusable:
        return None, [unusable]
    codec = codecs.lookup(contract.encoding).name
    wide = codec.startswith(("utf-16", "utf-32"))
    if raw.startswith(_UTF16_MARKS) and not wide:
        text = f"the file of table {contract.name} is UTF-16, not {contract.encoding}"
        hint = f"save it as UTF-8, or write encoding: utf-16 at {contract.where}"
        return None, [raw_finding("CED208", text, here, hint)]
    if raw.startswith(codecs.BOM_UTF8):
        if codec not in ("utf-8", "utf-8-sig"):
            text = f"table {contract.name} starts with the mark of UTF-8, but encoding is {contract.encoding}"
            return None, [raw_finding("CED208", text, here, f"write encoding: utf-8 at {contract.where}")]
        raw = raw[len(codecs.BOM_UTF8) :]
    found: list[Finding] = []
    try:
        if codec in ("utf-8", "utf-8-sig"):
            _check_utf8(raw)
        elif wide or not raw.isascii():
            if not wide and _is_utf8(raw):
                text = (
                    f"table {contract.name} reads as UTF-8 and has letters that are not ASCII, "
                    f"but encoding is {contract.encoding}"
                )
                hint = f"write encoding: utf-8 at {contract.where} unless the letters come out right"
                found.append(raw_finding("CED210", text, here, hint, Severity.WARNING))
            raw = raw.decode(contract.encoding).removeprefix("\ufeff").encode()
    except UnicodeError as error:
        return None, [_decode_finding(raw, error, contract, shown)]
    nul = raw.find(b"\0")
    if nul >= 0:
        hint = "it may be UTF-16 or not text at all; export the table again"
        text = f"a NUL byte in table {contract.name}"
        return None, [raw_finding("CED211", text, place_of(raw, nul, shown), hint)]
    return raw, found


def _unusable_options(contract: TableContract) -> Finding | None:
    delimiter = contract.delimiter
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        text = (
            f"delimiter {delimiter!r} of table {contract.name} is not one ASCII character "
            "other than a quote or a line end"
        )
        return raw_finding("CED207", text, contract.where, r"usual ones are ',', ';', '|' and '\t'")
    try:
        "".encode(contract.encoding)
        codecs.lookup(contract.encoding)
    except (LookupError, ValueError):
        text = f"unknown encoding {contract.encoding} of table {contract.name}"
        return raw_finding("CED207", text, contract.where, "usual ones are utf-8, cp1252 and latin-1")
    return None


def _check_utf8(raw: bytes) -> None:
    """Raise UnicodeDecodeError with the offset in the whole file; block by block, to spare memory."""
    if raw.isascii():
        return
    view, low = memoryview(raw), 0
    while low < len(raw):
        high = min(low + _BLOCK, len(raw))
        for _ in range(3):  # a block must not end within a character of up to four bytes
            if high < len(raw) and raw[high] & 0xC0 == 0x80:
                high -= 1
        try:
            str(view[low:high], "utf-8")
        except UnicodeDecodeError as error:
            raise UnicodeDecodeError("utf-8", raw, low + error.start, low + error.end, error.reason) from None
        low = high


def _is_utf8(raw: bytes) -> bool:
    try:
        _check_utf8(raw)
    except UnicodeDecodeError:
        return False
    return True


def _decode_finding(raw: bytes, error: UnicodeError, contract: TableContract, shown: str) -> Finding:
    text = f"table {contract.name} is not {contract.encoding}"
    if not isinstance(error, UnicodeDecodeError):
        return raw_finding("CED209", f"{text}: {error}", Location(shown), "save it as UTF-8")
    start = raw.rfind(b"\n", 0, error.start) + 1
    before = raw[start : error.start].decode(contract.encoding, "replace")
    where = Location(shown, raw.count(b"\n", 0, error.start) + 1, len(before) + 1)
    word = raw[max(start, error.start - 10) : error.start + 10].splitlines()[0].decode("cp1252", "replace")
    hint = (
        f"read as cp1252 the place is {word!r}; if that is right, write encoding: cp1252 at {contract.where}"
    )
    if codecs.lookup(contract.encoding).name == "cp1252":
        hint = "save the table as UTF-8"
    if error.start >= len(raw):
        return raw_finding("CED209", f"{text}: the file ends within a character", where, hint)
    message = f"{text}: byte 0x{raw[error.start]:02X}"
    return raw_finding("CED209", message, where, hint, quotes=[repr(word)] if word else ())


def place_of(data: bytes, offset: int, shown: str) -> Location:
    """Line and column, in characters, of a byte of UTF-8 text."""
    start = data.rfind(b"\n", 0, offset) + 1
    column = len(data[start:offset].decode(errors="replace")) + 1
    return Location(shown, data.count(b"\n", 0, offset) + 1, column)
