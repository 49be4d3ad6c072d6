"""Variables and their values in define.xml: ItemDef with its codelist, origin and value list.

Source: Define-XML 2.1, the elements ItemDef and def:Origin.
"""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.core import metadata
from ced_cdisc.core.metadata import Codelist, DatasetMetadata, ValueLevel, Variable
from ced_cdisc.define.datasets import CodeListRef, ItemDef, Origin, ValueListRef
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.definitions import written_origin
from ced_cdisc.write.define.methods import comment_oid
from ced_cdisc.write.define.parts import description, document_ref

TYPES_WITH_LENGTH = frozenset({"text", "integer", "float"})


def item_defs(dataset: DatasetMetadata) -> Iterator[ItemDef]:
    """The definitions of a dataset's variables in order, each followed by those of its values."""
    for variable in dataset.variables:
        yield _variable(dataset, variable)
        for row in variable.value_level:
            yield _value(dataset, variable, row)


def _variable(dataset: DatasetMetadata, variable: Variable) -> ItemDef:
    values = ValueListRef(value_list_oid=oids.value_list(dataset.name, variable.name))
    return ItemDef(
        oid=oids.item(dataset.name, variable.name),
        name=variable.name,
        data_type=variable.type,
        length=_length(variable),
        significant_digits=_decimals(variable),
        sas_field_name=variable.name,
        display_format=variable.format or None,
        comment_oid=comment_oid(variable.comment),
        description=description(variable.label),
        code_list=_code_list_ref(variable.codelist),
        origins=_origins(written_origin(variable)),
        value_list=values if variable.value_level else None,
    )


def _value(dataset: DatasetMetadata, variable: Variable, row: ValueLevel) -> ItemDef:
    name = _value_name(variable, row)
    return ItemDef(
        oid=oids.value_item(dataset.name, variable.name, row.where),
        name=name,
        data_type=row.type,
        length=_length(row),
        significant_digits=_decimals(row),
        sas_field_name=name,
        display_format=row.display_format or None,
        comment_oid=comment_oid(row.comment),
        description=description(row.label),
        code_list=_code_list_ref(row.codelist),
        origins=_origins(row.origin),
    )


def _value_name(variable: Variable, row: ValueLevel) -> str:
    """QNAM itself for a supplemental qualifier, else the name of the variable the value stands in."""
    if len(row.where) == 1:
        check = row.where[0]
        if check.variable == "QNAM" and check.comparator == "EQ" and variable.name == "QVAL":
            return check.values[0]
    return variable.name


def _length(item: Variable | ValueLevel) -> str | None:
    """The length [characters or digits]; none for dates."""
    return str(item.length) if item.type in TYPES_WITH_LENGTH else None


def _decimals(item: Variable | ValueLevel) -> str | None:
    """The digits after the point; for floats only."""
    return None if item.significant_digits is None or item.type != "float" else str(item.significant_digits)


def _code_list_ref(codelist: Codelist | None) -> CodeListRef | None:
    return None if codelist is None else CodeListRef(code_list_oid=oids.codelist(codelist.id))


def _origins(origin: metadata.Origin | None) -> tuple[Origin, ...]:
    """Where values come from; the description of a predecessor is DATASET.VARIABLE."""
    if origin is None:
        return ()
    made = Origin(
        type=origin.type,
        source=origin.source,
        description=description(origin.description),
        documents=tuple(document_ref(reference) for reference in origin.documents),
    )
    return (made,)
