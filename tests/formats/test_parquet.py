"""Parquet: what pandas and pyarrow see, ours there and back with all metadata, and files of others."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from convert_command import run
from hypothesis import given, settings
from hypothesis import strategies as st

import ced_cdisc
from ced_cdisc.core.moments import as_numbers, number_of
from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.read.xpt import read_xpt
from ced_cdisc.stages.file_conversion import convert_file
from ced_cdisc.write.xpt import write_xpt
from small_study import write_study

STAMP = "15OCT12:22:56:22"
VARIABLES = (
    XptVariable("USUBJID", "Subject", "Char", 12, informat="$", informat_width=12),
    XptVariable("AVAL", "Value", "Num", 8, "", 8, 2),
    XptVariable("SHORT", "Short", "Num", 3),
    XptVariable("ADT", "Day", "Num", 8, "DATE", 9),
    XptVariable("ADTM", "Moment", "Num", 8, "E8601DT"),
    XptVariable("ATM", "Time of day", "Num", 8, "TIME", 8),
)
ROWS: list[tuple[Any, ...]] = [
    ("S-1", 0.1 + 0.2, 1.0, 19246.0, 1662850582.25, 30060.0),
    ("é", None, None, None, None, None),
    ("S-3", -0.0, 0.0, -1.0, -0.5, 86399.999999),
]


def put_xpt(path: Path, rows: list[tuple[Any, ...]], **more: Any) -> Path:
    member = XptMember("ADXX", "Results", VARIABLES, STAMP, "16OCT12:22:56:22", encoding="utf-8", **more)
    schema = {v.name: pl.String if v.type == "Char" else pl.Float64 for v in VARIABLES}
    with path.open("wb") as stream:
        write_xpt(stream, pl.DataFrame(rows, schema, orient="row"), member)
    return path


def test_a_transport_file_comes_back_byte_for_byte(here: Path) -> None:
    put_xpt(here / "a.xpt", ROWS, dataset_type="CORR")
    assert run("a.xpt", "a.parquet") == (0, ["ADXX: 3 records of 6 variables in a.parquet"])
    assert run("a.parquet", "b.xpt", "--encoding", "utf-8")[0] == 0
    assert (here / "b.xpt").read_bytes() == (here / "a.xpt").read_bytes()


def test_what_others_see(here: Path) -> None:
    put_xpt(here / "a.xpt", ROWS)
    run("a.xpt", "a.parquet")
    frame = pd.read_parquet(here / "a.parquet")
    assert frame["ADT"].tolist() == [date(2012, 9, 10), None, date(1959, 12, 31)]
    assert frame["ADTM"][0] == pd.Timestamp("2012-09-09T22:56:22.25")
    assert frame["ATM"].tolist() == [time(8, 21), None, time(23, 59, 59, 999999)]
    assert frame["AVAL"][0] == 0.1 + 0.2
    assert frame["USUBJID"].tolist() == ["S-1", "é", "S-3"]
    schema = pq.read_schema(here / "a.parquet")
    assert schema.field("ADT").metadata == {b"label": b"Day", b"format": b"DATE9."}
    told = json.loads(schema.metadata[b"dataset-json"])
    assert (told["name"], told["records"], told["columns"][3]["itemOID"]) == ("ADXX", 3, "IT.ADXX.ADT")
    assert pq.ParquetFile(here / "a.parquet").metadata.row_group(0).column(0).compression == "ZSTD"


def test_a_build_of_parquet_holds_what_its_transport_files_hold(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    for name in ("one", "two"):
        ced_cdisc.build(
            folder / "raw",
            folder / name,
            mappings=folder / "mappings",
            define=folder / "define",
            formats="parquet,xpt",
            check=False,
        )
    for path in ("sdtm/dm", "sdtm/ex", "sdtm/ae", "adam/adsl"):
        file = folder / "one" / "parquet" / f"{path}.parquet"
        assert file.read_bytes() == (folder / "two" / "parquet" / f"{path}.parquet").read_bytes()
        told = json.loads(pq.read_schema(file).metadata[b"dataset-json"])
        assert (file.parent / told["metaDataRef"]).is_file()
        convert_file(file, tmp_path / f"{path.split('/')[1]}.xpt")
        again = tmp_path / f"{path.split('/')[1]}.xpt"
        assert again.read_bytes() == (folder / "one" / f"{path}.xpt").read_bytes()


number = st.one_of(st.none(), st.floats(-1e70, 1e70).filter(lambda x: not 0 < abs(x) < 1e-70))
word = st.one_of(
    st.none(), st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
)
days = st.one_of(st.none(), st.integers(-715509, 2936549).map(float))
moment = st.one_of(st.none(), st.integers(-(10**15), 10**16).map(lambda x: x / 1e6))
clock = st.one_of(st.none(), st.integers(0, 86_399_999_999).map(lambda x: x / 1e6))


@settings(max_examples=50)
@given(st.lists(st.tuples(word, number, st.just(1.0), days, moment, clock), max_size=6))
def test_any_data_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]) -> None:
    folder = tmp_path_factory.mktemp("any")
    source = put_xpt(folder / "a.xpt", rows)
    convert_file(source, folder / "a.parquet")
    convert_file(folder / "a.parquet", folder / "b.xpt", encoding="utf-8")
    assert (folder / "b.xpt").read_bytes() == source.read_bytes()


@given(st.datetimes())
def test_a_datetime_has_one_number_whichever_way(value: datetime) -> None:
    assert as_numbers(pl.Series([value], dtype=pl.Datetime("us")))[0] == number_of(
        value.isoformat(), "datetime"
    )


def test_a_file_of_others_is_read_by_its_types(here: Path) -> None:
    pd.DataFrame(
        {
            "A": ["x ", None],
            "B": [1, 2],
            "C": [1.5, float("nan")],
            "D": [date(2020, 1, 2), None],
            "E": [True, False],
            "F": pd.Categorical(["u", "v"]),
        }
    ).to_parquet(here / "mine.parquet")
    code, said = run("mine.parquet", "mine.ndjson", "--created", "2020-01-01T00:00:00")
    assert (code, said) == (0, ["MINE: 2 records of 6 variables in mine.ndjson"])
    head, *rows = map(json.loads, (here / "mine.ndjson").read_text(encoding="utf-8").splitlines())
    assert rows == [["x", 1, 1.5, "2020-01-02", True, "u"], [None, 2, None, None, False, "v"]]
    assert [c["dataType"] for c in head["columns"]] == [
        "string", "integer", "double", "date", "boolean", "string",
    ]  # fmt: skip
    assert run("mine.parquet", "mine.xpt", "--created", "2020-01-01T00:00:00")[0] == 0
    assert read_xpt(here / "mine.xpt")[0].rows()[0] == ("x", 1.0, 1.5, 21916.0, 1.0, "u")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pa.array([[1]]), "has the column X of type List(Int64), which no dataset can hold"),
        (pa.array([b"x"]), "has the column X of type Binary, which no dataset can hold"),
        (
            pa.array([timedelta(1)]),
            "has the column X of type Duration(time_unit='us'), which no dataset can hold",
        ),
        (
            pa.array([Decimal("1.1")]),
            "has the column X of type Decimal(precision=2, scale=1), which no dataset can hold",
        ),
        (
            pa.array([datetime(2020, 1, 1, tzinfo=timezone.utc)]),  # noqa: UP017
            "has the column X of type Datetime(time_unit='us', time_zone='UTC'), which no dataset can hold",
        ),
    ],
)
def test_types_that_no_dataset_has(here: Path, column: pa.Array, message: str) -> None:
    pq.write_table(pa.table({"X": column}), here / "x.parquet")
    code, said = run("x.parquet", "x.json")
    assert (code, said[1]) == (11, f"x.parquet CED720 x.parquet {message}")


def test_whole_numbers_that_no_double_holds(here: Path) -> None:
    pq.write_table(pa.table({"X": [1, 2**53 + 1]}), here / "x.parquet")
    code, said = run("x.parquet", "x.json")
    assert (code, said[-1].split("; ")[0]) == (
        11,
        "x.parquet CED723 X.X row 2: 9007199254740993 has more digits than a number of SAS holds",
    )


def test_files_that_are_damaged_have_one_message(here: Path) -> None:
    put_xpt(here / "a.xpt", ROWS)
    run("a.xpt", "a.parquet")
    whole = (here / "a.parquet").read_bytes()
    for content in (b"", b"PAR1", whole[:-9], whole[: len(whole) // 2] + whole[-200:]):
        (here / "a.parquet").write_bytes(content)
        code, said = run("a.parquet", "b.json")
        assert (code, len(said), said[1].split()[1]) == (11, 2, "CED720")
    for metadata, message in (
        ({"dataset-json": "[]"}, "has metadata of a dataset that cannot be read"),
        ({"dataset-json": "{"}, "has metadata of a dataset that cannot be read"),
        (
            {
                "dataset-json": '{"name":"X","label":"","columns":[{"name":"Y","label":"","dataType":"string"}]}'
            },
            "has other columns than its metadata say",
        ),
    ):
        pq.write_table(pa.table({"X": ["a"]}).replace_schema_metadata(metadata), here / "x.parquet")
        assert run("x.parquet", "x.json")[1][1] == f"x.parquet CED720 x.parquet {message}"


@pytest.mark.parametrize(
    ("name", "kind", "is_same"),
    [("ADT", "timestamp[us]", False), ("ADTM", "date32[day]", False), ("ADTM", "timestamp[ms]", True)],
)
def test_days_are_not_read_where_another_program_has_made_moments_of_them(
    here: Path, name: str, kind: str, is_same: bool
) -> None:
    put_xpt(here / "a.xpt", [("S-1", 1.0, 1.0, 19246.0, 1662850582.0, 30060.0)])
    run("a.xpt", "a.parquet")
    table = pq.read_table(here / "a.parquet")
    place = table.column_names.index(name)
    field = table.schema.field(place).with_type(pa.type_for_alias(kind))
    pq.write_table(table.set_column(place, field, table[name].cast(field.type)), here / "b.parquet")
    code, said = run("b.parquet", "b.xpt")
    if is_same:
        assert (code, (here / "b.xpt").read_bytes()) == (0, (here / "a.xpt").read_bytes())
    else:
        message = "b.parquet CED720 b.parquet has other columns than its metadata say"
        assert (code, said[1:]) == (11, [message])
