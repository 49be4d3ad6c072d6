"""The check of define.xml in version 2.0, which has no standards, no sources and no HasNoData."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ced_cdisc.check.define import check_define

FILE = Path(__file__).parent / "define20.xml"
XML = FILE.read_text(encoding="utf-8")
NOTE = "SDTMIG 3.2 is not at hand: roles and codelists of 2 datasets were not compared"


def found(old: str, new: str) -> list[str]:
    assert old in XML
    findings = check_define(XML.replace(old, new, 1).encode())
    return [f"{f.known_as} {f.message}; {f.hint}".removesuffix("; ") for f in findings if f.code != "CED546"]


def test_a_clean_file_has_the_note_alone() -> None:
    (finding,) = check_define(XML.encode())
    assert (finding.code, finding.message, finding.severity.value) == ("CED546", NOTE, "note")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            ' def:StandardVersion="3.2"',
            "",
            [
                "CED502 [DD0003] breaks the Define-XML 2.0 schema: Element 'MetaDataVersion': "
                "The attribute 'def:StandardVersion' is required but missing"
            ],
        ),
        (
            'Type="eDT"',
            'Type="Collected"',
            [
                "CED515 [DD0073] ItemDef IT.DM.RACE has the origin Collected in a dataset for Tabulation; "
                "allowed: Assigned, CRF, Derived, Predecessor, Protocol, eDT"
            ],
        ),
        (
            '<def:PDFPageRef Type="PhysicalRef" PageRefs="6"/>',
            "",
            ["CED509 [DD0035] ItemDef IT.DM.SEX has the origin CRF and names no page of the annotated CRF"],
        ),
        (
            ' def:ExtendedValue="Yes"',
            "",
            [
                'CED518 [DD0031] CodeList CL.VSTESTCD: the term "WAIST" '
                "has neither an NCI code nor ExtendedValue"
            ],
        ),
        (
            ' def:CommentOID="COM.HEIGHT"',
            "",
            [
                "CED521 def:WhereClauseDef WC.VS.HEIGHT joins datasets and has no CommentOID that says how",
                "CED510 [DD0079] nothing refers to def:CommentDef COM.HEIGHT",
            ],
        ),
        (
            'def:DefineVersion="2.0.0"',
            'def:DefineVersion="2.1.0"',
            [
                'CED531 [DD0020] MetaDataVersion MDV.CED-OLD has the DefineVersion "2.1.0" '
                "in the namespace of 2.0",
            ],
        ),
        (
            "</def:AnnotatedCRF>",
            "</def:AnnotatedCRF><!-- a comment -->",
            [],
        ),
    ],
)
def test_each_fault_is_found_under_the_names_of_the_version(old: str, new: str, expected: list[str]) -> None:
    assert found(old, new) == expected


def test_findings_stand_at_the_lines_of_the_file() -> None:
    text = XML.replace('MethodOID="MT.BODY"', "")
    (finding,) = [f for f in check_define(text.encode()) if f.code == "CED508"]
    assert 'ItemOID="IT.VS.VSORRES.BODY"' in text.splitlines()[finding.where.line - 1]


def test_one_dataset_is_not_several() -> None:
    one = re.sub(r'(?s) *<ItemGroupDef OID="IG.VS".*?</ItemGroupDef>\n', "", XML)
    notes = [f.message for f in check_define(one.encode()) if f.code == "CED546"]
    assert notes == ["SDTMIG 3.2 is not at hand: roles and codelists of 1 dataset were not compared"]
