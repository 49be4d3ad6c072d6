"""A define.xml goes into a workbook and comes back; what has no cell is told, and nothing else is lost."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from workbooks import DATASETS, VARIABLES, Rows, packed, reference

from ced_cdisc.core.findings import Findings
from ced_cdisc.define import Odm, read_define, write_define
from ced_cdisc.read.workbook import read_workbook
from ced_cdisc.stages.spec_export import created, losses
from ced_cdisc.workbook.export import export
from ced_cdisc.workbook.facts import Fact, facts
from ced_cdisc.workbook.model import Tables
from ced_cdisc.workbook.tables import tables_of
from ced_cdisc.write.workbook import workbook_bytes
from ced_cdisc.write.workbook_define import define_of

# What the two samples of CDISC say and the layout has no column for, by place, with how often.
NO_CELL = {
    "defineV21-ADaM.xml": {
        "AnalysisResult/Documentation/DocumentRef/PDFPageRef/@Title": 3,
        "CodeList/@IsNonStandard": 2,  # of dictionaries, which 2.1 does not ask for
        "CodeList/CodeListItem/@Rank": 6,
        "CodeList/EnumeratedItem/@Rank": 9,
        "CodeList/ExternalCodeList/@href": 2,
        "ItemGroupDef/leaf/title/text": 3,  # a title with a blank at its end
        "MetaDataVersion/@Description": 1,
        "MetaDataVersion/@Name": 1,
        "ODM/@FileOID": 1,
        "ODM/@Originator": 1,
        "ResultDisplay/DocumentRef/PDFPageRef/@Title": 2,
        "Standard": 1,  # that no dataset and no codelist is of
        "Standard/@CommentOID": 3,
    },
    "defineV21-SDTM.xml": {
        "CodeList/@SASFormatName": 25,
        "CodeList/@StandardOID": 1,
        "CodeList/Alias": 6,
        "CodeList/CodeListItem/Alias": 6,
        "CodeList/EnumeratedItem/@Rank": 3,
        "CodeList/EnumeratedItem/Alias": 6,
        "CodeList/ExternalCodeList/@href": 1,
        "ItemDef/@Name": 37,  # of values
        "ItemDef/@SASFieldName": 37,
        "ItemDef/Origin/Description": 12,
        "MetaDataVersion/@Description": 1,
        "MetaDataVersion/@Name": 1,
        "MethodDef/FormalExpression": 3,  # a second and third one of a method
        "ODM/@Context": 1,
        "ODM/@FileOID": 1,
        "ODM/@Originator": 1,
        "ODM/@SourceSystem": 1,
        "ODM/@SourceSystemVersion": 1,
        "Standard": 1,
        "Standard/@CommentOID": 6,
        "SupplementalDoc/DocumentRef": 1,
        "ValueListDef/ItemRef/@Role": 7,
        "WhereClauseDef/@CommentOID": 4,
    },
}


def through_a_file(root: Odm) -> Tables:
    """The tables of the workbook of a define.xml, written and read again."""
    findings = Findings()
    content = workbook_bytes(export(root), created(root), "spec.xlsx", findings)
    assert content is not None
    workbook = read_workbook(content, "spec.xlsx", findings)
    assert workbook is not None
    tables = tables_of(workbook, "spec.xlsx", findings)
    assert tables is not None and not findings
    return tables


def there_and_back(root: Odm) -> Odm:
    findings = Findings()
    made = define_of(through_a_file(root), created(root), findings)
    assert not findings
    return read_define(write_define(made))


def by_place(counted: Counter[Fact]) -> Counter[str]:
    made: Counter[str] = Counter()
    for fact, count in counted.items():
        made[fact.place] += count
    return made


@pytest.mark.parametrize("name", NO_CELL)
def test_a_sample_goes_in_and_comes_out(name: str) -> None:
    root = read_define(reference("define-samples", name).read_bytes())
    lost = by_place(facts(root) - facts(there_and_back(root)))
    told = {place: count for place, count in lost.items() if not _below(place, lost)}
    assert told == NO_CELL[name]


def _below(place: str, lost: Counter[str]) -> bool:
    """Whether an element above is lost as often, so that its attributes and texts need no word."""
    parts = place.split("/")
    return any(lost["/".join(parts[:end])] >= lost[place] for end in range(1, len(parts)))


@pytest.mark.parametrize("name", NO_CELL)
def test_what_is_lost_is_told(name: str) -> None:
    root = read_define(reference("define-samples", name).read_bytes())
    said = [one.message for one in losses(root, through_a_file(root))]
    places = [text.removeprefix("a workbook has no cell for ").partition(":")[0] for text in said]
    assert sorted(places) == sorted([*NO_CELL[name], "OIDs"])


def test_the_words_of_what_is_lost() -> None:
    root = read_define(reference("define-samples", "defineV21-ADaM.xml").read_bytes())
    said = [
        str(one)
        for one in losses(root, through_a_file(root))
        if "href" in one.message or "OIDs" in one.message
    ]
    assert said == [
        "spec.xlsx CED575 a workbook has no cell for CodeList/ExternalCodeList/@href: 2, "
        "such as AEDICT: http://www.meddra.org/",
        "spec.xlsx CED575 a workbook has no cell for OIDs: 22 would be made anew of names",
    ]


def test_a_second_turn_loses_nothing() -> None:
    root = there_and_back(read_define(reference("define-samples", "defineV21-SDTM.xml").read_bytes()))
    assert facts(there_and_back(root)) == facts(root)


def test_the_facts_see_every_attribute() -> None:
    """The measure itself: an attribute of each kind, changed in a sample, changes the facts, OIDs apart."""
    root = etree.parse(reference("define-samples", "defineV21-ADaM.xml")).getroot()
    before = facts(read_define(etree.tostring(root)))
    last = {(one.tag, name): one for one in root.iter("{*}*") for name in one.attrib}
    assert len(last) > 80
    unseen: set[str] = set()
    for (_, name), one in last.items():
        value = one.attrib[name]
        one.set(name, f"{value}x")
        if facts(read_define(etree.tostring(root))) == before:
            unseen.add(str(name).rpartition("}")[2])
        one.set(name, value)
    assert unseen <= {"OID", "ID", "ArchiveLocationID", "schemaLocation"}


WHEN = datetime(2020, 12, 1, tzinfo=UTC)


def said(**sheets: list[list[object]]) -> list[str]:
    findings = Findings()
    given = {
        "Datasets": DATASETS,
        "Variables": VARIABLES,
        **{k.replace("_", " "): v for k, v in sheets.items()},
    }
    workbook = read_workbook(packed(given), "spec.xlsx", findings)
    assert workbook is not None
    tables = tables_of(workbook, "spec.xlsx", findings)
    assert tables is not None
    define_of(tables, WHEN, findings)
    return [str(one) for one in findings.sorted()]


DS = ["Dataset", "Variable"]


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("Data Type", "texts", "CED567 'texts' is no Data Type; did you mean text?"),
        ("Length", "8.5", "CED567 '8.5' is no whole number, as Length is"),
        ("Origin", "Collectd", "CED567 'Collectd' is no Origin; did you mean Collected?"),
        ("Codelist", "NY", "CED568 Codelist NY is not on the sheet Codelists or Dictionaries"),
        ("Method", "M", "CED568 Method M is not on the sheet Methods"),
        ("Comment", "C", "CED568 Comment C is not on the sheet Comments"),
    ],
)
def test_cells_that_are_wrong(column: str, value: str, text: str) -> None:
    rows = [[*DS, column], ["AE", "STUDYID", None], ["AE", "USUBJID", value]]
    assert said(Variables=rows) == [f"spec.xlsx[Variables]:3 {text}"]


def test_references_between_sheets() -> None:
    assert said(
        Datasets=[["Dataset", "Key Variables"], ["AE", "STUDYID, AESEQ"]],
        Variables=[DS, ["AE", "STUDYID"], ["DM", "AGE"]],
        ValueLevel=[
            [*DS, "Where Clause"],
            ["AE", "AETERM", "STUDYID EQ A"],
            ["AE", "STUDYID", "STUDID EQ A"],
            ["AE", "STUDYID", "where it is"],
        ],
        Analysis_Results=[["Display", "ID", "Variables"], ["T1", "R1", "AE.AGE"]],
    ) == [
        "spec.xlsx[Analysis Results]:2 CED568 Display T1 is not on the sheet Analysis Displays",
        "spec.xlsx[Datasets]:2 CED568 the key AESEQ is no variable of AE",
        "spec.xlsx[ValueLevel]:2 CED568 AE.AETERM is not on the sheet Variables",
        "spec.xlsx[ValueLevel]:3 CED568 AE has no variable STUDID; did you mean STUDYID?",
        "spec.xlsx[ValueLevel]:4 CED569 'where it is' is no where clause: "
        "a condition such as PARAMCD EQ SYSBP at 'where it is' was expected",
        "spec.xlsx[Variables]:3 CED568 the dataset DM is not on the sheet Datasets",
    ]


def test_pages_without_a_document() -> None:
    rows = [[*DS, "Origin", "Source", "Pages"], ["AE", "STUDYID", None, None, None]]
    rows += [["AE", "USUBJID", "Collected", "Subject", 7]]
    assert said(Variables=rows) == [
        "spec.xlsx[Variables]:3 CED568 the pages have no document: the sheet Documents has no annotated CRF; "
        "give it the ID acrf"
    ]


def test_parts_of_a_split_domain_are_described_by_the_label_of_the_domain() -> None:
    labels = {
        "AE": "Adverse Events",
        "SUPPAE": "Of AE",
        "QSSA": "Seattle",
        "SUPPQSSA": "Of QSSA",
        "RELREC": "Related",
    }
    datasets: Rows = [["Dataset", "Label"], *([name, label] for name, label in labels.items())]
    findings = Findings()
    workbook = read_workbook(packed({"Datasets": datasets, "Variables": [DS]}), "spec.xlsx", findings)
    assert workbook is not None
    tables = tables_of(workbook, "spec.xlsx", findings)
    assert tables is not None
    groups = define_of(tables, WHEN, findings).study.metadata_version.item_groups
    assert {one.name: [alias.name for alias in one.aliases] for one in groups} == {
        "AE": [],
        "SUPPAE": ["Adverse Events"],
        "QSSA": ["Questionnaires"],
        "SUPPQSSA": ["Questionnaires"],
        "RELREC": [],
    }


def test_the_2_0_layout(tmp_path: Path) -> None:
    findings = Findings()
    sheets = {
        "Study": [
            ["Attribute", "Value"],
            ["StudyName", "S"],
            ["StandardName", "SDTM-IG"],
            ["StandardVersion", "3.2"],
        ],
        "Datasets": [
            ["Dataset", "Description", "Purpose", "Key Variables"],
            ["LB", "Labs", "Tabulation", "LBTESTCD"],
        ],
        "Variables": [
            [*DS, "Data Type", "Length", "Origin", "Pages", "Codelist"],
            ["LB", "LBTESTCD", "text", 8, "CRF", "7,9", "LBTESTCD"],
            ["LB", "LBCAT", "text", 20, "eDT", None, None],
            ["LB", "LBORRES", "text", 20, None, None, None],
        ],
        "ValueLevel": [
            [*DS, "Where Clause", "Description", "Data Type", "Length", "Origin"],
            ["LB", "LBORRES", "WC1", "Albumin", "float", 4, "eDT"],
        ],
        "WhereClauses": [
            ["ID", "Dataset", "Variable", "Comparator", "Value"],
            ["WC1", "LB", "LBTESTCD", "EQ", "ALB"],
            ["WC1", "LB", "LBCAT", "IN", "CHEMISTRY, OTHER"],
        ],
        "Codelists": [
            ["ID", "Name", "NCI Codelist Code", "Term", "NCI Term Code"],
            ["LBTESTCD", "Lab Test", "C65047", "ALB", "C64431"],
        ],
        "Documents": [["ID", "Title", "Href"], ["blankcrf", "Annotated Case Report Form", "acrf.pdf"]],
    }
    workbook = read_workbook(packed(sheets), "spec.xlsx", findings)
    assert workbook is not None
    tables = tables_of(workbook, "spec.xlsx", findings)
    assert tables is not None
    root = read_define(write_define(define_of(tables, WHEN, findings)))
    assert not findings
    made = {(f.owner, f.place): f.value for f in facts(root)}
    value = "LB.LBORRES where LBTESTCD EQ ALB AND LBCAT IN (CHEMISTRY, OTHER)"
    assert made[(value, "ItemDef/@DataType")] == "float"
    assert made[(value, "ItemDef/Origin/@Type")] == "Collected"
    assert made[(value, "ItemDef/Origin/@Source")] == "Vendor"
    assert made[("LB.LBTESTCD", "ItemDef/Origin/@Source")] == "Investigator"
    assert made[("LB.LBTESTCD", "ItemDef/Origin/DocumentRef/@leafID")] == "blankcrf"
    assert made[("LB.LBTESTCD", "ItemDef/Origin/DocumentRef/PDFPageRef/@PageRefs")] == "7 9"
    assert made[("LB", "ItemGroupDef/@StandardOID")] == "SDTM-IG 3.2"
    assert made[("LB.LBTESTCD", "ItemRef/@KeySequence")] == "1"
