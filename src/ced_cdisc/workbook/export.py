"""A define.xml as the workbook: one record a row, by sheet, in the 2.1 layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ced_cdisc.define import Odm
from ced_cdisc.define.node import Node
from ced_cdisc.workbook.compare import OLD_ORIGINS
from ced_cdisc.workbook.define_view import DefineView, attribute, child, children, described, text, walk
from ced_cdisc.workbook.model import Workbook, as_workbook
from ced_cdisc.workbook.where import Condition, clauses_text

SEVERAL = "; "
"""What separates the documents of one row, and the pages of each."""
GUIDES = {"SDTMIG": "SDTM-IG", "ADaMIG": "ADaM-IG", "SENDIG": "SEND-IG"}
"""Guides by their names in define.xml, as the workbook spells them."""

Row = dict[str, str]


def export(root: Odm) -> Workbook:
    """The workbook of a define.xml.

    Args:
        root: a define.xml 2.1 or 2.0.
    """
    view = DefineView(root)
    tables = {
        "Define": list(_study(view)),
        "Datasets": [_dataset(view, one) for one in view.datasets],
        "Variables": [_variable(view, *row) for row in view.rows()],
        "ValueLevel": list(_values(view)),
        "Codelists": [row for one in view.all("CodeList") for row in _codelist(view, one)],
        "Dictionaries": [
            _dictionary(view, one)
            for one in view.all("CodeList")
            if child(one, "ExternalCodeList") is not None
        ],
        "Methods": [_method(view, one) for one in view.all("MethodDef")],
        "Comments": [_comment(view, one) for one in view.all("CommentDef")],
        "Documents": [_document(view, one) for one in view.all("leaf")],
        "Analysis Displays": [],
        "Analysis Results": [],
    }
    for display in children(child(view.version, "AnalysisResultDisplays"), "ResultDisplay"):
        tables["Analysis Displays"].append(_display(view, display))
        tables["Analysis Results"] += [
            _result(view, display, one) for one in children(display, "AnalysisResult")
        ]
    return as_workbook(tables)


def _study(view: DefineView) -> Iterator[Row]:
    names = child(view.study, "GlobalVariables")
    guide = next((one for one in view.standards.values() if attribute(one, "Type") == "IG"), None)
    name = attribute(guide, "Name") or attribute(view.version, "StandardName")
    version = attribute(guide, "Version") or attribute(view.version, "StandardVersion")
    for tag in ("StudyName", "StudyDescription", "ProtocolName"):
        yield {"Attribute": tag, "Value": text(child(names, tag))}
    yield {"Attribute": "StandardName", "Value": GUIDES.get(name, name)}
    yield {"Attribute": "StandardVersion", "Value": version}
    yield {"Attribute": "Language", "Value": _language(view)}


def _language(view: DefineView) -> str:
    """The language of the first text."""
    found = (attribute(one, "lang") for group in view.datasets for one in walk(group))
    return next(filter(None, found), "")


def standard_text(view: DefineView, oid: str) -> str:
    """A standard as a cell names it: ``SDTM-IG 3.4``, ``SDTM 2024-09-27`` for a package of terminology."""
    one = view.standards.get(oid)
    if one is None:
        return oid
    name = attribute(one, "PublishingSet") or attribute(one, "Name")
    return f"{GUIDES.get(name, name)} {attribute(one, 'Version')}"


def _dataset(view: DefineView, group: Node) -> Row:
    keyed = [
        (
            int(attribute(ref, "KeySequence")),
            view.variable(attribute(ref, "ItemOID"), attribute(group, "Name"))[1],
        )
        for ref in children(group, "ItemRef")
        if attribute(ref, "KeySequence").isdigit()
    ]
    kind = child(group, "Class")
    return {
        "Dataset": attribute(group, "Name"),
        "Label": described(group) or attribute(group, "Label"),
        "Class": attribute(kind, "Name") if kind is not None else attribute(group, "Class"),
        "SubClass": ", ".join(attribute(one, "Name") for one in children(kind, "SubClass")),
        "Structure": attribute(group, "Structure"),
        "Key Variables": ", ".join(name for _, name in sorted(keyed)),
        "Standard": standard_text(view, attribute(group, "StandardOID")),
        "Has No Data": attribute(group, "HasNoData") or "No",
        "Repeating": attribute(group, "Repeating"),
        "Reference Data": attribute(group, "IsReferenceData"),
        "Comment": view.id("CommentDef", attribute(group, "CommentOID")),
    }


def _variable(view: DefineView, dataset: str, ref: Node, item: Node) -> Row:
    return {
        "Order": attribute(ref, "OrderNumber"),
        "Dataset": dataset,
        "Variable": attribute(item, "Name"),
        "Role": attribute(ref, "Role"),
        "Has No Data": attribute(ref, "HasNoData") or "No",
        **_item(view, ref, item),
    }


def _item(view: DefineView, ref: Node, item: Node) -> Row:
    origin = child(item, "Origin")
    kind, source = attribute(origin, "Type"), attribute(origin, "Source")
    if kind.casefold() in OLD_ORIGINS:
        kind, source = OLD_ORIGINS[kind.casefold()]
    documents = children(origin, "DocumentRef")
    return {
        "Label": described(item),
        "Data Type": attribute(item, "DataType"),
        "Length": attribute(item, "Length"),
        "Significant Digits": attribute(item, "SignificantDigits"),
        "Format": attribute(item, "DisplayFormat"),
        "Mandatory": attribute(ref, "Mandatory"),
        "Codelist": view.id("CodeList", attribute(child(item, "CodeListRef"), "CodeListOID")),
        "Origin": kind,
        "Source": source,
        "Pages": SEVERAL.join(filter(None, map(_pages, documents))),
        "Method": view.id("MethodDef", attribute(ref, "MethodOID")),
        "Predecessor": described(origin) if kind == "Predecessor" else "",
        "Comment": view.id("CommentDef", attribute(item, "CommentOID")),
    }


def _values(view: DefineView) -> Iterator[Row]:
    for dataset, _, item in view.rows():
        held = view.value_lists.get(attribute(child(item, "ValueListRef"), "ValueListOID"))
        for ref in children(held, "ItemRef"):
            value = view.items.get(attribute(ref, "ItemOID"))
            if value is not None:
                yield {
                    "Order": attribute(ref, "OrderNumber"),
                    "Dataset": dataset,
                    "Variable": attribute(item, "Name"),
                    "Where Clause": clause_text(view, children(ref, "WhereClauseRef"), dataset),
                    **_item(view, ref, value),
                }


def clause_text(view: DefineView, refs: Sequence[Node], own: str, name_all: bool = False) -> str:
    """Where clauses, joined by OR, as a cell holds them; ``name_all`` names the dataset of each variable."""
    clauses = [
        tuple(
            _condition(view, check, own)
            for check in children(view.clauses.get(attribute(ref, "WhereClauseOID")), "RangeCheck")
        )
        for ref in refs
    ]
    return clauses_text([clause for clause in clauses if clause], "" if name_all else own)


def _condition(view: DefineView, check: Node, own: str) -> Condition:
    dataset, variable = view.variable(attribute(check, "ItemOID"), own)
    values = tuple(text(one) for one in children(check, "CheckValue"))
    return Condition(dataset, variable, attribute(check, "Comparator"), values)


def _codelist(view: DefineView, one: Node) -> Iterator[Row]:
    head = {
        "ID": view.id("CodeList", attribute(one, "OID")),
        "Name": attribute(one, "Name"),
        "NCI Codelist Code": _code(one),
        "Data Type": attribute(one, "DataType"),
        "Terminology": standard_text(view, attribute(one, "StandardOID")),
        "Comment": view.id("CommentDef", attribute(one, "CommentOID")),
    }
    for item in children(one, "CodeListItem", "EnumeratedItem"):
        yield {
            **head,
            "Order": attribute(item, "OrderNumber"),
            "Term": attribute(item, "CodedValue"),
            "NCI Term Code": _code(item),
            "Decoded Value": described(item, "Decode"),
        }


def _code(element: Node) -> str:
    codes = [
        attribute(a, "Name") for a in children(element, "Alias") if attribute(a, "Context") == "nci:ExtCodeID"
    ]
    return codes[0] if codes else ""


def _dictionary(view: DefineView, one: Node) -> Row:
    external = child(one, "ExternalCodeList")
    return {
        "ID": view.id("CodeList", attribute(one, "OID")),
        "Name": attribute(one, "Name"),
        "Data Type": attribute(one, "DataType"),
        "Dictionary": attribute(external, "Dictionary"),
        "Version": attribute(external, "Version"),
        "Comment": view.id("CommentDef", attribute(one, "CommentOID")),
    }


def _method(view: DefineView, one: Node) -> Row:
    formal = child(one, "FormalExpression")
    return {
        "ID": view.id("MethodDef", attribute(one, "OID")),
        "Name": attribute(one, "Name"),
        "Type": attribute(one, "Type"),
        "Description": described(one),
        "Expression Context": attribute(formal, "Context"),
        "Expression Code": text(formal),
        **_documents(view, one),
    }


def _comment(view: DefineView, one: Node) -> Row:
    head = {"ID": view.id("CommentDef", attribute(one, "OID")), "Description": described(one)}
    return head | _documents(view, one)


def _document(view: DefineView, one: Node) -> Row:
    title = child(one, "title")
    return {
        "ID": view.id("leaf", attribute(one, "ID")),
        "Title": text(title),
        "Href": attribute(one, "href"),
    }


def _documents(view: DefineView, owner: Node | None, column: str = "Document", pages: str = "Pages") -> Row:
    """The documents of a row and their pages, each in its cell."""
    refs = children(owner, "DocumentRef")
    paged = [_pages(ref) for ref in refs]
    return {
        column: SEVERAL.join(view.id("leaf", attribute(ref, "leafID")) for ref in refs),
        pages: SEVERAL.join(paged).strip() if any(paged) else "",
    }


def _pages(ref: Node) -> str:
    """The pages or named destinations of a reference: ``12 14``, ``3-7``."""
    made: list[str] = []
    for page in children(ref, "PDFPageRef"):
        listed, first, last = (attribute(page, name) for name in ("PageRefs", "FirstPage", "LastPage"))
        made.append(f"{first}-{last}" if first else listed)
    return " ".join(filter(None, made))


def _display(view: DefineView, display: Node) -> Row:
    return {"ID": attribute(display, "Name"), "Title": described(display), **_documents(view, display)}


def _result(view: DefineView, display: Node, one: Node) -> Row:
    holder = child(one, "AnalysisDatasets")
    selections: list[str] = []
    variables: list[str] = []
    for dataset in children(holder, "AnalysisDataset"):
        name = view.dataset_names.get(attribute(dataset, "ItemGroupOID"), attribute(dataset, "ItemGroupOID"))
        where = clause_text(view, children(dataset, "WhereClauseRef"), name, name_all=True)
        used = [
            ".".join(view.variable(attribute(v, "ItemOID"), name))
            for v in children(dataset, "AnalysisVariable")
        ]
        variables += used
        if where or not used:
            selections.append(where or name)
    documentation, program = child(one, "Documentation"), child(one, "ProgrammingCode")
    code = child(program, "Code")
    refs = _documents(view, documentation)
    return {
        "Display": attribute(display, "Name"),
        "ID": attribute(one, "OID").removeprefix("AR."),
        "Description": described(one),
        "Variables": ", ".join(variables),
        "Reason": attribute(one, "AnalysisReason"),
        "Purpose": attribute(one, "AnalysisPurpose"),
        "Selection Criteria": SEVERAL.join(selections),
        "Join Comment": view.id("CommentDef", attribute(holder, "CommentOID")),
        "Documentation": described(documentation),
        "Documentation Refs": SEVERAL.join(_with_pages(refs)),
        "Programming Context": attribute(program, "Context"),
        "Programming Code": text(code),
        **_documents(view, program, "Programming Document"),
    }


def _with_pages(refs: Row) -> Iterator[str]:
    """Documents with their pages in brackets, where one cell holds both: ``sap (12 14)``."""
    pages = refs["Pages"].split(";")
    for at, name in enumerate(filter(None, refs["Document"].split(SEVERAL))):
        page = pages[at].strip() if at < len(pages) else ""
        yield f"{name} ({page})" if page else name
