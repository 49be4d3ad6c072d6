"""Variables and their values in define.xml: ItemDef with its codelist, origin and value list.

Source: Define-XML 2.1, the elements ItemDef and def:Origin.
"""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.core.metadata import Codelist, DatasetMetadata, Origin, ValueLevel, Variable
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.definitions import written_origin
from ced_cdisc.write.define.markup import Element, description, document_ref, element
from ced_cdisc.write.define.methods import comment_oid

TYPES_WITH_LENGTH = frozenset({"text", "integer", "float"})


def item_defs(dataset: DatasetMetadata) -> Iterator[Element]:
    """The definitions of a dataset's variables in order, each followed by those of its values."""
    for variable in dataset.variables:
        yield _variable(dataset, variable)
        for row in variable.value_level:
            yield _value(dataset, variable, row)


def _variable(dataset: DatasetMetadata, variable: Variable) -> Element:
    has_values = bool(variable.value_level)
    return element(
        "ItemDef",
        {
            "OID": oids.item(dataset.name, variable.name),
            "Name": variable.name,
            **_type(variable),
            "SASFieldName": variable.name,
            "def:DisplayFormat": variable.format or None,
            "def:CommentOID": comment_oid(variable.comment),
        },
        description(variable.label),
        _code_list_ref(variable.codelist),
        _origin(written_origin(variable)),
        element("def:ValueListRef", {"ValueListOID": oids.value_list(dataset.name, variable.name)})
        if has_values
        else None,
    )


def _value(dataset: DatasetMetadata, variable: Variable, row: ValueLevel) -> Element:
    name = _value_name(variable, row)
    return element(
        "ItemDef",
        {
            "OID": oids.value_item(dataset.name, variable.name, row.where),
            "Name": name,
            **_type(row),
            "SASFieldName": name,
            "def:DisplayFormat": row.display_format or None,
            "def:CommentOID": comment_oid(row.comment),
        },
        description(row.label),
        _code_list_ref(row.codelist),
        _origin(row.origin),
    )


def _value_name(variable: Variable, row: ValueLevel) -> str:
    """QNAM itself for a supplemental qualifier, else the name of the variable the value stands in."""
    if len(row.where) == 1:
        check = row.where[0]
        if check.variable == "QNAM" and check.comparator == "EQ" and variable.name == "QVAL":
            return check.values[0]
    return variable.name


def _type(item: Variable | ValueLevel) -> dict[str, str | int | None]:
    """Type, length [characters or digits] and decimals: no length for dates, decimals for floats only."""
    return {
        "DataType": item.type,
        "Length": item.length if item.type in TYPES_WITH_LENGTH else None,
        "SignificantDigits": item.significant_digits if item.type == "float" else None,
    }


def _code_list_ref(codelist: Codelist | None) -> Element | None:
    if codelist is None:
        return None
    return element("CodeListRef", {"CodeListOID": oids.codelist(codelist.id)})


def _origin(origin: Origin | None) -> Element | None:
    """Where values come from; the description of a predecessor is DATASET.VARIABLE."""
    if origin is None:
        return None
    return element(
        "def:Origin",
        {"Type": origin.type, "Source": origin.source},
        description(origin.description),
        *(document_ref(reference) for reference in origin.documents),
    )
