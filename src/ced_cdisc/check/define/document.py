"""A define.xml as the checks see it: parsed without network or entities, with its definitions by OID.

It is read from the bytes alone, whoever wrote them: nothing here knows the metadata model of the writer.
Elements are made once and held, with what stands in each: to make one of lxml, or to search below it, takes
longer than what a rule asks of it, and many rules ask.
Both versions, 2.0 and 2.1, are seen through the names of 2.1: their namespaces differ, and most of their
elements do not.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeAlias, TypeVar, cast

from lxml import etree

from ced_cdisc.check.define.ids import IDS
from ced_cdisc.core.findings import Finding, Location, Severity, Stage

Element: TypeAlias = etree._Element  # pyright: ignore[reportPrivateUsage]

T = TypeVar("T")

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
_DEF_OF = "http://www.cdisc.org/ns/def/v"
VERSIONS = ("2.0", "2.1")
ARM = "http://www.cdisc.org/ns/arm/v1.0"
XLINK = "http://www.w3.org/1999/xlink"

_PREFIXES = {"def": DEF, "arm": ARM, "xlink": XLINK}


class DefineDocument:
    """A parsed define.xml.

    Args:
        xml: the bytes of the file.
        file: its name, for the location of findings.
        ct: a folder of imported terminology, beside the shipped one.

    Attributes:
        xml: the bytes.
        version: ``2.0`` or ``2.1``, what the namespace says, such as ``1.0``, or empty where there is none.

    Raises:
        etree.XMLSyntaxError: the bytes are not well-formed XML.
    """

    def __init__(self, xml: bytes, file: str, ct: Path | None = None) -> None:
        parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
        self.xml = xml
        self.root: Element = etree.fromstring(xml, parser)
        self.file = file
        self.ct = ct
        self._made: dict[str, object] = {}
        self._by_name: dict[str, Sequence[Element]] = {}
        self._pairs: dict[Element, Sequence[tuple[Element, Element]]] = {}
        self._children: dict[str, dict[Element | None, list[Element]]] = {}
        self._items_of: dict[Element, list[Element]] = {}
        self.version = _version(self.root)
        if self.version == "2.0":
            _seen_as_newer(self.root)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the bytes."""
        return hashlib.sha256(self.xml).hexdigest()

    @property
    def has_document_type(self) -> bool:
        """Whether the file declares a document type, and may so hold entities, which are not resolved."""
        tree = self.root.getroottree()
        return bool(tree.docinfo.doctype)  # pyright: ignore (not in the stubs of lxml)

    def all(self, tag: str) -> Sequence[Element]:
        """Every element of a name in document order."""
        found = self._by_name.get(tag)
        if found is None:
            found = self._by_name[tag] = tuple(self.root.iter(qualified(tag)))
        return found

    def children(self, element: Element, tag: str) -> Sequence[Element]:
        """The elements of a name that stand directly in another, in order."""
        known = self._children.get(tag)
        if known is None:
            known = self._children[tag] = {}
            for one in self.all(tag):
                known.setdefault(one.getparent(), []).append(one)
        return known.get(element, ())

    def child(self, element: Element, tag: str) -> Element | None:
        """The first element of a name that stands directly in another."""
        found = self.children(element, tag)
        return found[0] if found else None

    def description(self, element: Element) -> str:
        """The text of an element's Description, empty if there is none."""
        for text in self.children(element, "Description"):
            for translated in self.children(text, "TranslatedText"):
                return (translated.text or "").strip()
        return ""

    @cached_property
    def attributes(self) -> dict[str, list[tuple[Element, str]]]:
        """Every attribute by its name, as lxml has it: the elements in document order, with the values."""
        found: defaultdict[str, list[tuple[Element, str]]] = defaultdict(list)
        for element in self.root.iter("*"):
            own: list[tuple[str, str]] = element.items()  # pyright: ignore[reportAssignmentType]
            for name, value in own:
                found[name].append((element, value))
        return dict(found)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What several rules look at, made once under a name."""
        if name not in self._made:
            self._made[name] = make()
        return cast(T, self._made[name])

    @cached_property
    def items(self) -> dict[str, Element]:
        """ItemDefs by OID."""
        return self._by_oid("ItemDef")

    @cached_property
    def value_lists(self) -> dict[str, Element]:
        """ValueListDefs by OID."""
        return self._by_oid("def:ValueListDef")

    @cached_property
    def codelists(self) -> dict[str, Element]:
        """CodeLists by OID."""
        return self._by_oid("CodeList")

    @cached_property
    def datasets(self) -> Sequence[Element]:
        """ItemGroupDefs in order."""
        return self.all("ItemGroupDef")

    @cached_property
    def datasets_of_item(self) -> dict[str, list[Element]]:
        """For the OID of a variable or a value: the datasets it stands in."""
        found: dict[str, list[Element]] = {}
        for dataset in self.datasets:
            for variable in self.refs(dataset):
                owned = [variable, *self.values_of(variable)]
                for item in owned:
                    found.setdefault(item.get("OID", ""), []).append(dataset)
        return found

    def refs(self, owner: Element) -> Sequence[Element]:
        """The ItemDefs that a dataset or a value list refers to, in order; dangling references left out."""
        found = self._items_of.get(owner)
        if found is None:
            found = self._items_of[owner] = [item for _, item in self.pairs(owner)]
        return found

    def pairs(self, owner: Element) -> Sequence[tuple[Element, Element]]:
        """The ItemRefs of a dataset or a value list with their ItemDefs; dangling references left out."""
        found = self._pairs.get(owner)
        if found is None:
            every = ((ref, self.items.get(ref.get("ItemOID", ""))) for ref in self.children(owner, "ItemRef"))
            found = self._pairs[owner] = tuple((ref, item) for ref, item in every if item is not None)
        return found

    def value_list_of(self, item: Element) -> Element | None:
        """The value list of a variable, if it has one."""
        ref = self.child(item, "def:ValueListRef")
        return None if ref is None else self.value_lists.get(ref.get("ValueListOID", ""))

    def values_of(self, item: Element) -> Sequence[Element]:
        """The value-level ItemDefs of a variable."""
        values = self.value_list_of(item)
        return () if values is None else self.refs(values)

    def finding(
        self,
        code: str,
        element: Element,
        message: str,
        hint: str = "",
        severity: Severity = Severity.ERROR,
        ids: tuple[str, ...] | None = None,
    ) -> Finding:
        """A finding at the line of an element; the message names the element itself.

        ``ids`` are what others call the rule, where the code alone does not tell.
        """
        known = IDS.get(code, ()) if ids is None else ids
        return Finding(code, message, self.location(element), hint, Stage.CHECK, severity, ids=known)

    def location(self, element: Element) -> Location:
        """The file and line of an element."""
        return Location(self.file, element.sourceline or 0)

    def _by_oid(self, tag: str) -> dict[str, Element]:
        found: dict[str, Element] = {}
        for element in self.all(tag):
            found.setdefault(element.get("OID", ""), element)
        return found


def _version(root: Element) -> str:
    """The version of Define-XML that the namespaces of a file name."""
    uris = {uri for uri in root.nsmap.values() if uri.startswith(_DEF_OF)}
    for element in () if uris else root.iter("*"):
        uris.update(uri for uri in element.nsmap.values() if uri.startswith(_DEF_OF))
    named = sorted(uri.removeprefix(_DEF_OF) for uri in uris)
    return next((version for version in named if version in VERSIONS), named[0] if named else "")


def _seen_as_newer(root: Element) -> None:
    """Elements and attributes of 2.0 under the names of 2.1; lines and texts stay."""
    older = f"{{{_DEF_OF}2.0}}"
    for element in root.iter("*"):
        if str(element.tag).startswith(older):
            element.tag = f"{{{DEF}}}{str(element.tag).removeprefix(older)}"
        for name, value in [pair for pair in element.items() if str(pair[0]).startswith(older)]:
            del element.attrib[name]
            element.set(f"{{{DEF}}}{str(name).removeprefix(older)}", value)


@lru_cache(maxsize=256)
def qualified(name: str) -> str:
    """The name in the form of lxml; names without prefix are elements of ODM."""
    prefix, _, local = name.rpartition(":")
    return f"{{{_PREFIXES.get(prefix, ODM)}}}{local}"


def attribute(element: Element, name: str) -> str | None:
    """The value of an attribute such as ``OID`` or ``def:CommentOID``, or None."""
    return element.get(qualified(name) if ":" in name else name)


def subject(element: Element) -> str:
    """What an element is called in a message: its name and OID, or those of the nearest one that has any.

    An ItemRef is called by its owner and the item it refers to.
    """
    oid = element.get("OID") or element.get("ID")
    if oid:
        return f"{short_name(element)} {oid}"
    if element.get("ItemOID"):
        parent = element.getparent()
        owner = "" if parent is None else f" in {subject(parent)}"
        return f"{short_name(element)} {element.get('ItemOID')}{owner}"
    parent = element.getparent()
    return short_name(element) if parent is None else f"{short_name(element)} in {subject(parent)}"


def short_name(element: Element) -> str:
    """The name of an element with the customary prefix."""
    name = etree.QName(element)
    prefix = next((p for p, uri in _PREFIXES.items() if uri == name.namespace), "")
    return f"{prefix}:{name.localname}" if prefix else name.localname


def description(element: Element) -> str:
    """The text of an element's Description, empty if there is none."""
    text = element.findtext(f"{qualified('Description')}/{qualified('TranslatedText')}")
    return (text or "").strip()
