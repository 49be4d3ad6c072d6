"""The head of a define.xml, the standards that it cites, and its references into documents.

Source: Define-XML 2.1, the elements ODM, MetaDataVersion, def:Standard, ItemGroupDef and def:PDFPageRef.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from ced_cdisc.check.define.document import DefineDocument, Element, attribute, subject
from ced_cdisc.core.findings import Finding, Severity, one_of

_PAGES = re.compile(r"[1-9]\d*( [1-9]\d*)*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_VERSIONS = {
    "SDTMIG": ("3.1.1", "3.1.2", "3.1.3", "3.2", "3.3", "3.4"),
    "ADaMIG": ("1.0", "1.1", "1.2", "1.3"),
    "SENDIG": ("3.0", "3.1", "3.1.1"),
}
"""Published versions of the guides that submissions cite most."""


def file_attributes(document: DefineDocument) -> Iterator[Finding]:
    """CED531: define.xml is a snapshot of its version; the schema of ODM allows more."""
    kind = document.root.get("FileType")
    if kind != "Snapshot":
        message = f'ODM has the FileType "{kind}", expected Snapshot'
        yield document.finding("CED531", document.root, message)
    for version in document.all("MetaDataVersion"):
        shown = attribute(version, "def:DefineVersion") or ""
        if not re.fullmatch(rf"{re.escape(document.version)}(\.\d+)?", shown):
            message = (
                f'{subject(version)} has the DefineVersion "{shown}" in the namespace of {document.version}'
            )
            yield document.finding("CED531", version, message, ids=("DD0020",))


def empty_attributes(document: DefineDocument) -> Iterator[Finding]:
    """CED547: an attribute that is there says something; the schema lets empty ones pass."""
    for name, places in document.attributes.items():
        for element, value in places:
            if not value.strip():
                shown = etree.QName(name).localname
                yield document.finding("CED547", element, f"{subject(element)} has an empty {shown}")


def pages(document: DefineDocument) -> Iterator[Finding]:
    """CED532: pages are numbers, a range goes up, a named destination has a name."""
    for ref in document.all("def:PDFPageRef"):
        listed = ref.get("PageRefs")
        first, last = ref.get("FirstPage"), ref.get("LastPage")
        start = f"def:PDFPageRef in {subject(_owner(ref))}"
        if listed is not None and (first is not None or last is not None):
            yield document.finding("CED532", ref, f"{start} has PageRefs and a range of pages")
        elif listed is None and (first is None or last is None):
            yield document.finding("CED532", ref, f"{start} names no page and no whole range")
        elif listed is not None and ref.get("Type") == "PhysicalRef" and not _PAGES.fullmatch(listed.strip()):
            message = f'{start} has the PageRefs "{listed}"'
            yield document.finding("CED532", ref, message, "page numbers, separated by blanks")
        elif first is not None and last is not None:
            numbers = first.isdecimal() and last.isdecimal()
            if not numbers or int(first) > int(last):
                message = f'{start} goes from page "{first}" to page "{last}"'
                yield document.finding("CED532", ref, message)


def cited_standards(document: DefineDocument) -> Iterator[Finding]:
    """CED533: guides and terminology exist, a submission cites both, and each is cited as what it is."""
    standards = {one.get("OID", ""): one for one in document.all("def:Standard")}
    for one in standards.values():
        yield from _standard(document, one)
    if attribute(document.root, "def:Context") == "Submission" and standards:
        kinds = {one.get("Type") for one in standards.values()}
        for kind, what in (("IG", "an implementation guide"), ("CT", "terminology")):
            if kind not in kinds:
                message = f"the Context is Submission and no def:Standard is {what}"
                yield document.finding("CED533", document.root, message, ids=("DD0150", "DD0138"))
    for element, kind in (
        *((dataset, "IG") for dataset in document.datasets),
        *((codelist, "CT") for codelist in document.all("CodeList")),
    ):
        cited = standards.get(attribute(element, "def:StandardOID") or "")
        if cited is not None and cited.get("Type") != kind:
            message = f"{subject(element)} cites {cited.get('OID')}, which is of the Type {cited.get('Type')}"
            yield document.finding("CED533", element, message, f"expected one of the Type {kind}")


def reference_data(document: DefineDocument) -> Iterator[Finding]:
    """CED540: reference data hold no records of subjects that could repeat."""
    for dataset in document.datasets:
        if dataset.get("IsReferenceData") == "Yes" and dataset.get("Repeating") == "Yes":
            message = f"{subject(dataset)} is reference data and has Repeating Yes"
            yield document.finding("CED540", dataset, message, severity=Severity.WARNING)


RULES: tuple[Callable[[DefineDocument], Iterator[Finding]], ...] = (
    file_attributes,
    empty_attributes,
    pages,
    cited_standards,
    reference_data,
)


def _standard(document: DefineDocument, one: Element) -> Iterator[Finding]:
    name, kind, version = one.get("Name", ""), one.get("Type"), one.get("Version", "")
    if kind == "CT" and one.get("PublishingSet") is None:
        yield document.finding("CED533", one, f"{subject(one)} is terminology and has no PublishingSet")
    if kind == "CT" and not _DATE.fullmatch(version):
        message = f'{subject(one)} is terminology of the Version "{version}"'
        yield document.finding("CED533", one, message, "terminology is named by its date", ids=("DD0022",))
    known = _VERSIONS.get(name, ())
    if kind == "IG" and known and version not in known:
        message = f'{subject(one)} cites {name} of the Version "{version}"'
        hint = f"published: {one_of(known)}"
        yield document.finding("CED533", one, message, hint, Severity.WARNING, ("DD0022",))


def _owner(element: Element) -> Element:
    """The nearest element above that has an OID."""
    for parent in element.iterancestors():
        if parent.get("OID") is not None:
            return parent
    return element
