"""From the model to the bytes of a define.xml, in the order that the schema asks for.

No string templates: every element is built through lxml, so that escaping and nesting cannot go wrong.
Same model, same bytes.

Source: Define-XML 2.1 and 2.0 (namespaces, order of elements); XML 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from lxml import etree

from ced_cdisc.define.model import Odm
from ced_cdisc.define.node import ARM, DEF, NOTHING, ODM, XLINK, Node, Table, Version, table
from ced_cdisc.define.results import AnalysisResultDisplays

Element: TypeAlias = etree._Element  # pyright: ignore[reportPrivateUsage]


def write_define(odm: Odm) -> bytes:
    """The file: XML declaration, what stands before the root, the indented document, a newline at its end.

    Args:
        odm: the model; its ``version`` decides the namespace.

    Returns:
        UTF-8 bytes.

    Raises:
        ValueError: a text holds a character that XML cannot, such as a control character.
    """
    names: dict[str | None, str] = {None: ODM, "def": DEF[odm.version], "xlink": XLINK}
    for prefix, uri in odm.namespaces:
        names.setdefault(prefix, uri)
    root = etree.Element(f"{{{ODM}}}ODM", nsmap=names)  # pyright: ignore[reportArgumentType]
    _fill(root, odm, table(Odm, odm.version), odm.version, 0)
    head = "".join(f"{line}\n" for line in ('<?xml version="1.0" encoding="UTF-8"?>', *odm.prolog))
    tail = "".join(f"{line}\n" for line in odm.epilog)
    return head.encode() + etree.tostring(root, encoding="UTF-8") + b"\n" + tail.encode()


def _fill(element: Element, node: Node, of: Table, version: Version, depth: int) -> None:
    """Give an element the attributes and children of its node, and the white space of the layout."""
    held = vars(node)
    for key, name in of.attributes.items():
        value: str | None = held[name]
        if value is not None:
            element.set(key, value)
    if node.extra is not NOTHING:
        _fill_between(element, node, of, version, depth)
        return
    if of.text:
        element.text = held[of.text]
        return
    within, last = "\n" + "  " * (depth + 1), None
    for name, many in of.fields:
        found = held[name]
        if not found:
            continue
        for each in found if many else (found,):
            last = _child(element, each, version, depth + 1)
            last.tail = within
    if last is not None:
        element.text = within
        last.tail = within[:-2]


def _child(element: Element, node: Node, version: Version, depth: int) -> Element:
    """The element of a node, as the last in another."""
    of = table(type(node), version)
    of_results = _RESULTS if isinstance(node, AnalysisResultDisplays) else None
    made = etree.SubElement(element, of.tag, nsmap=of_results)  # pyright: ignore[reportArgumentType]
    _fill(made, node, of, version, depth)
    return made


_RESULTS: Mapping[str | None, str] = {"arm": ARM}  # declared where results begin


def _fill_between(element: Element, node: Node, of: Table, version: Version, depth: int) -> None:
    """The same where an element holds what is not of the standard, each piece at its place."""
    for key, value in node.extra.attributes:
        element.set(key, value)
    if of.text:
        _write_text(element, getattr(node, of.text), node.extra.nodes)
        return
    foreign = iter(node.extra.nodes)
    place, markup = next(foreign, (-1, ""))
    count = 0
    for name, many in of.fields:
        held = getattr(node, name)
        for each in held if many else (held,):
            if each is None:
                continue
            while place == count:
                _append(element, markup)
                place, markup = next(foreign, (-1, ""))
            _child(element, each, version, depth + 1)
            count += 1
    while place >= 0:
        _append(element, markup)
        place, markup = next(foreign, (-1, ""))
    _indent(element, depth)


def _write_text(element: Element, text: str, nodes: tuple[tuple[int, str], ...]) -> None:
    """Text, with the nodes that stand within it at their characters."""
    starts = [0, *(place for place, _ in nodes)]
    pieces = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    element.text = pieces[0]
    for (_, markup), piece in zip(nodes, pieces[1:], strict=True):
        _append(element, markup)
        element[-1].tail = piece


def _append(element: Element, markup: str) -> None:
    """Foreign markup (an element, a comment, an instruction or text) at the end of an element."""
    held = etree.fromstring(f"<held>{markup}</held>")
    if held.text:
        if len(element):
            element[-1].tail = (element[-1].tail or "") + held.text
        else:
            element.text = (element.text or "") + held.text
    element.extend(held)


def _indent(element: Element, depth: int) -> None:
    """Line breaks and two spaces a level around children, and around stray text, which is read stripped."""
    if not len(element):
        return
    within, after = "\n" + "  " * (depth + 1), "\n" + "  " * depth
    element.text = within + element.text + within if element.text else within
    for each in element:
        each.tail = within + each.tail + within if each.tail else within
    last = element[-1]
    last.tail = (last.tail or within)[: -len(within)] + after
