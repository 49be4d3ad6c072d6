"""define.xml 2.1 against the transport files, the published terms, the schema, and itself."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from conformance_checks import (
    EVERY,
    Report,
    attribute,
    check,
    label,
    new_variable,
    no_variable,
    put,
    twice,
    without,
)
from conformance_study import DEF, NS, Study, groups, terminology
from lxml import etree

NUMERIC = ("integer", "float")
VARIABLE = "//odm:ItemDef[@OID='IT.AE.AETERM']"


def remove(path: str):
    """A mutation: the first element on a path is taken out of define.xml."""

    def spoil(study: Study) -> None:
        element = study.all(path)[0]
        element.getparent().remove(element)

    return spoil


@check("OWN DD0101 datasets", without("AE"), remove("//odm:ItemGroupDef[@Name='AE']"), of=EVERY)
def every_dataset_is_in_both(study: Study, report: Report) -> None:
    described = Counter(group.get("Name", "") for group in study.all("//odm:ItemGroupDef"))
    for name in study.files.keys() | described.keys():
        report.that(name in study.files and described[name] == 1, name)


@check(
    "OWN variables and their order",
    no_variable("AE", "AESEV"),
    new_variable("AE", "AETOXGR"),
    remove("//odm:ItemGroupDef[@Name='AE']/odm:ItemRef[3]"),
    attribute("//odm:ItemGroupDef[@Name='AE']/odm:ItemRef[3]", "OrderNumber", "99"),
    of=EVERY,
)
def every_variable_is_in_both_in_order(study: Study, report: Report) -> None:
    for name, data in study.files.items():
        pairs = study.items(name)
        report.that([item.get("Name") for _, item in pairs] == list(data.labels), name)
        report.that(
            [ref.get("OrderNumber") for ref, _ in pairs] == [str(n + 1) for n in range(len(pairs))], name
        )


@check(
    "OWN type",
    attribute(VARIABLE, "DataType", "integer"),
    attribute("//odm:ItemDef[@OID='IT.AE.AESEQ']", "DataType", "text"),
    of=EVERY,
)
def every_type_is_that_of_the_file(study: Study, report: Report) -> None:
    for name, data in study.files.items():
        for _, item in study.items(name):
            kind = "Num" if item.get("DataType") in NUMERIC else "Char"
            report.that(data.types.get(item.get("Name", "")) == kind, name, item.get("Name", ""))


@check("OWN length", attribute(VARIABLE, "Length", "200"), attribute(VARIABLE, "Length", None), of=EVERY)
def every_length_is_that_of_the_file(study: Study, report: Report) -> None:
    for name in study.files:
        for _, item in study.items(name):
            variable, kind = item.get("Name", ""), item.get("DataType")
            width = study.widths.get((name, variable))
            if kind == "text":
                report.that(item.get("Length") == str(width), name, variable)
            elif kind in NUMERIC:
                report.that(width == 8 and item.get("Length"), name, variable)
            else:  # dates have no length
                report.that(item.get("Length") is None, name, variable)


@check("OWN DD0057 DD0058 label", label("AE", "AETERM", "Another Label"), of=EVERY)
def every_label_is_that_of_the_file(study: Study, report: Report) -> None:
    for name, data in study.files.items():
        (group,) = study.all(f"//odm:ItemGroupDef[@Name='{name}']") or [None]
        report.that(group is not None and description(group) == data.label, name)
        for _, item in study.items(name):
            report.that(
                description(item) == data.labels.get(item.get("Name", "")), name, item.get("Name", "")
            )


def description(element: etree._Element) -> str | None:
    return element.findtext("odm:Description/odm:TranslatedText", None, NS)


def terms_of(codelist: etree._Element) -> list[etree._Element]:
    return codelist.xpath("odm:CodeListItem | odm:EnumeratedItem", namespaces=NS)


def number_text(value: float) -> str:
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@check("OWN DD0101 codelist covers data", put("AE", AESEV="VERY SEVERE"), put("DM", SEX="X"))
def every_value_is_a_term_of_its_codelist(study: Study, report: Report) -> None:
    _covered(study, report)


@check(
    "OWN DD0101 ADaM codelist covers data", put("ADSL", SEX="X"), put("ADCF", PARAMCD="ANOTHER"), of=("adam",)
)
def every_analysis_value_is_a_term_of_its_codelist(study: Study, report: Report) -> None:
    _covered(study, report)


def _covered(study: Study, report: Report) -> None:
    lists = {
        one.get("OID"): {term.get("CodedValue") for term in terms_of(one)}
        for one in study.all("//odm:CodeList")
    }
    for name, data in study.files.items():
        for _, item in study.items(name):
            ref, variable = item.find("odm:CodeListRef", NS), item.get("Name", "")
            terms = lists.get(ref.get("CodeListOID")) if ref is not None else None
            for row in data.present(variable) if terms else ():  # a dictionary has no terms here
                value = row[variable]
                text = value if isinstance(value, str) else number_text(value)
                report.that(text in terms, name, variable, row, text)


@check(
    "OWN DD0028 DD0031 DD0033 C-codes",
    attribute("//odm:CodeList/odm:Alias[@Context='nci:ExtCodeID']", "Name", "C1"),
    attribute("//odm:CodeList/*/odm:Alias[@Context='nci:ExtCodeID']", "Name", "C1"),
    attribute("//odm:CodeList/*[odm:Alias]", "CodedValue", "NO SUCH TERM"),
    remove("//odm:CodeList/*/odm:Alias[@Context='nci:ExtCodeID']"),
    of=EVERY,
)
def every_code_is_that_of_the_published_term(study: Study, report: Report) -> None:
    for codelist in study.all("//odm:CodeList[odm:Alias[@Context='nci:ExtCodeID']]"):
        published = terminology(codelist.find("odm:Alias[@Context='nci:ExtCodeID']", NS).get("Name", ""))
        report.that(published, codelist.get("OID", ""))
        for term in terms_of(codelist):
            alias = term.find("odm:Alias[@Context='nci:ExtCodeID']", NS)
            value = term.get("CodedValue", "")
            if alias is not None:
                good = published.get(value) == alias.get("Name") and not term.get(DEF + "ExtendedValue")
            else:
                good = value not in published and term.get(DEF + "ExtendedValue") == "Yes"
            report.that(good, codelist.get("OID", ""), text=value)


@check(
    "OWN DD0012 DD0013 DD0014 DD0083 unique OIDs",
    attribute("//odm:ItemDef[2]", "OID", "IT.AE.AETERM"),
    attribute("//odm:MethodDef[2]", "OID", "IT.AE.AETERM"),
    of=EVERY,
)
def every_oid_is_unique(study: Study, report: Report) -> None:
    for oid, count in Counter(element.get("OID") for element in study.all("//*[@OID]")).items():
        report.that(count == 1, str(oid))
    for leaf, count in Counter(leaf.get("ID") for leaf in study.all("//def:leaf")).items():
        report.that(count == 1, str(leaf))


REFERENCES = {
    "ItemOID": "ItemDef", "MethodOID": "MethodDef", "CodeListOID": "CodeList", "ItemGroupOID": "ItemGroupDef",
    "ValueListOID": "ValueListDef", "WhereClauseOID": "WhereClauseDef", "ParameterOID": "ItemDef",
    DEF + "CommentOID": "CommentDef", DEF + "StandardOID": "Standard", DEF + "ItemOID": "ItemDef",
}  # fmt: skip


@check(
    "OWN DD0015 DD0016 DD0017 DD0067 DD0078 DD0079 DD0080 DD0081 DD0082 references",
    attribute("//odm:ItemRef[@MethodOID]", "MethodOID", "MT.NONE"),
    attribute("//odm:CodeListRef", "CodeListOID", "CL.NONE"),
    attribute("//def:WhereClauseRef", "WhereClauseOID", "WC.NONE"),
    attribute("//odm:ItemGroupDef[@def:ArchiveLocationID]", DEF + "ArchiveLocationID", "LF.NONE"),
    attribute("//def:DocumentRef", "leafID", "LF.NONE"),
    lambda study: _unused(study),
    of=EVERY,
)
def every_reference_resolves_and_every_definition_is_referred_to(study: Study, report: Report) -> None:
    used: set[str] = set()
    for element in study.define.iter(etree.Element):
        for name, value in element.attrib.items():
            if name in REFERENCES:
                target = study.by_oid.get(value)
                found = target is not None and etree.QName(target).localname == REFERENCES[name]
                report.that(found, value, text=etree.QName(element).localname)
                used.add(value)
    leaves = {leaf.get("ID") for leaf in study.all("//def:leaf")}
    for value in study.all("//@leafID | //@def:ArchiveLocationID"):
        report.that(value in leaves, str(value))
    for kind in (
        "odm:ItemDef",
        "odm:MethodDef",
        "odm:CodeList",
        "def:ValueListDef",
        "def:WhereClauseDef",
        "def:CommentDef",
    ):
        for element in study.all(f"//{kind}"):
            report.that(element.get("OID") in used, element.get("OID", ""), text="is not referred to")


def _unused(study: Study) -> None:
    method = study.all("//odm:MethodDef")[0]
    copied = etree.fromstring(etree.tostring(method))
    copied.set("OID", "MT.UNUSED")
    method.addnext(copied)


@cache
def schema() -> etree.XMLSchema:
    package = find_spec("defineutils")
    assert package is not None and package.submodule_search_locations
    folder = Path(package.submodule_search_locations[0]) / "validate" / "schema"
    return etree.XMLSchema(etree.parse(folder / "cdisc-arm-1.0" / "arm1-0-0.xsd"))


@check("OWN DD0001 schema", attribute("//odm:MetaDataVersion", DEF + "DefineVersion", None), of=EVERY)
def the_file_is_valid_by_the_schema(study: Study, report: Report) -> None:
    report.that(schema().validate(study.define), "define.xml", text=str(schema().error_log))


@check(
    "OWN CG0019 DD0041 keys",
    twice("AE"),
    attribute("//odm:ItemGroupDef[@Name='AE']/odm:ItemRef[@KeySequence='2']", "KeySequence", "1"),
    of=EVERY,
)
def the_keys_tell_the_records_apart(study: Study, report: Report) -> None:
    for name, data in study.files.items():
        keys = sorted(
            (int(ref.get("KeySequence", "0")), item.get("Name", "")) for ref, item in study.items(name)
        )
        keys = [one for one in keys if one[0]]
        report.that([n for n, _ in keys] == list(range(1, len(keys) + 1)) and keys, name)
        for rows in groups(data.rows, *(variable for _, variable in keys)).values():
            report.that(len(rows) == 1, name, record=rows[0])


@check(
    "OWN DD0042 DD0073 origins",
    attribute("//def:Origin[@Type='Derived']/..", "OID", "IT.X"),
    remove(VARIABLE + "/def:Origin"),
    of=EVERY,
)
def every_variable_has_an_origin_and_what_is_derived_a_method(study: Study, report: Report) -> None:
    for ref in study.all("//odm:ItemRef"):
        item = study.by_oid.get(ref.get("ItemOID", ""))
        origins = item.findall("def:Origin", NS) if item is not None else []
        listed = item.find("def:ValueListRef", NS) if item is not None else None
        report.that(bool(origins) or listed is not None, ref.get("ItemOID", ""))
        if any(origin.get("Type") == "Derived" for origin in origins):
            report.that(ref.get("MethodOID"), ref.get("ItemOID", ""), text="no method")
