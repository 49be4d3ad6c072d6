"""Datasets, variables and values in the define model.

Source: Define-XML 2.1 and 2.0.
"""

from __future__ import annotations

from ced_cdisc.define.node import Node, attribute, child, children, text
from ced_cdisc.define.shared import Alias, Description, DocumentRef, Leaf


class WhereClauseRef(Node):
    """A reference to a where clause; several are joined by OR."""

    tag = "def:WhereClauseRef"
    where_clause_oid: str = attribute("WhereClauseOID", required=True)


class ItemRef(Node):
    """The place of an item in a dataset or value list. ``is_non_standard``, ``has_no_data``: 2.1."""

    tag = "ItemRef"
    item_oid: str = attribute("ItemOID", required=True)
    order_number: str | None = attribute("OrderNumber")
    mandatory: str | None = attribute("Mandatory")
    key_sequence: str | None = attribute("KeySequence")
    method_oid: str | None = attribute("MethodOID")
    imputation_method_oid: str | None = attribute("ImputationMethodOID")
    role: str | None = attribute("Role")
    role_code_list_oid: str | None = attribute("RoleCodeListOID")
    is_non_standard: str | None = attribute("def:IsNonStandard")
    has_no_data: str | None = attribute("def:HasNoData")
    where_clauses: tuple[WhereClauseRef, ...] = children(WhereClauseRef)


class ValueListDef(Node):
    """The value-level rows of a variable. ``description`` is of 2.1."""

    tag = "def:ValueListDef"
    oid: str = attribute("OID", required=True)
    description: Description | None = child(Description)
    items: tuple[ItemRef, ...] = children(ItemRef)


class CheckValue(Node):
    """A value that a range check compares with."""

    tag = "CheckValue"
    text: str = text()


class RangeCheck(Node):
    """A condition on an item; those of a where clause are joined by AND."""

    tag = "RangeCheck"
    comparator: str | None = attribute("Comparator")
    soft_hard: str | None = attribute("SoftHard")
    item_oid: str | None = attribute("def:ItemOID")
    values: tuple[CheckValue, ...] = children(CheckValue)


class WhereClauseDef(Node):
    """Which records a value-level row or a result speaks of."""

    tag = "def:WhereClauseDef"
    oid: str = attribute("OID", required=True)
    comment_oid: str | None = attribute("def:CommentOID")
    checks: tuple[RangeCheck, ...] = children(RangeCheck)


class SubClass(Node):
    """The subclass of a dataset (2.1)."""

    tag = "def:SubClass"
    name: str | None = attribute("Name")
    parent_class: str | None = attribute("ParentClass")


class Class(Node):
    """The class of a dataset (2.1; an attribute in 2.0)."""

    tag = "def:Class"
    name: str | None = attribute("Name")
    subclasses: tuple[SubClass, ...] = children(SubClass)


class ItemGroupDef(Node):
    """A dataset. ``class_name`` is the attribute of 2.0, ``class_`` the element of 2.1.

    ``standard_oid``, ``is_non_standard`` and ``has_no_data`` are of 2.1.
    """

    tag = "ItemGroupDef"
    oid: str = attribute("OID", required=True)
    name: str | None = attribute("Name")
    domain: str | None = attribute("Domain")
    repeating: str | None = attribute("Repeating")
    is_reference_data: str | None = attribute("IsReferenceData")
    sas_dataset_name: str | None = attribute("SASDatasetName")
    origin: str | None = attribute("Origin")
    role: str | None = attribute("Role")
    purpose: str | None = attribute("Purpose")
    comment: str | None = attribute("Comment")
    structure: str | None = attribute("def:Structure")
    class_name: str | None = attribute("def:Class")
    standard_oid: str | None = attribute("def:StandardOID")
    is_non_standard: str | None = attribute("def:IsNonStandard")
    has_no_data: str | None = attribute("def:HasNoData")
    archive_location_id: str | None = attribute("def:ArchiveLocationID")
    comment_oid: str | None = attribute("def:CommentOID")
    description: Description | None = child(Description)
    items: tuple[ItemRef, ...] = children(ItemRef)
    aliases: tuple[Alias, ...] = children(Alias)
    class_: Class | None = child(Class)
    leaf: Leaf | None = child(Leaf)


class CodeListRef(Node):
    """A reference to a codelist."""

    tag = "CodeListRef"
    code_list_oid: str = attribute("CodeListOID", required=True)


class Origin(Node):
    """Where values come from. ``source`` is of 2.1."""

    tag = "def:Origin"
    type: str | None = attribute("Type")
    source: str | None = attribute("Source")
    description: Description | None = child(Description)
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


class ValueListRef(Node):
    """A reference to a value list."""

    tag = "def:ValueListRef"
    value_list_oid: str = attribute("ValueListOID", required=True)


class ItemDef(Node):
    """A variable or a value."""

    tag = "ItemDef"
    oid: str = attribute("OID", required=True)
    name: str | None = attribute("Name")
    data_type: str | None = attribute("DataType")
    length: str | None = attribute("Length")
    significant_digits: str | None = attribute("SignificantDigits")
    sas_field_name: str | None = attribute("SASFieldName")
    sds_var_name: str | None = attribute("SDSVarName")
    origin: str | None = attribute("Origin")
    comment: str | None = attribute("Comment")
    display_format: str | None = attribute("def:DisplayFormat")
    comment_oid: str | None = attribute("def:CommentOID")
    description: Description | None = child(Description)
    code_list: CodeListRef | None = child(CodeListRef)
    aliases: tuple[Alias, ...] = children(Alias)
    origins: tuple[Origin, ...] = children(Origin)
    value_list: ValueListRef | None = child(ValueListRef)
