"""Datasets in define.xml: ItemGroupDef with its ItemRefs, class and file.

Source: Define-XML 2.1, the elements ItemGroupDef and ItemRef.
"""

from __future__ import annotations

from ced_cdisc.core.metadata import DatasetMetadata, Variable
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.markup import Element, alias, description, element, leaf
from ced_cdisc.write.define.methods import comment_oid, method_oid


def item_group_def(dataset: DatasetMetadata) -> Element:
    """One dataset.

    Domain is written for SDTM only, and holds the parent domain for a SUPP or split dataset, which also
    shows the parent's label in an Alias. A dataset without a standard is marked as non-standard. A dataset
    without data has no file.
    """
    has_file = not dataset.has_no_data
    href = f"{dataset.name.lower()}.xpt"
    return element(
        "ItemGroupDef",
        {
            "OID": oids.item_group(dataset.name),
            "Name": dataset.name,
            "Domain": (dataset.domain or None) if dataset.purpose == "Tabulation" else None,
            "Repeating": _yes_no(dataset.repeating),
            "IsReferenceData": _yes_no(dataset.reference_data),
            "SASDatasetName": dataset.name,
            "Purpose": dataset.purpose,
            "def:Structure": dataset.structure,
            "def:StandardOID": oids.standard(dataset.standard) if dataset.standard else None,
            "def:IsNonStandard": None if dataset.standard else "Yes",
            "def:HasNoData": "Yes" if dataset.has_no_data else None,
            "def:ArchiveLocationID": oids.dataset_leaf(dataset.name) if has_file else None,
            "def:CommentOID": comment_oid(dataset.comment),
        },
        description(dataset.label),
        *(_item_ref(dataset, variable, order) for order, variable in enumerate(dataset.variables, start=1)),
        alias("DomainDescription", dataset.parent_label),
        _class(dataset),
        leaf(oids.dataset_leaf(dataset.name), href, href) if has_file else None,
    )


def _item_ref(dataset: DatasetMetadata, variable: Variable, order: int) -> Element:
    """The place of a variable in its dataset. Roles are an SDTM notion and not written for ADaM."""
    return element(
        "ItemRef",
        {
            "ItemOID": oids.item(dataset.name, variable.name),
            "OrderNumber": order,
            "Mandatory": _yes_no(variable.mandatory),
            "KeySequence": variable.key,
            "MethodOID": method_oid(variable.method),
            "Role": (variable.role or None) if dataset.purpose == "Tabulation" else None,
            "def:HasNoData": "Yes" if variable.has_no_data else None,
        },
    )


def _class(dataset: DatasetMetadata) -> Element | None:
    """The class with its subclass, or None for analysis data that follow no ADaM structure.

    Source: Define-XML 2.1, the elements def:Class and def:SubClass.
    """
    if not dataset.class_name:
        return None
    subclass = element("def:SubClass", {"Name": dataset.subclass}) if dataset.subclass else None
    return element("def:Class", {"Name": dataset.class_name}, subclass)


def _yes_no(value: bool) -> str:
    return "Yes" if value else "No"
