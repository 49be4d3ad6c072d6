"""Datasets, codelists, methods and where clauses of a define.xml, seen as wholes.

Source: Define-XML 2.1, the elements ItemGroupDef, CodeList, MethodDef and def:WhereClauseDef.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from ced_cdisc.check.define.document import DefineDocument, Element, attribute, qualified, subject
from ced_cdisc.check.define.ids import FILE
from ced_cdisc.core.findings import Finding, Severity

_METHOD_TYPES = ("Computation", "Imputation")
_NCI = "nci:ExtCodeID"
_WITHOUT_DOMAIN = ("RELREC", "POOLDEF")


def method_types(document: DefineDocument) -> Iterator[Finding]:
    """CED507: the schema allows four types of ODM, the specification two."""
    for method in document.all("MethodDef"):
        if method.get("Type") not in _METHOD_TYPES:
            message = f'{subject(method)} has the Type "{method.get("Type")}"'
            yield document.finding("CED507", method, message, "allowed: Computation, Imputation")


def codelist_values(document: DefineDocument) -> Iterator[Finding]:
    """CED517: the names of codelists are unique, and so are the values of each."""
    names = Counter(codelist.get("Name") for codelist in document.all("CodeList"))
    for codelist in document.all("CodeList"):
        if names[codelist.get("Name")] > 1:
            message = f'{subject(codelist)} has the Name "{codelist.get("Name")}", which another codelist has'
            yield document.finding("CED517", codelist, message)
        for value, count in Counter(term.get("CodedValue") for term in _terms(document, codelist)).items():
            if count > 1:
                message = f'{subject(codelist)} has the value "{value}" {count} times'
                yield document.finding("CED517", codelist, message)


def codelist_codes(document: DefineDocument) -> Iterator[Finding]:
    """CED518: a term of a published list has its NCI code, or is marked as the sponsor's extension."""
    for codelist in document.all("CodeList"):
        published = _is_published(document, codelist)
        if published and not any(alias.get("Context") == _NCI for alias in codelist.iter(qualified("Alias"))):
            message = f"{subject(codelist)} cites a standard, and neither it nor a term has an NCI code"
            hint = "a list of the sponsor has def:IsNonStandard"
            yield document.finding("CED518", codelist, message, hint, Severity.WARNING)
            continue
        for term in _terms(document, codelist):
            coded = _has_code(document, term)
            extended = attribute(term, "def:ExtendedValue") is not None
            if coded and extended:
                wrong = "both an NCI code and ExtendedValue"
            elif published and not coded and not extended:
                wrong = "neither an NCI code nor ExtendedValue"
            elif extended and not published:
                wrong = "ExtendedValue in a list of the sponsor"
            else:
                continue
            message = f'{subject(codelist)}: the term "{term.get("CodedValue")}" has {wrong}'
            yield document.finding("CED518", term, message)


def standards(document: DefineDocument) -> Iterator[Finding]:
    """CED519: a dataset or codelist cites a standard or is marked as non-standard, never both.

    An external dictionary does neither. A file for a submission lists its standards. Define-XML 2.0 names
    one standard for the whole file.
    """
    if document.version == "2.0":
        return
    if attribute(document.root, "def:Context") == "Submission" and not document.all("def:Standard"):
        message = "the Context is Submission and def:Standards is missing"
        yield document.finding("CED519", document.root, message)
    for element in (*document.datasets, *document.all("CodeList")):
        marks = [
            name for name in ("def:StandardOID", "def:IsNonStandard") if attribute(element, name) is not None
        ]
        if document.child(element, "ExternalCodeList") is not None:
            if marks:
                message = f"{subject(element)} is an external dictionary and has {marks[0]}"
                yield document.finding("CED519", element, message, severity=Severity.WARNING)
        elif len(marks) != 1:
            pair = "both def:StandardOID and" if marks else "neither def:StandardOID nor"
            message = f"{subject(element)} has {pair} def:IsNonStandard"
            yield document.finding("CED519", element, message, "give exactly one")


def where_clauses(document: DefineDocument) -> Iterator[Finding]:
    """CED521: every row of a value list has a where clause, a variable has none, a join is explained."""
    clauses = {clause.get("OID", ""): clause for clause in document.all("def:WhereClauseDef")}
    for dataset in document.datasets:
        for ref in document.children(dataset, "ItemRef"):
            if document.child(ref, "def:WhereClauseRef") is not None:
                yield document.finding(
                    "CED521", ref, f"{subject(ref)} has a where clause, which only a value list may have"
                )
    for ref in _value_refs(document):
        names = [r.get("WhereClauseOID", "") for r in document.children(ref, "def:WhereClauseRef")]
        if not names:
            yield document.finding("CED521", ref, f"{subject(ref)} has no where clause")
        homes = document.datasets_of_item.get(ref.get("ItemOID", ""), [])
        for clause in (clauses[name] for name in names if name in clauses):
            if homes and attribute(clause, "def:CommentOID") is None and _joins(document, clause, homes):
                message = f"{subject(clause)} joins datasets and has no CommentOID that says how"
                yield document.finding("CED521", clause, message)


def dataset_names(document: DefineDocument) -> Iterator[Finding]:
    """CED522: Name and SASDatasetName agree, SDTM has a Domain, ADaM none, SUPP the parent's label.

    A dataset without data has no file, any other has one.
    """
    for dataset in document.datasets:
        name, domain = dataset.get("Name", ""), dataset.get("Domain")
        start = subject(dataset)
        if dataset.get("SASDatasetName") != name:
            other = dataset.get("SASDatasetName")
            message = f"{start} has the Name {name} and " + (
                "no SASDatasetName" if other is None else f"the SASDatasetName {other}"
            )
            yield document.finding("CED522", dataset, message)
        if dataset.get("Purpose") == "Analysis" and domain is not None and document.version != "2.0":
            yield document.finding("CED522", dataset, f"{start} is an analysis dataset and has a Domain")
        if dataset.get("Purpose") == "Tabulation" and domain is None and name not in _WITHOUT_DOMAIN:
            yield document.finding("CED522", dataset, f"{start} has no Domain", ids=("DD0045",))
        contexts = [alias.get("Context") for alias in document.children(dataset, "Alias")]
        if domain not in (None, name) and "DomainDescription" not in contexts:
            message = f"{start} belongs to the domain {domain} and has no Alias with its DomainDescription"
            yield document.finding("CED522", dataset, message, ids=())
        empty = attribute(dataset, "def:HasNoData") is not None
        located = attribute(dataset, "def:ArchiveLocationID") is not None
        if empty and located:
            yield document.finding("CED522", dataset, f"{start} has HasNoData and an ArchiveLocationID")
        if not empty and not located:
            yield document.finding("CED522", dataset, f"{start} has data and no ArchiveLocationID", ids=FILE)


RULES: tuple[Callable[[DefineDocument], Iterator[Finding]], ...] = (
    method_types,
    codelist_values,
    codelist_codes,
    standards,
    where_clauses,
    dataset_names,
)


def _is_published(document: DefineDocument, codelist: Element) -> bool:
    """Whether a list is of published terminology: 2.0 says so by the NCI code of the list alone."""
    if document.version == "2.0":
        return _has_code(document, codelist)
    return attribute(codelist, "def:StandardOID") is not None


def _has_code(document: DefineDocument, element: Element) -> bool:
    """Whether a codelist or term has an NCI code of its own."""
    return any(alias.get("Context") == _NCI for alias in document.children(element, "Alias"))


def _terms(document: DefineDocument, codelist: Element) -> list[Element]:
    return [*document.children(codelist, "EnumeratedItem"), *document.children(codelist, "CodeListItem")]


def _value_refs(document: DefineDocument) -> Iterator[Element]:
    for values in document.all("def:ValueListDef"):
        yield from document.children(values, "ItemRef")


def _joins(document: DefineDocument, clause: Element, homes: list[Element]) -> bool:
    """Whether a clause asks for a variable that is in none of the datasets the value stands in."""
    for check in document.children(clause, "RangeCheck"):
        places = document.datasets_of_item.get(attribute(check, "def:ItemOID") or "", [])
        if places and not any(place is home for place in places for home in homes):
            return True
    return False
