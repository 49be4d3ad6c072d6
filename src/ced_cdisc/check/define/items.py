"""Variables and values of a define.xml: type, length, origin, method, order and keys.

Source: Define-XML 2.1, the elements ItemDef, ItemRef and def:Origin.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from ced_cdisc.check.define.document import (
    DefineDocument,
    Element,
    attribute,
    subject,
)
from ced_cdisc.core.findings import Finding, Severity, one_of

_WITH_LENGTH = frozenset({"text", "integer", "float"})
_PREDECESSOR = re.compile(r"[A-Z_][A-Z0-9_]{0,7}\.[A-Z_][A-Z0-9_]{0,7}(\s.*)?", re.DOTALL)
_SOURCES: dict[str, dict[str, tuple[str, ...]]] = {
    "Tabulation": {
        "Collected": ("Investigator", "Subject", "Vendor"),
        "Derived": ("Investigator", "Sponsor", "Vendor"),
        "Assigned": ("Sponsor", "Vendor"),
        "Protocol": ("Sponsor",),
        "Predecessor": (),
    },
    "Analysis": {"Derived": ("Sponsor",), "Assigned": ("Sponsor",), "Predecessor": ()},
}
"""Sources that fit an origin type, by purpose of the dataset; a predecessor has none."""
_OLDER_TYPES = {
    "Tabulation": ("Assigned", "CRF", "Derived", "Predecessor", "Protocol", "eDT"),
    "Analysis": ("Assigned", "Derived", "Predecessor"),
}
"""Types of origin that Define-XML 2.0 knows; it has no sources."""


def lengths(document: DefineDocument) -> Iterator[Finding]:
    """CED505: text, integer and float items have a Length."""
    for item in document.all("ItemDef"):
        kind = item.get("DataType", "")
        if kind in _WITH_LENGTH and item.get("Length") is None:
            yield document.finding("CED505", item, f"{subject(item)} has the type {kind} and no Length")


def attributes_of_type(document: DefineDocument) -> Iterator[Finding]:
    """CED506: Length, SignificantDigits and codelists only where the type allows them.

    A value is never longer than the variable it stands in.
    """
    for item in document.all("ItemDef"):
        kind = item.get("DataType", "")
        for wrong, ids in _wrong_for_type(document, item, kind):
            message = f"{subject(item)} has the type {kind} and {wrong}"
            yield document.finding("CED506", item, message, ids=ids)
        longest = item.get("Length", "")
        for value in document.values_of(item):
            length = value.get("Length", "")
            if longest.isdecimal() and length.isdecimal() and int(length) > int(longest):
                message = f"{subject(value)} has Length {length}, more than {longest} of {subject(item)}"
                yield document.finding("CED506", value, message, ids=("DD0069",))


def derived_without_method(document: DefineDocument) -> Iterator[Finding]:
    """CED508: a derived item has a method, or all of its values have one."""
    for ref in document.all("ItemRef"):
        item = document.items.get(ref.get("ItemOID", ""))
        if item is None or ref.get("MethodOID") is not None:
            continue
        if not any(origin.get("Type") == "Derived" for origin in document.children(item, "def:Origin")):
            continue
        values = document.value_list_of(item)
        rows = () if values is None else document.children(values, "ItemRef")
        if not rows or any(row.get("MethodOID") is None for row in rows):
            yield document.finding("CED508", ref, f"{subject(ref)} is Derived and has no MethodOID")


def collected_without_page(document: DefineDocument) -> Iterator[Finding]:
    """CED509: what an investigator or a subject recorded is shown on a page of the annotated CRF.

    Where the file names no annotated CRF, that is the one finding, and any document will do for the pages.
    """
    named = document.all("def:AnnotatedCRF")
    crf = {ref.get("leafID") for part in named for ref in part.iter() if ref is not part}
    collected = [(item, origin) for item in document.all("ItemDef") for origin in _of_people(document, item)]
    if collected and not named:
        for version in document.all("MetaDataVersion"):
            message = f"{subject(version)} names no annotated CRF, and {len(collected)} items are collected"
            submitted = attribute(document.root, "def:Context") != "Other"
            severity = Severity.ERROR if submitted else Severity.WARNING
            yield document.finding("CED509", version, message, severity=severity)
    for item, origin in collected:
        refs = document.children(origin, "def:DocumentRef")
        shown = [ref for ref in refs if ref.get("leafID") in crf or not named]
        if not any(_has_page(page) for ref in shown for page in document.children(ref, "def:PDFPageRef")):
            older = origin.get("Type") == "CRF"
            how = "has the origin CRF" if older else f"is Collected by {origin.get('Source')}"
            message = f"{subject(item)} {how} and names no page of the annotated CRF"
            yield document.finding("CED509", origin, message)


def no_data_without_comment(document: DefineDocument) -> Iterator[Finding]:
    """CED511: a comment says why a planned dataset or variable has no data."""
    for dataset in document.datasets:
        if attribute(dataset, "def:HasNoData") is not None and attribute(dataset, "def:CommentOID") is None:
            message = f"{subject(dataset)} has HasNoData and no CommentOID that says why"
            yield document.finding("CED511", dataset, message)
        for ref in document.children(dataset, "ItemRef"):
            if attribute(ref, "def:HasNoData") is None:
                continue
            item = document.items.get(ref.get("ItemOID", ""))
            if item is not None and attribute(item, "def:CommentOID") is None:
                message = f"{subject(ref)} has HasNoData and its ItemDef no CommentOID that says why"
                yield document.finding("CED511", ref, message)


def keys(document: DefineDocument) -> Iterator[Finding]:
    """CED512: every dataset of a submission names its keys."""
    for dataset in document.datasets:
        refs = document.children(dataset, "ItemRef")
        if all(ref.get("KeySequence") is None for ref in refs):
            yield document.finding("CED512", dataset, f"{subject(dataset)} has no ItemRef with a KeySequence")


def order(document: DefineDocument) -> Iterator[Finding]:
    """CED513: an item once, an order number for all or none and each once, keys numbered 1 to k."""
    for owner in (*document.datasets, *document.all("def:ValueListDef")):
        refs = document.children(owner, "ItemRef")
        numbers = [number for ref in refs if (number := ref.get("OrderNumber")) is not None]
        if numbers and len(numbers) < len(refs):
            message = f"{subject(owner)} has an OrderNumber on {len(numbers)} of {len(refs)} ItemRefs"
            yield document.finding("CED513", owner, message, "give one to all or to none")
        for name, values in (("OrderNumber", numbers), ("ItemOID", [ref.get("ItemOID", "") for ref in refs])):
            for value in _twice(values):
                yield document.finding("CED513", owner, f"{subject(owner)} has the {name} {value} twice")
        sequence = [key for ref in refs if (key := ref.get("KeySequence")) is not None]
        if sorted(sequence, key=_number) != [str(n) for n in range(1, len(sequence) + 1)]:
            found = one_of(sorted(sequence, key=_number))
            message = f"{subject(owner)} has the KeySequence {found}, expected 1 to {len(sequence)}"
            yield document.finding("CED513", owner, message, ids=("DD0041",))


def origins(document: DefineDocument) -> Iterator[Finding]:
    """CED514: an origin stands at one level, the variable's or that of all its values."""
    for variable in _variables(document):
        values = document.values_of(variable)
        missing = [value for value in values if not document.children(value, "def:Origin")]
        own = document.children(variable, "def:Origin")
        if not own and not values:
            yield document.finding("CED514", variable, f"{subject(variable)} has no origin")
        elif not own:
            for value in missing:
                message = f"{subject(value)} has no origin, and {subject(variable)} has none to inherit"
                yield document.finding("CED514", value, message)
        elif values and not missing:
            message = f"{subject(variable)} has an origin although all its values have their own"
            yield document.finding("CED514", variable, message, severity=Severity.WARNING)


def origin_sources(document: DefineDocument) -> Iterator[Finding]:
    """CED515: the source fits the type, and the type the purpose of the dataset."""
    if document.version == "2.0":
        yield from _older_origins(document)
        return
    for item in document.all("ItemDef"):
        for dataset in document.datasets_of_item.get(item.get("OID", ""), [])[:1]:
            allowed = _SOURCES.get(dataset.get("Purpose", ""), {})
            for origin in document.children(item, "def:Origin"):
                kind, source = origin.get("Type", ""), origin.get("Source")
                if kind not in allowed:
                    message = (
                        f"{subject(item)} has the origin {kind} in a dataset for {dataset.get('Purpose')}"
                    )
                    yield document.finding("CED515", origin, message, f"allowed: {one_of(sorted(allowed))}")
                elif (source or "") not in (allowed[kind] or ("",)):
                    message = f"{subject(item)} has the origin {kind} with {_source_text(source)}"
                    hint = f"allowed: {one_of(allowed[kind])}" if allowed[kind] else "allowed: none"
                    yield document.finding("CED515", origin, message, hint)


def _older_origins(document: DefineDocument) -> Iterator[Finding]:
    for item in document.all("ItemDef"):
        for dataset in document.datasets_of_item.get(item.get("OID", ""), [])[:1]:
            purpose = dataset.get("Purpose", "")
            for origin in document.children(item, "def:Origin"):
                kind, allowed = origin.get("Type", ""), _OLDER_TYPES.get(purpose, ())
                if kind not in allowed:
                    message = f"{subject(item)} has the origin {kind} in a dataset for {purpose}"
                    yield document.finding("CED515", origin, message, f"allowed: {one_of(allowed)}")


def predecessors(document: DefineDocument) -> Iterator[Finding]:
    """CED516: a predecessor is DATASET.VARIABLE, and may go on, as in ``SUPPDM.QVAL where QNAM is X``."""
    for item in document.all("ItemDef"):
        for origin in document.children(item, "def:Origin"):
            if origin.get("Type") != "Predecessor":
                continue
            text = document.description(origin)
            if not _PREDECESSOR.fullmatch(text):
                message = f'{subject(item)} names the predecessor "{text}", expected DATASET.VARIABLE'
                yield document.finding("CED516", origin, message)


def descriptions(document: DefineDocument) -> Iterator[Finding]:
    """CED520: datasets and variables have a label, and so do supplemental qualifiers."""
    qualifiers = [
        value
        for item in _variables(document)
        if item.get("Name") == "QVAL"
        for value in document.values_of(item)
    ]
    for element in (*document.datasets, *_variables(document), *qualifiers):
        if not document.description(element):
            yield document.finding("CED520", element, f"{subject(element)} has no Description")


RULES: tuple[Callable[[DefineDocument], Iterator[Finding]], ...] = (
    lengths,
    attributes_of_type,
    derived_without_method,
    collected_without_page,
    no_data_without_comment,
    keys,
    order,
    origins,
    origin_sources,
    predecessors,
    descriptions,
)


def _variables(document: DefineDocument) -> list[Element]:
    """The ItemDefs that datasets refer to, each once."""

    def make() -> list[Element]:
        return list(dict.fromkeys(item for dataset in document.datasets for item in document.refs(dataset)))

    return document.once("variables", make)


def _wrong_for_type(
    document: DefineDocument, item: Element, kind: str
) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """What an item of a type has or lacks, in words, and the ids of the rule where they differ."""
    if kind not in _WITH_LENGTH and item.get("Length") is not None:
        yield "must have no Length", None
    if kind != "float" and item.get("SignificantDigits") is not None:
        yield "must have no SignificantDigits", None
    if kind == "float" and item.get("SignificantDigits") is None:
        yield "no SignificantDigits", ("OD0071",)
    if kind not in _WITH_LENGTH and kind and document.child(item, "CodeListRef") is not None:
        yield "must have no codelist", None


def _of_people(document: DefineDocument, item: Element) -> list[Element]:
    """The origins of an item that an investigator or a subject recorded; 2.0 calls all of them CRF."""
    return [
        origin
        for origin in document.children(item, "def:Origin")
        if origin.get("Type") == "CRF"
        or (origin.get("Type") == "Collected" and origin.get("Source") in ("Investigator", "Subject"))
    ]


def _has_page(page: Element) -> bool:
    return bool(page.get("PageRefs")) or bool(page.get("FirstPage") and page.get("LastPage"))


def _source_text(source: str | None) -> str:
    return "no Source" if source is None else f"the Source {source}"


def _twice(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _number(text: str) -> tuple[int, str]:
    return (int(text), text) if text.isdecimal() else (0, text)
