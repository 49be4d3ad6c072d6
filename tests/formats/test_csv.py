"""CSV: any texts come back, whatever ends a line or a cell in them."""

from __future__ import annotations

import csv
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ced_cdisc.core.datafile import FileDataset, FileVariable, Rows
from ced_cdisc.read.datafiles import open_datafile
from ced_cdisc.stages.file_conversion import convert_file
from ced_cdisc.write.delimited import write_csv

text = st.text('\r\n"a,;. \ufeff\0\x1a\x85\u2028', max_size=5) | st.text(
    st.characters(exclude_categories=["Cs"])
)
cell = st.none() | text.map(lambda t: t.rstrip(" ") or None)


def written(names: list[str], rows: list[tuple[Any, ...]], blocks: int = 1) -> bytes:
    dataset = FileDataset("X", "", tuple(FileVariable(name, "", "Char", "string") for name in names))
    frame = pl.DataFrame(rows, dict.fromkeys(names, pl.String), orient="row")
    cuts = [frame[place::blocks] for place in range(blocks)]
    stream = BytesIO()
    write_csv(stream, dataset, [Rows(cut) for cut in cuts])
    return stream.getvalue()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("a\rb",), ("z",)], b'A\n"a\rb"\nz\n'),
        ([("a\r",), (None,)], b'A\n"a\r"\n""\n'),
        ([('say "no"',), ("a,b",), ("c\nd",)], b'A\n"say ""no"""\n"a,b"\n"c\nd"\n'),
    ],
)
def test_cells_are_quoted_where_they_must_be(rows: list[tuple[Any, ...]], expected: bytes) -> None:
    assert written(["A"], rows) == expected


def test_a_mark_at_the_start_of_a_name_is_no_mark_of_the_file() -> None:
    assert written(["\ufeffA", "\ufeffB"], [("x", "y")]) == '"\ufeffA",\ufeffB\nx,y\n'.encode()


@settings(max_examples=100)
@given(st.lists(st.tuples(cell, cell), max_size=6), st.integers(1, 2))
def test_any_texts_come_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]], width: int
) -> None:
    names = ["A", "B"][:width]
    rows = [row[:width] for row in rows]
    path = tmp_path_factory.mktemp("any") / "x.csv"
    path.write_bytes(written(names, rows))
    read = pl.concat(
        [
            pl.DataFrame(schema=dict.fromkeys(names, pl.String)),
            *(b.frame for b in open_datafile(path).blocks()),
        ]
    )
    assert read.rows() == rows
    with path.open(encoding="utf-8", newline="") as stream:  # any other program
        assert list(csv.reader(stream)) == [names, *([value or "" for value in row] for row in rows)]


@given(text.filter(bool))
def test_any_name_of_a_column_comes_back(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    path = tmp_path_factory.mktemp("any") / "x.csv"
    path.write_bytes(written([name], [("x",)]))
    assert [variable.name for variable in open_datafile(path).dataset.variables] == [name]


def test_no_record_of_dataset_json_is_lost_on_the_way_through_csv(tmp_path: Path) -> None:
    rows = [["a\rb"], ["\r"], ["\r\n"], ["z"]]
    head = {
        "datasetJSONCreationDateTime": "2020-12-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.X",
        "records": len(rows),
        "name": "X",
        "label": "",
        "columns": [{"itemOID": "IT.X.A", "name": "A", "label": "", "dataType": "string"}],
        "rows": rows,
    }
    (tmp_path / "x.json").write_text(json.dumps(head), encoding="utf-8")
    assert convert_file(tmp_path / "x.json", tmp_path / "x.csv").rows == 4
    assert convert_file(tmp_path / "x.csv", tmp_path / "y.json").rows == 4
    assert json.loads((tmp_path / "y.json").read_bytes())["rows"] == rows
