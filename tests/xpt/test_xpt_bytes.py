"""The bytes of a file, spelt out by hand from TS-140."""

from __future__ import annotations

from io import BytesIO

import polars as pl
import pytest
from xpt_samples import STAMP, member, number, small, text, written

from ced_cdisc.core.xpt import XptLibrary
from ced_cdisc.read.xpt import read_special_missing, read_xpt
from ced_cdisc.write.xpt import write_xpt_blocks

ZEROS = b"0" * 30


def namestr(kind: int, length: int, number: int, name: bytes, label: bytes, fields: bytes) -> bytes:
    head = bytes([0, kind, 0, 0, 0, length, 0, number])
    return head + name.ljust(8) + label.ljust(40) + b" " * 8 + fields + bytes(52)


def test_every_header_record_stands_where_the_source_says():
    data = written(*small())
    assert len(data) == 640 + 4 * 140 + 80 + 160  # 560 bytes of variables are seven records
    records = [data[start : start + 80] for start in range(0, len(data), 80)]
    assert records[:8] == [
        b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + ZEROS + b"  ",
        b"SAS     SAS     SASLIB  9.3     X64_7HOM" + b" " * 24 + b"15OCT12:22:56:22",
        b"15OCT12:22:56:22" + b" " * 64,
        b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  ",
        b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!" + ZEROS + b"  ",
        b"SAS     DM      SASDATA 9.3     X64_7HOM" + b" " * 24 + b"15OCT12:22:56:22",
        b"15OCT12:22:56:22" + b" " * 16 + b"Demographics".ljust(40) + b" " * 8,
        b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000000400000000000000000000  ",
    ]
    assert records[15] == b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!" + ZEROS + b"  "


def test_every_variable_has_140_bytes():
    data = written(*small())
    none = bytes(8) + b" " * 8 + bytes(4)
    assert data[640:1200] == b"".join(
        (
            namestr(2, 16, 1, b"USUBJID", b"Unique Subject Identifier", none + bytes([0, 0, 0, 0])),
            namestr(2, 1, 2, b"SEX", b"Sex", none + bytes([0, 0, 0, 16])),
            namestr(
                1, 8, 3, b"AVAL", b"Analysis Value", bytes([0, 8, 0, 2]) + none[4:] + bytes([0, 0, 0, 17])
            ),
            namestr(1, 3, 4, b"FL", b"Flag", none + bytes([0, 0, 0, 25])),
        )
    )


def test_rows_are_blank_padded_text_and_ibm_numbers():
    data = written(*small())
    rows = (
        b"01-001          F" + bytes.fromhex("4110000000000000 000000")
        + b"01-002           " + bytes.fromhex("c276a00000000000 411000")
        + b"01-003          M" + bytes.fromhex("2e00000000000000 2e0000")
    )  # fmt: skip
    assert data[1280:] == rows.ljust(160)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (0.0, "0000000000000000"),
        (-0.0, "0000000000000000"),
        (0.1, "401999999999999a"),
        (100.0, "4264000000000000"),
        (2.0**-260, "0010000000000000"),
        (-(2.0**251), "ff80000000000000"),
        (2.0**252 * (1 - 2.0**-53), "7ffffffffffffff8"),
        (None, "2e00000000000000"),
    ],
)
def test_numbers_of_ibm_floating_point(value: float | None, stored: str):
    data = written(pl.DataFrame({"N": [value]}, schema={"N": pl.Float64}), member(number()))
    assert data[-80:].hex() == stored + "20" * 72
    assert read_xpt(data)[0]["N"].to_list() == [value]


def test_formats_and_informats_of_a_variable():
    variable = number(
        format="DATE", format_width=9, informat="COMMA", informat_width=12, informat_decimals=2,
        justification=1, number=7, name_hash=3, fill=b"ab", rest=b"r" * 52,
    )  # fmt: skip
    data = written(pl.DataFrame({"N": [1.0]}), member(variable))
    assert data[640:780] == (
        bytes([0, 1, 0, 3, 0, 8, 0, 7]) + b"N       " + b" " * 40
        + b"DATE    " + bytes([0, 9, 0, 0, 0, 1]) + b"ab" + b"COMMA   " + bytes([0, 12, 0, 2])
        + bytes(4) + b"r" * 52
    )  # fmt: skip
    assert read_xpt(data)[1].variables == (variable,)


def test_the_library_may_differ_from_the_member():
    library = XptLibrary("01JAN20:00:00:00", "02JAN20:00:00:00", "9.1", "SUN")
    headers = member(text(number=1), library=library, dataset_type="VIEW")
    data = written(pl.DataFrame({"A": ["x"]}), headers)
    assert data[80:176] == (
        b"SAS     SAS     SASLIB  9.1     SUN     " + b" " * 24 + b"01JAN20:00:00:00" + b"02JAN20:00:00:00"
    )
    assert data[400:416] == b"SAS     XX      "
    assert data[464:496] == STAMP.encode() * 2
    assert read_xpt(data)[1] == headers


def test_special_missing_values_keep_their_letter():
    frame = pl.DataFrame({"N": [None, 1.0, None, None]})
    codes = {"N": pl.Series("N", ["A", None, "_", None])}
    data = written(frame, member(number()), special_missing=codes)
    assert data[-80:-48].hex(" ", 8) == "4100000000000000 4110000000000000 5f00000000000000 2e00000000000000"
    assert read_xpt(data)[0].equals(frame)
    assert {name: series.to_list() for name, series in read_special_missing(data).items()} == {
        "N": ["A", None, "_", None]
    }


def test_a_dataset_without_rows_ends_with_its_headers():
    data = written(pl.DataFrame(schema={"A": pl.String}), member(text()))
    assert len(data) == 640 + 160 + 80
    assert read_xpt(data)[0].shape == (0, 1)


def test_blocks_give_the_bytes_of_the_whole():
    frame, headers = small()
    stream = BytesIO()
    blocks = [frame[:1], frame[1:1], frame[1:], frame[3:]]
    assert write_xpt_blocks(stream, blocks, headers) == 3
    assert stream.getvalue() == written(frame, headers)


def test_rows_past_one_block_of_encoding(monkeypatch: pytest.MonkeyPatch):
    frame, headers = small()
    expected = written(frame, headers)
    monkeypatch.setattr("ced_cdisc.write.xpt_rows._BLOCK_BYTES", 30)
    monkeypatch.setattr("ced_cdisc.read.xpt._BLOCK_BYTES", 30)
    assert written(frame, headers) == expected
    assert read_xpt(expected)[0].equals(frame.cast({"FL": pl.Float64}))
