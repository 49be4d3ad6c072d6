"""Folders that nobody would hand in: each file at fault has one finding, and the others are read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ced_cdisc.conformance.check import check_folder
from ced_cdisc.core.conformance import CheckResult
from ced_cdisc.core.findings import Severity
from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.write.xpt import write_xpt

SHOWN = "FOLDER"
STAMPS = ("01JAN26:00:00:00", "01JAN26:00:00:00")
COLUMNS = [
    {"itemOID": "IT.XX.STUDYID", "name": "STUDYID", "label": "Study Identifier", "dataType": "string"},
    {"itemOID": "IT.XX.XXDY", "name": "XXDY", "label": "Study Day", "dataType": "integer"},
]


def checked(folder: Path) -> CheckResult:
    return check_folder(folder, shown=SHOWN)


def said(folder: Path) -> list[str]:
    """The reading findings, with what to do."""
    return [
        f"{f.code} {f.message}; {f.hint}" if f.hint else f"{f.code} {f.message}"
        for f in checked(folder).reading
    ]


def dataset(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "datasetJSONVersion": "1.1.0",
        "name": "XX",
        "label": "Things",
        "records": 1,
        "columns": COLUMNS,
        "rows": [["S", 1]],
    }
    return {k: v for k, v in (made | changes).items() if v is not None}


def put(folder: Path, **changes: Any) -> Path:
    (folder / "xx.json").write_text(json.dumps(dataset(**changes)), encoding="utf-8")
    return folder


def test_an_empty_folder(tmp_path: Path) -> None:
    (where,) = said(tmp_path)
    assert where == (
        f"CED600 {tmp_path.as_posix()} holds no dataset; a folder of .xpt, .json or .ndjson files is read"
    )


def test_links_and_pipes_are_not_read(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "ae.xpt").symlink_to("/etc/passwd")
    (tmp_path / "dm.json").symlink_to(tmp_path / "xx.json")
    os.mkfifo(tmp_path / "vs.xpt")
    (tmp_path / "lb.xpt").mkdir()
    (tmp_path / "define.xml").symlink_to("/etc/passwd")
    assert said(tmp_path) == [
        "CED601 ae.xpt is a link and is not read; put the file there",
        "CED601 define.xml is no ordinary file and is not read; put the file there",
        "CED601 dm.json is a link and is not read; put the file there",
        "CED601 lb.xpt is no ordinary file and is not read; put the file there",
        "CED601 vs.xpt is no ordinary file and is not read; put the file there",
    ]


def test_a_file_has_the_name_of_its_dataset(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "xx.json").rename(tmp_path / "odd name\u202e.json")
    assert said(tmp_path) == [
        "CED602 odd name\u202e.json holds the dataset 'XX'; a file has the name of its dataset, "
        "up to 8 letters and digits"
    ]


def test_two_files_of_one_dataset(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "xx.ndjson").write_text(
        json.dumps(dataset(rows=None)) + "\n" + json.dumps(["S", 1]) + "\n", encoding="utf-8"
    )
    assert said(tmp_path) == ["CED603 xx.ndjson holds XX, which xx.json holds, too; keep one of them"]


def test_a_file_too_big_to_hold(tmp_path: Path) -> None:
    with (tmp_path / "xx.json").open("wb") as file:
        file.truncate(5 << 30)  # a hole: no byte is written
    assert said(tmp_path) == ["CED604 xx.json has 5,368,709,120 bytes; save it as NDJSON"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "CED605 xx.json is no JSON: Expecting value in line 1 column 1; write it again"),
        (b'{"name": ', "CED605 xx.json is no JSON: Expecting value in line 1 column 10; write it again"),
        (b"[" * 200_000, "CED605 xx.json is no JSON: it is nested too deeply; write it again"),
        (b'{"records": NaN}', "CED605 xx.json is no JSON: NaN is no value of JSON; write it again"),
        (b"\xff\xfe", "CED605 xx.json is not UTF-8 at byte 0; save it as UTF-8"),
        (b"[1]", "CED606 xx.json is no Dataset-JSON: it has no columns; Dataset-JSON 1.1 is read"),
    ],
)
def test_what_is_no_dataset_json(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "xx.json").write_bytes(content)
    assert said(tmp_path) == [message]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"datasetJSONVersion": "1.0"}, "CED606 xx.json is Dataset-JSON 1.0; Dataset-JSON 1.1 is read"),
        ({"name": 7}, "CED606 xx.json has no name, label and columns of the right kind"),
        ({"columns": [*COLUMNS, COLUMNS[0]]}, "CED606 xx.json has two columns named STUDYID"),
        ({"rows": [["S"]]}, "CED606 xx.json has no list of 2 values for row 1"),
        ({"rows": [["S", "one"]]}, "CED606 xx.json has 'one' in XXDY row 1, which is no integer"),
        (
            {"rows": [["S", 1.5]]},
            "CED606 xx.json has 1.5 in XXDY row 1, which is no integer; "
            "write it again, with the type float or with whole numbers",
        ),
        ({"rows": [["S", ""]]}, "CED606 xx.json has '' in XXDY row 1, which is no integer"),
        (
            {"rows": [["S", 9007199254740993]]},
            "CED616 xx.json has 9007199254740993 in XXDY row 1, more digits than a number of SAS holds; "
            "round it; the check looks at the number of 8 bytes beside it",
        ),
        ({"rows": [[1, 1]]}, "CED606 xx.json has 1 in STUDYID row 1, which is no string"),
        ({"rows": 7}, "CED606 xx.json has rows that are no list"),
        ({"records": 4294967296}, "CED607 xx.json says 4294967296 records and holds 1; write it again"),
    ],
)
def test_dataset_json_that_contradicts_itself(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    (found,) = said(put(tmp_path, **changes))
    assert found.startswith(message)


def test_a_whole_file_has_no_finding(tmp_path: Path) -> None:
    result = checked(put(tmp_path))
    assert (result.reading, [d.records for d in result.datasets]) == ((), [1])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<ODM", "CED609 define.xml is no XML: "),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "CED609 define.xml declares a document type and is not read"),
    ],
)
def test_a_define_that_cannot_be_read(tmp_path: Path, content: bytes, message: str) -> None:
    put(tmp_path)
    (tmp_path / "define.xml").write_bytes(content)
    (found,) = said(tmp_path)
    assert found.startswith(message)


def test_transport_files_that_are_cut_or_damaged(tmp_path: Path) -> None:
    member = XptMember("AE", "Adverse Events", (XptVariable("AETERM", "Term", "Char", 20),), *STAMPS)
    with (tmp_path / "ae.xpt").open("wb") as stream:
        write_xpt(stream, pl.DataFrame({"AETERM": ["Fall"] * 9}), member)
    whole = (tmp_path / "ae.xpt").read_bytes()
    count = whole.index(b"HEADER RECORD*******NAMESTR") + 54
    faults = {
        "ae": whole[:-7],
        "cm": whole[:700],
        "dm": whole[:count] + b"9999" + whole[count + 4 :],
        "ex": b"\0" * 4000,
        "lb": b"",
    }
    for name, content in faults.items():
        (tmp_path / f"{name}.xpt").write_bytes(content)
    assert [line.split(" ")[:2] for line in said(tmp_path)] == [
        ["CED335", "ae.xpt"],
        ["CED332", "cm.xpt"],
        ["CED332", "dm.xpt"],
        ["CED330", "ex.xpt"],
        ["CED330", "lb.xpt"],
    ]


def test_texts_of_a_windows_code_page_are_read(tmp_path: Path) -> None:
    member = XptMember("AE", "Adverse Events", (XptVariable("AETERM", "Term", "Char", 20),), *STAMPS)
    with (tmp_path / "ae.xpt").open("wb") as stream:
        write_xpt(stream, pl.DataFrame({"AETERM": ["Alzheimer~s"]}), member)
    path = tmp_path / "ae.xpt"
    path.write_bytes(path.read_bytes().replace(b"~", b"\x92"))
    assert said(tmp_path) == [
        "CED608 ae.xpt has at AE.AETERM row 1 the text b'Alzheimer\\x92s', which is not utf-8; "
        "it is read as windows-1252; write the text in ASCII"
    ]


def test_data_of_another_kind_are_told(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / "ae.sas7bdat").write_bytes(b"")
    assert said(tmp_path) == [
        "CED610 ae.sas7bdat is no kind of file that is read; "
        "export it as XPT version 5, or as Dataset-JSON or NDJSON"
    ]


def links(*hrefs: str) -> str:
    """A define.xml of nothing but a dataset with its file, and documents."""
    leaves = "".join(f'<def:leaf ID="L{n}" xlink:href="{href}"/>' for n, href in enumerate(hrefs))
    return (
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink"><Study><MetaDataVersion>'
        f'<ItemGroupDef><def:leaf xlink:href="nothing.xpt"/></ItemGroupDef>\n{leaves}'
        "</MetaDataVersion></Study></ODM>"
    )


def test_links_to_documents_that_are_not_there_are_told(tmp_path: Path) -> None:
    """Those of the data have rules of their own; addresses are not asked, and any text is a path."""
    put(tmp_path)
    (tmp_path / "a crf.pdf").write_bytes(b"")
    (tmp_path / "docs").mkdir()
    there = ["a crf.pdf#page=3", "a%20crf.pdf", "https://example.org/sap.pdf", "#top", "docs/../xx.json", ""]
    (tmp_path / "define.xml").write_text(links(*there), encoding="utf-8")
    assert said(tmp_path) == []
    absent = ["A_CRF.pdf", "docs", "docs/sap.pdf", r"C:\sap.pdf", "%00.pdf", "a" * 5000]
    (tmp_path / "define.xml").write_text(links(*there, *absent), encoding="utf-8")
    found = checked(tmp_path).reading
    assert {str(one.where) for one in found} == {"define.xml:2"}
    assert {one.severity for one in found} == {Severity.WARNING}
    assert sorted(said(tmp_path)) == [
        "CED611 the document %00.pdf, to which it links, is not there; put the document there",
        "CED611 the document A_CRF.pdf, to which it links, is not there; did you mean a crf.pdf?",
        r"CED611 the document C:\sap.pdf, to which it links, is not there; put the document there",
        f"CED611 the document {'a' * 5000}, to which it links, is not there; put the document there",
        "CED611 the document docs, to which it links, is not there; put the document there",
        "CED611 the document docs/sap.pdf, to which it links, is not there; put the document there",
    ]
