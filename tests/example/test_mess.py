"""Every irregularity of MESS.yml is in the raw tables, and is handled as it says there.

The raw tables are read with csv, openpyxl and pyreadstat, the datasets with pyreadstat.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from typing import Any

import openpyxl
import pyreadstat
import pytest
import yaml
from example_study import RAW
from transport_files import Dataset

from ced_cdisc.pipeline import Build

MESS: dict[str, list[dict[str, Any]]] = yaml.load(
    (RAW.parent / "MESS.yml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
ENTRIES = [
    pytest.param(table, entry, id=f"{table}: {entry['what']}")
    for table, entries in MESS.items()
    for entry in entries
]


@cache  # most tables have several entries, and no test changes a row
def raw_rows(name: str) -> list[dict[str, str]]:
    """The rows of a raw table, every cell a text."""
    path = RAW / name
    if path.suffix == ".xlsx":
        with path.open("rb") as stream:
            workbook = openpyxl.load_workbook(io.BytesIO(stream.read()), read_only=True)
        header, *rows = workbook.worksheets[0].iter_rows(values_only=True)
        workbook.close()
        return [
            dict(zip(map(str, header), ("" if c is None else str(c) for c in r), strict=True)) for r in rows
        ]
    if path.suffix == ".xpt":
        columns, _ = pyreadstat.read_xport(path, output_format="dict")
        return [
            dict(zip(columns, map(str, values), strict=True))
            for values in zip(*columns.values(), strict=True)
        ]
    encoding, delimiter = ("cp1252", "|") if path.suffix == ".txt" else ("utf-8-sig", ",")
    with path.open(newline="", encoding=encoding) as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


def found(data: Dataset, where: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of a dataset that have these values."""
    return data.where(**{name: value if value != "" else None for name, value in where.items()})


@pytest.mark.parametrize(("table", "entry"), ENTRIES)
def test_each_irregularity_is_there_and_is_handled(
    table: str, entry: dict[str, Any], every: dict[str, Dataset], build: Build
) -> None:
    rows = [
        row
        for row in raw_rows(table)
        if all(row[name].strip() == value.strip() for name, value in entry["row"].items())
    ]
    assert len(rows) == entry.get("rows", 1), f"{table} {entry['row']}"
    for row in rows:
        assert {name: row[name] for name in entry.get("cells", {})} == entry.get("cells", {})
    assert entry["expect"]
    for expected in entry["expect"]:
        if "finding" in expected:
            assert any(expected["finding"] in str(one) for one in build.findings)
            continue
        records = found(every[expected["dataset"]], expected["where"])
        assert len(records) == expected.get("records", 1), expected
        for record in records:
            shown = {
                name: "" if record[name] is None else record[name] for name in expected.get("values", {})
            }
            assert shown == expected.get("values", {})
