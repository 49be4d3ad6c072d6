"""A define.xml, 2.1 or 2.0, asked by the local names of the standard: the version makes no difference."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property

from ced_cdisc.define import Odm
from ced_cdisc.define.node import Node, table

PREFIXES = {"CodeList": "CL.", "MethodDef": "MT.", "CommentDef": "COM.", "leaf": "LF."}
"""The prefixes of OIDs by convention, which IDs of the workbook do without."""


def local(node: Node) -> str:
    """The name of an element without its prefix."""
    return node.tag.rpartition(":")[2]


def all_children(node: Node | None) -> Iterator[Node]:
    """The child elements of the standard in the order of writing."""
    if node is None:
        return
    for name, many in table(type(node), "2.1").fields:
        held: tuple[Node, ...] | Node | None = getattr(node, name)
        yield from held if isinstance(held, tuple) else () if held is None or many else (held,)


def children(node: Node | None, *names: str) -> list[Node]:
    """The child elements of these names."""
    return [one for one in all_children(node) if local(one) in names]


def child(node: Node | None, name: str) -> Node | None:
    """The first child element of a name."""
    return next(iter(children(node, name)), None)


def attributes(node: Node | None) -> Iterator[tuple[str, str]]:
    """The attributes that are written, by their local names, vendors' last."""
    if node is None:
        return
    for name, held in _attributes(type(node)).items():
        value: str | None = getattr(node, held)
        if value is not None:
            yield name, value
    for name, value in node.extra.attributes:
        yield name.rpartition("}")[2], value


@cache
def _attributes(kind: type[Node]) -> dict[str, str]:
    return {name.rpartition("}")[2]: held for name, held in table(kind, "2.1").attributes.items()}


def attribute(node: Node | None, name: str) -> str:
    """An attribute by its local name, or an empty text."""
    held = None if node is None else _attributes(type(node)).get(name)
    value: str | None = None if held is None else getattr(node, held)
    return value or ""


def text(node: Node | None) -> str:
    """The text of an element, as it stands."""
    held = None if node is None else table(type(node), "2.1").text
    value: str = "" if held is None else getattr(node, held)
    return value


def described(node: Node | None, tag: str = "Description") -> str:
    """The first translated text of a Description or Decode."""
    return text(child(child(node, tag), "TranslatedText"))


def walk(node: Node) -> Iterator[Node]:
    """An element and all that it holds."""
    yield node
    for one in all_children(node):
        yield from walk(one)


class DefineView:
    """One define.xml with its definitions by OID.

    Args:
        root: the whole file.
    """

    def __init__(self, root: Odm) -> None:
        self.root = root
        self.study = child(root, "Study")
        self.version = child(self.study, "MetaDataVersion")

    def all(self, name: str) -> list[Node]:
        """The definitions of a kind, in order."""
        return children(self.version, name)

    @cached_property
    def datasets(self) -> list[Node]:
        """The ItemGroupDefs."""
        return self.all("ItemGroupDef")

    @cached_property
    def items(self) -> dict[str, Node]:
        """ItemDefs by OID."""
        return self._by("ItemDef")

    @cached_property
    def value_lists(self) -> dict[str, Node]:
        """ValueListDefs by OID."""
        return self._by("ValueListDef")

    @cached_property
    def clauses(self) -> dict[str, Node]:
        """WhereClauseDefs by OID."""
        return self._by("WhereClauseDef")

    @cached_property
    def codelists(self) -> dict[str, Node]:
        """CodeLists by OID."""
        return self._by("CodeList")

    @cached_property
    def standards(self) -> dict[str, Node]:
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

    def rows(self) -> Iterator[tuple[str, Node, Node]]:
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

    def _by(self, name: str) -> dict[str, Node]:
        return {attribute(one, "OID"): one for one in self.all(name)}
