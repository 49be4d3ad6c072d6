"""Codelists in define.xml: enumerated, decoded or kept in an external dictionary.

Source: Define-XML 2.1, the element CodeList.
"""

from __future__ import annotations

from ced_cdisc.core.metadata import Codelist, Term
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.definitions import DefineModelError
from ced_cdisc.write.define.markup import Element, alias, element, translated
from ced_cdisc.write.define.methods import comment_oid

NCI = "nci:ExtCodeID"


def code_list(codelist: Codelist) -> Element:
    """One codelist.

    It is decoded (CodeListItem) if any term has a decode, else enumerated; terms keep their order. A list
    of a published standard cites it and carries its NCI code, a list of the sponsor is marked as
    non-standard, an external dictionary is neither.

    Raises:
        DefineModelError: a term has an NCI code and is marked as extended.
    """
    external = bool(codelist.dictionary)
    sponsor = not external and not codelist.standard
    decoded = any(term.decode for term in codelist.terms)
    return element(
        "CodeList",
        {
            "OID": oids.codelist(codelist.id),
            "Name": codelist.name,
            "DataType": codelist.data_type,
            "def:StandardOID": oids.standard(codelist.standard)
            if codelist.standard and not external
            else None,
            "def:IsNonStandard": "Yes" if sponsor else None,
            "def:CommentOID": comment_oid(codelist.comment),
        },
        *(_term(codelist, term, order, decoded) for order, term in enumerate(codelist.terms, start=1)),
        _external(codelist) if external else None,
        alias(NCI, codelist.code),
    )


def _term(codelist: Codelist, term: Term, order: int, decoded: bool) -> Element:
    """One value. In a decoded list a term without a decode means itself, so its decode is the value.

    ExtendedValue marks a sponsor's term in a published list; such a term has no NCI code.
    """
    if term.code and term.extended:
        raise DefineModelError(
            f"codelist {codelist.id}: the term {term.value} has an NCI code and is marked as extended"
        )
    attributes = {
        "CodedValue": term.value,
        "OrderNumber": order,
        "def:ExtendedValue": "Yes" if term.extended and codelist.standard else None,
    }
    code = alias(NCI, term.code)
    if decoded:
        return element("CodeListItem", attributes, translated("Decode", term.decode or term.value), code)
    return element("EnumeratedItem", attributes, code)


def _external(codelist: Codelist) -> Element:
    return element(
        "ExternalCodeList", {"Dictionary": codelist.dictionary, "Version": codelist.version or None}
    )
