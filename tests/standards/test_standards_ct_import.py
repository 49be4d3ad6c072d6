"""Published terminology files become the same tables as the shipped ones; faults have their lines."""

from __future__ import annotations

import gzip
import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from ced_cdisc.core.findings import Findings
from ced_cdisc.standards.ct import Publisher, load_ct
from ced_cdisc.standards.ct_import import Published, read_published
from ced_cdisc.standards.tables import DamagedTable, read_table
from published_ct import HEADER, SMALL, commas, odm, rows_of, tabbed, workbook

DATA = Path(load_ct.__code__.co_filename).parent / "data"
NAME = "SDTM Terminology 2025-03-28.txt"


def imported(raw: bytes, name: str = NAME, **options: str) -> Published:
    findings = Findings()
    package = read_published(raw, name, findings, **options)
    assert package is not None, [str(finding) for finding in findings]
    assert not findings
    return package


def faults(raw: bytes, name: str = NAME, **options: str) -> list[str]:
    findings = Findings()
    assert read_published(raw, name, findings, **options) is None
    return [str(finding) for finding in findings.sorted()]


def unpacked(tables: dict[str, bytes]) -> dict[str, bytes]:
    return {name: gzip.decompress(content) for name, content in tables.items()}


def whole(publisher: Publisher) -> list[tuple[str, ...]]:
    lists = read_table(f"ct-{publisher}-2024-09-27.codelists")
    return rows_of(load_ct(publisher), {row["code"]: row["extensible"] for row in lists})


@pytest.mark.parametrize(
    ("publisher", "name"),
    [
        ("SDTM", "SDTM Terminology 2024-09-27.txt"),
        ("ADaM", "ADaM Terminology 2024-09-27.txt"),
        ("DEFINE-XML", "Define-XML Terminology 2024-09-27.txt"),
        ("Protocol", "Protocol Terminology 2024-09-27.txt"),
    ],
)
def test_the_shipped_tables_go_to_text_and_back(publisher: Publisher, name: str) -> None:
    tables = imported(tabbed(whole(publisher)), name).tables()
    assert sorted(tables) == [
        f"ct-{publisher}-2024-09-27.codelists.tsv.gz",
        f"ct-{publisher}-2024-09-27.terms.tsv.gz",
    ]
    assert unpacked(tables) == {name: gzip.decompress((DATA / name).read_bytes()) for name in tables}


@pytest.mark.parametrize("form", [commas, workbook, odm])
def test_the_other_forms_give_the_same_tables(form: object) -> None:
    rows = whole("DEFINE-XML")
    made = imported(form(rows), publisher="DEFINE-XML", version="2024-09-27")  # type: ignore[operator]
    assert unpacked(made.tables()) == {
        name: gzip.decompress((DATA / name).read_bytes()) for name in made.tables()
    }


def test_a_small_file_row_by_row(tmp_path: Path) -> None:
    for name, content in imported(tabbed(SMALL)).tables().items():
        (tmp_path / name).write_bytes(content)
    package = load_ct("SDTM", "2025-03-28", tmp_path)
    assert list(package) == ["C66769", "C66742"]
    severity = package.codelist("AESEV")
    assert (severity.code, severity.name, severity.extensible) == ("C66769", "Severity", False)
    mild, moderate = severity.terms
    assert (mild.code, mild.submission_value, mild.synonyms, mild.preferred_term) == (
        "C41338",
        "MILD",
        ("1", "Grade 1"),
        "Mild Adverse Event",
    )
    assert moderate.synonyms == ()
    assert package.codelist("NY").extensible
    stored = b"".join(unpacked(imported(tabbed(SMALL)).tables()).values())
    assert b"definition" not in stored


def test_the_same_file_gives_the_same_bytes() -> None:
    assert imported(tabbed(SMALL)).tables() == imported(tabbed(SMALL)).tables()


def test_further_columns_are_let_pass_and_order_does_not_count() -> None:
    rows = [(*reversed(row), "SDTM CT 2025-03-28") for row in SMALL]
    header = (*reversed(HEADER), "Standard and Date")
    made = imported(tabbed(rows, header), "Terminology.txt")
    assert (made.publisher, made.version) == ("SDTM", "2025-03-28")
    assert made.tables() == imported(tabbed(SMALL)).tables()


def test_a_number_in_a_workbook_is_its_text() -> None:
    rows = [*SMALL, ("C1", "C66742", "", "No Yes Response", 7, 1.5, "", "Seven")]
    term = imported(workbook(rows), "x.xlsx").terms["C66742"][-1]
    assert (term.value, term.synonyms) == ("7", "1.5")


@pytest.mark.parametrize("form", [workbook, odm])
def test_sheet_and_file_oid_tell_standard_and_date(form: object) -> None:
    made = imported(form(SMALL), "downloaded")  # type: ignore[operator]
    assert (made.publisher, made.version) == ("SDTM", "2025-03-28")


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        (
            "terms.txt",
            {},
            [
                "terms.txt CED085 the file tells no date; give it with --date, YYYY-MM-DD",
                "terms.txt CED085 the file tells no standard; give it with --standard, "
                "one of SDTM, ADaM, DEFINE-XML, Protocol, SEND, CDASH",
            ],
        ),
        (
            "SDTM and ADaM 2025-03-28.txt",
            {},
            [
                "SDTM and ADaM 2025-03-28.txt CED085 the file tells several standards: SDTM, ADaM; "
                "give it with --standard, one of SDTM, ADaM, DEFINE-XML, Protocol, SEND, CDASH"
            ],
        ),
        (
            "SDTM 2025-03-28.txt",
            {"version": "2025-02-30"},
            ["SDTM 2025-03-28.txt CED085 '2025-02-30' is no date; write YYYY-MM-DD"],
        ),
    ],
)
def test_standard_and_date_that_are_not_told(name: str, options: dict[str, str], expected: list[str]) -> None:
    assert faults(tabbed(SMALL), name, **options) == expected


def test_a_workbook_whose_name_contradicts_its_sheet() -> None:
    assert faults(workbook(SMALL), "SDTM Terminology 2024-12-20.xlsx") == [
        "SDTM Terminology 2024-12-20.xlsx CED085 the file tells several dates: 2024-12-20, 2025-03-28; "
        "give it with --date, YYYY-MM-DD"
    ]


def test_every_malformed_row_is_named() -> None:
    rows = [
        SMALL[0],
        ("C41338", "C66769", "", "Severity", "MILD", "", "", "Mild"),
        ("C41338", "C66769", "", "Severity", "SLIGHT", "", "", "Mild"),
        ("C41339", "C66769", "", "Severity", "MILD", "", "", "Moderate"),
        ("C41340", "C66769", "", "Severity", "SEVERE"),
        ("41340", "C66769", "", "Severity", "SEVERE", "", "", "Severe"),
        ("C41340", "66769", "", "Severity", "SEVERE", "", "", "Severe"),
        ("C41340", "C66769", "", "Severity", "", "", "", "Severe"),
        ("C41340", "C66768", "", "Severity", "SEVERE", "", "", "Severe"),
        ("C66742", "", "Perhaps", "No Yes Response", "NY", "", "", ""),
        ("C66743", "", "No", "", "NX", "", "", ""),
        ("C66769", "", "No", "Severity", "AESEV2", "", "", ""),
        ("C66744", "", "No", "Other", "AESEV", "", "", ""),
        ("C41340", "C66769", "", "Severity", "SEVERE", '"3; Grade ""3"""', "", "Severe"),
    ]
    assert faults(tabbed(rows)) == [
        f"{NAME}:{line} CED084 {text}"
        for line, text in [
            (4, "codelist C66769: term C41338 stands in line 3 already"),
            (5, "codelist C66769: the submission value MILD stands in line 3 already"),
            (6, "5 cells, where the header has 8"),
            (7, "'41340' is no NCI code of a term; a code is C and digits"),
            (8, "'66769' is no NCI code of a codelist; a code is C and digits"),
            (9, "term C41340 has no submission value"),
            (10, "term C41340 is in codelist C66768, which the file does not have"),
            (11, "codelist C66742 is extensible: 'Perhaps'; it is Yes or No"),
            (12, "codelist C66743 has no name"),
            (13, "codelist C66769 stands in line 2 already"),
            (14, "the short name AESEV stands in line 2 already"),
            (15, "a cell in quotes, as a spreadsheet program writes it; take the file as published"),
        ]
    ]


def test_faults_of_an_odm_file_have_its_lines() -> None:
    rows = [SMALL[0], SMALL[1], SMALL[1], ("", "C66769", "", "", "SEVERE", "", "", "")]
    assert faults(odm(rows)) == [
        f"{NAME}:10 CED084 codelist C66769: term C41338 stands in line 5 already",
        f"{NAME}:15 CED084 '' is no NCI code of a term; a code is C and digits",
    ]


GRADE = tabbed(SMALL).index(b"Grade 1")
COLUMNS = ", ".join(name for name in HEADER if name != "CDISC Definition")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            bytes.fromhex("D0CF11E0A1B11AE1"),
            f"{NAME} CED083 an old .xls workbook cannot be read; take the .txt or .odm.xml file of that "
            "release, or save it as .xlsx in a spreadsheet program",
        ),
        (
            tabbed([("C1", "")], ("Code", "Codelist Code")),
            f"{NAME}:1 CED083 this is no published terminology: the header lacks Codelist Extensible "
            f"(Yes/No), Codelist Name, CDISC Submission Value, CDISC Synonym(s), NCI Preferred Term; "
            f"the columns are {COLUMNS}",
        ),
        (
            tabbed(SMALL).replace(b"Grade 1", b"Gr\xe4de"),
            f"{NAME}:3 CED083 byte {GRADE + 3} is not UTF-8; save the file as UTF-8",
        ),
        (
            commas(SMALL).replace(b'"A ""definition"", too."', b'"A "definition""'),
            f"{NAME}:3 CED084 this is no CSV: ',' expected after '\"'",
        ),
        (b"PK\x03\x04 cut", f"{NAME} CED083 the workbook cannot be read: File is not a zip file"),
        (tabbed([]), f"{NAME} CED083 the file holds no codelist"),
        (
            b"",
            f"{NAME} CED083 this is no published terminology: the header lacks {COLUMNS}; "
            f"the columns are {COLUMNS}",
        ),
        (b"<ODM/>", f"{NAME} CED083 this is no published terminology: the XML has no CodeList"),
        (
            b"<!DOCTYPE ODM []><ODM/>",
            f"{NAME} CED083 a document type is declared, which is not read",
        ),
    ],
)
def test_files_that_are_no_terminology(raw: bytes, expected: str) -> None:
    assert faults(raw) == [expected]


def test_xml_that_is_cut() -> None:
    (message,) = faults(odm(SMALL)[:-20])
    assert message.startswith(f"{NAME}:22 CED083 this is no XML: ")


def test_workbooks_without_or_with_several_sheets_of_terminology() -> None:
    book = openpyxl.Workbook()
    book.active.title = "A"
    assert faults(saved(book)) == [
        f"{NAME} CED083 no sheet holds terminology: A; it has one sheet with the columns {COLUMNS}"
    ]
    for title in ("B", "C"):
        book.create_sheet(title).append(HEADER)
    assert faults(saved(book)) == [
        f"{NAME} CED083 2 sheets hold terminology: B, C; it has one sheet with the columns {COLUMNS}"
    ]


def test_cells_that_a_spreadsheet_program_has_changed() -> None:
    rows: list[tuple[object, ...]] = [
        *SMALL,
        ("C1", "C66742", "", "No Yes Response", date(2025, 3, 1), "", "", "March"),
        ("C2", "C66742", "", "No Yes Response", "a\nb", "", "", "Break"),
        ("C3", "C66742", "", "No Yes Response", "X", "", "", "Too wide", "more"),
    ]
    assert faults(workbook(rows)) == [
        f"{NAME}:7 CED084 a cell is a date, which the spreadsheet program has made of a text",
        f"{NAME}:8 CED084 a cell holds a tab or a line end",
        f"{NAME}:9 CED084 9 cells, where the header has 8",
    ]


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_damaged_package_is_refused(tmp_path: Path) -> None:
    tables = imported(tabbed(SMALL)).tables()
    index, terms = sorted(tables)
    other = imported(tabbed(SMALL[:3])).tables()

    def problem(content: dict[str, bytes]) -> str:
        for path in tmp_path.iterdir():
            path.unlink()
        for name, data in content.items():
            (tmp_path / name).write_bytes(data)
        with pytest.raises(DamagedTable) as info:
            load_ct("SDTM", "2025-03-28", tmp_path)
        return str(info.value)

    assert problem({index: tables[index]}) == f"{terms} cannot be read: No such file or directory"
    assert problem({index: tables[index], terms: b"x"}).startswith(
        f"{terms} cannot be read: Not a gzipped file"
    )
    assert problem({index: tables[index], terms: other[terms]}) == f"{terms} does not belong to {index}"
    assert (
        problem({index: gzip.compress(b"a\tb\n1\n"), terms: tables[terms]})
        == f"{index} is no table of this tool"
    )
    wrong = gzip.compress(gzip.decompress(tables[index]).replace(b"\tNo\t", b"\tno\t"))
    assert problem({index: wrong, terms: tables[terms]}) == f"{index} is no table of this tool"
