"""Codelists in define.xml: enumerated, decoded or kept in an external dictionary.

Source: Define-XML 2.1, the element CodeList.
"""

from __future__ import annotations

from ced_cdisc.core.metadata import Codelist, Term
from ced_cdisc.define.shared import CodeList, CodeListItem, EnumeratedItem, ExternalCodeList
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.definitions import DefineModelError
from ced_cdisc.write.define.methods import comment_oid
from ced_cdisc.write.define.parts import aliases, decode

NCI = "nci:ExtCodeID"


def code_list(codelist: Codelist) -> CodeList:
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
    standard = codelist.standard and not external
    return CodeList(
        oid=oids.codelist(codelist.id),
        name=codelist.name,
        data_type=codelist.data_type,
        standard_oid=oids.standard(codelist.standard) if standard else None,
        is_non_standard="Yes" if sponsor else None,
        comment_oid=comment_oid(codelist.comment),
        items=tuple(
            _term(codelist, term, order, decoded) for order, term in enumerate(codelist.terms, start=1)
        ),
        external=_external(codelist) if external else None,
        aliases=aliases(NCI, codelist.code),
    )


def _term(codelist: Codelist, term: Term, order: int, decoded: bool) -> CodeListItem | EnumeratedItem:
    """One value. In a decoded list a term without a decode means itself, so its decode is the value.

    ExtendedValue marks a sponsor's term in a published list; such a term has no NCI code.
    """
    if term.code and term.extended:
        raise DefineModelError(
            f"codelist {codelist.id}: the term {term.value} has an NCI code and is marked as extended"
        )
    extended = "Yes" if term.extended and codelist.standard else None
    code = aliases(NCI, term.code)
    if not decoded:
        return EnumeratedItem(
            coded_value=term.value, order_number=str(order), extended_value=extended, aliases=code
        )
    return CodeListItem(
        coded_value=term.value,
        order_number=str(order),
        extended_value=extended,
        decode=decode(term.decode or term.value),
        aliases=code,
    )


def _external(codelist: Codelist) -> ExternalCodeList:
    return ExternalCodeList(dictionary=codelist.dictionary, version=codelist.version or None)
