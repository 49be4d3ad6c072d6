"""What every element of the define model has in common: its table, its line and what is not of the standard.

A field of a model class says by itself what it is in XML: :func:`attribute`, :func:`child`, :func:`children`
or :func:`text`. The order of the fields is the order in which a file is written. Reader and writer work from
these tables alone and know no element by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, Literal, NamedTuple, dataclass_transform

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


_LACKING: Any = object()
"""Stands for a value that must be given."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class _Record:
    """What a frozen dataclass does, for records made of values by name.

    Its classes are dataclasses for all who ask for their fields. What they do stands here once: dataclass
    would write and compile five functions for each of fifty classes, which takes as long as to write a
    define.xml, and make a record by a call for each of its fields.
    """

    _defaults: ClassVar[Mapping[str, Any]]
    _required: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls) -> None:
        dataclass(init=False, repr=False, eq=False, match_args=False)(cls)
        every: tuple[Field[Any], ...] = fields(cls)  # pyright: ignore[reportArgumentType]
        cls._defaults = {one.name: _LACKING if one.default is MISSING else one.default for one in every}
        cls._required = tuple(one.name for one in every if one.default is MISSING)

    def __init__(self, **values: Any) -> None:
        held, known = self.__dict__, self._defaults
        held.update(known)
        held.update(values)
        lacking = [name for name in self._required if held[name] is _LACKING]
        if lacking or len(held) != len(known):
            unknown = [name for name in values if name not in known]
            raise TypeError(f"{type(self).__name__} lacks {lacking}, has no {unknown}")

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to {name}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete {name}")

    def _identity(self) -> dict[str, Any]:
        return {**self.__dict__, "line": 0}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash((type(self), *self._identity().values()))

    def __repr__(self) -> str:
        shown = (f"{name}={value!r}" for name, value in self.__dict__.items() if name != "line")
        return f"{type(self).__qualname__}({', '.join(shown)})"


class Node(_Record):
    """An element of a define.xml.

    Attributes:
        extra: what is not of the standard.
        line: where the element began in the file that was read, 0 if unknown; no part of its identity.
    """

    tag: ClassVar[str]

    extra: Extra = NOTHING
    line: int = 0


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
