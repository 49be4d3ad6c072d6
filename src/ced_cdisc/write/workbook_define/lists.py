"""Codelists, methods, comments and documents of a workbook as definitions of define.xml."""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.workbook.model import Record
from ced_cdisc.write.define.markup import LANGUAGE, Element, alias, description, element, leaf, translated
from ced_cdisc.write.workbook_define.cells import Cells, leaf_id, standard_oid

_NCI = "nci:ExtCodeID"


def code_lists(cells: Cells) -> Iterator[Element]:
    """The CodeLists of the sheets Codelists and Dictionaries."""
    listed: dict[str, list[Record]] = {}
    for record in cells.tables.records("Codelists"):
        listed.setdefault(record["ID"], []).append(record)
    dictionaries = {one["ID"]: one for one in cells.tables.records("Dictionaries")}
    for name, records in listed.items():
        if name not in dictionaries:
            yield _code_list(cells, records)
    for one in dictionaries.values():
        attributes: dict[str, str | int | None] = {
            "OID": f"CL.{one['ID']}",
            "Name": one["Name"] or one["ID"],
            "DataType": cells.chosen("Dictionaries", one, "Data Type") or "text",
        }
        external: dict[str, str | int | None] = {
            "Dictionary": one["Dictionary"],
            "Version": one["Version"] or None,
        }
        yield element("CodeList", attributes, element("ExternalCodeList", external))


def _code_list(cells: Cells, records: list[Record]) -> Element:
    first = records[0]
    code, standard = first["NCI Codelist Code"], first["Terminology"]
    decoded = any(one["Decoded Value"] for one in records)
    return element(
        "CodeList",
        {
            "OID": f"CL.{first['ID']}",
            "Name": first["Name"] or first["ID"],
            "DataType": cells.chosen("Codelists", first, "Data Type") or "text",
            "def:StandardOID": standard_oid(standard) if standard else None,
            "def:IsNonStandard": None if standard or code else "Yes",
            "def:CommentOID": cells.comment("Codelists", first),
        },
        *(_term(cells, one, decoded=decoded, published=bool(code)) for one in records),
        alias(_NCI, code),
    )


def _term(cells: Cells, one: Record, *, decoded: bool, published: bool) -> Element:
    return element(
        "CodeListItem" if decoded else "EnumeratedItem",
        {
            "CodedValue": one["Term"],
            "OrderNumber": cells.number("Codelists", one, "Order"),
            "def:ExtendedValue": "Yes" if published and not one["NCI Term Code"] else None,
        },
        _decode(one["Decoded Value"]) if decoded else None,
        alias(_NCI, one["NCI Term Code"]),
    )


def _decode(text: str) -> Element:
    """A Decode; a term of a decoded list may have an empty one."""
    made = translated("Decode", text)
    return (
        made if made is not None else element("Decode", {}, element("TranslatedText", {"xml:lang": LANGUAGE}))
    )


def method_defs(cells: Cells) -> Iterator[Element]:
    """The MethodDefs."""
    for one in cells.tables.records("Methods"):
        context, code = one["Expression Context"], one["Expression Code"]
        formal = (
            element("FormalExpression", {"Context": context or None}, text=code) if context or code else None
        )
        attributes: dict[str, str | int | None] = {
            "OID": f"MT.{one['ID']}",
            "Name": one["Name"] or one["ID"],
            "Type": cells.chosen("Methods", one, "Type") or "Computation",
        }
        yield element(
            "MethodDef", attributes, description(one["Description"]), formal, *cells.documents("Methods", one)
        )


def comment_defs(cells: Cells) -> Iterator[Element]:
    """The CommentDefs, last those of texts that stand in cells."""
    for one in cells.tables.records("Comments"):
        refs = cells.documents("Comments", one)
        yield element("def:CommentDef", {"OID": f"COM.{one['ID']}"}, description(one["Description"]), *refs)
    for text, name in cells.free.items():
        yield element("def:CommentDef", {"OID": f"COM.{name}"}, description(text))


def leaves(cells: Cells) -> Iterator[Element]:
    """The leaves of the documents."""
    for one in cells.tables.records("Documents"):
        yield leaf(leaf_id(one["ID"]), one["Href"], one["Title"])
