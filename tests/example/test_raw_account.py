"""Every raw column of the example is accounted for, as the raw files themselves count them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyreadstat
from example_study import RAW

from ced_cdisc.pipeline import Build


def headers() -> dict[str, list[str]]:
    """The header of each raw file, read without the product."""
    found: dict[str, list[str]] = {}
    for path in sorted(RAW.rglob("*")):
        name = path.relative_to(RAW).with_suffix("").as_posix()
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as lines:
                found[name] = [cell.strip() for cell in next(csv.reader(lines))]
        elif path.suffix == ".txt":  # the transfer file of the laboratory; the table has the name of the spec
            with path.open(encoding="cp1252", newline="") as lines:
                found["labs"] = next(csv.reader(lines, delimiter="|"))
        elif path.suffix == ".xlsx":
            sheet: Any = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True).worksheets[0]
            found[name] = [str(cell).strip() for cell in next(sheet.iter_rows(values_only=True))]
        elif path.suffix == ".xpt":
            found[name] = pyreadstat.read_xport(path, metadataonly=True)[1].column_names
    return found


def test_all_raw_columns_are_accounted_for_and_none_is_left_over(build: Build, out: Path) -> None:
    made = json.loads((out / "build.json").read_bytes())["raw"]
    listed = {name: list(table["columns"]) for name, table in made["tables"].items()}
    files = headers()
    assert {name: sorted(columns) for name, columns in listed.items()} == {
        name: sorted(columns) for name, columns in files.items()
    }
    columns = [column for table in made["tables"].values() for column in table["columns"].values()]
    total = sum(len(header) for header in files.values())
    assert made["columns"] == {
        "total": total,
        "mapped": sum("read by" in column for column in columns),
        "excluded": sum("reason" in column for column in columns),
        "left over": 0,
        "not in the contract": 0,
    }
    assert made["columns"]["mapped"] + made["columns"]["excluded"] == total == len(columns)
    assert all(("read by" in column) != ("reason" in column) for column in columns)


def test_what_reads_a_column_is_named(build: Build) -> None:
    ae, demog = build.raw_columns["ae"], build.raw_columns["demog"]
    assert ae["SEV"].read_by == ("AE.AESEV",)
    assert "SUPPAE.AERELAPH" in ae["REL_APH"].read_by
    assert demog["SITE"].status == "mapped"
    assert ae["SITE"].reason == "The site is taken from the demography form only."
    variables = {
        f"{d.name}.{v.name}" for p in build.packages.values() for d in p.datasets for v in d.variables
    }
    named = {
        reader
        for table in build.raw_columns.values()
        for column in table.values()
        for reader in column.read_by
        if "." in reader and not reader.startswith("SUPP")
    }
    assert named <= variables
    assert len(named) > 100
