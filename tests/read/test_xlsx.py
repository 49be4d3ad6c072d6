"""xlsx raw tables: cells become the text they stand for, and every fault is said in full."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ced_cdisc.core.decimals import shortest
from ced_cdisc.core.findings import Location, Severity
from ced_cdisc.read import sheet_cells
from ced_cdisc.read.tables import RawTable, TableContract, read_table

SPEC = Location("mappings/sources.yaml", 4, 3)
CATH = TableContract("cath", "cath.xlsx", "xlsx", ("SUBJ", "CFR"), SPEC)


def workbook(rows: Sequence[Sequence[Any]], title: str = "Sheet1") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return book


def packed(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def edited(content: bytes, part: str, old: str, new: str) -> bytes:
    """A workbook with a piece of one part replaced, for what openpyxl does not write."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for entry in source.infolist():
            text = source.read(entry)
            if entry.filename == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            target.writestr(entry.filename, text)
    return buffer.getvalue()


def read(book: openpyxl.Workbook | bytes, contract: TableContract = CATH) -> RawTable:
    Path("raw/cath.xlsx").write_bytes(book if isinstance(book, bytes) else packed(book))
    table, found = read_table(Path("raw"), contract)
    assert table is not None, found
    assert not [f for f in found if f.severity is not Severity.NOTE]
    return table


def said(book: openpyxl.Workbook | bytes, contract: TableContract = CATH) -> list[str]:
    Path("raw/cath.xlsx").write_bytes(book if isinstance(book, bytes) else packed(book))
    table, found = read_table(Path("raw"), contract)
    assert (table is None) == any(f.severity is Severity.ERROR for f in found)
    return [str(f) for f in found]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("001", "001"),
        (" x ", " x "),
        ("a_x000D_\nb", "a\r\nb"),
        ("=", "="),
        (424, "424"),
        (424.0, "424"),
        (2.22, "2.22"),
        (1e-7, "0.0000001"),
        (1e21, "1000000000000000000000"),
        (-0.0, "0"),
        (True, "TRUE"),
        (False, "FALSE"),
        (date(2019, 3, 7), "2019-03-07"),
        (datetime(2019, 3, 7, 8, 35), "2019-03-07T08:35:00"),  # noqa: DTZ001
        (datetime(2019, 3, 7, 0, 0), "2019-03-07T00:00:00"),  # noqa: DTZ001
        (datetime(2019, 3, 7, 12, 30, 1, 250000), "2019-03-07T12:30:01.25"),  # noqa: DTZ001
        (time(8, 35), "08:35:00"),
        (timedelta(hours=26, minutes=3), "26:03:00"),
    ],
)
def test_a_cell_becomes_text(value: object, text: str) -> None:
    assert read(workbook([("SUBJ", "CFR"), ("1", value)])).frame.rows() == [("1", text, 2)]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("2.2200000000000002", "2.22"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("1234567890123456789", "1234567890123456789"),
        ("1E-3", "0.001"),
        ("424.0", "424"),
    ],
)
def test_a_stored_number_becomes_the_shortest_text(stored: str, text: str) -> None:
    content = packed(workbook([("SUBJ", "CFR"), ("1", 77)]))
    content = edited(content, "xl/worksheets/sheet1.xml", "<v>77</v>", f"<v>{stored}</v>")
    assert read(content).frame["CFR"].to_list() == [text]


def test_a_date_format_without_time_shows_midnight_as_a_date() -> None:
    book = workbook([("SUBJ", "CFR"), ("1", datetime(2019, 3, 7, tzinfo=UTC).replace(tzinfo=None))])
    book.active["B2"].number_format = 'dd-mmm-yyyy "h"'
    assert read(book).frame["CFR"].to_list() == ["2019-03-07"]


@pytest.mark.parametrize(
    ("day", "shown", "text"),
    [
        ((2020, 2, 1), "mmm-yyyy", "2020-02"),
        ((2020, 2, 1), "mmm-yy", "2020-02"),
        ((2020, 2, 1), '[$-409]mmmm\\-yyyy;@" d"', "2020-02"),
        ((2020, 1, 1), "yyyy", "2020"),
        ((2020, 1, 1), "dd/mm/yyyy", "2020-01-01"),
        ((2020, 2, 17), "mmm-yyyy", "2020-02-17"),
        ((2020, 5, 1), "yyyy", "2020-05-01"),
        ((2020, 5, 17), "yyyy", "2020-05-17"),
        ((2020, 2, 1), "mmm", "2020-02-01"),
    ],
)
def test_a_first_day_that_a_format_hides_is_none(day: tuple[int, int, int], shown: str, text: str) -> None:
    """Excel stores what was typed as Feb 2020 as the first of the month."""
    book = workbook([("SUBJ", "CFR"), ("1", date(*day))])
    book.active["B2"].number_format = shown
    assert read(book).frame["CFR"].to_list() == [text]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_reads_back(value: float) -> None:
    text = shortest(value)
    assert float(text) == value
    assert "e" not in text.lower() and not text.endswith(".") and text != "-0"


def test_empty_cells_are_null_and_rows_are_those_of_the_sheet() -> None:
    table = read(workbook([("SUBJ", "CFR"), ("1", None), (), (None, "x"), (None, "")]))
    assert table.frame.rows() == [("1", None, 2), (None, "x", 4)]
    assert [str(t) for t in table.frame.dtypes] == ["String", "String", "Int64"]
    assert said(workbook([("SUBJ", "CFR"), (), (), ("1",)])) == [
        "raw/cath.xlsx:2 CED218 2 blank rows of table cath left out: 2, 3"
    ]


def test_trim_and_missing() -> None:
    contract = replace(CATH, trim=True, missing=(".",))
    assert read(workbook([("SUBJ ", "CFR"), (" 1", " . ")]), contract).frame.rows() == [("1", None, 2)]


def test_a_header_without_records_is_an_empty_table() -> None:
    assert read(workbook([("SUBJ", "CFR")])).frame.shape == (0, 3)


def test_a_sheet_is_taken_by_name_and_a_wrong_dimension_cuts_nothing() -> None:
    book = workbook([("SUBJ", "CFR"), ("1", 2.5)], "Cath")
    book.create_sheet("Notes")
    content = edited(packed(book), "xl/worksheets/sheet1.xml", 'ref="A1:B2"', 'ref="A1"')
    assert read(content, replace(CATH, sheet="Cath")).frame.rows() == [("1", "2.5", 2)]


def test_a_formula_gives_its_stored_value_an_empty_text_too() -> None:
    book = workbook([("SUBJ", "CFR"), ("1", "=1+1"), ("2", '=""')])
    part = "xl/worksheets/sheet1.xml"
    content = edited(packed(book), part, "<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>")
    content = edited(content, part, '<c r="B3"><f>""</f><v></v>', '<c r="B3" t="str"><f>""</f><v></v>')
    assert read(content).frame.rows() == [("1", "2", 2), ("2", None, 3)]


# ---------------------------------------------------------------- faults


def test_not_a_workbook() -> None:
    assert said(b"SUBJ,CFR\n1,2\n") == [
        "raw/cath.xlsx CED225 the file of table cath is no xlsx workbook: it starts with b'SUBJ,CFR'; "
        "save it as .xlsx, or write format: csv if it is text"
    ]


def test_empty_files_and_sheets() -> None:
    message = "raw/cath.xlsx CED205 the file of table cath is empty: not even a header; expected SUBJ, CFR"
    assert said(b"") == [message]
    assert said(workbook([])) == [message]


PROTECTED = (
    "raw/cath.xlsx CED226 the file of table cath is password-protected or an old .xls; "
    "save it as .xlsx without a password"
)


def test_password_protected_or_old() -> None:
    assert said(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)) == [PROTECTED]
    content = bytearray(packed(workbook([("SUBJ", "CFR")])))
    place = content.find(b"PK\x01\x02")
    content[place + 8] |= 1
    assert said(bytes(content)) == [PROTECTED]


def test_a_damaged_workbook() -> None:
    content = packed(workbook([("SUBJ", "CFR"), ("1", "2")]))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    damaged = "raw/cath.xlsx CED227 the file of table cath is damaged or no workbook: "
    hint = "; open it in a spreadsheet program and save it as .xlsx again"
    assert said(buffer.getvalue()) == [
        f"{damaged}\"There is no item named '[Content_Types].xml' in the archive\"{hint}"
    ]
    (text,) = said(edited(content, "xl/worksheets/sheet1.xml", "</sheetData>", "</sheet>"))
    assert text.startswith(damaged) and "mismatched tag" in text and text.endswith(hint)
    (text,) = said(edited(content, "xl/worksheets/sheet1.xml", '<row r="2"', '<row r="99999999"'))
    assert text == f"{damaged}row number 99999999{hint}"


@pytest.mark.parametrize("percent", range(0, 100, 3))
def test_a_cut_workbook_is_never_a_bug(percent: int) -> None:
    content = packed(workbook([("SUBJ", "CFR"), ("1", "2")]))
    assert len(said(content[: len(content) * percent // 100])) == 1


@pytest.mark.parametrize("percent", range(0, 100, 2))
def test_a_damaged_byte_is_never_a_bug(percent: int) -> None:
    content = bytearray(packed(workbook([("SUBJ", "CFR"), ("1", "2")])))
    content[len(content) * percent // 100] ^= 0x5A
    said(bytes(content))


def test_an_entity_bomb_is_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "xxxxxxxxxx">' + "".join(
        f'<!ENTITY a{n} "{"&a;" if n == 0 else f"&a{n - 1};" * 20}">' for n in range(12)
    )
    content = packed(workbook([("SUBJ", "CFR"), ("1", "2")]))
    content = edited(content, "xl/worksheets/sheet1.xml", "<worksheet", f"{bomb}]><worksheet")
    content = edited(content, "xl/worksheets/sheet1.xml", "<sheetData>", "<sheetData>&a11;")
    (text,) = said(content)
    assert "CED227 the file of table cath is damaged or no workbook: " in text


def test_a_huge_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed(workbook([("SUBJ", "CFR")]))
    size = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(content)).infolist())
    monkeypatch.setattr(sheet_cells, "MAX_UNPACKED", 1000)
    assert said(content) == [
        f"raw/cath.xlsx CED233 the file of table cath unpacks to {size} bytes, more than 1000; "
        "take out what is not needed, or export so big a table as CSV"
    ]


def test_a_zip_that_lies_about_its_size_is_damaged() -> None:
    content = bytearray(packed(workbook([("SUBJ", "CFR")] + [("1", "2")] * 500)))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as package:
        entry = package.getinfo("xl/worksheets/sheet1.xml")
    name = content.rfind(b"xl/worksheets/sheet1.xml")
    content[name - 46 + 24 : name - 46 + 28] = (100).to_bytes(4, "little")
    assert entry.file_size > 100
    (text,) = said(bytes(content))
    assert "CED227 the file of table cath is damaged or no workbook: " in text


def test_missing_sheet() -> None:
    book = workbook([("SUBJ", "CFR")], "Cathlab")
    book.create_sheet("Notes")
    assert said(book, replace(CATH, sheet="cathlab")) == [
        "mappings/sources.yaml:4:3 CED228 no sheet cathlab in raw/cath.xlsx for table cath; did "
        "you mean Cathlab?"
    ]
    assert said(book, replace(CATH, sheet="zzzzz"))[0].endswith("; the workbook has Cathlab, Notes")


def test_several_sheets_and_none_named() -> None:
    book = workbook([("SUBJ", "CFR")], "Cathlab")
    book.create_sheet("Notes")
    assert said(book) == [
        "mappings/sources.yaml:4:3 CED229 table cath names no sheet, and the workbook has 2: Cathlab, Notes; "
        "write sheet: with one of them"
    ]


def test_error_cells() -> None:
    assert said(workbook([("SUBJ", "CFR"), ("1", "#N/A"), ("#REF!", "2")])) == [
        "raw/cath.xlsx CED230 2 errors in the sheet of table cath: B2 holds #N/A, A3 holds #REF!; "
        "correct the formula or the value"
    ]


def test_a_date_that_is_none_and_a_number_that_is_none() -> None:
    book = workbook([("SUBJ", "CFR"), ("1", -99999999), ("2", 1e308)])
    book.active["B2"].number_format = "yyyy-mm-dd"
    content = edited(packed(book), "xl/worksheets/sheet1.xml", "<v>1e+308</v>", "<v>1E999</v>")
    assert said(content) == [
        "raw/cath.xlsx CED230 2 errors in the sheet of table cath: B2 holds #VALUE!, B3 holds inf; "
        "correct the formula or the value"
    ]


@pytest.mark.parametrize("stored", ["<f>1+1</f>", "<f>1+1</f><v></v>", "<f>1+1</f><v/>"])
def test_formulas_without_stored_value(stored: str) -> None:
    content = edited(
        packed(workbook([("SUBJ", "CFR"), ("1", "=1+1")])),
        "xl/worksheets/sheet1.xml",
        "<f>1+1</f><v></v>",
        stored,
    )
    assert said(content) == [
        "raw/cath.xlsx CED231 1 unstored formula in the sheet of table cath: B2; "
        "open and save the workbook, so that values are stored"
    ]


def test_merged_cells() -> None:
    book = workbook([("SUBJ", "CFR"), ("1", "2"), (None, "3")])
    book.active.merge_cells("A2:A3")
    assert said(book) == [
        "raw/cath.xlsx CED232 1 merged range in the sheet of table cath: A2:A3; unmerge and fill each cell"
    ]


def test_cells_without_header() -> None:
    assert said(workbook([("SUBJ", "CFR"), ("1", "2", None, "x"), ("1", "2", "y")])) == [
        "raw/cath.xlsx CED234 2 cells without header in the sheet of table cath: D2 holds x, C3 holds y; "
        "give the column a header or clear the cells"
    ]


def test_header_faults() -> None:
    assert said(workbook([("SUBJ", None, "SUBJ", "CFT"), ("1", "2", "3", "4")])) == [
        "raw/cath.xlsx:1:2 CED223 header cell 2 of table cath is blank; give the column a name or delete it",
        "raw/cath.xlsx:1:3 CED222 column SUBJ stands twice in the header of table cath, in cells 1 and 3; "
        "rename one of them",
        "mappings/sources.yaml:4:3 CED220 column cath.CFR is not in the header of "
        "raw/cath.xlsx; did you mean CFT?",
        "raw/cath.xlsx:1:4 CED221 column CFT is not among the columns of table cath; did you mean CFR?",
    ]


def shown_by(*formats: tuple[object, str]) -> openpyxl.Workbook:
    """A workbook with values, each with a number format."""
    book = workbook([("SUBJ", "CFR"), *((str(n), value) for n, (value, _) in enumerate(formats))])
    for row, (_, form) in enumerate(formats, 2):
        book.active[f"B{row}"].number_format = form  # type: ignore[index]
    return book


def test_a_format_that_shows_another_thing_than_the_cell_holds() -> None:
    limit = '[<0.5]"<0.5";0.00'
    book = shown_by((5, '"<"0'), (0.3, limit), (0.7, limit), (0, '0;-0;"ND"'), (4, ";;;"), ("x", '0;0;0;"y"'))
    assert said(book) == [
        "raw/cath.xlsx CED838 5 cells shown otherwise than held in the sheet of table cath: B2 shows <.., "
        "B3 shows <0.5, B5 shows ND, B6 shows nothing, B7 shows y; write what is shown as text; what a cell "
        "holds is read, not what its format makes of it"
    ]


def test_a_format_that_shows_more_than_the_cell_holds() -> None:
    book = shown_by((2.5, '0.0" mg"'), (0.05, "0%"), (7, "000"), ("x", '@" kg"'), (123, "0-00"))
    assert said(book) == [
        "raw/cath.xlsx CED839 5 cells shown with text of the format in the sheet of table cath: B2 shows .. "
        "mg, B3 shows ..%, B4 shows 007, B5 shows .. kg, B6 shows ..-..; what a cell holds is read alone, so "
        "that 5% is 0.05 and 007 is 7"
    ]
    assert read(shown_by((100, "000"))).frame["CFR"].to_list() == ["100"]


@pytest.mark.parametrize(
    "form",
    ["General", "0", "0.00", "#,##0.00", "# ##0", "0.00E+00", "# ?/?", "@", "0_);(0)", "0;[Red]-0",
     '0;-0;"-"',     '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', "[>100]0;0.0", "0;-0;;@"],
)  # fmt: skip
@pytest.mark.parametrize("value", [5, -5.5, 0])
def test_the_looks_of_a_number_are_no_text(form: str, value: float) -> None:
    assert said(shown_by((value, form))) == []


def test_titles_above_the_header_and_labels_below_it() -> None:
    book = workbook(
        [("Catheter laboratory", None), (None, None), ("SUBJ", "CFR"), ("Subject", "Ratio"), (1, 2.5)]
    )
    book.active.merge_cells("A1:B2")  # type: ignore[union-attr]
    table = read(book, replace(CATH, titles=2, labels=1))
    assert table.frame.rows() == [("1", "2.5", 5)]
    book.active.merge_cells("A3:B3")  # type: ignore[union-attr]
    Path("raw/cath.xlsx").write_bytes(packed(book))
    told = [f.code for f in read_table(Path("raw"), replace(CATH, titles=2, labels=1))[1]]
    assert "CED232" in told
