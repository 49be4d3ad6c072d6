"""Transport files are compared by their bytes first, in any order of the records: the result has to be that
of a comparison of all values.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from compared_sides import Side, compared

from ced_cdisc.compare.datasets import Settings, compare_tables
from ced_cdisc.compare.model import ComparedTable
from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.read.compared import open_table
from ced_cdisc.read.xpt import XptFile
from ced_cdisc.read.xpt_bytes import unequal_pairs
from ced_cdisc.write.xpt import write_xpt

STAMP = "01JAN20:00:00:00"


def table(rows: int, random: np.random.Generator) -> pl.DataFrame:
    number = np.arange(rows)
    return pl.DataFrame(
        {
            "USUBJID": [f"S-{n // 7:04}" for n in number],
            "PARAMCD": [("ALT", "AST", "BILIRUBIN TOTAL")[n % 7 % 3] for n in number],
            "ASEQ": number % 7 + 1.0,
            "AVAL": [None if n % 11 == 0 else float(n) / 3 for n in number],
            "AVALC": [None if n % 5 == 0 else f"value {n % 17} of a long text" for n in number],
            "ABLFL": ["Y" if n % 7 == 0 else None for n in number],
            "BASE": random.normal(0, 1, rows),
        }
    )


def changed(data: pl.DataFrame, random: np.random.Generator, part: float) -> pl.DataFrame:
    """Another value in some records of each variable but the keys."""
    hit = {name: pl.Series(random.random(data.height) < part) for name in data.columns}
    return data.with_columns(
        pl.when(hit["AVAL"]).then(pl.col("AVAL").fill_null(1.0) * 2).otherwise("AVAL").alias("AVAL"),
        pl.when(hit["AVALC"]).then(pl.lit("other")).otherwise("AVALC").alias("AVALC"),
        pl.when(hit["ABLFL"]).then(None).otherwise("ABLFL").alias("ABLFL"),
        # Within the tolerance of numbers.
        pl.when(hit["BASE"]).then(pl.col("BASE") * (1 + 1e-14)).otherwise("BASE").alias("BASE"),
    )


def write(
    path: Path,
    data: pl.DataFrame,
    *,
    longer: int = 0,
    number: int = 8,
    special: dict[str, list[str | None]] | None = None,
) -> ComparedTable:
    variables = tuple(
        XptVariable(name, name, "Num", number if name == "ASEQ" else 8)
        if kind == pl.Float64
        else XptVariable(name, name, "Char", int(data[name].str.len_bytes().max() or 1) + longer)  # pyright: ignore
        for name, kind in data.schema.items()
    )
    with path.open("wb") as stream:
        codes = {name: pl.Series(values, dtype=pl.String) for name, values in (special or {}).items()}
        write_xpt(stream, data, XptMember("ADLB", "", variables, STAMP, STAMP), codes)
    return open_table(path, shown=path.name)


def by_values(table: ComparedTable) -> Side:
    """The same table in memory, of which nothing is known before its values are read."""
    columns = {v.name: table.column(v.name) for v in table.variables}
    codes = {name: table.special_missing(name) for name in columns}
    side = Side(
        {name: column.to_list() for name, column in columns.items()},
        table.shown,
        table.name,
        variables=table.variables,
        special={name: code.to_list() for name, code in codes.items() if code is not None},
    )
    side.rows = table.rows
    for name, column in columns.items():
        side._columns[name] = column
    return side


@pytest.mark.parametrize("part", [0.0, 0.002, 0.05, 0.5])
@pytest.mark.parametrize(
    "way", ["same order", "shuffled", "records lost", "other lengths", "other variables"]
)
@pytest.mark.parametrize("keys", [("USUBJID", "ASEQ"), ("USUBJID", "PARAMCD"), ()])
def test_bytes_and_values_say_the_same(tmp_path: Path, keys: tuple[str, ...], way: str, part: float) -> None:
    random = np.random.default_rng(7)
    data = table(2000, random)
    other = changed(data, random, part)
    layout: dict[str, Any] = {}
    if way != "same order":
        other = other.sample(fraction=1, shuffle=True, seed=3)
    if way == "records lost":
        data, other = data.filter(pl.col("USUBJID") != "S-0003"), other.tail(1900)
    if way == "other lengths":
        layout = {"longer": 13, "number": 4}
    if way == "other variables":
        other = other.select(reversed(other.columns)).drop("ABLFL").with_columns(EXTRA=pl.lit("more"))
    a, b = write(tmp_path / "a.xpt", data), write(tmp_path / "b.xpt", other, **layout)
    whole = compared(by_values(a), by_values(b), *keys, shown=4)
    fast = compare_tables(a, b, Settings(shown=4), keys)
    assert fast == whole
    assert part == 0.0 or any(d.code == "CED700" for d in fast.differences)


def test_special_missing_values_of_shuffled_records(tmp_path: Path) -> None:
    data = table(50, np.random.default_rng(1)).with_columns(AVAL=pl.lit(None, pl.Float64))
    order = list(reversed(range(50)))
    a = write(tmp_path / "a.xpt", data, special={"AVAL": ["A"] * 50})
    codes: list[str | None] = ["A"] * 50
    codes[7], codes[9] = "B", None
    b = write(tmp_path / "b.xpt", data[order], special={"AVAL": [codes[i] for i in order]})
    fast = compare_tables(a, b, Settings(), ("USUBJID", "ASEQ"))
    assert fast == compared(by_values(a), by_values(b), "USUBJID", "ASEQ")
    shown = [(r.keys[0][1], r.a, r.b) for d in fast.differences for r in d.records if d.code == "CED700"]
    assert shown == [("S-0001", ".A", ".B"), ("S-0001", ".A", ".")]


def test_blocks_of_any_size_find_the_same_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    data = table(300, random)
    other = changed(data, random, 0.03)
    write(tmp_path / "a.xpt", data)
    write(tmp_path / "b.xpt", other)
    one, two = XptFile(tmp_path / "a.xpt"), XptFile(tmp_path / "b.xpt")
    expected = {
        name: np.flatnonzero(data[name].ne_missing(other[name]).to_numpy()).tolist() for name in data.columns
    }
    assert expected["AVALC"]
    for size in (1, 1000, 1 << 21):
        monkeypatch.setattr("ced_cdisc.read.xpt_bytes._BLOCK_BYTES", size)
        assert {name: rows.tolist() for name, rows in unequal_pairs(one, two).items()} == expected
