"""Parquet files of others: numbers and moments that no double holds, NaN, infinity, damaged bytes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from convert_command import run
from hypothesis import given, settings
from hypothesis import strategies as st

from ced_cdisc.core.exactness import first_rounded
from ced_cdisc.core.findings import Stopped
from ced_cdisc.core.moments import as_numbers
from ced_cdisc.read.parquet import ParquetFile
from ced_cdisc.read.xpt import read_xpt

CREATED = ("--created", "2020-01-01T00:00:00")
ENDINGS = ("xpt", "json", "ndjson", "parquet", "csv")


def put(path: Path, *values: Any, kind: Any = None, metadata: Any = None) -> None:
    table = pa.table({"A": pa.array(values, kind)})
    pq.write_table(table.replace_schema_metadata(metadata) if metadata else table, path)


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"])
def test_whole_numbers_of_every_width(here: Path, kind: str) -> None:
    bits, signed = int(kind.lstrip("uint")), kind[0] == "i"
    least, most = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    if bits == 64:
        least, most = (-(2**53) if signed else 0), 2**53
    put(here / "x.parquet", least, None, most, kind=getattr(pa, kind)())
    assert run("x.parquet", "x.xpt", *CREATED) == (
        0,
        [
            "1 note in the output",
            "x.xpt CED732 XPT v5 has no place for the data types of A of X",
            "X: 3 records of 1 variables in x.xpt",
        ],
    )
    assert read_xpt(here / "x.xpt")[0]["A"].to_list() == [float(least), None, float(most)]


@pytest.mark.parametrize(
    ("number", "kind"), [(2**63 - 1, "int64"), (-(2**53) - 1, "int64"), (2**64 - 1, "uint64")]
)
def test_whole_numbers_with_more_digits_than_a_double(here: Path, number: int, kind: str) -> None:
    put(here / "x.parquet", 2**60, number, kind=getattr(pa, kind)())  # a power of two has few digits
    line = f"x.parquet CED723 X.A row 2: {number} has more digits than a number of SAS holds"
    code, said = run("x.parquet", "x.json", *CREATED)
    assert (code, said) == (11, ["1 error in the raw data", f"{line}; allow it with --allow digits"])
    assert run("x.parquet", "x.json", *CREATED, "--allow", "digits")[1][1] == line


@pytest.mark.parametrize(
    ("tick", "unit", "text"),
    [
        (253402300799999999, "us", "9999-12-31T23:59:59.999999"),
        (1893456000123456789, "ns", "2030-01-01T00:00:00.123456789"),
        (2**62 + 1, "ms", "4611686334046587.905 seconds since 1960"),
    ],
)
def test_moments_that_no_double_holds_are_named(here: Path, tick: int, unit: str, text: str) -> None:
    put(here / "x.parquet", 10**9, tick, tick, kind=pa.timestamp(unit))
    line = f"x.parquet CED723 X.A row 2: {text} has more digits than a number of SAS holds"
    for ending in ENDINGS:
        code, said = run("x.parquet", f"y.{ending}", *CREATED)
        assert (code, said[-2:]) == (11, ["1 error in the raw data", f"{line}; allow it with --allow digits"])
    code, said = run("x.parquet", "x.xpt", *CREATED, "--allow", "digits")
    assert (code, said[1]) == (0, line)


def test_near_its_zero_a_number_of_sas_holds_nanoseconds(here: Path) -> None:
    put(here / "x.parquet", -315619199999999999, kind=pa.timestamp("ns"))
    assert run("x.parquet", "x.xpt", *CREATED)[0] == 0
    assert read_xpt(here / "x.xpt")[0]["A"].to_list() == [1e-9]


ticks = st.integers(-(2**63), 2**63 - 1) | st.integers(-(2**50), 2**53).map(lambda tick: tick * 1000)


@settings(max_examples=300)
@given(ticks, st.sampled_from(("ms", "us", "ns")))
def test_a_moment_counts_as_held_if_its_number_gives_its_tick_back(tick: int, unit: Any) -> None:
    values = pl.Series([tick], dtype=pl.Int64).cast(pl.Datetime(unit))
    size = {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    fine = next(10**n for n in range(6, 10) if tick * 10**n % size == 0)  # microseconds, or as fine as it is
    number = as_numbers(values)[0]
    given_back = round(Fraction(number) * fine) - 315619200 * fine
    is_other = fine > 10**6 and float(Fraction(round(Fraction(number) * 10**6), 10**6)) == number
    assert (first_rounded(values) is None) == (given_back == tick * fine // size and not is_other)


def test_a_day_far_away_is_its_number(here: Path) -> None:
    put(here / "x.parquet", 2**31 - 1, kind=pa.date32())
    assert run("x.parquet", "x.xpt", *CREATED)[0] == 0
    assert read_xpt(here / "x.xpt")[0]["A"].to_list() == [2.0**31 - 1 + 3653]


@pytest.mark.parametrize("ending", ENDINGS)
def test_infinity_is_refused_by_every_format(here: Path, ending: str) -> None:
    for number, word in ((float("inf"), "inf"), (float("-inf"), "-inf")):
        put(here / "x.parquet", 1.0, number)
        message = f"x.parquet CED720 x.parquet has {word} in A row 2, which no dataset can hold"
        assert run("x.parquet", f"y.{ending}", *CREATED) == (11, ["1 error in the raw data", message])
    assert [path.name for path in here.iterdir()] == ["x.parquet"]


@pytest.mark.parametrize(
    ("ending", "form"),
    [("xpt", "XPT v5"), ("json", "Dataset-JSON"), ("parquet", "Parquet"), ("csv", "CSV")],
)
def test_nan_becomes_missing_only_where_that_is_allowed(here: Path, ending: str, form: str) -> None:
    put(here / "x.parquet", 1.0, float("nan"), None, float("nan"))
    line = f"y.{ending} CED730 X.A row 2: {form} has no NaN, it becomes missing, and 1 more"
    code, said = run("x.parquet", f"y.{ending}", *CREATED)
    allow = f"{line}; allow it with --allow special-missing"
    assert (code, said[-2:]) == (12, ["1 error in the output", allow])
    code, said = run("x.parquet", f"y.{ending}", *CREATED, "--allow", "special-missing")
    assert (code, line in said) == (0, True)
    assert run(f"y.{ending}", "z.ndjson", *CREATED)[0] == 0
    rows = (here / "z.ndjson").read_text(encoding="utf-8").splitlines()[1:]
    assert rows == (['["1"]', "[null]", "[null]", "[null]"] if ending == "csv" else ["[1]", *["[null]"] * 3])


def test_a_boolean_that_is_neither_true_nor_false(here: Path) -> None:
    head = (
        '{"name":"X","label":"","columns":[{"itemOID":"I.A","name":"A","label":"","dataType":"boolean"}],'
        '"datasetJSONCreationDateTime":"2020-01-01T00:00:00"}'
    )
    put(here / "x.parquet", 1.0, 0.0, 2.0, metadata={"dataset-json": head})
    assert run("x.parquet", "x.ndjson") == (
        0,
        [
            "1 note in the output",
            "x.ndjson CED735 X.A row 3: 2.0 is neither true (1) nor false (0), its type becomes float",
            "X: 3 records of 1 variables in x.ndjson",
        ],
    )
    assert (here / "x.ndjson").read_text(encoding="utf-8").splitlines()[1:] == ["[1]", "[0]", "[2]"]


def whole_file(compression: str) -> bytes:
    table = pa.table(
        {
            "USUBJID": ["S-1", "é", None, "abc"],
            "AVAL": [1.5, 2.0, None, 4.0],
            "ADT": pa.array([1, 2, 3, 4], pa.date32()),
            "N": pa.array([1, 2, 3, 4], pa.int16()),
            "C": pa.array(["u", "v", "u", "u"]).dictionary_encode(),
        }
    )
    fields = [field.with_metadata({"label": "Bezeichnung é"}) for field in table.schema]
    stream = pa.BufferOutputStream()
    pq.write_table(table.cast(pa.schema(fields, metadata={"own": "é"})), stream, compression=compression)
    return stream.getvalue().to_pybytes()


@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_any_damaged_byte_is_read_or_refused(tmp_path: Path, compression: str) -> None:
    whole, chance = whole_file(compression), random.Random(compression)
    path = tmp_path / "x.parquet"
    refused = 0
    for _ in range(400):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 1, 2, 5))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content)
        try:
            list(ParquetFile(path).blocks())
        except Stopped as stopped:
            refused += 1
            assert [finding.code for finding in stopped.findings] == ["CED720"]
    assert 200 < refused < 400


def test_damaged_metadata_and_texts_end_with_one_message_and_no_panic(here: Path) -> None:
    (here / "t.csv").write_text("AB\nsome text\n", encoding="utf-8")
    assert run("t.csv", "t.parquet", *CREATED)[0] == 0
    content = bytearray((here / "t.parquet").read_bytes())
    content[content.rindex(b"label")] = 255
    (here / "t.parquet").write_bytes(content)
    buffers = [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")]
    pq.write_table(pa.table({"A": pa.Array.from_buffers(pa.string(), 1, buffers)}), here / "u.parquet")
    for name, message in (
        ("t", "has metadata of a dataset that are damaged: its two copies differ"),
        ("u", "cannot be read: In column 0: Invalid: Invalid UTF8 sequence at string index 0"),
    ):
        command = [sys.executable, "-m", "ced_cdisc.cli", "convert", f"{name}.parquet", "z.json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})
        assert (done.returncode, done.stderr.splitlines()) == (
            11,
            ["1 error in the raw data", f"{name}.parquet CED720 {name}.parquet {message}"],
        )


def test_interrupting_is_no_damage(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(here / "x.parquet", "some text")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(ParquetFile(Path("x.parquet")).blocks())
