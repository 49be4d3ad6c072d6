"""Variables of a define.xml against what the implementation guides say of them.

What holds in every version is asked of every file; roles, codelists and names of domains of those that cite
a version whose tables are shipped, and a note names the others.

Source: SDTMIG 3.4, SDTM 2.0, and the CDISC conformance rules on origins of single variables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from ced_cdisc.check.define.document import DefineDocument, Element, attribute, qualified, subject
from ced_cdisc.core.findings import Finding, Severity, one_of
from ced_cdisc.standards.ct import load_ct
from ced_cdisc.standards.ig import IgVariable, SdtmIg, load_sdtmig
from ced_cdisc.standards.model import GENERAL_CLASSES, general_variable
from ced_cdisc.standards.tables import UnknownStandard

_DOMAINS = "C66734"
_COLLECTED = ("Collected", "CRF", "eDT")
"""Of a duration or a treatment: it may be assigned or planned, and is never derived."""
_RESULTS = ("ORRES", "STRESC", "STRESN")
"""Results have terminology where they are words, and none where they are numbers."""
_NAMED = {"SDTM-IG": "SDTMIG"}
"""How Define-XML 2.0 spells the guide."""


def fixed_origins(document: DefineDocument) -> Iterator[Finding]:
    """CED536: identifiers, study days and durations have the origin that their nature gives them."""
    for dataset in _tabulations(document):
        prefix = dataset.get("Domain") or ""
        for item in document.refs(dataset):
            kinds, ids = _expected(item.get("Name", ""), prefix)
            for origin in document.children(item, "def:Origin") if kinds else ():
                kind = origin.get("Type", "")
                if kind not in kinds and (kinds != _COLLECTED or kind == "Derived"):
                    message = f"{subject(item)} has the origin {kind}"
                    hint = f"expected {one_of(kinds)}"
                    yield document.finding("CED536", origin, message, hint, Severity.WARNING, ids)


def roles(document: DefineDocument) -> Iterator[Finding]:
    """CED537: a variable of SDTM has the role that the guide or the model gives it."""
    for one in _published_variables(document):
        role, right = one.ref.get("Role", ""), one.known.role
        if right and role.lower() != right.lower():
            has = f"the role {role}" if role else "no role"
            message = f"{subject(one.ref)} has {has}, in SDTMIG {one.version} it is {right}"
            yield document.finding("CED537", one.ref, message, severity=Severity.WARNING)


def expected_codelists(document: DefineDocument) -> Iterator[Finding]:
    """CED535: a variable with terminology in the guide has a codelist, or a value of it has."""
    for one in _published_variables(document):
        if attribute(one.ref, "def:HasNoData") is not None or not _has_terms(one.known, one.dataset):
            continue
        if not _is_listed(document, one.item):
            shown = one_of(one.known.codelists)
            message = f"{subject(one.item)} has no codelist, in SDTMIG {one.version} it has {shown}"
            yield document.finding("CED535", one.item, message, severity=Severity.WARNING)


def domain_names(document: DefineDocument) -> Iterator[Finding]:
    """CED538: a domain of the guide is one of its domains, a custom one takes no published name."""
    published = load_ct("SDTM").codelist(_DOMAINS)
    for dataset in _tabulations(document):
        domain = dataset.get("Domain") or ""
        guide = _guide(document, dataset)
        custom = attribute(dataset, "def:IsNonStandard") is not None
        if custom and domain and published.term(domain) is not None:
            message = f"{subject(dataset)} is a custom domain with the published name {domain}"
            yield document.finding("CED538", dataset, message, severity=Severity.WARNING)
        elif guide is not None and not custom and domain and domain not in guide and not _is_pooled(dataset):
            message = f"{subject(dataset)} cites SDTMIG {guide.version}, which has no domain {domain}"
            hint = "a custom domain has def:IsNonStandard in place of def:StandardOID"
            yield document.finding("CED538", dataset, message, hint, Severity.WARNING)


def sas_names(document: DefineDocument) -> Iterator[Finding]:
    """CED539: an item has the name that SAS knows it by, of up to 8 letters, digits and underscores."""
    for item in document.all("ItemDef"):
        name = item.get("SASFieldName")
        if name is None:
            message = f"{subject(item)} has no SASFieldName"
            yield document.finding("CED539", item, message, severity=Severity.WARNING)
        elif len(name) > 8:
            message = f'{subject(item)} has the SASFieldName "{name}" of more than 8 characters'
            yield document.finding("CED539", item, message, severity=Severity.WARNING)
        for alias in document.children(item, "Alias"):
            if alias.get("Context") == "SAS" and alias.get("Name") == item.get("Name"):
                message = f"{subject(item)} has an Alias for SAS that is its own name"
                yield document.finding("CED539", alias, message, "", Severity.WARNING, ("DD0011",))


def unknown_guides(document: DefineDocument) -> Iterator[Finding]:
    """CED546: datasets whose guide has no tables here were not compared with it."""
    passed: dict[str, int] = {}
    for dataset in _tabulations(document):
        name, version = _cited(document, dataset)
        if name == "SDTMIG" and _tables(version) is None:
            passed[version] = passed.get(version, 0) + 1
    for version, count in sorted(passed.items()):
        message = f"SDTMIG {version} is not at hand: roles and codelists of {_were(count)} not compared"
        yield document.finding("CED546", document.root, message, severity=Severity.NOTE)


RULES: tuple[Callable[[DefineDocument], Iterator[Finding]], ...] = (
    fixed_origins,
    roles,
    expected_codelists,
    domain_names,
    sas_names,
    unknown_guides,
)


def _tabulations(document: DefineDocument) -> list[Element]:
    return [dataset for dataset in document.datasets if dataset.get("Purpose") == "Tabulation"]


class _Variable(NamedTuple):
    """A variable of a file whose guide is at hand, and what the guide or the model says of it."""

    dataset: Element
    ref: Element
    item: Element
    known: IgVariable
    version: str


def _published_variables(document: DefineDocument) -> list[_Variable]:
    return document.once("published variables", lambda: list(_all_published(document)))


def _all_published(document: DefineDocument) -> Iterator[_Variable]:
    for dataset in _tabulations(document):
        guide = _guide(document, dataset)
        for ref in document.children(dataset, "ItemRef") if guide is not None else ():
            item = document.items.get(ref.get("ItemOID", ""))
            if item is not None and guide is not None:
                known = _published(guide, dataset, item.get("Name", ""))
                if known is not None:
                    yield _Variable(dataset, ref, item, known, guide.version)


def _expected(name: str, prefix: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The origins that fit a variable, and the ids of the rule; none where any may fit."""
    if name == "STUDYID":
        return ("Protocol", "Assigned"), ("DD0108",)
    if name in ("DOMAIN", "RDOMAIN"):
        return ("Assigned",), ("DD0107",) if name == "RDOMAIN" else ("DD0106",)
    if prefix and name in (f"{prefix}DY", f"{prefix}STDY", f"{prefix}ENDY"):
        return ("Derived",), ("DD0105",)
    if prefix and name == f"{prefix}DUR":
        return _COLLECTED, ("CG0002",)
    return (_COLLECTED, ("CG0097",)) if name == "CMTRT" else ((), ())


def _cited(document: DefineDocument, dataset: Element) -> tuple[str, str]:
    """Name and version of the guide that a dataset cites; in 2.0 the whole file cites one."""
    if document.version == "2.0":
        for version in document.all("MetaDataVersion"):
            name = attribute(version, "def:StandardName") or ""
            return _NAMED.get(name, name), attribute(version, "def:StandardVersion") or ""
    oid = attribute(dataset, "def:StandardOID")
    for standard in document.all("def:Standard") if oid else ():
        if standard.get("OID") == oid:
            return standard.get("Name", ""), standard.get("Version", "")
    return "", ""


def _guide(document: DefineDocument, dataset: Element) -> SdtmIg | None:
    name, version = _cited(document, dataset)
    return _tables(version) if name == "SDTMIG" else None


@cache
def _tables(version: str) -> SdtmIg | None:
    try:
        return load_sdtmig(version)
    except UnknownStandard:
        return None


def _published(guide: SdtmIg, dataset: Element, name: str) -> IgVariable | None:
    """The variable as the guide has it in this domain, else as the model has it in the class."""
    shown = dataset.get("Name", "")
    for known in (shown, dataset.get("Domain") or ""):
        if known in guide or (known.startswith("SUPP") and len(known) == 6):
            found = guide.dataset(known).variable(name)
            if found is not None or known.startswith("SUPP"):
                return found
    kind = dataset.find(qualified("def:Class"))
    words = ("" if kind is None else kind.get("Name", "")).title()
    return general_variable(words, name, dataset.get("Domain") or "") if words in GENERAL_CLASSES else None


def _has_terms(known: IgVariable, dataset: Element) -> bool:
    """Whether the guide asks for a codelist; the code of a custom domain is in no published one."""
    if known.name == "RDOMAIN" and load_ct("SDTM").codelist(_DOMAINS).term(dataset.get("Domain", "")) is None:
        return False
    return bool(known.codelists) and not known.name.endswith(_RESULTS)


def _is_listed(document: DefineDocument, item: Element) -> bool:
    """Whether a variable, or all of its values that are texts, have a codelist."""
    return any(document.child(one, "CodeListRef") is not None for one in (item, *document.values_of(item)))


def _is_pooled(dataset: Element) -> bool:
    """Associated persons, pools and other datasets whose names the guide makes by rule."""
    name = dataset.get("Name", "")
    return name.startswith(("AP", "SUPP", "SQ")) or name in ("RELREC", "POOLDEF", "RELSUB", "RELSPEC")


def _were(count: int) -> str:
    return "1 dataset were" if count == 1 else f"{count} datasets were"
