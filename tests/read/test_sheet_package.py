"""Workbooks that openpyxl does not write, and openpyxl as a second reader of those that it does."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ced_cdisc.read.cell_text import duration_text, moment_text, number_text
from ced_cdisc.read.sheet_cells import SheetCells, column_letters, read_cells
from ced_cdisc.read.sheet_package import opened

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
    'PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument'
    '.spreadsheetml.sheet.main+xml"/></Types>'
)
PARTS = {
    "[Content_Types].xml": TYPES,
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="One" sheetId="1" r:id="a"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": "<Relationships "
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="a" Type="{OFFICE}/worksheet" Target="/xl/one.xml"/>'
    f'<Relationship Id="b" Type="{OFFICE}/sharedStrings" Target="texts.xml"/>'
    f'<Relationship Id="c" Type="{OFFICE}/styles" Target="../xl/styles.xml"/></Relationships>',
    "xl/texts.xml": f'<sst xmlns="{MAIN}"/>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>'
    '<numFmt numFmtId="170" formatCode="[$-409]d/m/yy;@"/>'
    '<numFmt numFmtId="171" formatCode="&quot;day&quot; 0.0\\d"/></numFmts><cellXfs><xf numFmtId="0"/>'
    '<xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>',
    "xl/one.xml": "",
}
NAMES = {"[Content_Types].xml": "types", "xl/_rels/workbook.xml.rels": "links"}


def package(rows: str, **edits: tuple[str, str]) -> bytes:
    """A workbook with these rows; ``edits`` replace a piece of the part of that name."""
    buffer = io.BytesIO()
    parts = PARTS | {"xl/one.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'}
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            edit = edits.pop(NAMES.get(name, name.split("/")[-1].partition(".")[0]), ("", ""))
            assert edit[0] in text
            archive.writestr(name, text.replace(*edit) if edit[0] else text)
    assert not edits
    return buffer.getvalue()


def cells(raw: bytes) -> SheetCells:
    with opened(raw) as book:
        return read_cells(book, book.worksheets[0])


def row_one(raw: bytes) -> dict[int, str]:
    return cells(raw).rows[1]


def test_texts_in_runs_are_joined_and_how_they_are_spoken_is_left_out() -> None:
    text = "<si><r><t>Tro</t></r><r><t>ponin</t></r><rPh><t>x</t></rPh></si><si><t>a_x005F_x000D_b</t></si>"
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
    rows += '<c t="inlineStr"><is><t/></is></c></row>'
    raw = package(rows, texts=("/>", f">{text}</sst>"))
    assert row_one(raw) == {1: "Troponin", 2: "a_x000D_b"}


def test_rows_and_cells_without_a_place_follow_those_before() -> None:
    rows = '<row r="3"><c><v>1</v></c><c r="D3"><v>2</v></c><c><v>3</v></c></row><row><c><v>4</v></c></row>'
    assert cells(package(rows)).rows == {3: {1: "1", 4: "2", 5: "3"}, 4: {1: "4"}}
    assert cells(package('<row r="2.0"><c><v>1</v></c></row>')).rows == {2: {1: "1"}}


def test_rows_may_come_in_any_order() -> None:
    rows = '<row r="2"><c r="A2"><v>2</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>'
    assert cells(package(rows)).rows == {2: {1: "2"}, 1: {1: "1"}}


def test_dates_are_counted_from_1900_or_1904() -> None:
    rows = '<row r="1"><c s="1"><v>59</v></c><c s="1"><v>61</v></c><c s="2"><v>43466</v></c></row>'
    raw = package(rows)
    assert row_one(raw) == {1: "1900-02-28", 2: "1900-03-01", 3: "2019-01-01T00:00:00"}
    raw = package(rows, workbook=("<sheets>", '<workbookPr date1904="1"/><sheets>'))
    assert row_one(raw) == {1: "1904-02-29", 2: "1904-03-02", 3: "2023-01-02T00:00:00"}


def test_a_locale_is_no_hour_and_a_text_in_a_format_no_date() -> None:
    rows = '<row r="1"><c s="3"><v>43466</v></c><c s="4"><v>4.5</v></c><c s="9"><v>4.5</v></c></row>'
    assert row_one(package(rows)) == {1: "2019-01-01", 2: "4.5", 3: "4.5"}


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("2019-03-07", "2019-03-07"),
        ("2019-03-07T00:00:00Z", "2019-03-07T00:00:00"),
        ("2019-03-07T08:35:00.250", "2019-03-07T08:35:00.25"),
        ("08:35", "08:35:00"),
        ("T08:35:01", "08:35:01"),
        ("PT26H3M4.5S", "26:03:04.5"),
    ],
)
def test_dates_that_are_stored_as_text(stored: str, text: str) -> None:
    assert row_one(package(f'<row r="1"><c s="2" t="d"><v>{stored}</v></c></row>')) == {1: text}


def test_the_strict_form_is_read_alike() -> None:
    raw = package('<row r="1"><c><v>7</v></c></row>', one=(MAIN, STRICT), workbook=(MAIN, STRICT))
    assert row_one(raw) == {1: "7"}


def test_sheets_that_are_charts_or_not_there_are_none_of_cells() -> None:
    more = (
        '<sheet name="C" r:id="d"/><sheet name="D" r:id="e"/><sheet name="E"/>'
        '<sheet name="F" r:id="a" state="hidden"/></sheets>'
    )
    links = (
        f'<Relationship Id="d" Type="{OFFICE}/chartsheet" Target="one.xml"/>'
        f'<Relationship Id="e" Type="{OFFICE}/worksheet" Target="nowhere.xml"/></Relationships>'
    )
    raw = package("", workbook=("</sheets>", more), links=("</Relationships>", links))
    with opened(raw) as book:
        assert [(one.title, one.hidden) for one in book.worksheets] == [("One", False), ("F", True)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('<row r="1"><c t="s"><v>0</v></c></row>', "there is no shared text 0"),
        ('<row r="1"><c t="s"><v>-1</v></c></row>', "there is no shared text -1"),
        ('<row r="1"><c r="XFE1"><v>0</v></c></row>', "XFE1 is no cell"),
        ('<row r="1"><c r="1A"><v>0</v></c></row>', "1A is no cell"),
        ('<row r="0"/>', "row number 0"),
        ('<row r="1.5"/>', "row number 1.5"),
    ],
)
def test_what_cannot_be_in_a_sheet(rows: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        cells(package(rows))


@pytest.mark.parametrize(
    ("part", "first"),
    [
        ("one", "<worksheet"),
        ("workbook", "<workbook"),
        ("texts", "<sst"),
        ("styles", "<styleSheet"),
        ("types", "<Types"),
        ("links", "<Relationships"),
    ],
)
def test_no_part_may_declare_a_document_type(part: str, first: str) -> None:
    raw = package("", **{part: (first, f'<!DOCTYPE x [<!ENTITY a "b">]>{first}')})
    with pytest.raises(ValueError, match=r"^a part declares a document type$"):
        cells(raw)


def test_letters_of_columns() -> None:
    numbers = (1, 26, 27, 52, 702, 703, 16384)
    assert [column_letters(number) for number in numbers] == ["A", "Z", "AA", "AZ", "ZZ", "AAA", "XFD"]


FORMATS = (
    "General",
    "0.00",
    "yyyy-mm-dd",
    "d-mmm-yy",
    "h:mm:ss",
    "m/d/yy h:mm",
    "[h]:mm:ss",
    "[mm]:ss",
    '0.0" mmHg"',
    "[Red]0;[Blue]-0",
    "#,##0_d",
    "dd\\.mm\\.yyyy",
    "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
)


def told(value: Any, number_format: str) -> str:
    """What openpyxl has for a cell, as text."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            midnight = value.time() == time() and "h" not in number_format
            return value.date().isoformat() if midnight else moment_text(value)
        case time():
            return moment_text(value)
        case date():
            return value.isoformat()
        case timedelta():
            return duration_text(value)
        case float():
            return number_text(value)
        case _:
            return str(value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.one_of(
                st.floats(0, 60000),
                st.integers(0, 60000),
                st.booleans(),
                st.text(
                    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=8
                ),
            ),
            st.sampled_from(FORMATS),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_openpyxl_reads_the_same(values: list[tuple[Any, str]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number, (value, form) in enumerate(values, 1):
        cell = sheet.cell(number, 1)
        cell.number_format = form
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
    buffer = io.BytesIO()
    book.save(buffer)
    again: Any = openpyxl.load_workbook(io.BytesIO(buffer.getvalue()), data_only=True).active
    theirs = {
        number: told(row[0].value, row[0].number_format) for number, row in enumerate(again.iter_rows(), 1)
    }
    found = cells(buffer.getvalue())
    assert not found.errors
    assert {number: row[1] for number, row in found.rows.items()} == theirs
