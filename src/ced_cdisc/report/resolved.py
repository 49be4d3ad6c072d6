"""A spec as YAML again, with the file and line that each line of it came from."""

from __future__ import annotations

from ced_cdisc.core.findings import Location
from ced_cdisc.spec.source import Mapping, Node, Sequence, Text
from ced_cdisc.spec.yaml_text import scalar

_WIDTH = 80


def resolved_yaml(tree: Mapping) -> str:
    """The tree as YAML, with a comment behind each line that names file and line of its source.

    What stands on one line of a file is written on one line. Reading the text gives the tree again.
    """
    lines = _block(tree, "")
    wide = min(max((len(text) for text, _ in lines), default=0), _WIDTH)
    return "".join(f"{text:<{wide}}  # {where.file}:{where.line}\n" for text, where in lines)


def _block(node: Mapping | Sequence, indent: str) -> list[tuple[str, Location]]:
    made: list[tuple[str, Location]] = []
    if isinstance(node, Mapping):
        for key, value in node.items():
            made += _entry(f"{indent}{scalar(key)}:", value, key.where, indent + "  ")
    else:
        for value in node:
            made += _entry(f"{indent}-", value, node.where if value is None else value.where, indent + "  ")
    return made


def _entry(head: str, value: Node, where: Location, indent: str) -> list[tuple[str, Location]]:
    if value is None:
        return [(head, where)]
    if isinstance(value, Text) or not value or _on_line(value, where):
        return [(f"{head} {_flow(value)}", where)]
    return [(head, where), *_block(value, indent)]


def _on_line(node: Node, where: Location) -> bool:
    """Whether all of a node stands on one line of a file, and can be written so."""
    if node is None:
        return False
    if isinstance(node, Text):
        return (node.where.file, node.where.line) == (where.file, where.line)
    parts: list[Node] = [*node.keys(), *node.values()] if isinstance(node, Mapping) else list(node)
    return bool(parts) and all(_on_line(part, where) for part in parts)


def _flow(node: Node) -> str:
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {_flow(value)}" for key, value in node.items()) + "}"
    if isinstance(node, Sequence):
        return "[" + ", ".join(_flow(item) for item in node) + "]"
    return "" if node is None else scalar(node)
