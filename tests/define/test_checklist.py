"""The checklist of define.xml against the built files of both examples, and planted faults that it finds.

Source: Define-XML 2.1 (chapters 3 to 6), SDTMIG 3.4 and ADaMIG 1.3 (core, role, order), ARM 1.0. The groups
are in checklist_document.py and checklist_items.py; what they read in checklist.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import checklist_document as document
import checklist_items as items
import pytest
from checklist import CHECKS, NS, Element, File, forget
from lxml import etree

from shared_builds import Made

FILES = ["first/sdtm", "first/adam", "first/controls/sdtm", "second/sdtm", "second/adam"]
assert {check.__module__ for check in CHECKS.values()} == {document.__name__, items.__name__}


@pytest.fixture(scope="session")
def built(example_build: Made, second_example: Made) -> dict[str, Path]:
    """The folders that hold a define.xml of the examples."""
    folders = {"first": example_build[1], "second": second_example[1]}
    return {name: folders[which] / package for name in FILES for which, package in [name.split("/", 1)]}


def load(folder: Path) -> File:
    return File(etree.parse(folder / "define.xml").getroot(), folder, folder.name)


@pytest.fixture(scope="module")
def files(built: dict[str, Path]) -> Iterator[dict[str, File]]:
    """Each define.xml, parsed once, for groups that look only."""
    yield {name: load(folder) for name, folder in built.items()}
    forget()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("group", CHECKS)
def test_the_file_meets_the_checklist(files: dict[str, File], name: str, group: str) -> None:
    assert list(CHECKS[group](files[name])) == []


Edit = Callable[[Element], None]


def qualified(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{NS[prefix]}}}{local}" if prefix else local


def put(**attributes: str) -> Edit:
    """Set attributes; ``def_X`` is ``def:X``, and an empty value takes the attribute away."""

    def edit(element: Element) -> None:
        for key, value in attributes.items():
            name = qualified(key.replace("_", ":"))
            element.set(name, value)
            if not value:
                del element.attrib[name]

    return edit


def drop(element: Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def first(element: Element) -> None:
    """Make it the first child of its parent."""
    parent = element.getparent()
    assert parent is not None
    parent.insert(0, element)


def twice(element: Element) -> None:
    element.addnext(etree.fromstring(etree.tostring(element)))


def add(xml: str) -> Edit:
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items() if prefix != "odm")
    name, rest = xml[1:].split(" ", 1)
    return lambda element: element.append(etree.fromstring(f'<{name} xmlns="{NS["odm"]}" {declared} {rest}'))


def write(words: str) -> Edit:
    def edit(element: Element) -> None:
        element.text = words

    return edit


def group(name: str) -> str:
    return f"//odm:ItemGroupDef[@Name='{name}']"


def item(oid: str) -> str:
    return f"//odm:ItemDef[@OID='{oid}']"


def ref(oid: str) -> str:
    return f"//odm:ItemRef[@ItemOID='{oid}']"


SDTM, ADAM = "first/sdtm", "first/adam"
RESULT = "//arm:AnalysisResult[@OID='AR.T2.1.R1']"
QVAL = "//def:ValueListDef[@OID='VL.SUPPAE.QVAL']/odm:ItemRef[1]"
DOSU = item("IT.TS.TSVAL.TSPARMCD.EQ.DOSU")
PLANTED: list[tuple[str, str, str, Edit, str]] = [
    ("the_root", SDTM, "/odm:ODM", put(FileType="Transactional"), "FileType is Transactional"),
    ("the_root", SDTM, "/odm:ODM", put(def_Context=""), "ODM has no def:Context"),
    ("the_root", SDTM, "/odm:ODM", put(CreationDateTime="today"), "CreationDateTime is no moment"),
    ("the_study", SDTM, "//odm:ProtocolName", drop, "GlobalVariables  holds StudyName StudyDescription"),
    ("the_study", SDTM, "//odm:MetaDataVersion", put(def_DefineVersion="2.0.0"), "def:DefineVersion is not"),
    ("the_study", SDTM, "//odm:MethodDef[1]", first, "MetaDataVersion MDV"),
    ("standards", SDTM, "//def:Standard[@Type='IG']", put(Name="STDTMIG"), "STD.SDTMIG has the name STDTMIG"),
    (
        "standards",
        SDTM,
        "//def:Standard[@Type='IG']",
        put(Status=""),
        "def:Standard STD.SDTMIG has no Status",
    ),
    ("standards", ADAM, "//def:Standard[@PublishingSet='ADaM']", drop, "('CT', 'ADaM') stands 0 times"),
    (
        "documents",
        SDTM,
        "//def:leaf[@ID='LF.acrf']",
        put(xlink_href="a.pdf"),
        "leaf LF.acrf: a.pdf is not in",
    ),
    ("documents", SDTM, "//def:SupplementalDoc", drop, "nothing cites leaf LF.csdrg"),
    ("documents", SDTM, "//def:leaf[@ID='LF.AE']/def:title", drop, "def:leaf  holds "),
    (
        "dataset_attributes",
        SDTM,
        group("AE"),
        put(def_Structure=""),
        "ItemGroupDef IG.AE has no def:Structure",
    ),
    ("dataset_attributes", SDTM, group("TA"), put(IsReferenceData="No"), "TA has IsReferenceData No"),
    ("dataset_attributes", SDTM, group("DM"), put(Repeating="Yes"), "DM has Repeating Yes"),
    (
        "dataset_attributes",
        SDTM,
        group("XC"),
        put(def_StandardOID="STD.SDTMIG"),
        "XC is of a standard and of",
    ),
    ("dataset_attributes", SDTM, group("SUPPAE"), put(Domain="DM"), "SUPPAE is of domain DM"),
    ("dataset_attributes", ADAM, group("ADSL"), put(Domain="ADSL"), "ItemGroupDef IG.ADSL has Domain"),
    ("dataset_children", SDTM, group("SUPPAE") + "/odm:Alias", drop, "SUPPAE has the aliases []"),
    (
        "dataset_children",
        ADAM,
        group("ADAE") + "//def:SubClass",
        put(Name="EVENT"),
        "ADAE is of subclass EVENT",
    ),
    ("dataset_children", SDTM, group("AE") + "/def:Class", put(Name="EVENT"), "AE is of class EVENT"),
    ("dataset_children", SDTM, group("AE") + "/def:leaf", put(xlink_href="dm.xpt"), "AE stands in dm.xpt"),
    ("dataset_order", SDTM, group("AE"), first, "the datasets are not ordered by class and name"),
    ("dataset_order", ADAM, group("ADSL"), lambda e: e.getparent().append(e), "ADSL is not the first"),
    ("variable_references", SDTM, ref("IT.AE.AETERM"), put(OrderNumber="1"), "AE has OrderNumber"),
    (
        "variable_references",
        SDTM,
        group("AE") + "/odm:ItemRef[@KeySequence='2']",
        put(KeySequence="9"),
        "AE has",
    ),
    (
        "variable_references",
        SDTM,
        group("TV") + "/odm:ItemRef[@KeySequence='2']",
        put(KeySequence=""),
        "TV: the",
    ),
    (
        "variable_references",
        SDTM,
        ref("IT.AE.AETERM"),
        put(def_HasNoData="Yes"),
        "AE.AETERM has HasNoData Yes",
    ),
    (
        "variable_references",
        SDTM,
        item("IT.AE.AEHLGT"),
        put(def_CommentOID=""),
        "AE.AEHLGT is empty and has no",
    ),
    ("variable_references", SDTM, ref("IT.AE.AETERM"), put(Role="Fact"), "AE.AETERM has the role Fact"),
    ("variable_references", ADAM, ref("IT.ADSL.AGE"), put(Role="Topic"), "ItemRef IT.ADSL.AGE has Role"),
    ("mandatory", SDTM, ref("IT.AE.AETERM"), put(Mandatory="No"), "AE.AETERM has Mandatory No"),
    ("mandatory", SDTM, ref("IT.AE.AEENDTC"), put(Mandatory="Yes"), "AE.AEENDTC has Mandatory Yes"),
    (
        "mandatory",
        ADAM,
        ref("IT.ADSL.TRTSDT"),
        put(Mandatory="Yes"),
        "ADSL.TRTSDT is mandatory and lacks values",
    ),
    ("value_lists", SDTM, QVAL, put(Mandatory=""), "ItemRef IT.SUPPAE.QVAL"),
    ("value_lists", SDTM, QVAL, drop, "VL.SUPPAE.QVAL has OrderNumber"),
    ("value_lists", SDTM, QVAL + "/def:WhereClauseRef", drop, "ItemRef  holds "),
    ("where_clauses", SDTM, "//odm:RangeCheck[1]", put(SoftHard="Hard"), "WC."),
    ("where_clauses", SDTM, "//odm:RangeCheck/odm:CheckValue", twice, "WC."),
    ("where_clauses", SDTM, "//odm:RangeCheck[1]", put(def_ItemOID="IT.DM.SEX"), "WC."),
    ("item_attributes", SDTM, item("IT.AE.AETERM"), put(Length=""), "ItemDef IT.AE.AETERM has no Length"),
    ("item_attributes", SDTM, item("IT.AE.AESTDTC"), put(Length="10"), "ItemDef IT.AE.AESTDTC has Length"),
    (
        "item_attributes",
        SDTM,
        item("IT.AE.AESTDTC"),
        put(DataType="text", Length="10"),
        "IT.AE.AESTDTC is of",
    ),
    (
        "item_attributes",
        SDTM,
        item("IT.AE.AETERM"),
        put(SASFieldName="AE"),
        "IT.AE.AETERM has the field name AE",
    ),
    (
        "item_attributes",
        ADAM,
        item("IT.ADSL.TRTSDT"),
        put(def_DisplayFormat=""),
        "IT.ADSL.TRTSDT is a date of",
    ),
    ("item_attributes", ADAM, item("IT.ADCF.AVAL"), put(SignificantDigits=""), "ItemDef IT.ADCF.AVAL has no"),
    (
        "item_children",
        SDTM,
        item("IT.AE.AETERM") + "/odm:Description",
        drop,
        "IT.AE.AETERM has no description",
    ),
    (
        "item_children",
        SDTM,
        item("IT.AE.AETERM") + "/def:Origin",
        first,
        "ItemDef IT.AE.AETERM holds def:Origin",
    ),
    (
        "item_children",
        SDTM,
        item("IT.DM.DTHDTC"),
        add('<CodeListRef CodeListOID="CL.NY"/>'),
        "ItemDef IT.DM.DTHDTC holds",
    ),
    ("value_lengths", SDTM, item("IT.SUPPAE.QVAL"), put(Length="1"), "IT.SUPPAE.QVAL."),
    ("data_types", SDTM, item("IT.AE.AETERM"), put(Length="3"), "IT.AE.AETERM: a value is longer than 3"),
    ("data_types", SDTM, "//odm:CodeList[@OID='CL.SEX']/*[1]", drop, "IT.DM.SEX: ['"),
    (
        "data_types",
        SDTM,
        item("IT.LB.LBSTRESN"),
        put(DataType="integer"),
        "IT.LB.LBSTRESN: a value is no whole",
    ),
    (
        "origins",
        SDTM,
        item("IT.AE.AETERM") + "/def:Origin",
        put(Type="Predecessor"),
        "IT.AE.AETERM has the origin",
    ),
    (
        "origins",
        SDTM,
        item("IT.AE.AETERM") + "/def:Origin",
        drop,
        "IT.AE.AETERM has its origin twice or nowhere",
    ),
    ("origins", SDTM, ref("IT.AE.AESTDY"), put(MethodOID=""), "IT.AE.AESTDY is Derived with the method None"),
    (
        "origins",
        SDTM,
        item("IT.AE.AETERM") + "//def:DocumentRef",
        drop,
        "IT.AE.AETERM is Collected Investigator",
    ),
    (
        "origins",
        SDTM,
        item("IT.AE.STUDYID") + "/def:Origin",
        put(Type="Assigned"),
        "IT.AE.STUDYID is Assigned,",
    ),
    (
        "origins",
        SDTM,
        item("IT.SUPPAE.QVAL"),
        add('<def:Origin Type="Assigned" Source="Sponsor"/>'),
        "IT.SUPPAE.QVAL has its origin twice",
    ),
    (
        "origins",
        ADAM,
        item("IT.ADSL.AGE") + "//odm:TranslatedText[../../@Type]",
        write("Age"),
        "IT.ADSL.AGE has",
    ),
    (
        "predecessors",
        ADAM,
        item("IT.ADSL.AGE") + "//odm:TranslatedText[../../@Type]",
        write("DM.AG"),
        "IT.ADSL.",
    ),
    ("pages", SDTM, item("IT.AE.AETERM") + "//def:PDFPageRef", put(PageRefs="999"), "IT.AE.AETERM cites the"),
    (
        "pages",
        SDTM,
        item("IT.AE.AETERM") + "//def:PDFPageRef",
        put(FirstPage="3"),
        "IT.AE.AETERM cites pages",
    ),
    (
        "pages",
        SDTM,
        item("IT.AE.AETERM") + "//def:DocumentRef",
        put(leafID="LF.csdrg"),
        "IT.AE.AETERM cites LF.c",
    ),
    ("supplemental_values", SDTM, QVAL, drop, "SUPPAE describes"),
    (
        "trial_summary",
        SDTM,
        DOSU + "/odm:CodeListRef",
        put(CodeListOID="CL.UNIT"),
        "IT.TS.TSVAL.TSPARMCD.EQ.DOSU shows",
    ),
    (
        "codelists",
        SDTM,
        "//odm:CodeList[@OID='CL.SEX']",
        put(def_StandardOID=""),
        "CL.SEX is of a standard and",
    ),
    ("codelists", SDTM, "//odm:CodeList[@OID='CL.SEX']", put(Name="Unit"), "2 codelists are named Unit"),
    ("codelists", SDTM, "//odm:CodeList[@OID='CL.SEX']/odm:Alias", drop, "CL.SEX has the NCI code []"),
    ("codelists", SDTM, "//odm:ExternalCodeList", put(Version=""), "ExternalCodeList has no Version"),
    ("terms", SDTM, "//odm:CodeList[@OID='CL.SEX']/*/odm:Alias", drop, "CL.SEX: F is published and extended"),
    (
        "terms",
        SDTM,
        "//odm:CodeList[@OID='CL.SEX']/*[1]",
        put(OrderNumber=""),
        "CL.SEX has OrderNumber [None",
    ),
    ("terms", SDTM, "//odm:CodeList[@OID='CL.UNIT']/*[1]", twice, "CL.UNIT has a term twice"),
    ("terms", SDTM, "//odm:CodeListItem/odm:Decode", drop, "CL."),
    ("methods", SDTM, "//odm:MethodDef", put(Type="Transpose"), "MT.AE.AEENDY is of type Transpose"),
    (
        "methods",
        SDTM,
        "//odm:MethodDef/odm:Description",
        drop,
        "MethodDef MT.AE.AEENDY holds FormalExpression",
    ),
    ("methods", SDTM, "//odm:FormalExpression", put(Context=""), "FormalExpression has no Context"),
    ("comments", SDTM, "//def:CommentDef//odm:TranslatedText", write(""), "COM.AE.AEENTPT has a Description"),
    ("references", SDTM, ref("IT.AE.AESTDY"), put(MethodOID="MT.X"), "MethodDef MT.X is not defined"),
    ("references", SDTM, item("IT.DM.SEX") + "/odm:CodeListRef", drop, "nothing refers to CodeList CL.SEX"),
    ("references", SDTM, "//def:CommentDef[1]", twice, "COM.AE.AEENTPT is defined 2 times"),
    ("results", ADAM, RESULT, put(AnalysisReason="BECAUSE"), "AR.T2.1.R1 has the reason BECAUSE"),
    ("results", ADAM, RESULT, put(ParameterOID=""), "AR.T2.1.R1 chooses by PARAMCD and has no ParameterOID"),
    (
        "results",
        ADAM,
        RESULT + "//arm:AnalysisVariable",
        put(ItemOID="IT.ADSL.AGE"),
        "AR.T2.1.R1: IT.ADSL.AGE",
    ),
    ("results", ADAM, RESULT + "/odm:Description", drop, "arm:AnalysisResult AR.T2.1.R1 holds arm:Analysis"),
]


@pytest.mark.parametrize(
    ("group", "name", "path", "edit", "start"), PLANTED, ids=[f"{n}-{p[0]}" for n, p in enumerate(PLANTED)]
)
def test_a_planted_fault_is_found(
    built: dict[str, Path], group: str, name: str, path: str, edit: Edit, start: str
) -> None:
    file = load(built[name])
    found = file.all(path)
    assert found, path
    edit(found[0])
    faults = list(CHECKS[group](file))
    assert [fault for fault in faults if fault.startswith(start)], faults


def test_every_group_of_the_checklist_has_a_planted_fault() -> None:
    assert {planted[0] for planted in PLANTED} == set(CHECKS)
