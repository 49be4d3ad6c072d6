"""Round trips: of any data through our reader and pyreadstat, and of real files byte for byte."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xpt_samples import member, number, small, text, written

from ced_cdisc.core.ibm import IBM_LIMIT, IBM_SMALLEST, ibm_to_ieee, ieee_to_ibm, missing_codes
from ced_cdisc.core.metadata import DatasetMetadata, Variable
from ced_cdisc.core.xpt import SasFormat, sas_stamp, split_format, xpt_member
from ced_cdisc.read.xpt import read_special_missing, read_xpt

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "xpt"
FILES = sorted(REFERENCE.glob("*.xpt"))

below = float(np.nextafter(IBM_LIMIT, 0))
numbers = st.one_of(
    st.none(),
    st.just(0.0),
    st.integers(-(2**53), 2**53).map(float),
    st.floats(IBM_SMALLEST, below),
    st.floats(-below, -IBM_SMALLEST),
)
texts = st.one_of(
    st.none(),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200).map(
        lambda t: t.rstrip(" ") or None
    ),
)
rows = st.lists(st.tuples(texts, numbers, numbers), max_size=12)


SNAPSHOT = datetime.fromisoformat("2031-07-04T05:06:07")


def oracle(data: bytes) -> tuple[pl.DataFrame, Any]:
    """The data and metadata as pyreadstat sees them, empty texts as null."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.xpt"
        path.write_bytes(data)
        columns, metadata = pyreadstat.read_xport(
            path, output_format="dict", disable_datetime_conversion=True
        )
    frame: dict[str, pl.Series] = {}
    for name, values in columns.items():
        if metadata.readstat_variable_types[name] == "string":
            frame[name] = pl.Series([value or None for value in values], dtype=pl.String)
        else:
            frame[name] = pl.Series(np.asarray(values, np.float64)).fill_nan(None)
    return pl.DataFrame(frame), metadata


@given(rows)
def test_any_text_and_number_survives(values: list[tuple[str | None, float | None, float | None]]):
    schema = {"A": pl.String, "N": pl.Float64, "M": pl.Float64}
    frame = pl.DataFrame(values, schema=schema, orient="row")
    data = written(frame, member(text(length=200), number(), number("M")))
    read, headers = read_xpt(data)
    assert read.equals(frame)
    assert written(read, headers) == data
    if values:
        assert oracle(data)[0].equals(frame)


@given(st.lists(numbers, min_size=1))
def test_ibm_floats_are_exact(values: list[float | None]):
    array = np.array([np.nan if value is None else value for value in values])
    ibm = ieee_to_ibm(array)
    np.testing.assert_array_equal(ibm_to_ieee(ibm), array)
    assert [code != 0 for code in missing_codes(ibm)] == [value is None for value in values]


@pytest.mark.parametrize("value", [IBM_LIMIT, -np.inf, IBM_SMALLEST / 2])
def test_ibm_floats_have_a_range(value: float):
    with pytest.raises(OverflowError, match="outside the range of IBM floating point"):
        ieee_to_ibm(np.array([1.0, value]))


def test_pyreadstat_sees_names_labels_formats_and_values():
    frame, headers = small()
    read, metadata = oracle(written(frame, headers))
    assert read.equals(frame.cast({"FL": pl.Float64}))
    assert metadata.table_name == "DM"
    assert metadata.file_label == "Demographics"
    assert metadata.column_names == ["USUBJID", "SEX", "AVAL", "FL"]
    assert metadata.column_labels == ["Unique Subject Identifier", "Sex", "Analysis Value", "Flag"]
    assert metadata.original_variable_types["AVAL"] == "8.2"


def test_dates_times_and_other_types_become_sas_values():
    frame = pl.DataFrame(
        {
            "D": [date(1960, 1, 1), date(1959, 12, 31), None],
            "DT": pl.Series(["1960-01-01T00:00:01.500", "1959-12-31T23:59:59.250", None]).str.to_datetime(),
            "T": [time(0, 0, 1), time(23, 59, 59, 500_000), None],
            "I": pl.Series([1, -1, None], dtype=pl.Int8),
            "U": pl.Series([1, 2, None], dtype=pl.UInt64),
            "F": pl.Series([0.5, 1.5, None], dtype=pl.Float32),
            "DEC": pl.Series(["0.1", "2.25", None]).cast(pl.Decimal(10, 2)),
            "NUL": [None, None, None],
            "C": pl.Series(["a", "b", None], dtype=pl.Categorical),
            "E": pl.Series(["a", "b", None], dtype=pl.Enum(["b", "a"])),
            "NULC": [None, None, None],
        }
    ).with_columns(NS=pl.col("DT").cast(pl.Datetime("ns")), MS=pl.col("DT").cast(pl.Datetime("ms")))
    planned = [text(name) if name in ("C", "E", "NULC") else number(name) for name in frame.columns]
    read, _ = read_xpt(written(frame, member(*planned)))
    assert read.to_dict(as_series=False) == {
        "D": [0.0, -1.0, None],
        "DT": [1.5, -0.75, None],
        "T": [1.0, 86399.5, None],
        "I": [1.0, -1.0, None],
        "U": [1.0, 2.0, None],
        "F": [0.5, 1.5, None],
        "DEC": [0.1, 2.25, None],
        "NUL": [None, None, None],
        "C": ["a", "b", None],
        "E": ["a", "b", None],
        "NULC": [None, None, None],
        "NS": [1.5, -0.75, None],
        "MS": [1.5, -0.75, None],
    }


def test_columns_may_stand_in_any_order():
    frame, headers = small()
    assert written(frame.select(reversed(frame.columns)), headers) == written(frame, headers)


@pytest.mark.skipif(not FILES, reason="the reference transport files are not beside the repository")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_real_files_are_rewritten_byte_for_byte(path: Path):
    frame, headers = read_xpt(path, encoding="windows-1252")  # ts.xpt has a typographic apostrophe
    data = path.read_bytes()
    assert written(frame, headers, special_missing=read_special_missing(path)) == data
    if headers.encoding == "ascii":
        assert oracle(data)[0].equals(frame)


@pytest.mark.skipif(not FILES, reason="the reference transport files are not beside the repository")
def test_all_fifteen_real_files_are_there():
    assert len(FILES) == 15


@pytest.mark.parametrize(
    ("written_as", "parts"),
    [
        ("", ("", 0, 0)),
        ("DATE9.", ("DATE", 9, 0)),
        ("datetime20.", ("DATETIME", 20, 0)),
        ("8.2", ("", 8, 2)),
        ("20.", ("", 20, 0)),
        ("$20.", ("$", 20, 0)),
        ("$.", ("$", 0, 0)),
        ("BEST.", ("BEST", 0, 0)),
        ("E8601DA10.", ("E8601DA", 10, 0)),
        ("$CHAR200.", ("$CHAR", 200, 0)),
        ("_X12.3", ("_X", 12, 3)),
    ],
)
def test_formats_are_split(written_as: str, parts: tuple[str, int, int]):
    assert split_format(written_as) == parts
    assert str(SasFormat(*parts)) == written_as.upper()


@pytest.mark.parametrize(
    ("written_as", "message"),
    [
        *(
            (wrong, f'"{wrong}" is not a SAS format, expected one such as DATE9., 8.2 or $20.')
            for wrong in ("DATE9", ".", ".2", "BEST.2", "DATE 9.", "9DATE.", "8.2.1")
        ),
        ("E8601DATX.", 'the name of the format "E8601DATX." has 9 bytes, XPT v5 holds 8'),
        ("$40000.", 'the format "$40000." is wider than 32767'),
        ("4.4", 'the format "4.4" has no room for 4 decimals'),
    ],
)
def test_what_is_no_format(written_as: str, message: str):
    with pytest.raises(ValueError) as error:
        split_format(written_as)
    assert str(error.value) == message


def test_the_headers_come_from_the_metadata_of_define_xml():
    variables = (
        Variable("USUBJID", "Unique Subject Identifier", "text", 6, "Char", 16),
        Variable("ADT", "Analysis Date", "integer", 8, "Num", 8, format="DATE9."),
    )
    dataset = DatasetMetadata("ADSL", "Subject Level", "", "", "", variables, "Analysis")
    headers = xpt_member(dataset, SNAPSHOT)
    assert headers == member(
        text("USUBJID", 16, "Unique Subject Identifier"),
        number("ADT", 8, "Analysis Date", format="DATE", format_width=9),
        name="ADSL", label="Subject Level", created="04JUL31:05:06:07", modified="04JUL31:05:06:07",
    )  # fmt: skip
    assert headers.variables[1].format_text == "DATE9."
    assert headers.positions == (0, 16)
    assert headers.record_length == 24
    assert sas_stamp(SNAPSHOT.replace(year=1999, month=12, hour=23)) == "04DEC99:23:06:07"
