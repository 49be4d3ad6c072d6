"""The XML frame of define.xml: namespaces, elements, document references, bytes and the stylesheet.

No string templates: every element is built through lxml, so that escaping and nesting cannot go wrong.

Source: Define-XML 2.1 (namespaces, stylesheet reference); XML 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

from lxml import etree

from ced_cdisc.core.metadata import DocumentRef
from ced_cdisc.write.define import oids

Element: TypeAlias = etree._Element  # pyright: ignore[reportPrivateUsage]

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
ARM = "http://www.cdisc.org/ns/arm/v1.0"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
LANGUAGE = "en"
STYLESHEET = "define2-1.xsl"

_NAMESPACES: dict[str | None, str] = {None: ODM, "def": DEF, "xlink": XLINK}
_WITH_RESULTS: dict[str | None, str] = {**_NAMESPACES, "arm": ARM}
_PREFIXES = {"def": DEF, "arm": ARM, "xlink": XLINK, "xml": XML}


def element(
    tag: str, attributes: Mapping[str, str | int | None], *children: Element | None, text: str | None = None
) -> Element:
    """One element with its attributes and children, both in the order given.

    Args:
        tag: name, with the prefix ``def:`` or ``arm:`` where it is not ODM.
        attributes: names with prefix; a None value means the attribute is not written.
        children: child elements; None is left out.
        text: text content.
    """
    prefix, _, local = tag.rpartition(":")
    tag = f"{{{_PREFIXES.get(prefix, ODM)}}}{local}"
    names = _WITH_RESULTS if prefix == "arm" else _NAMESPACES  # declared where results begin
    node = etree.Element(tag, nsmap=names)  # pyright: ignore[reportArgumentType] (None is the default)
    for name, value in attributes.items():
        if value is not None:
            node.set(_attribute(name), str(value))
    node.extend([child for child in children if child is not None])
    if text is not None:
        node.text = text
    return node


def translated(tag: str, text: str) -> Element | None:
    """A ``Description`` or ``Decode`` holding one TranslatedText, or None for an empty text."""
    if not text:
        return None
    return element(tag, {}, element("TranslatedText", {"xml:lang": LANGUAGE}, text=text))


def description(text: str) -> Element | None:
    """The ``Description`` of a text, or None for an empty text."""
    return translated("Description", text)


def alias(context: str, name: str) -> Element | None:
    """An ``Alias``, or None for an empty name."""
    return element("Alias", {"Context": context, "Name": name}) if name else None


def document_ref(reference: DocumentRef) -> Element:
    """A ``def:DocumentRef`` with its page references.

    Source: Define-XML 2.1, the elements def:DocumentRef and def:PDFPageRef. Pages are those of the
    file (PhysicalRef), in ascending order and each once; a named destination is a reference of its own.
    """
    pages = " ".join(str(page) for page in sorted(set(reference.pages)))
    return element(
        "def:DocumentRef",
        {"leafID": oids.document_leaf(reference.document)},
        element("def:PDFPageRef", {"Type": "PhysicalRef", "PageRefs": pages}) if pages else None,
        element("def:PDFPageRef", {"Type": "NamedDestination", "PageRefs": reference.destination})
        if reference.destination
        else None,
    )


def leaf(leaf_id: str, href: str, title: str) -> Element:
    """A ``def:leaf``: a file beside define.xml, with the title that readers see."""
    return element("def:leaf", {"ID": leaf_id, "xlink:href": href}, element("def:title", {}, text=title))


def serialise(root: Element) -> bytes:
    """The file: XML declaration, stylesheet instruction and the indented document, ending in a newline.

    Same tree, same bytes: attributes keep the order in which they were set.
    """
    etree.indent(root, space="  ")
    head = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        + f'<?xml-stylesheet type="text/xsl" href="{STYLESHEET}"?>\n'.encode()
    )
    return head + etree.tostring(root, encoding="UTF-8", xml_declaration=False) + b"\n"


def stylesheet() -> bytes:
    """The official CDISC stylesheet ``define2-1.xsl``, to be written beside define.xml.

    It comes from the installed package ``defineutils`` (MIT), which is located but not imported: importing
    it would load its own XML schema library.

    Raises:
        FileNotFoundError: ``defineutils`` is not installed or has no such file.
    """
    spec = find_spec("defineutils")
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    if not places:
        raise FileNotFoundError("the package defineutils, which carries define2-1.xsl, is not installed")
    return (Path(places[0]) / "definehtml" / STYLESHEET).read_bytes()


def _attribute(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{_PREFIXES[prefix]}}}{local}" if prefix else local
