"""Datasets, variables and values of a workbook as ItemGroupDef, ItemDef, ValueListDef and WhereClauseDef."""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.core.metadata import RangeCheck
from ced_cdisc.define.datasets import (
    CheckValue,
    Class,
    CodeListRef,
    ItemDef,
    ItemGroupDef,
    ItemRef,
    Origin,
    SubClass,
    ValueListDef,
    ValueListRef,
    WhereClauseDef,
    WhereClauseRef,
)
from ced_cdisc.define.datasets import RangeCheck as Check
from ced_cdisc.standards.ig import load_sdtmig
from ced_cdisc.workbook.compare import OLD_ORIGINS
from ced_cdisc.workbook.model import Record
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.parts import aliases, description, leaf
from ced_cdisc.write.workbook_define.cells import Cells, document_ref, standard_oid

_WITHOUT_DOMAIN = ("RELREC", "POOLDEF")


class Items:
    """Everything on the sheets Datasets, Variables and ValueLevel.

    Args:
        cells: the workbook.
        analysis: whether the datasets are for analysis.
        standard: the standard of datasets where the workbook has no column for it (2.0).
    """

    def __init__(self, cells: Cells, standard: str, *, analysis: bool) -> None:
        self._cells = cells
        self._analysis = analysis
        self._standard = standard
        self._used: dict[str, list[RangeCheck]] = {}
        self._variables: dict[str, list[Record]] = {}
        for record in cells.tables.records("Variables"):
            self._variables.setdefault(record["Dataset"], []).append(record)
        self._values: dict[tuple[str, str], list[Record]] = {}
        for record in cells.tables.records("ValueLevel"):
            self._values.setdefault((record["Dataset"], record["Variable"]), []).append(record)
        self._labels = {one["Dataset"]: one["Label"] for one in cells.tables.records("Datasets")}

    def groups(self) -> list[ItemGroupDef]:
        """The ItemGroupDefs; CED568 for variables of a dataset that the sheet Datasets does not have."""
        for dataset, records in self._variables.items():
            if dataset not in self._labels:
                text = f"the dataset {dataset} is not on the sheet Datasets"
                self._cells.fault("CED568", "Variables", records[0], text)
        for (dataset, variable), records in self._values.items():
            if not self._cells.has_variable(dataset, variable):
                text = f"{dataset}.{variable} is not on the sheet Variables"
                self._cells.fault("CED568", "ValueLevel", records[0], text)
        return [self._group(one) for one in self._cells.tables.records("Datasets")]

    def _group(self, one: Record) -> ItemGroupDef:
        cells, name = self._cells, one["Dataset"]
        standard = one["Standard"] if "Standard" in one.values else self._standard
        empty = one["Has No Data"] == "Yes"
        file = f"{name.lower()}.xpt"
        keys = one["Key Variables"].replace(",", " ").split()
        for key in keys:
            if not cells.has_variable(name, key):
                cells.fault("CED568", "Datasets", one, f"the key {key} is no variable of {name}")
        domain = None if self._analysis else _domain(name)
        return ItemGroupDef(
            oid=oids.item_group(name),
            name=name,
            domain=domain,
            repeating=cells.chosen("Datasets", one, "Repeating") or "Yes",
            is_reference_data=cells.chosen("Datasets", one, "Reference Data"),
            sas_dataset_name=name,
            purpose="Analysis" if self._analysis else "Tabulation",
            structure=one["Structure"] or None,
            standard_oid=standard_oid(standard) if standard else None,
            is_non_standard=None if standard else "Yes",
            has_no_data="Yes" if empty else None,
            archive_location_id=None if empty else oids.dataset_leaf(name),
            comment_oid=cells.comment("Datasets", one),
            description=description(one["Label"]),
            items=tuple(self._ref(name, v, keys) for v in self._variables.get(name, ())),
            aliases=aliases("DomainDescription", "" if domain in (None, name) else self._described(domain)),
            class_=_class(one),
            leaf=None if empty else leaf(oids.dataset_leaf(name), file, file),
        )

    def _described(self, domain: str) -> str:
        """The label of a domain; of one that is split no sheet has it."""
        guide = {one.name: one.label for one in load_sdtmig().datasets}
        return self._labels.get(domain) or guide.get(domain, "")

    def _ref(self, dataset: str, one: Record, keys: list[str]) -> ItemRef:
        cells, name = self._cells, one["Variable"]
        return ItemRef(
            item_oid=oids.item(dataset, name),
            order_number=cells.number("Variables", one, "Order"),
            mandatory=cells.chosen("Variables", one, "Mandatory") or "No",
            key_sequence=str(keys.index(name) + 1) if name in keys else None,
            method_oid=cells.reference("Variables", one, "Method", "Methods"),
            role=one["Role"] or None,
            has_no_data="Yes" if one["Has No Data"] == "Yes" else None,
        )

    def definitions(self) -> Iterator[ItemDef]:
        """The ItemDefs: each variable, behind it its values."""
        for dataset in self._labels:
            for one in self._variables.get(dataset, ()):
                values = self._values.get((dataset, one["Variable"]), [])
                yield self._item(
                    "Variables", one, oids.item(dataset, one["Variable"]), one["Variable"], bool(values)
                )
                for value in values:
                    checks = self._checks(value)
                    name = _value_name(value, checks)
                    yield self._item("ValueLevel", value, self._value_oid(value, checks), name, False)

    def value_lists(self) -> Iterator[ValueListDef]:
        """The ValueListDefs, in the order of the sheet."""
        for (dataset, variable), records in self._values.items():
            refs = tuple(self._value_ref(one) for one in records)
            yield ValueListDef(oid=oids.value_list(dataset, variable), items=refs)

    def _value_ref(self, one: Record) -> ItemRef:
        cells, checks = self._cells, self._checks(one)
        return ItemRef(
            item_oid=self._value_oid(one, checks),
            order_number=cells.number("ValueLevel", one, "Order"),
            mandatory=cells.chosen("ValueLevel", one, "Mandatory") or "No",
            method_oid=cells.reference("ValueLevel", one, "Method", "Methods"),
            where_clauses=tuple(
                WhereClauseRef(where_clause_oid=self.where_oid(one["Dataset"], clause)) for clause in checks
            ),
        )

    def _checks(self, one: Record) -> list[list[RangeCheck]]:
        return self._cells.clauses("ValueLevel", one, one["Where Clause"], one["Dataset"])

    def _value_oid(self, one: Record, checks: list[list[RangeCheck]]) -> str:
        joined = [check for clause in checks for check in clause]
        if len(checks) > 1:  # the same checks joined by AND are another value
            return oids.value_item(one["Dataset"], one["Variable"], joined) + ".OR"
        return oids.value_item(one["Dataset"], one["Variable"], joined) if joined else one["Variable"]

    def where_oid(self, dataset: str, checks: list[RangeCheck]) -> str:
        """The OID of a where clause, which is defined then."""
        oid = oids.where_clause(dataset, checks)
        self._used.setdefault(oid, checks)
        return oid

    def where_clauses(self) -> Iterator[WhereClauseDef]:
        """The WhereClauseDefs that were asked for."""
        for oid, checks in self._used.items():
            yield WhereClauseDef(oid=oid, checks=tuple(map(_check, checks)))

    def _item(self, sheet: str, one: Record, oid: str, name: str, has_values: bool) -> ItemDef:
        cells = self._cells
        listed = cells.reference(sheet, one, "Codelist", "Codelists", "Dictionaries")
        values = oids.value_list(one["Dataset"], one["Variable"])
        return ItemDef(
            oid=oid,
            name=name,
            data_type=cells.chosen(sheet, one, "Data Type") or "text",
            length=cells.number(sheet, one, "Length"),
            significant_digits=cells.number(sheet, one, "Significant Digits"),
            sas_field_name=name if len(name) <= 8 else None,
            display_format=one["Format"] or None,
            comment_oid=cells.comment(sheet, one),
            description=description(one["Label"]),
            code_list=CodeListRef(code_list_oid=listed) if listed else None,
            origins=self._origins(sheet, one),
            value_list=ValueListRef(value_list_oid=values) if has_values else None,
        )

    def _origins(self, sheet: str, one: Record) -> tuple[Origin, ...]:
        kind, source = one["Origin"], one["Source"]
        if not kind:
            return ()
        if kind.casefold() in OLD_ORIGINS:
            kind, source = OLD_ORIGINS[kind.casefold()]
        else:
            self._cells.chosen(sheet, one, "Origin")
        if source:
            self._cells.chosen(sheet, one, "Source")
        pages = one["Pages"]
        if pages and not self._cells.acrf:
            text = "the pages have no document: the sheet Documents has no annotated CRF"
            self._cells.fault("CED568", sheet, one, text, "give it the ID acrf")
        origin = Origin(
            type=kind,
            source=source or None,
            description=description(one["Predecessor"]) if kind == "Predecessor" else None,
            documents=(document_ref(oids.document_leaf(self._cells.acrf), pages),) if pages else (),
        )
        return (origin,)


def _class(one: Record) -> Class | None:
    if not one["Class"]:
        return None
    names = [name.strip() for name in one["SubClass"].split(",") if name.strip()]
    return Class(name=one["Class"], subclasses=tuple(SubClass(name=name) for name in names))


def _domain(name: str) -> str | None:
    """The domain of an SDTM dataset: its parent's for SUPP-- and for a part of a split domain."""
    if name in _WITHOUT_DOMAIN:
        return None
    parent = name.removeprefix("SUPP")
    is_part = len(parent) > 2 and not parent.startswith(("REL", "AP", "OI"))
    return parent[:2] if is_part else parent


def _value_name(one: Record, checks: list[list[RangeCheck]]) -> str:
    """QNAM itself for a supplemental qualifier, else the name of the variable."""
    first = checks[0][0] if len(checks) == 1 and len(checks[0]) == 1 else None
    is_qualifier = first is not None and first.variable == "QNAM" and first.comparator == "EQ"
    return first.values[0] if first is not None and is_qualifier else one["Variable"]


def _check(check: RangeCheck) -> Check:
    return Check(
        comparator=check.comparator,
        soft_hard="Soft",
        item_oid=oids.item(check.dataset, check.variable),
        values=tuple(CheckValue(text=value) for value in check.values),
    )
