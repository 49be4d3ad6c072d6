"""From the model to the bytes of a define.xml, in the order that the schema asks for.

One function makes the markup of an element, so that escaping and nesting cannot go wrong: no other writes a
tag. Same model, same bytes.

Source: Define-XML 2.1 and 2.0 (namespaces, order of elements); XML 1.0 (characters, escapes).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ced_cdisc.define.model import Odm
from ced_cdisc.define.node import ARM, DEF, ODM, XLINK, XML, Node, Version, table
from ced_cdisc.define.results import AnalysisResultDisplays

_MARKS = re.compile('[&<>"\t\n\r]')
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_VALUE = _IN_TEXT | str.maketrans({'"': "&quot;", "\t": "&#9;", "\n": "&#10;"})
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_define(odm: Odm) -> bytes:
    """The file: XML declaration, what stands before the root, the indented document, a newline at its end.

    Args:
        odm: the model; its ``version`` decides the namespace.

    Returns:
        UTF-8 bytes.

    Raises:
        ValueError: a text holds a character that XML cannot, such as a control character.
    """
    names = {"def": DEF[odm.version], "xlink": XLINK}
    for prefix, uri in odm.namespaces:
        names.setdefault(prefix, uri)
    declared = "".join(f' xmlns:{prefix}="{_value(uri)}"' for prefix, uri in names.items())
    writer = _Writer(odm.version, {uri: prefix for prefix, uri in names.items()})
    document = writer.element(odm, "\n", f' xmlns="{ODM}"{declared}')
    head = ('<?xml version="1.0" encoding="UTF-8"?>', *odm.prolog)
    text = "".join(f"{line}\n" for line in (*head, document, *odm.epilog))
    if wrong := _NO_XML.search(text):
        raise ValueError(f"XML has no character U+{ord(wrong[0]):04X}")
    return text.encode()


class _Writer:
    """Makes the markup of nodes.

    Args:
        version: whose namespace is meant by the prefix ``def``.
        prefixes: those that the root declares, by namespace.
    """

    def __init__(self, version: Version, prefixes: Mapping[str, str]) -> None:
        self._version: Version = version
        self._prefixes = {XML: "xml", **prefixes}

    def element(self, node: Node, line: str, declared: str = "") -> str:
        """An element with all that it holds.

        Args:
            node: what it is made of.
            line: a line break and the blanks before the element.
            declared: the namespaces that it declares.
        """
        of, held = table(type(node), self._version), vars(node)
        if isinstance(node, AnalysisResultDisplays):
            declared = f' xmlns:arm="{ARM}"'
        start = f"<{node.tag}{declared}" + "".join(
            [f' {name}="{_value(value)}"' for name, field in of.written if (value := held[field]) is not None]
        )
        if node.extra.attributes:
            start += self._foreign(node.extra.attributes)
        if of.text:
            return f"{start}>{_mixed(held[of.text], node.extra.nodes)}</{node.tag}>"
        within = line + "  "
        parts: list[str] = []
        for name, many in of.fields:
            if many:
                parts += [self.element(each, within) for each in held[name]]
            elif held[name] is not None:
                parts.append(self.element(held[name], within))
        for before, (place, markup) in enumerate(node.extra.nodes):
            parts.insert(place + before, markup)
        if not parts:
            return f"{start}/>"
        return f"{start}>{within}{within.join(parts)}{line}</{node.tag}>"

    def _foreign(self, attributes: tuple[tuple[str, str], ...]) -> str:
        """Attributes that are not of the standard; a namespace that the root has not is declared here."""
        made = ""
        for number, (name, value) in enumerate(attributes):
            uri, _, local = name.rpartition("}")
            prefix = self._prefixes.get(uri[1:], f"ns{number}") if uri else ""
            if uri and uri[1:] not in self._prefixes:
                made += f' xmlns:{prefix}="{_value(uri[1:])}"'
            made += f' {prefix}{":" * bool(prefix)}{local}="{_value(value)}"'
        return made


def _mixed(text: str, nodes: tuple[tuple[int, str], ...]) -> str:
    """Text, with the nodes that stand within it at their characters."""
    made, last = "", 0
    for place, markup in nodes:
        made += _text(text[last:place]) + markup
        last = place
    return made + _text(text[last:])


def _text(text: str) -> str:
    return text.translate(_IN_TEXT) if _MARKS.search(text) else text


def _value(text: str) -> str:
    return text.translate(_IN_VALUE) if _MARKS.search(text) else text
