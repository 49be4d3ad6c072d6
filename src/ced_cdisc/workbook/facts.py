"""What a define.xml says, as facts that do not depend on its identifiers, so that two can be compared.

A definition is named by what a reader knows it by: a variable by dataset and name, a value by its where
clause too, a codelist by its ID in the workbook. References are facts about names, OIDs are none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from ced_cdisc.define import Odm
from ced_cdisc.define.node import Node
from ced_cdisc.workbook.define_view import (
    DefineView,
    all_children,
    attribute,
    attributes,
    child,
    children,
    local,
    text,
)
from ced_cdisc.workbook.export import clause_text, standard_text

_KINDS = {"MethodOID": "MethodDef", "CodeListOID": "CodeList", "CommentOID": "CommentDef", "leafID": "leaf"}
_NAMES = ("OID", "ID", "ArchiveLocationID", "ValueListOID", "schemaLocation")


class Fact(Struct, frozen=True):
    """One attribute or text: whose it is (``AE.AETERM``), its place (``ItemDef/@Length``), its value."""

    owner: str
    place: str
    value: str


def facts(root: Odm) -> Counter[Fact]:
    """All attributes and texts of a define.xml with how often each is there; OIDs are left out."""
    return Counter(_Reader(DefineView(root)).facts())


class _Reader:
    def __init__(self, view: DefineView) -> None:
        self._view = view

    def facts(self) -> Iterator[Fact]:
        view = self._view
        yield from self._attributes(view.root, "", "ODM")
        yield from self._attributes(view.study, "", "Study")
        yield from self._tree(child(view.study, "GlobalVariables"), "", "GlobalVariables")
        yield from self._attributes(view.version, "", "MetaDataVersion")
        for name in ("AnnotatedCRF", "SupplementalDoc"):
            yield from self._tree(child(view.version, name), "", name)
        for oid, one in view.standards.items():
            yield from self._tree(one, standard_text(view, oid), "Standard")
        for group in view.datasets:
            yield from self._tree(group, attribute(group, "Name"), "ItemGroupDef", ("ItemRef",))
        for dataset, ref, item in view.rows():
            name = f"{dataset}.{attribute(item, 'Name')}"
            yield from self._tree(ref, name, "ItemRef", own=dataset)
            yield from self._tree(item, name, "ItemDef", own=dataset)
            yield from self._values(dataset, name, item)
        for kind in ("CodeList", "MethodDef", "CommentDef", "leaf"):
            for one in view.all(kind):
                yield from self._tree(
                    one, view.id(kind, attribute(one, "ID" if kind == "leaf" else "OID")), kind
                )
        yield from self._results()

    def _values(self, dataset: str, name: str, item: Node) -> Iterator[Fact]:
        held = self._view.value_lists.get(attribute(child(item, "ValueListRef"), "ValueListOID"))
        for ref in children(held, "ItemRef"):
            value = self._view.items.get(attribute(ref, "ItemOID"))
            clauses = children(ref, "WhereClauseRef")
            owner = f"{name} where {clause_text(self._view, clauses, dataset)}"
            yield from self._tree(ref, owner, "ValueListDef/ItemRef", own=dataset)
            yield from self._tree(value, owner, "ItemDef", own=dataset)
            yield from self._clauses(clauses, owner)

    def _clauses(self, refs: list[Node], owner: str) -> Iterator[Fact]:
        """What a where clause says besides its conditions, which are in the owner's name."""
        for ref in refs:
            found = self._view.clauses.get(attribute(ref, "WhereClauseOID"))
            yield from self._attributes(found, owner, "WhereClauseDef")
            for check in children(found, "RangeCheck"):
                yield Fact(owner, "RangeCheck/@SoftHard", attribute(check, "SoftHard"))

    def _results(self) -> Iterator[Fact]:
        for display in children(child(self._view.version, "AnalysisResultDisplays"), "ResultDisplay"):
            name = attribute(display, "Name")
            yield from self._tree(display, name, "ResultDisplay", ("AnalysisResult",))
            for one in children(display, "AnalysisResult"):
                owner = f"{name} {attribute(one, 'OID').removeprefix('AR.')}"
                yield from self._attributes(one, owner, "AnalysisResult")
                for part in all_children(one):
                    if local(part) != "AnalysisDatasets":
                        yield from self._tree(part, owner, f"AnalysisResult/{local(part)}")
                holder = child(one, "AnalysisDatasets")
                yield from self._attributes(holder, owner, "AnalysisDatasets")
                for dataset in children(holder, "AnalysisDataset"):
                    home = self._view.dataset_names.get(attribute(dataset, "ItemGroupOID"), "")
                    yield from self._tree(dataset, owner, "AnalysisDataset", own=home)
                    yield from self._clauses(children(dataset, "WhereClauseRef"), owner)

    def _tree(
        self, element: Node | None, owner: str, place: str, skipped: tuple[str, ...] = (), own: str = ""
    ) -> Iterator[Fact]:
        """The facts of an element and of what it holds; every element counts for itself."""
        if element is None:
            return
        yield Fact(owner, place, "")
        yield from self._attributes(element, owner, place, own)
        if text(element).strip():
            yield Fact(owner, f"{place}/text", text(element))
        for one in all_children(element):
            key = attribute(one, "CodedValue")
            if local(one) not in skipped:
                yield from self._tree(
                    one, f"{owner} {key}" if key else owner, f"{place}/{local(one)}", own=own
                )
        for _, markup in element.extra.nodes:
            if not markup.startswith(("<!--", "<?")):
                yield Fact(owner, f"{place}/other", markup)

    def _attributes(self, element: Node | None, owner: str, place: str, own: str = "") -> Iterator[Fact]:
        for name, value in attributes(element):
            if name not in _NAMES:
                yield Fact(owner, f"{place}/@{name}", self._value(element, name, value, own))

    def _value(self, element: Node | None, name: str, value: str, own: str) -> str:
        view = self._view
        if name in _KINDS:
            return view.id(_KINDS[name], value)
        if name == "StandardOID":
            return standard_text(view, value)
        if name == "WhereClauseOID" and element is not None:
            return clause_text(view, [element], own)
        if name == "ItemGroupOID":
            return view.dataset_names.get(value, value)
        if name in ("ItemOID", "ParameterOID"):
            return ".".join(view.variable(value, own)) if value in view.homes else ""
        return value
