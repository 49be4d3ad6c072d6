"""From the bytes of a define.xml to the model, whoever wrote them: Define-XML 2.1 and 2.0.

The file is parsed without network, entities or document type. An element of the standard that the schema
allows once but that stands twice is kept as markup, like a vendor's, so that the file is written as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any, TypeAlias, TypeVar

from lxml import etree

from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped
from ced_cdisc.define.model import Odm
from ced_cdisc.define.node import ARM, DEF, NOTHING, ODM, XLINK, Extra, Node, Version, qualified, table

Element: TypeAlias = etree._Element  # pyright: ignore[reportPrivateUsage]
N = TypeVar("N", bound=Node)

_PLACE = re.compile(r", line \d+, column \d+$")
_OWN = {ODM, ARM, XLINK, *DEF.values()}


def read_define(xml: bytes, file: str = "define.xml") -> Odm:
    """Read a define.xml.

    Args:
        xml: the bytes of the file.
        file: its name, for the location of findings.

    Returns:
        The model; its ``version`` says whether the file was 2.1 or 2.0.

    Raises:
        Stopped: not well-formed XML, a document type, not a Define-XML of these versions, or a definition
            without the identifier by which others refer to it.
    """
    root = _parsed(xml, file)
    version = _version(root, file)
    reader = _Reader(file, version)
    found = reader.node(
        Odm,
        root,
        version=version,
        namespaces=tuple((p, uri) for p, uri in root.nsmap.items() if p and uri not in _OWN),
        prolog=tuple(reversed([_markup(node) for node in root.itersiblings(preceding=True)])),
        epilog=tuple(_markup(node) for node in root.itersiblings()),
    )
    if reader.faults:
        raise Stopped(reader.faults)
    return found


def _parsed(xml: bytes, file: str) -> Element:
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        said = _PLACE.sub("", error.msg)
        raise _stopped("CED550", f"not well-formed XML: {said}", file, error.lineno or 0) from None
    if root.getroottree().docinfo.doctype:  # pyright: ignore (not in the stubs of lxml)
        message = "has a document type declaration, which define.xml may not have; nothing was read"
        raise _stopped("CED551", message, file, 0)
    return root


def _version(root: Element, file: str) -> Version:
    """The version of Define-XML by the namespace of ``def:DefineVersion``; no other place is decisive."""
    if root.tag != f"{{{ODM}}}ODM":
        raise _stopped("CED552", f"not a Define-XML file: the root is {root.tag}", file, root.sourceline)
    study = root.find(f"{{{ODM}}}Study")
    metadata = None if study is None else study.find(f"{{{ODM}}}MetaDataVersion")
    if metadata is None:
        message = "not a Define-XML file: ODM without a Study that holds a MetaDataVersion"
        raise _stopped("CED552", message, file, root.sourceline)
    for version in ("2.1", "2.0"):
        if qualified("def:DefineVersion", version, attribute=True) in metadata.attrib:
            return version
    names = [etree.QName(str(key)) for key in metadata.attrib]
    others = [name.namespace for name in names if name.localname == "DefineVersion" and name.namespace]
    seen = f"its namespace is {others[0]}" if others else "MetaDataVersion has no def:DefineVersion"
    message = f"not Define-XML 2.1 or 2.0: {seen}"
    raise _stopped("CED553", message, file, metadata.sourceline)


def _stopped(code: str, message: str, file: str, line: int | None) -> Stopped:
    return Stopped(Findings([Finding(code, message, Location(file, line or 0), stage=Stage.CHECK)]))


class _Reader:
    """Turns elements into nodes by the tables of their classes."""

    def __init__(self, file: str, version: Version) -> None:
        self.faults = Findings()
        self._file = file
        self._version: Version = version

    def node(self, kind: type[N], element: Element, **given: Any) -> N:
        """An element as a node of a class, with all it holds."""
        of = table(kind, self._version)
        values: dict[str, Any] = given
        foreign: list[tuple[str, str]] = []
        for key, value in element.attrib.items():
            name = of.attributes.get(str(key))
            if name is None:
                foreign.append((str(key), str(value)))
            else:
                values[name] = value
        for name, written in of.required.items():
            if name not in values:
                self._missing(element, written)
                values[name] = ""
        nodes = self._text(of.text, element, values) if of.text else self._children(kind, element, values)
        if foreign or nodes:
            values["extra"] = Extra(attributes=tuple(foreign), nodes=tuple(nodes))
        else:
            values["extra"] = NOTHING
        return kind(line=element.sourceline or 0, **values)

    def _children(self, kind: type[Node], element: Element, values: dict[str, Any]) -> list[tuple[int, str]]:
        of = table(kind, self._version)
        nodes: list[tuple[int, str]] = []
        lists: dict[str, list[Node]] = {}
        place = 0
        nodes.extend(_stray(place, element.text))
        for each in element:
            part = of.children.get(each.tag)  # a comment has a function for a tag, which is no key
            if part is None or (not part.many and part.name in values):
                nodes.append((place, _markup(each)))
            else:
                place += 1
                made = self.node(part.kind, each)
                if part.many:
                    lists.setdefault(part.name, []).append(made)
                else:
                    values[part.name] = made
            nodes.extend(_stray(place, each.tail))
        values.update((name, tuple(made)) for name, made in lists.items())
        return nodes

    def _text(self, name: str, element: Element, values: dict[str, Any]) -> list[tuple[int, str]]:
        """The text of an element; what stands within it is kept with the number of characters before it."""
        content = element.text or ""
        nodes: list[tuple[int, str]] = []
        for each in element:
            nodes.append((len(content), _markup(each)))
            content += each.tail or ""
        values[name] = content
        return nodes

    def _missing(self, element: Element, attribute: str) -> None:
        name = etree.QName(element).localname
        where = Location(self._file, element.sourceline or 0)
        self.faults.add(Finding("CED554", f"{name} has no {attribute}", where, stage=Stage.CHECK))


def _stray(place: int, text: str | None) -> Iterator[tuple[int, str]]:
    """Text where the standard has none; white space between elements is layout."""
    if text and text.strip():
        yield place, escape(text.strip(), quote=False)


def _markup(node: Element) -> str:
    """A foreign node as text. Elements are canonical (C14N), so that what is written reads the same."""
    if not isinstance(node, etree._Comment | etree._ProcessingInstruction):  # pyright: ignore[reportPrivateUsage]
        return etree.tostring(node, method="c14n", exclusive=True, with_comments=True).decode()
    return etree.tostring(node, encoding="unicode", with_tail=False)
