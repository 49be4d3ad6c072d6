"""Codelists of a define.xml against the published terminology that they cite.

Only packages that are shipped with the tool are compared; for others a note says that they were not.

Source: CDISC Controlled Terminology, and Define-XML 2.1, the element CodeList.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast

from ced_cdisc.check.define.document import DefineDocument, Element, attribute, subject
from ced_cdisc.core.findings import Finding, Severity, did_you_mean
from ced_cdisc.standards.ct import PUBLISHERS, CtPackage, Publisher, ct_versions, load_ct

_NCI = "nci:ExtCodeID"
_TERMS = ("EnumeratedItem", "CodeListItem")


def terms(document: DefineDocument) -> Iterator[Finding]:
    """CED534: a list is one of its package, and code and value of a term are those of one term of it."""
    standards = {one.get("OID", ""): one for one in document.all("def:Standard")}
    packages = {oid: _package(one, document.ct) for oid, one in standards.items() if one.get("Type") == "CT"}
    passed: dict[str, int] = {}
    for codelist in document.all("CodeList"):
        oid = attribute(codelist, "def:StandardOID") or ""
        if oid not in packages:
            continue
        package = packages[oid]
        if package is None:
            passed[oid] = passed.get(oid, 0) + 1
            continue
        yield from _codelist(document, codelist, package)
    for oid, count in passed.items():
        standard = standards[oid]
        shown = f"{standard.get('PublishingSet')} CT {standard.get('Version')}"
        lists = "1 codelist was" if count == 1 else f"{count} codelists were"
        message = f"{shown} is not at hand: {lists} not compared with it"
        yield document.finding("CED546", standard, message, severity=Severity.NOTE)


def contents(document: DefineDocument) -> Iterator[Finding]:
    """CED541: a list has terms of one kind that fit its type; ISO 8601 is a type and no list."""
    for codelist in document.all("CodeList"):
        listed = [document.children(codelist, name) for name in _TERMS]
        external = document.child(codelist, "ExternalCodeList")
        start = subject(codelist)
        named = f"{codelist.get('Name')} {'' if external is None else external.get('Dictionary')}"
        if "ISO8601" in named.upper().replace(" ", "").replace("-", "").replace("_", ""):
            message = f"{start} stands for ISO 8601, which is a data type and no terminology"
            yield document.finding("CED541", codelist, message, ids=())
        if external is None and not any(listed):
            yield document.finding("CED541", codelist, f"{start} has no term")
        if all(listed):
            message = f"{start} has terms with and without a decode"
            yield document.finding("CED541", codelist, message, ids=("OD0078",))
        kind = codelist.get("DataType", "")
        for term in (*listed[0], *listed[1]):
            value = term.get("CodedValue", "")
            if not _fits(value, kind):
                message = f'{start} has the type {kind} and the value "{value}"'
                yield document.finding("CED541", term, message, ids=("OD0080",))


RULES: tuple[Callable[[DefineDocument], Iterator[Finding]], ...] = (terms, contents)


def _package(standard: Element, folder: Path | None) -> CtPackage | None:
    publisher, version = standard.get("PublishingSet", ""), standard.get("Version", "")
    for known in PUBLISHERS:
        if known == publisher and version in (*ct_versions(publisher), *ct_versions(publisher, folder)):
            return load_ct(cast(Publisher, known), version, folder)
    return None


def _codelist(document: DefineDocument, codelist: Element, package: CtPackage) -> Iterator[Finding]:
    code = _code(document, codelist)
    named = f"{package.publisher} CT {package.version}"
    if code is None:
        message = f"{subject(codelist)} cites {named} and has no NCI code of its own"
        yield document.finding("CED534", codelist, message, ids=("DD0033",))
        return
    if code not in package:
        message = f"{subject(codelist)} has the NCI code {code}, which is no codelist of {named}"
        yield document.finding("CED534", codelist, message, ids=("DD0033",))
        return
    codes = package.codes(code)
    of_list = f"{package.code(code)} of {named}"
    for name in _TERMS:
        for term in document.children(codelist, name):
            yield from _term(document, codelist, term, codes, of_list)


def _term(
    document: DefineDocument, codelist: Element, term: Element, codes: Mapping[str, str], of_list: str
) -> Iterator[Finding]:
    value, code = term.get("CodedValue", ""), _code(document, term)
    known = codes.get(value)
    extended = attribute(term, "def:ExtendedValue") is not None
    if not extended and (code is None or known == code):
        return
    start = f'{subject(codelist)}: the term "{value}"'
    if code is not None and known is None:
        hint = did_you_mean(value, codes)
        yield document.finding(
            "CED534", term, f"{start} has the code {code} and is no term of {of_list}", hint
        )
    elif code is not None and known != code:
        message = f"{start} has the code {code}, in {of_list} it has {known}"
        yield document.finding("CED534", term, message)
    elif known is not None and extended:
        message = f"{start} is marked as the sponsor's and is {known} of {of_list}"
        yield document.finding("CED534", term, message)


def _code(document: DefineDocument, element: Element) -> str | None:
    for alias in document.children(element, "Alias"):
        if alias.get("Context") == _NCI:
            return alias.get("Name")
    return None


def _fits(value: str, kind: str) -> bool:
    if kind not in ("integer", "float"):
        return True
    try:
        number = float(value)
    except ValueError:
        return False
    return kind == "float" or number.is_integer()
