"""Datasets in define.xml: ItemGroupDef with its ItemRefs, class and file.

Source: Define-XML 2.1, the elements ItemGroupDef and ItemRef.
"""

from __future__ import annotations

from ced_cdisc.core.metadata import DatasetMetadata, Variable
from ced_cdisc.define.datasets import Class, ItemGroupDef, ItemRef, SubClass
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.methods import comment_oid, method_oid
from ced_cdisc.write.define.parts import aliases, description, leaf


def item_group_def(dataset: DatasetMetadata) -> ItemGroupDef:
    """One dataset.

    Domain is written for SDTM only, and holds the parent domain for a SUPP or split dataset, which also
    shows the parent's label in an Alias. A dataset without a standard is marked as non-standard. A dataset
    without data has no file.
    """
    has_file = not dataset.has_no_data
    href = dataset.file
    return ItemGroupDef(
        oid=oids.item_group(dataset.name),
        name=dataset.name,
        domain=(dataset.domain or None) if dataset.purpose == "Tabulation" else None,
        repeating=_yes_no(dataset.repeating),
        is_reference_data=_yes_no(dataset.reference_data),
        sas_dataset_name=dataset.name,
        purpose=dataset.purpose,
        structure=dataset.structure,
        standard_oid=oids.standard(dataset.standard) if dataset.standard else None,
        is_non_standard=None if dataset.standard else "Yes",
        has_no_data="Yes" if dataset.has_no_data else None,
        archive_location_id=oids.dataset_leaf(dataset.name) if has_file else None,
        comment_oid=comment_oid(dataset.comment),
        description=description(dataset.label),
        items=tuple(
            _item_ref(dataset, variable, order) for order, variable in enumerate(dataset.variables, start=1)
        ),
        aliases=aliases("DomainDescription", dataset.parent_label),
        class_=_class(dataset),
        leaf=leaf(oids.dataset_leaf(dataset.name), href, href) if has_file else None,
    )


def _item_ref(dataset: DatasetMetadata, variable: Variable, order: int) -> ItemRef:
    """The place of a variable in its dataset. Roles are an SDTM notion and not written for ADaM."""
    return ItemRef(
        item_oid=oids.item(dataset.name, variable.name),
        order_number=str(order),
        mandatory=_yes_no(variable.mandatory),
        key_sequence=None if variable.key is None else str(variable.key),
        method_oid=method_oid(variable.method),
        role=(variable.role or None) if dataset.purpose == "Tabulation" else None,
        has_no_data="Yes" if variable.has_no_data else None,
    )


def _class(dataset: DatasetMetadata) -> Class | None:
    """The class with its subclass, or None for analysis data that follow no ADaM structure.

    Source: Define-XML 2.1, the elements def:Class and def:SubClass.
    """
    if not dataset.class_name:
        return None
    subclasses = (SubClass(name=dataset.subclass),) if dataset.subclass else ()
    return Class(name=dataset.class_name, subclasses=subclasses)


def _yes_no(value: bool) -> str:
    return "Yes" if value else "No"
