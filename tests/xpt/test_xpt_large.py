"""Datasets of many rows take other ways to the bytes than small ones; all give those of a plain encoder."""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Callable
from functools import cache

import numpy as np
import polars as pl
import pytest

from ced_cdisc.core.findings import Stopped
from ced_cdisc.core.ibm import ieee_to_ibm
from ced_cdisc.core.xpt import RECORD, XptMember, XptVariable
from ced_cdisc.write import xpt_rows
from ced_cdisc.write.xpt import write_xpt
from ced_cdisc.write.xpt_values import sas_numbers

ROWS = 30_011
STAMP = "01JAN26:00:00:00"
TEXTS: dict[str, tuple[int, Callable[[int], str | None]]] = {
    "ONE": (1, lambda n: "Y" if n % 7 == 0 else None),
    "SHORT": (9, lambda n: f"T{n * 7919 % 100_000}"),
    "TWELVE": (12, lambda n: f"S-{n:010}" if n % 5 else "x y z"),
    "WIDE": (30, lambda n: "short" if n % 3 else ""),
    "DATE": (16, lambda n: f"2020-01-{n % 28 + 1:02}T08:{n % 60:02}"),
    "RECURS": (24, lambda n: ["Alanine Aminotransferase", "Sodium", None, "~ !"][n % 4]),
    "UNLIKE": (40, lambda n: f"{n} and {n * 7919 % 1_000_003} are {n % 17}" if n % 11 else None),
    "NOTHING": (3, lambda n: None),
}


@cache
def made() -> tuple[pl.DataFrame, XptMember]:
    texts = {name: [make(n) for n in range(ROWS)] for name, (_, make) in TEXTS.items()}
    frame = pl.DataFrame(texts, schema=dict.fromkeys(TEXTS, pl.String)).with_columns(
        NUM=pl.Series([None if n % 13 == 0 else (n - 9000) / 7 for n in range(ROWS)])
    )
    variables = [XptVariable(name, name, "Char", length) for name, (length, _) in TEXTS.items()]
    return frame, XptMember("LB", "Labs", (*variables, XptVariable("NUM", "NUM", "Num", 8)), STAMP, STAMP)


def ibm_bytes(value: float | None) -> bytes:
    """A double as SAS writes it, by its definition: sign, exponent of 16, 14 hexadecimal digits."""
    if value is None:
        return b"." + bytes(7)
    if value == 0:
        return bytes(8)
    fraction, exponent = math.frexp(abs(value))
    sixteens = -(-exponent // 4)
    digits = int(math.ldexp(fraction, exponent - 4 * sixteens + 56))
    return struct.pack(">Q", (128 * (value < 0) + sixteens + 64) << 56 | digits)


@cache
def plain(start: int) -> bytes:
    """The rows from one on, value by value."""
    frame, member = made()
    found = bytearray()
    for row in frame.slice(start).select(v.name for v in member.variables).iter_rows():
        for variable, value in zip(member.variables, row, strict=True):
            if variable.type == "Char":
                found += (value or "").encode("ascii").ljust(variable.length)
            else:
                found += ibm_bytes(value)
    return bytes(found) + b" " * (-len(found) % RECORD)


@pytest.mark.parametrize("block", [1 << 16, 1 << 20, 1 << 22])
@pytest.mark.parametrize("start", [0, 1, 5_003])
def test_all_ways_to_the_bytes_are_one(monkeypatch: pytest.MonkeyPatch, block: int, start: int) -> None:
    """Whole or as a slice of a larger frame; blocks of some hundred rows to all rows, by several threads."""
    monkeypatch.setattr(xpt_rows, "_BLOCK_BYTES", block)
    frame, member = made()
    frame = frame.slice(start)
    stream = io.BytesIO()
    write_xpt(stream, frame, member)
    rows = plain(start)
    assert stream.getvalue().endswith(rows)
    assert len(stream.getvalue()) - len(rows) == 80 * 9 + -(-140 * 9 // 80) * 80


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("SHORT", "a\x00b", 'the character (U+0000) in "a\\u0000b"'),
        ("SHORT", "caf\xe9", "the character '\xe9' (U+00E9) in \"caf\xe9\""),
        ("TWELVE", "\x7f", 'the character (U+007F) in "\x7f"'),
        ("DATE", "2020-01-01\t00:00", 'the character (U+0009) in "2020-01-01\\t00:00"'),
        ("SHORT", "tenletters", 'text of 10 bytes, the planned length is 9: "tenletters"'),
        ("UNLIKE", "x" * 41, f'text of 41 bytes, the planned length is 40: "{"x" * 40}..."'),
    ],
)
def test_one_bad_value_among_many_is_found(name: str, value: str, wanted: str) -> None:
    frame, member = made()
    column = frame[name].to_list()
    column[20_000] = value
    stream = io.BytesIO()
    with pytest.raises(Stopped) as stopped:
        write_xpt(stream, frame.with_columns(pl.Series(name, column, dtype=pl.String)), member)
    (finding,) = stopped.value.findings.sorted()
    assert finding.message == f"LB.{name} row 20001: {wanted}"
    assert stream.getvalue() == b""


def test_numbers_of_every_exponent_are_those_of_the_definition() -> None:
    values = [
        sign * math.ldexp(m, e) for e in range(-259, 252) for m in (0.5, 0.7, 0.999) for sign in (1, -1)
    ]
    values += [0.0, -0.0]
    expected = [int.from_bytes(ibm_bytes(value), "big") for value in values]
    assert ieee_to_ibm(np.array(values)).tolist() == expected


def test_moments_are_the_nearest_doubles_of_whole_ticks() -> None:
    ticks = [16_777_215, 57_000_001, 86_399_999_999, -1, -315_619_199_999_999, 1_606_521_599_999_999]
    for unit, per in (("us", 10**6), ("ns", 10**9)):
        moments = pl.Series([t * (per // 10**6) for t in ticks]).cast(pl.Datetime(unit))  # type: ignore[arg-type]
        assert sas_numbers(moments).to_list() == [(t + 315_619_200 * 10**6) / 10**6 for t in ticks]
    clock = pl.Series([t * 1000 for t in ticks[:3]]).cast(pl.Time)
    assert sas_numbers(clock).to_list() == [t / 10**6 for t in ticks[:3]]
    odd = pl.Series([123_456_789_123_456_789, None]).cast(pl.Datetime("ns"))
    assert sas_numbers(odd).to_list() == [(123_456_789_123_456_789 + 315_619_200 * 10**9) / 10**9, None]
