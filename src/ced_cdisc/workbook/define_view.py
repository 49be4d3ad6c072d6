"""A define.xml, 2.1 or 2.0, asked by local names: the namespace of the version makes no difference."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # pyright: ignore[reportPrivateUsage]

PREFIXES = {"CodeList": "CL.", "MethodDef": "MT.", "CommentDef": "COM.", "leaf": "LF."}
"""The prefixes of OIDs by convention, which IDs of the workbook do without."""


def local(element: Element) -> str:
    """The name of an element without namespace; a comment's or instruction's is no name of an element."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element | None, *names: str) -> list[Element]:
    """The child elements of these names, in order."""
    return [] if element is None else [child for child in element if local(child) in names]


def child(element: Element | None, name: str) -> Element | None:
    """The first child element of a name."""
    return next(iter(children(element, name)), None)


def attribute(element: Element | None, name: str) -> str:
    """An attribute by its local name, or an empty text."""
    if element is None:
        return ""
    for known, value in element.attrib.items():
        if str(known).rpartition("}")[2] == name:
            return str(value)
    return ""


def described(element: Element | None, tag: str = "Description") -> str:
    """The first translated text of a Description or Decode, as it stands."""
    text = child(child(element, tag), "TranslatedText")
    return (text.text or "") if text is not None else ""


class DefineView:
    """One define.xml with its definitions by OID.

    Args:
        root: its ODM element.
    """

    def __init__(self, root: Element) -> None:
        self.root = root
        self.study = child(root, "Study")
        self.version = child(self.study, "MetaDataVersion")

    def all(self, name: str) -> list[Element]:
        """The definitions of a kind, in order."""
        return children(self.version, name)

    @cached_property
    def datasets(self) -> list[Element]:
        """The ItemGroupDefs."""
        return self.all("ItemGroupDef")

    @cached_property
    def items(self) -> dict[str, Element]:
        """ItemDefs by OID."""
        return self._by("ItemDef")

    @cached_property
    def value_lists(self) -> dict[str, Element]:
        """ValueListDefs by OID."""
        return self._by("ValueListDef")

    @cached_property
    def clauses(self) -> dict[str, Element]:
        """WhereClauseDefs by OID."""
        return self._by("WhereClauseDef")

    @cached_property
    def codelists(self) -> dict[str, Element]:
        """CodeLists by OID."""
        return self._by("CodeList")

    @cached_property
    def standards(self) -> dict[str, Element]:
        """Standards by OID."""
        return {attribute(one, "OID"): one for one in children(child(self.version, "Standards"), "Standard")}

    @cached_property
    def dataset_names(self) -> dict[str, str]:
        """Names of datasets by OID."""
        return {attribute(one, "OID"): attribute(one, "Name") for one in self.datasets}

    @cached_property
    def homes(self) -> dict[str, list[str]]:
        """For the OID of a variable: the names of the datasets that refer to it."""
        found: dict[str, list[str]] = {}
        for dataset in self.datasets:
            for ref in children(dataset, "ItemRef"):
                found.setdefault(attribute(ref, "ItemOID"), []).append(attribute(dataset, "Name"))
        return found

    def variable(self, oid: str, own: str) -> tuple[str, str]:
        """Dataset and name of a variable; where several datasets share it, ``own`` if it is one of them."""
        homes = self.homes.get(oid, [])
        dataset = own if own in homes or not homes else homes[0]
        item = self.items.get(oid)
        return dataset, attribute(item, "Name") if item is not None else oid

    def rows(self) -> Iterator[tuple[str, Element, Element]]:
        """Each variable of each dataset: the dataset's name, the ItemRef and the ItemDef."""
        for dataset in self.datasets:
            for ref in children(dataset, "ItemRef"):
                item = self.items.get(attribute(ref, "ItemOID"))
                if item is not None:
                    yield attribute(dataset, "Name"), ref, item

    @cached_property
    def ids(self) -> dict[tuple[str, str], str]:
        """IDs of the workbook by kind and OID, without the prefix of the kind where they still differ."""
        made: dict[tuple[str, str], str] = {}
        for kind, prefix in PREFIXES.items():
            taken: set[str] = set()
            for element in self.all(kind):
                oid = attribute(element, "ID" if kind == "leaf" else "OID")
                short = oid.removeprefix(prefix) or oid
                name = short if short not in taken else oid
                taken.add(name)
                made[(kind, oid)] = name
        return made

    def id(self, kind: str, oid: str) -> str:
        """The ID of the workbook for an OID; a reference without target keeps its text."""
        return self.ids.get((kind, oid), oid)

    def _by(self, name: str) -> dict[str, Element]:
        return {attribute(one, "OID"): one for one in self.all(name)}
