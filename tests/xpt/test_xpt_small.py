"""A small dataset is encoded by itself, to the bytes that the ways of large ones give, or left to them."""

from __future__ import annotations

import io
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.write import xpt
from ced_cdisc.write.xpt_small import small_rows

STAMP = "01JAN60:00:00:00"
TEXTS = st.none() | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=6)
NUMBERS = st.none() | st.floats(-1e70, 1e70, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-70)
DATES = st.none() | st.dates(date(1582, 1, 1), date(2400, 1, 1))
ROW = st.tuples(TEXTS, NUMBERS, DATES, st.none() | st.integers(-999, 999))
SCHEMA = {"T": pl.String, "N": pl.Float64, "D": pl.Date, "S": pl.Float64}


def member(text: int = 6, short: int = 3) -> XptMember:
    variables = (
        XptVariable("S", "Short", "Num", short),
        XptVariable("T", "Text", "Char", text),
        XptVariable("D", "Date", "Num", 8, "DATE", 9),
        XptVariable("N", "Number", "Num", 8),
    )
    return XptMember("XX", "Test", variables, created=STAMP, modified=STAMP)


def written(frame: pl.DataFrame, headers: XptMember) -> bytes:
    stream = io.BytesIO()
    xpt.write_xpt(stream, frame, headers)
    return stream.getvalue()


@settings(max_examples=150)
@given(st.lists(ROW, max_size=8))
def test_the_bytes_are_those_of_the_ways_of_large_datasets(rows: list[tuple[object, ...]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xpt, "small_rows", lambda *_: None)
        expected = written(frame, member())
    own = small_rows(frame, member())
    assert own is not None
    assert written(frame, member()) == expected
    assert own == expected[len(expected) - -(-len(own) // 80) * 80 :][: len(own)]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("T", "seven c"),
        ("T", "é"),
        ("T", "a\tb"),
        ("T", "a\0"),
        ("N", float("nan")),
        ("N", float("inf")),
        ("N", 1e-80),
        ("N", 1e76),
        ("S", 1 / 3),
    ],
)
def test_what_the_file_may_not_hold_is_left_to_those_who_say_what_it_is(column: str, value: object) -> None:
    values = {"T": "a", "N": 1.0, "D": None, "S": 1.0}
    rows = [values, values | {column: value}]
    assert small_rows(pl.DataFrame(rows, schema=SCHEMA), member()) is None


def test_other_columns_than_planned_and_other_types_are_left_as_well() -> None:
    frame = pl.DataFrame({"T": ["a"], "N": [1.0], "D": [None], "S": [1.0]}, schema=SCHEMA)
    assert small_rows(frame, member()) is not None
    assert small_rows(frame.drop("N"), member()) is None
    assert small_rows(frame.with_columns(X=pl.lit(1.0)), member()) is None
    assert small_rows(frame.with_columns(N=pl.lit("1")), member()) is None
    assert small_rows(frame.with_columns(N=pl.lit(2**53 + 1)), member()) is None


def test_blank_rows_at_the_end_are_left_in_version_5_alone() -> None:
    variables = (XptVariable("T", "Text", "Char", 3),)
    frame = pl.DataFrame({"T": ["a", None]})
    older = XptMember("XX", "Test", variables, created=STAMP, modified=STAMP)
    newer = XptMember("XX", "Test", variables, created=STAMP, modified=STAMP, version=8)
    assert small_rows(frame, older) is None
    assert small_rows(frame, newer) == b"a     "
