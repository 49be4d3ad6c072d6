"""Each rule of the define.xml check: one edit of a clean file, and the whole text of what it finds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from data_faults import CASES as IN_DATA
from define_packages import ADAM, SDTM
from lxml import etree

from ced_cdisc.check.define import check_define
from ced_cdisc.core.findings import Finding, Location, Severity, Stage
from ced_cdisc.core.metadata import PackageMetadata
from ced_cdisc.write.define import define_xml

PACKAGES = {package.name: package for package in (SDTM, ADAM)}
CASES = yaml.load((Path(__file__).parent / "lint_cases.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)


def text_of(finding: Finding) -> str:
    """What a finding says, but for its place."""
    return f"{finding.known_as} {finding.message}" + (f"; {finding.hint}" if finding.hint else "")


@pytest.mark.parametrize("package", [SDTM, ADAM], ids=lambda package: package.name)
def test_written_files_have_no_findings(package: PackageMetadata) -> None:
    assert check_define(define_xml(package)) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["rule"])
def test_each_fault_is_found_and_named(case: dict[str, Any]) -> None:
    xml = define_xml(PACKAGES[case["package"]]).decode()
    for edit in case["edits"]:
        assert edit["old"] in xml
        xml = xml.replace(edit["old"], edit["new"], -1 if edit.get("everywhere") else 1)
    found = check_define(xml.encode())
    assert [text_of(finding) for finding in found] == case["findings"]
    assert {f.stage for f in found} == {Stage.CHECK}
    assert all(f.where.line > 0 for f in found)


def test_a_file_that_is_not_xml_has_one_finding() -> None:
    (finding,) = check_define(b"<ODM>", file="out/define.xml")
    assert finding.code == "CED501"
    assert finding.message.startswith("not well-formed XML: Premature end of data in tag ODM line 1")
    assert finding.where == Location("out/define.xml", 1)


def test_a_finding_stands_at_the_line_of_its_element() -> None:
    lines = define_xml(SDTM).decode().replace(' Length="200"', "").splitlines()
    (finding,) = check_define("\n".join(lines).encode(), file="out/define.xml")
    line = next(n for n, text in enumerate(lines, start=1) if 'ItemDef OID="IT.AE.AETERM"' in text)
    assert str(finding) == (
        f"out/define.xml:{line} CED505 [OD0070] ItemDef IT.AE.AETERM has the type text and no Length"
    )


def test_only_a_definition_without_use_is_a_warning() -> None:
    xml = define_xml(SDTM).replace(b'        <CodeListRef CodeListOID="CL.XFTESTCD"/>\n', b"")
    (finding,) = check_define(xml)
    assert finding.severity is Severity.WARNING


def test_a_document_type_and_its_entities_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    xml = define_xml(SDTM).decode()
    doctype = f'<!DOCTYPE ODM [<!ENTITY e SYSTEM "{secret.as_uri()}">]>\n<ODM '
    xml = xml.replace("<ODM ", doctype, 1).replace("<StudyName>CED-01<", "<StudyName>&e;<")
    (finding,) = check_define(xml.encode())
    assert f"{finding.code} {finding.message}" == (
        "CED501 has a document type declaration, which define.xml may not have; nothing was read"
    )


def test_each_of_the_common_mistakes_is_planted() -> None:
    """The 35 mistakes that reviewers meet most, in the file or in the data; each is planted by a case."""
    planted = {case.get("row") for case in CASES} | {case[0] for case in IN_DATA}
    assert planted >= set(range(1, 36))
    assert {case[0] for case in IN_DATA} >= {30, 31, 35}


def test_every_code_has_a_failing_case() -> None:
    shown = {text.split()[0] for case in CASES for text in case["findings"]} | {"CED501"}
    of_file = [*range(501, 523), *range(531, 542), 546, 547]
    assert shown == {f"CED{number}" for number in of_file}


BOMB = '<!DOCTYPE ODM [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><ODM>&b;</ODM>'


@pytest.mark.parametrize(
    ("xml", "start"),
    [
        pytest.param(b"", "not well-formed XML: ", id="empty"),
        pytest.param(b"not xml", "not well-formed XML: ", id="text"),
        pytest.param(bytes(range(256)), "not well-formed XML: ", id="bytes"),
        pytest.param(BOMB.encode(), "has a document type declaration", id="entities"),
        pytest.param(b"<html/>", "names no namespace of Define-XML", id="another root"),
        pytest.param(
            b'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"/>', "names no namespace", id="ODM alone"
        ),
        pytest.param(b"<a>" * 5000 + b"</a>" * 5000, "not well-formed XML: ", id="deep"),
        pytest.param(
            b'<?xml version="1.0" encoding="klingon"?><ODM/>', "not well-formed XML: ", id="encoding"
        ),
    ],
)
def test_a_hostile_file_has_one_finding(xml: bytes, start: str) -> None:
    (finding,) = check_define(xml)
    assert finding.code == "CED501"
    assert finding.message.startswith(start)


@pytest.mark.parametrize("package", [SDTM, ADAM], ids=lambda package: package.name)
def test_no_attribute_is_needed_by_the_rules_themselves(package: PackageMetadata) -> None:
    """Every attribute taken away, spoilt or emptied in turn: findings, never an exception."""
    xml = define_xml(package).decode()
    names = set(re.findall(r' ([A-Za-z:]+)="', xml)) - {"xmlns", "version", "encoding", "type", "href"}
    names = {name for name in names if not name.startswith("xmlns:")}
    assert len(names) > 40
    for name in sorted(names):
        check_define(re.sub(rf' {name}="[^"]*"', "", xml).encode())
        check_define(re.sub(rf' {name}="[^"]*"', f' {name}="?"', xml).encode())
        emptied = check_define(re.sub(rf' {name}="[^"]*"', f' {name}=""', xml).encode())
        assert "CED547" in {finding.code for finding in emptied}, name


@pytest.mark.parametrize("package", [SDTM, ADAM], ids=lambda package: package.name)
def test_no_element_is_needed_by_the_rules_themselves(package: PackageMetadata) -> None:
    """Every kind of element taken away in turn, with what it holds, or its text emptied."""
    whole = define_xml(package)
    tags = sorted({str(element.tag) for element in etree.fromstring(whole).iter("*")})
    assert len(tags) > 30
    for tag in tags:
        root = etree.fromstring(whole)
        for element in list(root.iter(tag)):
            element.text = None
        check_define(etree.tostring(root))
        for element in list(root.iter(tag)):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
        check_define(etree.tostring(root))
