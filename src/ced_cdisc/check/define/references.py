"""References of a define.xml: each definition once, each reference with a target, nothing left over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ced_cdisc.check.define.document import DefineDocument, Element, qualified, short_name, subject
from ced_cdisc.check.define.ids import DANGLING, DUPLICATE, FILE, UNUSED
from ced_cdisc.core.findings import Finding, Severity, did_you_mean


class _Reference(NamedTuple):
    """An attribute that refers to definitions: their element and the attribute that identifies them."""

    attribute: str
    target: str
    identifier: str = "OID"


_REFERENCES = (
    _Reference("ItemOID", "ItemDef"),
    _Reference("def:ItemOID", "ItemDef"),
    _Reference("ParameterOID", "ItemDef"),
    _Reference("ItemGroupOID", "ItemGroupDef"),
    _Reference("MethodOID", "MethodDef"),
    _Reference("CodeListOID", "CodeList"),
    _Reference("WhereClauseOID", "def:WhereClauseDef"),
    _Reference("ValueListOID", "def:ValueListDef"),
    _Reference("def:CommentOID", "def:CommentDef"),
    _Reference("def:StandardOID", "def:Standard"),
    _Reference("leafID", "def:leaf", "ID"),
    _Reference("def:ArchiveLocationID", "def:leaf", "ID"),
)
_UNUSED = (
    "ItemDef",
    "CodeList",
    "MethodDef",
    "def:CommentDef",
    "def:ValueListDef",
    "def:WhereClauseDef",
    "def:leaf",
)


def duplicate_oids(document: DefineDocument) -> Iterator[Finding]:
    """CED503: an OID (or leaf ID) defines one object in the whole file."""
    for key in ("OID", "ID"):
        seen: set[str] = set()
        for element, oid in document.attributes.get(key, ()):
            if oid in seen:
                ids = _ids(DUPLICATE, short_name(element))
                yield document.finding("CED503", element, f"{subject(element)} is defined twice", ids=ids)
            seen.add(oid)


def dangling_references(document: DefineDocument) -> Iterator[Finding]:
    """CED504: what a reference names is defined in this file, as the element it should be."""
    known = _defined(document)
    for reference in _REFERENCES:
        targets = known[reference.target]
        for element, oid in _named_by(document, reference):
            if oid not in targets:
                yield document.finding(
                    "CED504",
                    element,
                    f"{subject(element)}: {reference.attribute} names the {reference.target} {oid}, "
                    "which is not defined",
                    did_you_mean(oid, targets),
                    ids=FILE
                    if reference.attribute == "def:ArchiveLocationID"
                    else _ids(DANGLING, reference.target),
                )


def unreferenced_definitions(document: DefineDocument) -> Iterator[Finding]:
    """CED510: a definition that nothing refers to tells the reader nothing."""
    used: dict[str, set[str]] = {}
    for reference in _REFERENCES:
        named = {oid for _, oid in _named_by(document, reference)}
        used.setdefault(reference.target, set()).update(named)
    for tag in _UNUSED:
        for element in document.all(tag):
            if (element.get("OID") or element.get("ID") or "") not in used[tag]:
                message = f"nothing refers to {subject(element)}"
                yield document.finding(
                    "CED510", element, message, severity=Severity.WARNING, ids=_ids(UNUSED, tag)
                )


RULES: tuple[Callable[[DefineDocument], Iterator[Finding]], ...] = (
    duplicate_oids,
    dangling_references,
    unreferenced_definitions,
)


def _ids(known: dict[str, str], element: str) -> tuple[str, ...]:
    return (known[element],) if element in known else ()


def _named_by(document: DefineDocument, reference: _Reference) -> Sequence[tuple[Element, str]]:
    """What an attribute names, wherever it stands."""
    name = reference.attribute
    return document.attributes.get(qualified(name) if ":" in name else name, ())


def _defined(document: DefineDocument) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for reference in _REFERENCES:
        found = {element.get(reference.identifier) or "" for element in document.all(reference.target)}
        known.setdefault(reference.target, set()).update(found)
    return known
