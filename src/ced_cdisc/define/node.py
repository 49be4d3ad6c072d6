"""What every element of the define model has in common: its table, its line and what is not of the standard.

A field of a model class says by itself what it is in XML: :func:`attribute`, :func:`child`, :func:`children`
or :func:`text`. The order of the fields is the order in which a file is written. Reader and writer work from
these tables alone and know no element by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, Literal, NamedTuple

ODM = "http://www.cdisc.org/ns/odm/v1.3"
ARM = "http://www.cdisc.org/ns/arm/v1.0"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
DEF = {"2.0": "http://www.cdisc.org/ns/def/v2.0", "2.1": "http://www.cdisc.org/ns/def/v2.1"}

Version = Literal["2.0", "2.1"]


@dataclass(frozen=True, kw_only=True)
class Extra:
    """What an element holds beside the content of the standard, kept so that nothing is lost.

    Attributes:
        attributes: name and value; the name is ``{namespace}local``, or ``local`` without namespace.
        nodes: place and markup of vendor elements, comments, processing instructions and stray text. The
            place counts the elements of the standard that stand before it; in an element of text it
            counts the characters.
    """

    attributes: tuple[tuple[str, str], ...] = ()
    nodes: tuple[tuple[int, str], ...] = ()


NOTHING = Extra()


@dataclass(frozen=True, kw_only=True)
class Node:
    """An element of a define.xml.

    Attributes:
        extra: what is not of the standard.
        line: where the element began in the file that was read, 0 if unknown; no part of its identity.
    """

    tag: ClassVar[str]

    extra: Extra = field(default=NOTHING)
    line: int = field(default=0, compare=False, repr=False)


def attribute(name: str, *, required: bool = False) -> Any:
    """A field that is an attribute such as ``OID`` or ``def:CommentOID``; None where it is not written."""
    meta = {"attribute": name, "required": required}
    return field(metadata=meta) if required else field(default=None, metadata=meta)


def child(kind: type[Node], *, required: bool = False) -> Any:
    """A field that is an element which stands once at most; None where it is not there."""
    meta = {"kinds": (kind,), "many": False}
    return field(metadata=meta) if required else field(default=None, metadata=meta)


def children(*kinds: type[Node]) -> Any:
    """A field of elements in their order."""
    return field(default=(), metadata={"kinds": kinds, "many": True})


def text() -> Any:
    """A field that is the text of its element, white space kept."""
    return field(default="", metadata={"text": True})


class Part(NamedTuple):
    """Where an element of the standard goes: the field, the class and whether it may stand more than once."""

    name: str
    kind: type[Node]
    many: bool


class Table(NamedTuple):
    """A model class as XML: its name, attributes and children by qualified name, in the order of writing."""

    tag: str
    attributes: dict[str, str]
    required: dict[str, str]
    children: dict[str, Part]
    fields: tuple[tuple[str, bool], ...]
    text: str | None


@cache
def table(kind: type[Node], version: Version) -> Table:
    """The table of a class for one version of the standard (they differ in the namespace only)."""
    attributes: dict[str, str] = {}
    required: dict[str, str] = {}
    parts: dict[str, Part] = {}
    order: list[tuple[str, bool]] = []
    content: str | None = None
    for each in fields(kind):
        meta = each.metadata
        if "attribute" in meta:
            name: str = meta["attribute"]
            attributes[qualified(name, version, attribute=True)] = each.name
            if meta["required"]:
                required[each.name] = name
        elif "kinds" in meta:
            many: bool = meta["many"]
            order.append((each.name, many))
            for of in meta["kinds"]:
                parts[qualified(of.tag, version)] = Part(each.name, of, many)
        elif "text" in meta:
            content = each.name
    return Table(qualified(kind.tag, version), attributes, required, parts, tuple(order), content)


@cache
def qualified(name: str, version: Version, *, attribute: bool = False) -> str:
    """A name with prefix as ``{namespace}local``; without prefix an element is ODM, an attribute has none."""
    prefix, _, local = name.rpartition(":")
    if not prefix:
        return local if attribute else f"{{{ODM}}}{local}"
    namespaces = {"def": DEF[version], "arm": ARM, "xlink": XLINK, "xml": XML}
    return f"{{{namespaces[prefix]}}}{local}"
