"""Workbooks made for tests, and the reference files where they are there."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.read.workbook import read_workbook
from ced_cdisc.workbook.model import Tables, Workbook
from ced_cdisc.workbook.tables import tables_of

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
TEMPLATES = ("p21-template-2.0-sdtm.xlsx", "p21-template-2.1-adam.xlsx")

Rows = Sequence[Sequence[object]]


def reference(folder: str, name: str) -> Path:
    """A reference file beside the checkout; the test is skipped where it is absent."""
    path = REFERENCE / folder / name
    if not path.is_file():
        pytest.skip(f"the reference file {name} is not beside this checkout")
    return path


def packed(sheets: dict[str, Rows], merged: dict[str, str] | None = None) -> bytes:
    """An xlsx file as openpyxl writes it."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if merged and name in merged:
            sheet.merge_cells(merged[name])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def read(raw: bytes) -> tuple[Workbook | None, list[str]]:
    """A workbook and what is said of it."""
    findings = Findings()
    return read_workbook(raw, "spec.xlsx", findings), [str(one) for one in findings.sorted()]


def tables(raw: bytes) -> tuple[Tables | None, list[str]]:
    """The tables of a workbook and what is said of it."""
    findings = Findings()
    workbook = read_workbook(raw, "spec.xlsx", findings)
    assert workbook is not None
    return tables_of(workbook, "spec.xlsx", findings), [str(one) for one in findings.sorted()]


def cells(path: Path) -> Iterator[tuple[str, int, int, str]]:
    """Sheet, row, column and text of each filled cell, as openpyxl reads them: the second reader."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None and cell.value != "":
                    yield sheet.title, cell.row, cell.column, str(cell.value)


DATASETS: Rows = [["Dataset", "Label", "Key Variables"], ["AE", "Adverse Events", "STUDYID,USUBJID"]]
VARIABLES: Rows = [["Order", "Dataset", "Variable", "Label"], [1, "AE", "STUDYID", "Study Identifier"]]
