"""A SAS transport file, version 5 (SAS technical paper TS-140), as the cell laboratory exports it.

Written here by hand, so that the bytes hang on no library and on no clock.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RECORD = 80
NAMESTR = struct.Struct(">hhhh8s40s8shhh2s8shhl52s")
STAMP = "01DEC20:00:00:00"
SAS_RELEASE, SYSTEM = "9.4", "X64_10PR"

Cell = str | float | None


@dataclass(frozen=True)
class Variable:
    """One column: a text of `length` bytes, or a number of 8 bytes with a format such as DATE 9."""

    name: str
    label: str
    length: int = 8
    is_text: bool = True
    format: tuple[str, int] = ("", 0)


def number(name: str, label: str, format: tuple[str, int] = ("", 0)) -> Variable:
    return Variable(name, label, is_text=False, format=format)


def write_transport(
    path: Path, name: str, label: str, variables: Sequence[Variable], rows: Sequence[dict[str, Cell]]
) -> None:
    data = b"".join(_cell(row.get(variable.name), variable) for row in rows for variable in variables)
    names = b"".join(_namestrs(variables))
    first = f"SAS     SAS     SASLIB  {SAS_RELEASE:<8}{SYSTEM:<8}".ljust(64) + STAMP
    member = f"SAS     {name:<8}SASDATA {SAS_RELEASE:<8}{SYSTEM:<8}".ljust(64) + STAMP
    headers = (
        _header("LIBRARY"),
        *(first, STAMP),
        _header("MEMBER", f"{160:019}{NAMESTR.size:011}"),
        _header("DSCRPTR"),
        *(member, f"{STAMP:<32}{label:<40}"),
        _header("NAMESTR", f"{len(variables):010}".ljust(30, "0")),
    )
    content = b"".join(f"{line:<{RECORD}}".encode("ascii") for line in headers)
    content += _padded(names) + _header("OBS").ljust(RECORD).encode("ascii") + _padded(data)
    path.write_bytes(content)


def _header(name: str, tail: str = "0" * 30) -> str:
    return f"HEADER RECORD*******{name:<8}HEADER RECORD!!!!!!!{tail}"


def _padded(data: bytes) -> bytes:
    return data + b" " * (-len(data) % RECORD)


def _namestrs(variables: Sequence[Variable]) -> list[bytes]:
    made, position = [], 0
    for place, variable in enumerate(variables, start=1):
        kind, (form, width) = 2 if variable.is_text else 1, variable.format
        texts = (variable.name.ljust(8), variable.label.ljust(40), form.ljust(8))
        name, label, shown = (text.encode("ascii") for text in texts)
        fields = (kind, 0, variable.length, place, name, label, shown, width, 0, 0, bytes(2), b" " * 8, 0, 0)
        made.append(NAMESTR.pack(*fields, position, bytes(52)))
        position += variable.length
    return made


def _cell(value: Cell, variable: Variable) -> bytes:
    if not variable.is_text:
        return ibm_float(None if value is None else float(value))
    content = str(value or "").encode("ascii")
    if len(content) > variable.length:
        raise ValueError(f"{variable.name} holds {len(content)} bytes")
    return content.ljust(variable.length)


def ibm_float(value: float | None) -> bytes:
    """The eight bytes of a number: a sign, an exponent of 16 (excess 64) and a fraction of 56 bits."""
    if value is None:
        return b"." + bytes(7)
    if value == 0:
        return bytes(8)
    mantissa, exponent = math.frexp(abs(value))
    power = -(-exponent // 4)
    fraction = int(math.ldexp(mantissa, exponent - 4 * power + 56))
    return bytes([(128 if value < 0 else 0) | (power + 64)]) + fraction.to_bytes(7, "big")
