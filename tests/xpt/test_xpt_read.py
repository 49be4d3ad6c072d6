"""What the reader refuses: cut, damaged and hostile files give one finding, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from xpt_samples import member, number, small, text, written

from ced_cdisc.core.findings import Stage, Stopped
from ced_cdisc.read.xpt import read_special_missing, read_xpt, read_xpt_members


def refusal(source: bytes | str | Path, encoding: str = "utf-8") -> str:
    with pytest.raises(Stopped) as stopped:
        read_xpt(source, encoding=encoding)
    (finding,) = stopped.value.findings
    assert finding.stage is Stage.RAW
    assert stopped.value.findings.exit_code() == 11
    return str(finding)


def patched(position: int, new: bytes) -> bytes:
    data = written(*small())
    return data[:position] + new + data[position + len(new) :]


def test_what_is_written_is_read(tmp_path: Path):
    frame, headers = small()
    path = tmp_path / "dm.xpt"
    path.write_bytes(written(frame, headers))
    data, read = read_xpt(path)
    assert data.equals(frame.cast({"FL": pl.Float64}))
    assert [variable.number for variable in read.variables] == [1, 2, 3, 4]
    assert read.encoding == "ascii"
    assert written(data, read) == path.read_bytes()
    assert read_xpt(str(path))[1] == read == read_xpt_members(path)[0]
    assert read_special_missing(path) == {}


def test_a_missing_file_a_folder_and_an_empty_file(tmp_path: Path):
    missing, empty = tmp_path / "none.xpt", tmp_path / "empty.xpt"
    empty.write_bytes(b"")
    assert refusal(missing) == f"{missing} CED330 {missing} does not exist"
    assert refusal(tmp_path) == f"{tmp_path} CED330 {tmp_path} is not a file"
    what = "is empty, a SAS transport file begins with 'HEADER RECORD*******LIBRARY'"
    assert refusal(empty) == f"{empty} CED330 {empty} {what}"


KINDS = [
    (
        b"PK\3\4" + bytes(200),
        "CED330 <bytes> begins with b'PK\\x03\\x04" + "\\x00" * 16 + "', a SAS transport file begins with "
        "'HEADER RECORD*******LIBRARY'",
    ),
    (
        b"HEADER RECORD*******LIBV9   HEADER RECORD!!!!!!!" + b"0" * 32,
        "CED330 <bytes> begins with b'HEADER RECORD*******', a SAS transport file begins with "
        "'HEADER RECORD*******LIBRARY'",
    ),
    (
        b"**COMPRESSED** **COMPRESSED** ",
        "CED331 <bytes> was made by PROC CPORT; export it with the XPORT engine: libname x xport '...'",
    ),
]


@pytest.mark.parametrize(("data", "message"), KINDS)
def test_other_kinds_of_file(data: bytes, message: str):
    assert refusal(data) == f"<bytes> {message}"


ZEROS = "\\x00" * 8 + " " * 8 + "\\x00" * 7 + "\\x19"  # the end of a NAMESTR, as shown

DAMAGE = [
    (
        240,
        b"X",
        "CED333 <bytes> lacks the MEMBER header at byte 240, it has b'XEADER RECORD*******MEMBER  '",
    ),
    (314, b"0136", "CED333 <bytes> describes a variable in 136 bytes, expected 140"),
    (314, b" 140", "CED333 <bytes> has b' 140' for the size of a variable description, expected 4 digits"),
    (614, b"-001", "CED333 <bytes> has b'-001' for the number of variables, expected 4 digits"),
    (614, b"0000", "CED333 <bytes> dataset DM has no variables"),
    (614, b"9999", "CED332 <bytes> ends at byte 1440, within the descriptions of its 9999 variables"),
    (614, b"0003", "CED333 <bytes> lacks the OBS header at byte 1120, it has b'    " + ZEROS + "'"),
    (641, b"\x03", "CED334 <bytes> variable 1 (USUBJID) has the type 3, expected 1 (number) or 2 (text)"),
    (644, b"\xff\xff", "CED334 <bytes> variable 1 (USUBJID) has the length -1, expected 1 to 32767 bytes"),
    (925, b"\x09", "CED334 <bytes> variable 3 (AVAL) has the length 9, expected 2 to 8 bytes"),
    (644, b"\x7f\xff", "CED334 <bytes> variable 2 (SEX) begins at byte 16 of the row, expected 32767"),
    (648, b"        ", "CED334 <bytes> has no name for variable 1"),
    (788, b"USUBJID ", "CED334 <bytes> has two variables named USUBJID"),
    (
        656,
        b"\xfcber",
        "CED337 <bytes> has the header text b'\\xfcberue Subject Identifier', which is not utf-8",
    ),
    (
        1284,
        b"\xe9",
        "CED337 <bytes> has at DM.USUBJID row 1 the text b'01-0\\xe91', which is not utf-8"
        "; read it with the encoding of the file, such as windows-1252",
    ),
]


@pytest.mark.parametrize(("position", "new", "message"), DAMAGE)
def test_damaged_files(position: int, new: bytes, message: str):
    assert refusal(patched(position, new)) == f"<bytes> {message}"


CUTS = [
    (100, "CED332 <bytes> ends at byte 100, within its headers"),
    (880, "CED332 <bytes> ends at byte 880, within the descriptions of its 4 variables"),
    (1330, "CED335 <bytes> is cut: its data have 50 bytes, no multiple of 80; copy it anew"),
    (1360, "CED335 <bytes> is cut within row 3 of 28 bytes; copy it anew"),
]


@pytest.mark.parametrize(("size", "message"), CUTS)
def test_cut_files(size: int, message: str):
    assert refusal(written(*small())[:size]) == f"<bytes> {message}"


def test_a_cut_within_a_long_row():
    data = written(pl.DataFrame({"A": ["x"], "B": ["y"]}), member(text("A", 100), text("B", 100)))
    assert refusal(data[:-80]) == "<bytes> CED335 <bytes> is cut within row 1 of 200 bytes; copy it anew"


@pytest.mark.parametrize("step", [80, 7])
def test_a_cut_anywhere_gives_a_finding_or_fewer_rows(step: int):
    frame = pl.DataFrame({"A": [f"value {row}" for row in range(20)], "N": [float(row) for row in range(20)]})
    data = written(frame, member(text(length=40), number()))
    for size in range(0, len(data), step):
        try:
            read, _ = read_xpt(data[:size])
        except Stopped as stopped:
            assert len(stopped.findings) == 1
        else:
            assert read.equals(frame[: read.height])


def test_any_damaged_byte_gives_a_finding_or_data():
    """The data are those that were written, but for the cell that has the byte, and rows behind them."""
    data = written(*small())
    rows = read_xpt(data)[0].rows()
    cells = {1280 + 28 * row + byte for row in range(3) for byte in range(28)}
    assert data[1280:1286] == b"01-001"
    for position in range(len(data)):
        for new in (0x00, 0xFF, ord("9")):
            damaged = data[:position] + bytes([new]) + data[position + 1 :]
            try:
                read = read_xpt(damaged)[0].rows()
            except Stopped as stopped:
                assert len(stopped.findings) == 1
                continue
            assert len(read) == 3 or position > max(cells), position
            others = [
                pair for one, row in zip(read, rows, strict=False) for pair in zip(one, row, strict=True)
            ]
            assert sum(one != other for one, other in others) <= (position in cells), position


def test_the_padding_is_not_taken_for_rows():
    frame = pl.DataFrame({"A": ["a", None, "b"]})
    data = written(frame, member(text(length=10)))
    assert read_xpt(data)[0].equals(frame)


def test_text_of_the_encoding_that_is_named():
    data = written(
        pl.DataFrame({"A": ["37 °C", None]} | {"N": [1, 2]}), member(text(), number(), encoding="latin-1")
    )
    read, headers = read_xpt(data, encoding="windows-1252")
    assert read["A"].to_list() == ["37 °C", None]
    assert headers.encoding == "windows-1252"
    assert written(read, headers) == data
    with pytest.raises(LookupError):
        read_xpt(data, encoding="klingon")


@pytest.mark.parametrize("reader", [read_xpt_members, read_special_missing])
def test_the_other_readers_refuse_the_same(reader: Callable[[bytes], object]):
    with pytest.raises(Stopped, match="CED330"):
        reader(b"nothing")
