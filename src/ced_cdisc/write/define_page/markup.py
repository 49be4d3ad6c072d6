"""The frame of the page: elements, links and bytes.

No string templates: every element is built through lxml, so that escaping and nesting cannot go wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # pyright: ignore[reportPrivateUsage]

_BREAKS_AFTER = frozenset(
    {"tr", "section", "table", "thead", "tbody", "li", "p", "h2", "h3", "nav", "header"}
)


def add(parent: Element, tag: str, text: str = "", kind: str = "", /, **attributes: str) -> Element:
    """A new last child.

    Args:
        parent: the element that it goes into.
        tag: name of the element.
        text: its text.
        kind: its classes.
        attributes: further ones; ``_`` in a name stands for ``-``, and one at its end for nothing.
    """
    node = etree.SubElement(parent, tag)
    if kind:
        node.set("class", kind)
    if attributes:
        for name, value in attributes.items():
            node.set(name.rstrip("_").replace("_", "-"), value)
    if text:
        node.text = text
    if tag in _BREAKS_AFTER:
        node.tail = "\n"
    return node


def say(parent: Element, text: str) -> None:
    """More text at the end of an element, after its last child."""
    last = parent[-1] if len(parent) else None
    if last is None:
        parent.text = (parent.text or "") + text
    else:
        last.tail = (last.tail or "") + text


def link(parent: Element, text: str, target: str, kind: str = "") -> Element:
    """A link to a place on this page or on one beside it."""
    return add(parent, "a", text, kind, href=target)


def table_body(table: Element, titles: Iterable[str]) -> Element:
    """The body of a table, below a head with the titles of its columns."""
    head = add(add(table, "thead"), "tr")
    for title in titles:
        add(head, "th", title, "", scope="col")
    return add(table, "tbody")


def facts(parent: Element) -> Callable[..., Element]:
    """A list of facts; what is given adds one by its name and its text, and gives where more of it goes."""
    listed = add(parent, "dl", "", "facts")

    def fact(name: str, text: str = "") -> Element:
        pair = add(listed, "div")
        add(pair, "dt", name)
        return add(pair, "dd", text)

    return fact


def is_beside(href: str) -> bool:
    """Whether a file stands beside the page or below it, so that the page may link to it."""
    return not (":" in href or href.startswith(("/", "\\")) or ".." in href.split("/"))


def serialise(root: Element) -> bytes:
    """The file in UTF-8; attributes keep the order in which they were set."""
    return b"<!DOCTYPE html>\n" + etree.tostring(root, method="html", encoding="unicode").encode() + b"\n"
