"""Workbooks as files: nothing is lost between two, the bytes stay, and a bad file is one finding."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbooks import DATASETS, TEMPLATES, VARIABLES, cells, packed, read, reference, tables

from ced_cdisc.core.findings import Findings
from ced_cdisc.workbook.model import Sheet, Workbook
from ced_cdisc.write.workbook import workbook_bytes

CREATED = datetime(2020, 12, 1, 10, 30, tzinfo=UTC)


def written(workbook: Workbook) -> bytes:
    content = workbook_bytes(workbook, CREATED, "out.xlsx", Findings())
    assert content is not None
    return content


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_cell_of_a_real_workbook_goes_in_and_comes_out(name: str, tmp_path: Path) -> None:
    path = reference("p21", name)
    workbook, said = read(path.read_bytes())
    assert workbook is not None and said == []
    again = tmp_path / "again.xlsx"
    again.write_bytes(written(workbook))
    before, after = list(cells(path)), list(cells(again))
    assert len(before) > 12_000
    assert after == before


def test_the_fault_of_a_real_workbook_is_named() -> None:
    made, said = tables(reference("p21", TEMPLATES[0]).read_bytes())
    assert made is None
    assert said == [
        "spec.xlsx[WhereClauses]:98 CED566 Variable of the row is empty; fill it in, or take out the row"
    ]


def test_the_rows_of_a_real_workbook() -> None:
    made, said = tables(reference("p21", TEMPLATES[1]).read_bytes())
    assert made is not None and said == []
    assert {name: len(one.records) for name, one in made.tables.items() if one.records} == {
        "Define": 6,
        "Datasets": 30,
        "Variables": 2378,
    }
    assert made.attribute("StandardName") == "ADaM-IG"
    first = made.records("Variables")[0]
    assert (first["Variable"], first["Length"], first["Mandatory"]) == ("STUDYID", "12", "Yes")


TEXTS = [
    "=1+1",
    "001",
    "2024-01-02",
    "#N/A",
    "_x000D_",
    "_x005F_x000A_",
    " a\tb\r\nc ",
    "1E5",
    "'q",
    "½≥",
    "TRUE",
]


def test_texts_stay_texts() -> None:
    sheet = Sheet("Codelists", {1: {1: "ID", 2: "Term"}, **{n: {2: t} for n, t in enumerate(TEXTS, 2)}})
    content = written(Workbook((sheet,)))
    workbook, said = read(content)
    assert workbook is not None and said == []
    assert [text for row, _, text in workbook.sheets[0].cells() if row > 1] == TEXTS
    for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(min_row=2):
        assert [cell.data_type for cell in row if cell.value is not None] == ["s"]
        assert [cell.number_format for cell in row if cell.value is not None] == ["@"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"), include_characters="\n\t\r"), min_size=1
    )
)
def test_any_text_comes_back(text: str) -> None:
    workbook, _ = read(written(Workbook((Sheet("X", {3: {2: text}}),))))
    assert workbook is not None
    assert workbook.sheets[0].rows == {3: {2: text}}


def test_the_same_cells_give_the_same_bytes() -> None:
    workbook, _ = read(packed({"Datasets": DATASETS, "Variables": VARIABLES}))
    assert workbook is not None
    one = written(workbook)
    assert written(workbook) == one
    with zipfile.ZipFile(io.BytesIO(one)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(2020, 12, 1, 10, 30, 0)}
    again, _ = read(one)
    assert again is not None and again.created == CREATED


def test_the_looks_of_a_known_sheet() -> None:
    workbook, _ = read(packed({"Datasets": [*DATASETS], "Mine": [["a"]]}))
    assert workbook is not None
    book = openpyxl.load_workbook(io.BytesIO(written(workbook)))
    sheet = book["Datasets"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:C2")
    assert book["Mine"].auto_filter.ref is None
    assert sheet["A1"].font.bold


def test_hidden_sheets_and_merged_cells_stay() -> None:
    sheet = Sheet("Notes", {1: {1: "a"}, 9: {1: "b"}}, ("A1:A3",), hidden=True)
    workbook, _ = read(written(Workbook((Sheet("Define", {1: {1: "Attribute"}}), sheet))))
    assert workbook is not None
    assert workbook.sheets[1] == sheet


def test_a_text_that_no_cell_holds() -> None:
    findings = Findings()
    sheet = Sheet("Methods", {1: {1: "ID", 2: "Description"}, 2: {1: "A", 2: "x" * 32_768}})
    assert workbook_bytes(Workbook((sheet,)), CREATED, "out.xlsx", findings) is None
    assert [str(one) for one in findings] == [
        "out.xlsx[Methods]:2 CED570 the text of Description has 32768 characters, and a cell holds 32767; "
        "shorten it, or put it into a document"
    ]


def test_no_workbook() -> None:
    assert read(b"Dataset,Label\n") == (
        None,
        ["spec.xlsx CED560 the workbook is no xlsx workbook: it starts with b'Dataset,'; save it as .xlsx"],
    )


def test_a_password_or_an_old_format() -> None:
    assert read(bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 600) == (
        None,
        [
            "spec.xlsx CED561 the workbook is password-protected or an old .xls; "
            "save it as .xlsx without a password"
        ],
    )


def test_a_zip_without_sheets_is_damaged() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("a.txt", "a")
    workbook, said = read(made.getvalue())
    assert workbook is None
    assert said[0].startswith("spec.xlsx CED562 the workbook is damaged or no workbook: ")
    assert said[0].endswith("; open it in a spreadsheet program and save it as .xlsx again")


def test_formulas_without_values() -> None:
    workbook, said = read(packed({"Datasets": [["Dataset"], ["=A1"], ["=A2"]]}))
    assert workbook is None
    assert said == [
        "spec.xlsx[Datasets] CED563 2 formulas have no stored value: A2, A3; "
        "open and save the workbook in a spreadsheet program"
    ]


def test_error_cells() -> None:
    workbook, said = read(packed({"Datasets": [["Dataset"], ["#REF!"]]}))
    assert workbook is None
    assert said == [
        "spec.xlsx[Datasets] CED563 1 cell holds an error: A2 holds #REF!; correct the formula or the value"
    ]


def test_a_million_empty_rows_are_none() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Datasets"
    sheet.cell(1, 1).value = "Dataset"
    sheet.cell(1_048_576, 1).number_format = "@"
    made = io.BytesIO()
    book.save(made)
    workbook, said = read(made.getvalue())
    assert workbook is not None and said == []
    assert workbook.sheets[0].rows == {1: {1: "Dataset"}}
