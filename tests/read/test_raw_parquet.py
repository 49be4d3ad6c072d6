"""Parquet files as raw tables: each type of column becomes text in one way, and every fault is said in full."""

from __future__ import annotations

import io
import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from ced_cdisc.core.findings import Location, Severity
from ced_cdisc.read.tables import TableContract, read_table

SPEC = Location("mappings/sources.yaml", 4, 3)
LAB = TableContract("lab", "lab.parquet", "parquet", ("SUBJ", "RES"), SPEC)
NOON = datetime(2017, 6, 30, 12, 0, 1, 250000)  # noqa: DTZ001


def written(values: list[Any], kind: pa.DataType | None = None) -> bytes:
    stream = io.BytesIO()
    subjects = [f"{n:03}" for n in range(1, len(values) + 1)]
    pq.write_table(pa.table({"SUBJ": subjects, "RES": pa.array(values, kind)}), stream)
    return stream.getvalue()


def read(content: bytes, contract: TableContract = LAB) -> list[tuple[Any, ...]]:
    Path("raw/lab.parquet").write_bytes(content)
    table, found = read_table(Path("raw"), contract)
    assert table is not None, found
    assert not found
    return table.frame.rows()


def said(content: bytes, contract: TableContract = LAB) -> list[str]:
    Path("raw/lab.parquet").write_bytes(content)
    table, found = read_table(Path("raw"), contract)
    assert (table is None) == any(f.severity is Severity.ERROR for f in found)
    assert all(f.stage.value == 11 for f in found)
    return [str(f) for f in found]


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        (["001", " a ", ""], pa.string(), ["001", " a ", None]),
        (["x", "y", "x"], pa.dictionary(pa.int8(), pa.string()), ["x", "y", "x"]),
        ([1, -7, None], pa.int16(), ["1", "-7", None]),
        ([2**64 - 1], pa.uint64(), ["18446744073709551615"]),
        ([1.0, 2.50, 1e21, 1e-7, 0.1 + 0.2, -0.0], None, ["1", "2.5", "1" + "0" * 21, "0.0000001", "0.30000000000000004", "0"]),
        ([0.1, 16777216.0], pa.float32(), ["0.1", "16777216"]),
        ([Decimal("2.50"), Decimal("-0.00"), Decimal("1234567890123456789.10")], pa.decimal128(38, 2), ["2.5", "0", "1234567890123456789.1"]),
        ([True, False, None], pa.bool_(), ["TRUE", "FALSE", None]),
        ([date(2017, 6, 30), date(1899, 12, 31)], pa.date32(), ["2017-06-30", "1899-12-31"]),
        ([NOON, NOON.replace(hour=0, second=0, microsecond=0), None], pa.timestamp("ms"), ["2017-06-30T12:00:01.25", "2017-06-30T00:00:00", None]),
        ([1498824001000000001], pa.timestamp("ns"), ["2017-06-30T12:00:01.000000001"]),
        ([NOON.replace(tzinfo=UTC)], pa.timestamp("us", "Europe/Berlin"), ["2017-06-30T14:00:01.25+02:00"]),
        ([time(8, 21), time(23, 59, 59, 500000)], pa.time64("us"), ["08:21:00", "23:59:59.5"]),
        ([timedelta(hours=26, seconds=4), timedelta(seconds=-0.5)], pa.duration("ms"), ["26:00:04", "-00:00:00.5"]),
        ([None, None], pa.null(), [None, None]),
    ],
)  # fmt: skip
def test_values_become_the_text_that_they_stand_for(
    values: list[Any], kind: pa.DataType | None, texts: list[str | None]
) -> None:
    rows = read(written(values, kind))
    assert [row[1] for row in rows] == texts
    assert [row[2] for row in rows] == list(range(1, len(values) + 1))


def test_a_frame_of_pandas_keeps_its_missing_values_apart() -> None:
    frame = pd.DataFrame({"SUBJ": ["1", "2"], "RES": pd.array([5, None], dtype="Int64")})
    frame.to_parquet("raw/lab.parquet")
    assert read(Path("raw/lab.parquet").read_bytes()) == [("1", "5", 1), ("2", None, 2)]


def test_a_zone_is_told_by_its_offset_whatever_the_season() -> None:
    winter = datetime(2017, 1, 30, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    content = written([winter, winter.replace(month=7)], pa.timestamp("us", "Europe/Berlin"))
    assert [row[1] for row in read(content)] == ["2017-01-30T12:00:00+01:00", "2017-07-30T12:00:00+02:00"]


def test_a_number_that_is_none_is_a_fault_until_it_is_listed() -> None:
    content = written([1.5, float("nan"), float("-inf"), float("nan")])
    assert said(content) == [
        "raw/lab.parquet:2 CED224 column lab.RES holds NaN, which is no number, in 3 cells, first in row 2; "
        "correct it, or list it under 'missing' in sources.yaml"
    ]
    assert [row[1] for row in read(content, replace(LAB, missing=("NaN", "-Infinity")))] == [
        "1.5",
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("values", "kind", "word"),
    [
        ([[1], [2]], pa.list_(pa.int8()), "List"),
        ([b"x"], pa.binary(), "Binary"),
        ([{"a": 1}], None, "Struct"),
    ],
)
def test_a_column_that_has_no_text(values: list[Any], kind: pa.DataType | None, word: str) -> None:
    content = written(values, kind)
    assert said(content) == [
        f"raw/lab.parquet CED239 column lab.RES is of the type {word}, which has no text; "
        "export it as text, or take it out of the table"
    ]
    assert read(content, replace(LAB, columns=("SUBJ",), column_policy="ignore"))[0] == ("001", 1)


def test_blank_rows_and_names_of_the_file() -> None:
    frame = pd.DataFrame({"Subject ID": ["1", None], "RES": [5.0, None]})
    frame.to_parquet("raw/lab.parquet")
    contract = replace(LAB, names={"SUBJ": "Subject ID"})
    assert said(Path("raw/lab.parquet").read_bytes(), contract) == [
        "raw/lab.parquet:2 CED218 1 blank row of table lab left out: 2"
    ]
    table, _ = read_table(Path("raw"), contract)
    assert table is not None and table.frame.rows() == [("1", "5", 1)]


def test_the_columns_are_compared_with_the_contract() -> None:
    assert said(written(["x"]), replace(LAB, columns=("SUBJ", "UNIT"))) == [
        "mappings/sources.yaml:4:3 CED220 column lab.UNIT is not in the header of raw/lab.parquet; "
        "the header has SUBJ, RES",
        "raw/lab.parquet CED221 column RES is not among the columns of table lab; "
        "list it under columns at mappings/sources.yaml:4:3, or delete it",
    ]


@pytest.mark.parametrize(
    ("day", "kind", "word"),
    [
        (2**31 - 1, pa.date32(), "Date"),
        (2_932_897, pa.date32(), "Date"),  # 10000-01-01
        (-719_163, pa.date32(), "Date"),  # the day before 0001-01-01
        (2**62, pa.timestamp("ms"), "Datetime"),
        (253_402_300_800_000_000, pa.timestamp("us", "UTC"), "Datetime"),
    ],
)
def test_a_date_outside_the_calendar(day: int, kind: pa.DataType, word: str) -> None:
    assert said(written([0, day], kind)) == [
        f"raw/lab.parquet CED239 column lab.RES is of the type {word} and has a year outside 1 to 9999, "
        "which has no text; export it as text, or take it out of the table"
    ]


def test_texts_that_are_not_utf_8() -> None:
    buffers = [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")]
    table = pa.table({"SUBJ": ["001"], "RES": pa.Array.from_buffers(pa.string(), 1, buffers)})
    stream = io.BytesIO()
    pq.write_table(table, stream)
    (one,) = said(stream.getvalue())  # the rest is told by pyarrow
    assert one.startswith("raw/lab.parquet CED245 the file of table lab is damaged or no Parquet file: ")
    assert "Invalid UTF8 sequence at string index 0" in one


def test_a_number_of_rows_that_the_file_does_not_hold() -> None:
    whole = written(["x", "y", "z"])
    rows, others = b"\x16\x06\x19\x1c", b"\x16\x04\x19\x1c"  # Thrift: 3 as rows of the file, and 2
    assert whole.count(rows) == 1
    assert said(whole.replace(rows, others)) == [
        "raw/lab.parquet CED245 the file of table lab is damaged or no Parquet file: "
        "it says 2 rows and holds 3; export the table again"
    ]


def test_any_damaged_byte_is_read_or_refused() -> None:
    whole, chance, refused = written(["x", "é", None]), random.Random(1), 0
    for _ in range(400):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 1, 2, 5))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        Path("raw/lab.parquet").write_bytes(content)
        table, found = read_table(Path("raw"), LAB)
        refused += table is None
        assert (table is None) == any(finding.severity is Severity.ERROR for finding in found)
        assert table is None or str(table.frame)
    assert 200 < refused < 400


def test_damaged_files() -> None:
    whole = written(["x"] * 50)
    broken = "raw/lab.parquet CED245 the file of table lab is damaged or no Parquet file: {}; export the table again"
    magic = (
        "Parquet magic bytes not found in footer. Either the file is corrupted or this is not a parquet file"
    )
    assert said(whole[:-9]) == [broken.format(magic)]
    assert said(b"SUBJ,RES\n1,2\n") == [broken.format(magic)]
    assert said(b"PAR1") == [
        broken.format("Parquet file size is 4 bytes, smaller than the minimum file footer (8 bytes)")
    ]
    (one,) = said(whole[:6] + b"\xff" * 40 + whole[46:])
    assert one.startswith("raw/lab.parquet CED245 the file of table lab is damaged or no Parquet file: ")
    assert said(b"") == [
        "raw/lab.parquet CED205 the file of table lab is empty: not even a header; expected SUBJ, RES"
    ]
