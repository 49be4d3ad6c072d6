"""Codelists, methods, comments and documents of a workbook as definitions of define.xml."""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.define.shared import (
    CodeList,
    CodeListItem,
    CommentDef,
    Decode,
    EnumeratedItem,
    ExternalCodeList,
    FormalExpression,
    Leaf,
    MethodDef,
    TranslatedText,
)
from ced_cdisc.workbook.model import Record
from ced_cdisc.write.define.oids import document_leaf
from ced_cdisc.write.define.parts import LANGUAGE, aliases, decode, description, leaf
from ced_cdisc.write.workbook_define.cells import Cells, standard_oid

_NCI = "nci:ExtCodeID"


def code_lists(cells: Cells) -> Iterator[CodeList]:
    """The CodeLists of the sheets Codelists and Dictionaries."""
    listed: dict[str, list[Record]] = {}
    for record in cells.tables.records("Codelists"):
        listed.setdefault(record["ID"], []).append(record)
    dictionaries = {one["ID"]: one for one in cells.tables.records("Dictionaries")}
    for name, records in listed.items():
        if name not in dictionaries:
            yield _code_list(cells, records)
    for one in dictionaries.values():
        yield CodeList(
            oid=f"CL.{one['ID']}",
            name=one["Name"] or one["ID"],
            data_type=cells.chosen("Dictionaries", one, "Data Type") or "text",
            comment_oid=cells.comment("Dictionaries", one),
            external=ExternalCodeList(dictionary=one["Dictionary"], version=one["Version"] or None),
        )


def _code_list(cells: Cells, records: list[Record]) -> CodeList:
    first = records[0]
    code, standard = first["NCI Codelist Code"], first["Terminology"]
    decoded = any(one["Decoded Value"] for one in records)
    return CodeList(
        oid=f"CL.{first['ID']}",
        name=first["Name"] or first["ID"],
        data_type=cells.chosen("Codelists", first, "Data Type") or "text",
        standard_oid=standard_oid(standard) if standard else None,
        is_non_standard=None if standard or code else "Yes",
        comment_oid=cells.comment("Codelists", first),
        items=tuple(_term(cells, one, decoded=decoded, published=bool(code)) for one in records),
        aliases=aliases(_NCI, code),
    )


def _term(cells: Cells, one: Record, *, decoded: bool, published: bool) -> CodeListItem | EnumeratedItem:
    order = cells.number("Codelists", one, "Order")
    extended = "Yes" if published and not one["NCI Term Code"] else None
    codes = aliases(_NCI, one["NCI Term Code"])
    if not decoded:
        return EnumeratedItem(
            coded_value=one["Term"], order_number=order, extended_value=extended, aliases=codes
        )
    empty = Decode(texts=(TranslatedText(language=LANGUAGE),))  # a term of a decoded list may have none
    return CodeListItem(
        coded_value=one["Term"],
        order_number=order,
        extended_value=extended,
        decode=decode(one["Decoded Value"]) or empty,
        aliases=codes,
    )


def method_defs(cells: Cells) -> Iterator[MethodDef]:
    """The MethodDefs."""
    for one in cells.tables.records("Methods"):
        context, code = one["Expression Context"], one["Expression Code"]
        yield MethodDef(
            oid=f"MT.{one['ID']}",
            name=one["Name"] or one["ID"],
            type=cells.chosen("Methods", one, "Type") or "Computation",
            description=description(one["Description"]),
            formal_expressions=(FormalExpression(context=context or None, text=code),)
            if context or code
            else (),
            documents=cells.documents("Methods", one),
        )


def comment_defs(cells: Cells) -> Iterator[CommentDef]:
    """The CommentDefs, last those of texts that stand in cells."""
    for one in cells.tables.records("Comments"):
        yield CommentDef(
            oid=f"COM.{one['ID']}",
            description=description(one["Description"]),
            documents=cells.documents("Comments", one),
        )
    for text, name in cells.free.items():
        yield CommentDef(oid=f"COM.{name}", description=description(text))


def leaves(cells: Cells) -> Iterator[Leaf]:
    """The leaves of the documents."""
    for one in cells.tables.records("Documents"):
        yield leaf(document_leaf(one["ID"]), one["Href"], one["Title"])
