"""What define.xml looks like: schema order, identifiers, origins, and the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import pytest
from define_packages import (
    ADAM,
    ADQS,
    CREATED,
    DM,
    SDTM,
    SUPPAE,
    VALUES,
    crf,
    with_dataset,
    with_variable,
)
from lxml import etree
from msgspec.structs import replace

from ced_cdisc.core.metadata import (
    Document,
    DocumentRef,
    PackageMetadata,
    RangeCheck,
    Variable,
)
from ced_cdisc.write.define import define_xml, stylesheet

NS = {"o": "http://www.cdisc.org/ns/odm/v1.3", "def": "http://www.cdisc.org/ns/def/v2.1"}
D = f"{{{NS['def']}}}"
GOLDEN = Path(__file__).parent / "golden"


def parsed(package: PackageMetadata) -> etree._Element:
    return etree.fromstring(define_xml(package))


def one(package: PackageMetadata, path: str) -> etree._Element:
    (found,) = parsed(package).xpath(path, namespaces=NS)
    return found


def text_of(element: etree._Element) -> str:
    """The element alone, without the namespace declarations it inherits."""
    text = etree.tostring(element, encoding="unicode", with_tail=False)
    for prefix in (' xmlns="http://www.cdisc.org/ns/odm/v1.3"', f' xmlns:def="{NS["def"]}"'):
        text = text.replace(prefix, "")
    return text.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")


def children(element: etree._Element) -> list[str]:
    """Names of the children, neighbours of one name once."""
    names = [etree.QName(child).localname for child in element]
    return [name for n, name in enumerate(names) if n == 0 or names[n - 1] != name]


@pytest.mark.parametrize("package", [SDTM, ADAM], ids=lambda package: package.name)
def test_the_bytes_are_those_of_the_golden_file(package: PackageMetadata) -> None:
    assert define_xml(package) == (GOLDEN / f"{package.name.lower()}.xml").read_bytes()


def test_the_file_opens_with_declaration_stylesheet_and_root_attributes() -> None:
    lines = define_xml(SDTM).decode().splitlines()
    assert lines[:2] == [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>',
    ]
    root = dict(parsed(SDTM).attrib)
    assert root == {
        "ODMVersion": "1.3.2",
        "FileType": "Snapshot",
        "FileOID": "STDY.CED-01.SDTM.20260331T120000",
        "CreationDateTime": "2026-03-31T12:00:00+00:00",
        "Originator": "The sponsor",
        "SourceSystem": "ced-cdisc",
        "SourceSystemVersion": "0.1.0",
        f"{D}Context": "Submission",
    }


def test_the_time_is_that_of_the_package() -> None:
    package = replace(SDTM, created=CREATED.replace(tzinfo=None, hour=23))
    assert parsed(package).get("CreationDateTime") == "2026-03-31T23:00:00"


def test_definitions_stand_in_the_order_of_the_specification() -> None:
    assert children(one(SDTM, "//o:MetaDataVersion")) == [
        "Standards",
        "AnnotatedCRF",
        "SupplementalDoc",
        "ValueListDef",
        "WhereClauseDef",
        "ItemGroupDef",
        "ItemDef",
        "CodeList",
        "MethodDef",
        "CommentDef",
        "leaf",
    ]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("//o:ItemGroupDef[@Name='SUPPAE']", ["Description", "ItemRef", "Alias", "Class", "leaf"]),
        ("//o:ItemDef[@OID='IT.XF.XFORRES']", ["Description", "Origin", "ValueListRef"]),
        ("//o:ItemDef[@OID='IT.DM.SEX']", ["Description", "CodeListRef", "Origin"]),
        ("//o:CodeList[@OID='CL.SEX']", ["CodeListItem", "Alias"]),
        ("//o:CodeList[@OID='CL.SEX']/o:CodeListItem[1]", ["Decode", "Alias"]),
        ("//o:CodeList[@OID='CL.METHOD']", ["EnumeratedItem", "Alias"]),
        ("//o:MethodDef[@OID='MT.STUDYDAY']", ["Description", "FormalExpression", "DocumentRef"]),
        ("//def:CommentDef[@OID='COM.AE']", ["Description", "DocumentRef"]),
    ],
)
def test_children_stand_in_the_order_of_the_specification(path: str, names: list[str]) -> None:
    assert children(one(SDTM, path)) == names


def test_a_dataset_of_sdtm_shows_domain_class_and_file() -> None:
    dataset = one(SDTM, "//o:ItemGroupDef[@OID='IG.AE']")
    assert dict(dataset.attrib) == {
        "OID": "IG.AE",
        "Name": "AE",
        "Domain": "AE",
        "Repeating": "Yes",
        "IsReferenceData": "No",
        "SASDatasetName": "AE",
        "Purpose": "Tabulation",
        f"{D}Structure": "One record per adverse event per subject",
        f"{D}StandardOID": "STD.SDTMIG",
        f"{D}ArchiveLocationID": "LF.AE",
        f"{D}CommentOID": "COM.AE",
    }
    assert text_of(dataset[-2]) == '<def:Class Name="EVENTS"/>'
    assert dataset[-1].get("{http://www.w3.org/1999/xlink}href") == "ae.xpt"


def test_a_supplemental_dataset_names_the_domain_and_the_label_of_its_parent() -> None:
    dataset = one(SDTM, "//o:ItemGroupDef[@OID='IG.SUPPAE']")
    assert dataset.get("Domain") == "AE"
    assert (
        text_of(dataset.find("o:Alias", NS)) == '<Alias Context="DomainDescription" Name="Adverse Events"/>'
    )


def test_a_custom_domain_is_non_standard() -> None:
    dataset = one(SDTM, "//o:ItemGroupDef[@OID='IG.XF']")
    assert dataset.get(f"{D}IsNonStandard") == "Yes"
    assert dataset.get(f"{D}StandardOID") is None


def test_a_dataset_without_data_has_no_file() -> None:
    dataset = one(SDTM, "//o:ItemGroupDef[@OID='IG.CE']")
    assert dataset.get(f"{D}HasNoData") == "Yes"
    assert dataset.get(f"{D}ArchiveLocationID") is None
    assert dataset.find("def:leaf", NS) is None


def test_an_analysis_dataset_has_no_domain_and_no_roles_and_may_have_a_subclass() -> None:
    dataset = one(ADAM, "//o:ItemGroupDef[@OID='IG.ADAE']")
    assert dataset.get("Domain") is None
    assert dataset.find("def:Class/def:SubClass", NS).get("Name") == "ADVERSE EVENT"
    assert parsed(ADAM).xpath("//@Role") == []


def test_an_item_ref_shows_order_key_method_and_role() -> None:
    refs = [text_of(ref) for ref in one(SDTM, "//o:ItemGroupDef[@OID='IG.AE']").findall("o:ItemRef", NS)]
    assert refs[0] == (
        '<ItemRef ItemOID="IT.AE.STUDYID" OrderNumber="1" Mandatory="Yes" KeySequence="1" Role="Identifier"/>'
    )
    assert refs[8] == (
        '<ItemRef ItemOID="IT.AE.AESTDY" OrderNumber="9" Mandatory="No" MethodOID="MT.STUDYDAY" '
        'Role="Timing"/>'
    )


def test_a_date_has_no_length_and_a_number_has_its_format() -> None:
    assert dict(one(SDTM, "//o:ItemDef[@OID='IT.AE.AESTDTC']").attrib) == {
        "OID": "IT.AE.AESTDTC",
        "Name": "AESTDTC",
        "DataType": "partialDate",
        "SASFieldName": "AESTDTC",
    }
    assert dict(one(ADAM, "//o:ItemDef[@OID='IT.ADSL.TRTSDT']").attrib) == {
        "OID": "IT.ADSL.TRTSDT",
        "Name": "TRTSDT",
        "DataType": "integer",
        "Length": "5",
        "SASFieldName": "TRTSDT",
        f"{D}DisplayFormat": "DATE9.",
    }


def test_significant_digits_stand_on_floats_only() -> None:
    age = Variable("AGE", "Age", "integer", 3, "Num", 8, significant_digits=0, origin=crf(1))
    package = with_dataset(SDTM, replace(DM, variables=(*DM.variables, age)))
    assert one(package, "//o:ItemDef[@OID='IT.DM.AGE']").get("SignificantDigits") is None
    assert one(SDTM, "//o:ItemDef[@OID='IT.XF.XFORRES.XFTESTCD.EQ.CFR']").get("SignificantDigits") == "2"


def test_pages_are_sorted_and_each_named_once() -> None:
    pages = parsed(SDTM).xpath("//o:ItemDef[@OID='IT.DM.SEX']//def:PDFPageRef", namespaces=NS)
    assert [text_of(page) for page in pages] == ['<def:PDFPageRef Type="PhysicalRef" PageRefs="2 3"/>']


def test_a_named_destination_is_a_reference_of_its_own() -> None:
    pages = parsed(SDTM).xpath("//o:MethodDef[@OID='MT.STUDYDAY']//def:PDFPageRef", namespaces=NS)
    assert [text_of(page) for page in pages] == [
        '<def:PDFPageRef Type="NamedDestination" PageRefs="STUDYDAY"/>'
    ]


def test_a_method_shows_the_formula_of_the_spec() -> None:
    (formula,) = one(SDTM, "//o:MethodDef[@OID='MT.STUDYDAY']").findall("o:FormalExpression", NS)
    assert (formula.get("Context"), formula.text) == (
        "ced-cdisc expression",
        "study_day(aestdtc, dm.rfstdtc)",
    )


def test_the_parent_has_no_origin_if_every_value_has_one() -> None:
    path = "//o:ItemDef[@OID='IT.SUPPAE.QVAL']"
    assert SUPPAE.variable("QVAL").origin is not None
    assert one(SDTM, path).find("def:Origin", NS) is None
    qval = SUPPAE.variable("QVAL")
    rows = (qval.value_level[0], replace(qval.value_level[1], origin=None))
    package = with_variable(SDTM, SUPPAE, replace(qval, value_level=rows))
    assert one(package, path).find("def:Origin", NS) is not None


def test_a_document_of_an_origin_that_is_not_written_is_not_referred_to() -> None:
    old = Document("old", "Old CRF", "old.pdf")
    origin = replace(crf(1), documents=(DocumentRef("old", (1,)),))
    qval = replace(SUPPAE.variable("QVAL"), origin=origin)
    package = replace(with_variable(SDTM, SUPPAE, qval), documents=(*SDTM.documents, old))
    assert "LF.old" not in define_xml(package).decode()


def test_a_qualifier_is_named_by_its_qnam_and_other_values_by_their_variable() -> None:
    assert one(SDTM, "//o:ItemDef[@OID='IT.SUPPAE.QVAL.QNAM.EQ.AEOTHER']").get("Name") == "AEOTHER"
    assert one(ADAM, "//o:ItemDef[@OID='IT.ADQS.AVAL.PARAMCD.IN.AFREQ-QOL']").get("Name") == "AVAL"


def test_where_clauses_of_one_condition_are_shared() -> None:
    base = replace(ADQS.variable("BASE"), origin=None, method=None, value_level=VALUES)
    package = with_variable(ADAM, ADQS, base)
    oids = parsed(package).xpath("//def:WhereClauseDef/@OID", namespaces=NS)
    assert oids == ["WC.ADQS.PARAMCD.EQ.SUM", "WC.ADQS.PARAMCD.IN.AFREQ-QOL"]
    assert len(parsed(package).xpath("//def:WhereClauseRef", namespaces=NS)) == 4


def test_conditions_that_look_alike_have_different_oids() -> None:
    pairs = [("A.B",), ("A", "B"), ("A-B",), ("A B",), ("A" * 70,), ("A" * 71,)]
    rows = tuple(replace(VALUES[0], where=(RangeCheck("ADQS", "PARAMCD", "IN", values),)) for values in pairs)
    package = with_variable(ADAM, ADQS, replace(ADQS.variable("AVAL"), value_level=rows))
    oids = parsed(package).xpath("//def:WhereClauseDef/@OID", namespaces=NS)
    assert len(set(oids)) == len(pairs)
    assert max(map(len, oids)) <= 80


def test_a_where_clause_over_two_datasets_names_both_and_has_a_comment() -> None:
    clause = one(SDTM, "//def:WhereClauseDef[@def:CommentOID]")
    assert clause.get(f"{D}CommentOID") == "COM.XF.JOIN"
    assert [check.get(f"{D}ItemOID") for check in clause] == ["IT.XF.XFTESTCD", "IT.DM.SEX"]


def test_a_published_codelist_cites_its_standard_and_marks_extensions() -> None:
    codelist = one(SDTM, "//o:CodeList[@OID='CL.METHOD']")
    assert codelist.get(f"{D}StandardOID") == "STD.SDTM-CT"
    assert codelist.get(f"{D}IsNonStandard") is None
    first, second, alias = codelist
    assert text_of(first[0]) == '<Alias Context="nci:ExtCodeID" Name="C20080"/>'
    assert (second.get(f"{D}ExtendedValue"), len(second)) == ("Yes", 0)
    assert text_of(alias) == '<Alias Context="nci:ExtCodeID" Name="C85492"/>'


def test_a_list_of_the_sponsor_is_non_standard_and_a_term_without_decode_means_itself() -> None:
    codelist = one(SDTM, "//o:CodeList[@OID='CL.XFTESTCD']")
    assert codelist.get(f"{D}IsNonStandard") == "Yes"
    assert codelist.xpath("o:CodeListItem/o:Decode/o:TranslatedText/text()", namespaces=NS) == [
        "Coronary Flow Reserve",
        "SPASM",
    ]


def test_a_dictionary_is_neither_standard_nor_non_standard() -> None:
    codelist = one(SDTM, "//o:CodeList[@OID='CL.MEDDRA']")
    assert sorted(codelist.attrib) == ["DataType", "Name", "OID"]
    assert text_of(codelist[0]) == '<ExternalCodeList Dictionary="MedDRA" Version="27.0"/>'


def test_only_what_is_reached_is_written_and_once() -> None:
    root = parsed(SDTM)
    assert root.xpath("//o:CodeList/@OID", namespaces=NS) == [
        "CL.DOMAIN",
        "CL.MEDDRA",
        "CL.METHOD",
        "CL.NY",
        "CL.SEX",
        "CL.XFTESTCD",
    ]
    assert root.xpath("//o:MethodDef/@OID", namespaces=NS) == ["MT.AETRTEM", "MT.SEQ", "MT.STUDYDAY"]
    leaves = root.xpath("//o:MetaDataVersion/def:leaf/@ID", namespaces=NS)
    assert leaves == ["LF.acrf", "LF.csdrg", "LF.sap"]


def test_text_is_escaped() -> None:
    assert b"see &lt;section 4&gt; &amp; the guide." in define_xml(SDTM)


def test_a_document_id_that_is_no_xml_name_is_made_one() -> None:
    document = Document("the SAP", "Plan", "sap.pdf", "supplemental")
    package = replace(ADAM, documents=(*ADAM.documents, document))
    assert 'ID="LF.the_SAP"' in define_xml(package).decode()


def test_the_stylesheet_is_the_official_one_and_renders_the_file() -> None:
    style = stylesheet()
    assert style.startswith(b"<?xml")
    access = etree.XSLTAccessControl.DENY_ALL
    html = bytes(etree.XSLT(etree.fromstring(style), access_control=access)(parsed(SDTM)))
    assert b"Reported Term for the Adverse Event" in html
