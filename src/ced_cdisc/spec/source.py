"""YAML with positions: every scalar is text that knows where it stands.

PyYAML's own constructors would turn ``NO`` into false, ``001`` into 1 and ``12:30`` into 750, so only its
parser is used. Anchors, aliases, merge keys, tags, list keys and duplicate keys are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean, misspelt
from ced_cdisc.spec.text import Span, Text
from ced_cdisc.spec.yaml_faults import yaml_fault

__all__ = ["Mapping", "Node", "Sequence", "Text", "load_yaml", "place_of", "unknown_key"]


class Mapping(dict[Text, "Node"]):
    """A YAML mapping with its place; keys are :class:`Text`."""

    where: Location


class Sequence(list["Node"]):
    """A YAML sequence with its place."""

    where: Location


Node = Text | Mapping | Sequence | None


def entry(node: Node, key: str) -> Node:
    """What a mapping has under a key; None where it has nothing, or the node is no mapping."""
    return (
        next((value for known, value in node.items() if known == key), None)
        if isinstance(node, Mapping)
        else None
    )


def key_of(node: Node, key: str) -> Text | None:
    """The key of that name, with its place."""
    return next((known for known in node if known == key), None) if isinstance(node, Mapping) else None


def mapping_like(node: Mapping, items: dict[Text, Node] | None = None) -> Mapping:
    """A mapping at the place of another one."""
    made = Mapping(items or {})
    made.where = node.where
    return made


def sequence_at(where: Location, items: Iterable[Node]) -> Sequence:
    """A sequence at a place."""
    made = Sequence(items)
    made.where = where
    return made


def place_of(node: Node, fallback: Location) -> Location:
    """The place of a node, or the fallback for an empty one."""
    return fallback if node is None else node.where


def load_yaml(text: str, file: str, findings: Findings) -> Mapping | None:
    """Parse one YAML file whose top is a mapping.

    Args:
        text: the file's text; a leading byte order mark is dropped.
        file: the path to show in messages.
        findings: receives every fault found (codes CED001 to CED006).

    Returns:
        The mapping, or None when the file could not be read as YAML or is not a mapping.
    """
    buffer = text.removeprefix("\ufeff")
    try:
        composer = _Composer(buffer, file, findings)
        top = composer.document()
    except yaml.MarkedYAMLError as error:
        findings.add(yaml_fault(error, buffer, file))
        return None
    except yaml.YAMLError as error:
        findings.add(
            Finding("CED001", f"this is not valid YAML: {str(error).splitlines()[0]}", Location(file))
        )
        return None
    if not isinstance(top, Mapping):
        findings.add(
            Finding(
                "CED002", "the file must hold keys and values at its top", place_of(top, Location(file, 1, 1))
            )
        )
        return None
    return top


class _Composer:
    """Builds nodes from the event stream of the parser."""

    def __init__(self, buffer: str, file: str, findings: Findings) -> None:
        self._buffer = buffer
        self._file = file
        self._findings = findings
        self._events: Iterator[Any] = iter(yaml.CSafeLoader(buffer).get_event, None)

    def document(self) -> Node:
        node: Node = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse("a second YAML document", self._at(event))
                node = self._node(next(self._events))
        return node

    def _at(self, event: Any) -> Location:
        mark = event.start_mark
        return Location(self._file, mark.line + 1, mark.column + 1)

    def _refuse(self, what: str, where: Location) -> None:
        self._findings.add(Finding("CED003", f"{what} cannot be used in a spec", where))

    def _node(self, event: Any) -> Node:
        mark = event.start_mark
        where = Location(self._file, mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.AliasEvent):
            self._refuse(f"an alias (*{event.anchor})", where)
            return None
        if event.anchor is not None:
            self._refuse(f"an anchor (&{event.anchor})", where)
        if event.tag is not None:
            self._refuse(f"a tag ({event.tag})", where)
        if isinstance(event, yaml.ScalarEvent):
            value: str = event.value
            if not value and not event.style:
                return None
            return Text(value, where, Span(self._file, self._buffer, mark.index, event.style or ""))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(where)
        return self._mapping(where, flow=bool(event.flow_style))

    def _sequence(self, where: Location) -> Sequence:
        items = Sequence()
        items.where = where
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event))
        return items

    def _mapping(self, where: Location, *, flow: bool) -> Mapping:
        mapping = Mapping()
        mapping.where = where
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event)
            value = self._node(next(self._events))
            if not isinstance(key, Text):
                self._findings.add(Finding("CED002", "a key must be one word or text", self._at(event)))
                continue
            key_at = key.where
            if not (flow or event.style) and key.count("{") > key.count("}"):  # AESEV {collect: ae.SEV}
                raise yaml.MarkedYAMLError(problem="mapping values", problem_mark=event.end_mark)
            if key == "<<":
                self._refuse("a merge key (<<)", key_at)
                continue
            if flow and value is None:
                if self._buffer[event.end_mark.index :].lstrip()[:1] in ("{", "["):
                    continue  # its colon is missing, at which the parser stops next
                self._findings.add(
                    Finding(
                        "CED004",
                        f"'{key}' stands alone inside braces",
                        key_at,
                        hint="put quotes around an expression that holds a comma",
                    )
                )
                continue
            if key in mapping:
                first = next(k for k in mapping if k == key).where
                self._findings.add(
                    Finding("CED005", f"duplicate key '{key}', first given in line {first.line}", key_at)
                )
                continue
            mapping[key] = value
        return mapping


def unknown_key(key: Text, known: list[str], findings: Findings) -> str:
    """Report a key that the language does not have (CED006); gives the key that was meant, or nothing."""
    near = did_you_mean(key, known)
    hint = near or f"known: {', '.join(known)}"
    findings.add(Finding("CED006", f"unknown key '{key}'", key.where, hint=hint))
    return misspelt(key, near)
