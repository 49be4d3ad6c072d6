"""What others call the rules: the ids of Pinnacle 21 (DD, OD, SD), CDISC conformance rules (CG) and others.

Source: public texts that cite the ids (posts of users, open-source checkers, the open rules of CDISC CORE);
the list of the vendor is not public. Where a rule of ours covers several of theirs, the id that fits the
element or the attribute is given.
"""

from __future__ import annotations

IDS: dict[str, tuple[str, ...]] = {
    "CED501": ("DD0001",),
    "CED502": ("DD0001",),
    "CED505": ("OD0070",),
    "CED506": ("DD0068",),
    "CED507": ("DD0104",),
    "CED508": ("DD0042",),
    "CED509": ("DD0035",),
    "CED511": ("CG0015",),
    "CED512": ("CG0019",),
    "CED513": ("OD0042",),
    "CED514": ("DD0072",),
    "CED515": ("DD0073",),
    "CED516": ("DD0061", "DD0148"),
    "CED517": ("OD0082",),
    "CED518": ("DD0031",),
    "CED519": ("DD0138",),
    "CED520": ("DD0057",),
    "CED522": ("DD0049",),
    "CED523": ("DD0101",),
    "CED524": ("DD0058",),
    "CED527": ("DD0058",),
    "CED531": ("DD0019",),
    "CED532": ("DD0037",),
    "CED533": ("DD0021",),
    "CED534": ("DD0028",),
    "CED535": ("DD0124", "CG0999"),
    "CED537": ("CG0010",),
    "CED538": ("CG0312", "CG0001"),
    "CED539": ("DD0070",),
    "CED541": ("OD0076",),
    "CED542": ("CG0019",),
    "CED543": ("SD0037",),
    "CED544": ("CG0015", "CG0651"),
    "CED545": ("DD0069",),
    "CED547": ("DD0003",),
}
"""Ids by code, where the rule does not say more exactly."""

DUPLICATE: dict[str, str] = {
    "def:leaf": "DD0012",
    "MethodDef": "DD0013",
    "def:ValueListDef": "DD0014",
    "def:CommentDef": "DD0083",
    "ItemGroupDef": "OD0030",
    "ItemDef": "OD0031",
    "CodeList": "OD0032",
}
"""An OID that is defined twice, by the element."""

DANGLING: dict[str, str] = {
    "def:leaf": "DD0015",
    "MethodDef": "DD0016",
    "def:ValueListDef": "DD0017",
    "ItemDef": "OD0046",
    "CodeList": "OD0048",
    "def:CommentDef": "DD0071",
    "def:Standard": "DD0138",
}
"""A reference without target, by the element that it should lead to."""

UNUSED: dict[str, str] = {
    "ItemDef": "DD0067",
    "def:leaf": "DD0078",
    "def:CommentDef": "DD0079",
    "MethodDef": "DD0080",
    "def:ValueListDef": "DD0081",
    "CodeList": "DD0082",
}
"""A definition that nothing refers to, by its element."""

SCHEMA: dict[str, tuple[str, ...]] = {
    "SCHEMAV_CVC_COMPLEX_TYPE_4": ("DD0003",),
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": ("DD0004", "DD0010"),
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": ("DD0004", "DD0010"),
    "SCHEMAV_CVC_MINLENGTH_VALID": ("DD0003",),
}
"""What breaks the schema, by the kind of error: an attribute that lacks, is empty, or is not allowed."""
MISSING_ELEMENT = ("DD0006",)
WRONG_ORDER = ("DD0006", "DD0007", "DD0008", "DD0023")
DOCUMENT = ("DD0015",)
FILE = ("DD0018", "DD0056")
EXACT: dict[str, tuple[str, ...]] = {
    "CED501": ("DD0002",),
    "CED502": ("DD0019", "DD0020", "DD0021", "DD0072", "DD0073"),
    "CED506": ("DD0069", "OD0071"),
    "CED513": ("DD0041",),
    "CED522": ("DD0045",),
    "CED531": ("DD0020",),
    "CED533": ("DD0022", "DD0138", "DD0150"),
    "CED534": ("DD0033",),
    "CED536": ("CG0002", "CG0097", "DD0105", "DD0106", "DD0107", "DD0108"),
    "CED539": ("DD0011",),
    "CED541": ("OD0078", "OD0080"),
}
"""Ids that a rule gives to some of its findings in place of those of the code; for the page of rules."""
