"""Transport files of version 8: the bytes, spelt out by hand, and what others read and write."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import pandas as pd
import polars as pl
import pyreadstat
import pytest
from xpt_samples import STAMP, member, number, text, written

from ced_cdisc.core.findings import Stopped
from ced_cdisc.core.xpt import XptMember
from ced_cdisc.read.xpt import read_xpt
from ced_cdisc.write.xpt import write_xpt_blocks

LABEL = "What the subject said of the pain in the chest, word for word"
FRAME = pl.DataFrame(
    {"SubjectIdentifier": ["S-1", "S-2", None], "n": [1.5, None, -2.0], "A": ["x" * 250] * 3}
)


def headers(**more: object) -> XptMember:
    return member(
        text("SubjectIdentifier", 5, LABEL),
        number("n", 8, "Number"),
        text("A", 250),
        **{"name": "My_Long_Dataset", "label": "Long", "version": 8, **more},
    )


def described(kind: int, length: int, number: int, name: bytes, label: bytes, start: int) -> bytes:
    return (
        bytes([0, kind, 0, 0, 0, length, 0, number]) + name[:8].ljust(8) + label[:40].ljust(40)
        + b" " * 8 + bytes(8) + b" " * 8 + bytes(4) + struct.pack(">l", start)
        + name.ljust(32) + bytes([0, len(label)]) + bytes(18)
    )  # fmt: skip


def test_every_record_stands_where_the_source_says() -> None:
    data = written(FRAME, headers())
    zeros = b"0" * 30 + b"  "
    variables = (
        described(2, 5, 1, b"SubjectIdentifier", LABEL.encode(), 0)
        + described(1, 8, 2, b"n", b"Number", 5)
        + described(2, 250, 3, b"A", b"", 13)
    ).ljust(480)
    long_label = (bytes([0, 1, 0, 17, 0, len(LABEL)]) + b"SubjectIdentifier" + LABEL.encode()).ljust(160)
    rows = b"".join(
        name + bytes.fromhex(value) + b"x" * 250
        for name, value in (
            (b"S-1  ", "4118000000000000"),
            (b"S-2  ", "2e00000000000000"),
            (b"     ", "c120000000000000"),
        )
    )
    assert data == b"".join(
        (
            b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!" + zeros,
            b"SAS     SAS     SASLIB  9.4             "
            + b" " * 24
            + STAMP.encode()
            + STAMP.encode().ljust(80),
            b"HEADER RECORD*******MEMBV8  HEADER RECORD!!!!!!!000000000000000001600000000140  ",
            b"HEADER RECORD*******DSCPTV8 HEADER RECORD!!!!!!!" + zeros,
            b"SAS     My_Long_Dataset                 SASDATA 9.4             " + STAMP.encode(),
            STAMP.encode() + b" " * 16 + b"Long".ljust(48),
            b"HEADER RECORD*******NAMSTV8 HEADER RECORD!!!!!!!000000000300000000000000000000  ",
            variables,
            b"HEADER RECORD*******LABELV8 HEADER RECORD!!!!!!!1".ljust(80),
            long_label,
            b"HEADER RECORD*******OBSV8   HEADER RECORD!!!!!!!              3".ljust(80),
            rows.ljust(-(-len(rows) // 80) * 80),
        )
    )


def test_long_formats_have_records_of_their_own() -> None:
    variable = number(
        "VISITDATE", label="Day", format="MYVERYLONGFORMAT", format_width=12, format_decimals=3,
        informat="ANOTHERLONGONE", informat_width=9,
    )  # fmt: skip
    made = member(variable, text(label="L" * 41), version=8)
    data = written(pl.DataFrame({"VISITDATE": [1.0], "A": ["a"]}), made)
    start = data.index(b"HEADER RECORD*******LABELV9 HEADER RECORD!!!!!!!2".ljust(80)) + 80
    entries = (
        struct.pack(">5h", 1, 9, 3, 20, 16) + b"VISITDATEDayMYVERYLONGFORMAT12.3ANOTHERLONGONE9."
        + struct.pack(">5h", 2, 1, 41, 0, 0) + b"A" + b"L" * 41
    )  # fmt: skip
    assert data[start : start + 160] == entries.ljust(160)
    assert data[640 + 56 : 640 + 68] == b"MYVERYLO" + bytes([0, 12, 0, 3])
    assert data[640 + 120 : 640 + 126] == bytes([0, 3, 0, 16, 0, 14])
    read = read_xpt(data)[1]
    assert [(v.format_text, v.informat, v.informat_width, v.label) for v in read.variables] == [
        ("MYVERYLONGFORMAT12.3", "ANOTHERLONGONE", 9, "Day"),
        ("", "", 0, "L" * 41),
    ]
    assert written(pl.DataFrame({"VISITDATE": [1.0], "A": ["a"]}), read) == data


def test_pyreadstat_sees_the_long_formats(tmp_path: Path) -> None:
    variable = number("VISITDATE", format="MYVERYLONGFORMAT", format_width=12, format_decimals=3)
    made = member(variable, text(label="L" * 41), number("B", label="short"), version=8)
    path = tmp_path / "long.xpt"
    path.write_bytes(written(pl.DataFrame({"VISITDATE": [1.0], "A": ["a"], "B": [2.0]}), made))
    frame, metadata = pyreadstat.read_xport(str(path))
    assert frame.iloc[0].tolist() == [1.0, "a", 2.0]
    assert metadata.original_variable_types["VISITDATE"] == "MYVERYLONGFORMAT12.3"
    assert metadata.column_labels == [None, "L" * 41, "short"]


def test_what_is_written_is_read_again() -> None:
    data = written(FRAME, headers())
    frame, read = read_xpt(data)
    assert frame.equals(FRAME)
    assert (read.name, read.version, read.variables[0].label) == ("My_Long_Dataset", 8, LABEL)
    assert written(frame, read) == data


def test_pyreadstat_sees_the_long_names_labels_and_texts(tmp_path: Path) -> None:
    path = tmp_path / "long.xpt"
    path.write_bytes(written(FRAME, headers()))
    frame, metadata = pyreadstat.read_xport(str(path))
    assert pl.from_pandas(frame, nan_to_null=True).equals(FRAME.with_columns(pl.col(pl.String).fill_null("")))
    assert metadata.column_names_to_labels == {"SubjectIdentifier": LABEL, "n": "Number", "A": None}
    assert (metadata.table_name, metadata.file_label) == ("My_Long_Dataset", "Long")


def test_what_pyreadstat_writes_is_read(tmp_path: Path) -> None:
    path = str(tmp_path / "long.xpt")
    frame = pd.DataFrame({"LongVariableName": ["a" * 250, "b"], "N": [1.5, None], "z": ["x", "y"]})
    labels = ["L" * 100, "short", ""]
    formats = {"N": "BEST12"}
    pyreadstat.write_xport(
        frame, path, file_label="of a file", column_labels=labels, table_name="A_Long_Dataset_Name",
        file_format_version=8, variable_format=formats,
    )  # fmt: skip
    read, made = read_xpt(path)
    assert read.rows() == [("a" * 250, 1.5, "x"), ("b", None, "y")]
    assert (made.name, made.label, made.version) == ("A_Long_Dataset_Name", "of a file", 8)
    assert [(v.name, v.label, v.length) for v in made.variables] == [
        ("LongVariableName", "L" * 100, 250),
        ("N", "short", 8),
        ("z", "", 1),
    ]
    assert made.variables[1].format_text == "BEST12."


def test_polars_readstat_reads_and_writes_the_same(tmp_path: Path) -> None:
    other = pytest.importorskip("polars_readstat")
    path = tmp_path / "theirs.xpt"
    other.write_xpt(FRAME, str(path), version=8, table_name="LongDatasetName")
    frame, made = read_xpt(path)  # it writes no number of rows
    assert frame.equals(FRAME)
    assert made.name == "LongDatasetName"
    path.write_bytes(written(FRAME, headers()))
    assert other.read_readstat(str(path)).with_columns(pl.col(pl.String).replace("", None)).equals(FRAME)


def test_blank_rows_at_the_end_are_kept() -> None:
    frame = pl.DataFrame({"A": ["a", None, None]})
    data = written(frame, member(text(length=2), version=8))
    assert read_xpt(data)[0].equals(frame)
    none = written(frame.clear(), member(text(length=2), version=8))
    assert read_xpt(none)[0].shape == (0, 1)


def test_blocks_give_the_bytes_of_the_whole_with_the_number_of_rows() -> None:
    stream = BytesIO()
    stream.write(b"before")
    write_xpt_blocks(stream, [FRAME[:1], FRAME[1:]], headers())
    assert stream.getvalue() == b"before" + written(FRAME, headers())


def refused(data: bytes) -> str:
    with pytest.raises(Stopped) as stopped:
        read_xpt(data)
    (finding,) = stopped.value.findings
    return f"{finding.code} {finding.message}"


def patched(old: bytes, new: bytes) -> bytes:
    data = written(FRAME, headers())
    assert data.count(old) >= 1
    place = data.rindex(old)
    return data[:place] + new + data[place + len(old) :]


DAMAGE = [
    (
        b"              3",
        b"             30",
        "CED335 <bytes> is cut: 30 rows of 263 bytes and their padding are 7920 bytes, it has 800",
    ),
    (
        b"              3",
        b"            abc",
        "CED333 <bytes> has b'abc' for the number of rows, expected 3 digits",
    ),
    (
        b"!!!!!!!1 ",
        b"!!!!!!!x ",
        "CED333 <bytes> has b'x' for the number of long labels, expected 1 digits",
    ),
    (
        b"\x00\x01\x00\x11\x00",
        b"\x00\x01\xff\x11\x00",
        "CED333 <bytes> has the length -239 for a long label or format",
    ),
    (
        b"SubjectIdentifierWhat",
        b"SubjectIdentifiexWhat",
        "CED334 <bytes> has a long label for 'SubjectIdentifiex', which is no variable",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), DAMAGE)
def test_damaged_files_of_version_8(old: bytes, new: bytes, message: str) -> None:
    assert refused(patched(old, new)) == message


def test_a_long_format_that_is_none() -> None:
    made = member(number("N", format="MYVERYLONGFORMAT", format_width=12), version=8)
    data = written(pl.DataFrame({"N": [1.0]}), made)
    assert refused(data.replace(b"MYVERYLONGFORMAT12.", b"MYVERYLONGFORMAT1 .")) == (
        'CED334 <bytes> has for N the format that is none: "MYVERYLONGFORMAT1 ." is not a SAS format, '
        "expected one such as DATE9., 8.2 or $20."
    )


def test_every_cut_and_every_damaged_byte_of_version_8_gives_a_finding_or_data() -> None:
    small = pl.DataFrame({"LongerThanEight": ["a", "b"], "N": [1.0, None]})
    data = written(small, member(text("LongerThanEight", 3, "L" * 50), number(), version=8))
    for position in range(len(data)):
        for damaged in (
            data[:position],
            *(data[:position] + bytes([new]) + data[position + 1 :] for new in (0x00, 0xFF, ord("9"))),
        ):
            try:
                read, _ = read_xpt(damaged)
            except Stopped as stopped:
                assert len(stopped.findings) == 1
            else:
                assert read.width == 2


LIMITS = [
    (headers(name="N" * 33), f'CED301 dataset name "{"N" * 33}" has 33 bytes, XPT v8 holds 32'),
    (
        headers(name="A B"),
        'CED302 dataset name "A B" is not made of letters, 0-9 and _, beginning with a letter or _',
    ),
    (
        headers(label="L" * 41),
        f'CED304 label of dataset My_Long_Dataset has 41 bytes, XPT v8 holds 40: "{"L" * 41}"',
    ),
    (
        member(text("SubjectIdentifier", 5, "L" * 257), number("n"), text("A", 250), version=8),
        f'CED303 label of XX.SubjectIdentifier has 257 bytes, XPT v8 holds 256: "{"L" * 80}..."',
    ),
    (
        member(text("SubjectIdentifier", 5), number("n"), text("A", 249), version=8),
        f'CED306 XX.A row 1: text of 250 bytes, the planned length is 249: "{"x" * 40}...", and 2 more rows',
    ),
    (
        member(text("SubjectIdentifier", 5), number("n"), text("A", 32768), version=8),
        "CED317 XX.A has the length 32768, a text takes 1 to 32767 bytes",
    ),
    (
        member(text("SubjectIdentifier", 5), number("n", format="F" * 33), text("A", 250), version=8),
        f'CED321 format "{"F" * 33}" 0.0 of XX.n does not fit into XPT v8',
    ),
]


@pytest.mark.parametrize(("made", "message"), LIMITS)
def test_what_version_8_does_not_hold(made: XptMember, message: str) -> None:
    with pytest.raises(Stopped) as stopped:
        written(FRAME, made)
    (finding,) = stopped.value.findings
    assert f"{finding.code} {finding.message}" == message
