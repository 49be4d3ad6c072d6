"""One spec file to a tree, and a tree to a model, with every fault at its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.spec.base import Model
from ced_cdisc.spec.source import Mapping, Node, Sequence, Text, load_yaml

M = TypeVar("M", bound=Model)


def parse_file(path: Path, shown: str, findings: Findings) -> Mapping | None:
    """One file as a tree; None where it is not there, and with findings where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        message = f"this file is not UTF-8: byte {error.start + 1} cannot be read"
        findings.add(Finding("CED011", message, Location(shown)))
        return None
    except OSError as error:
        findings.add(Finding("CED011", f"this file cannot be read: {error.strerror}", Location(shown)))
        return None
    return load_yaml(text, shown, findings)


def validate(tree: Mapping, model: type[M], findings: Findings) -> M | None:
    """The tree as a model; a fault in one place leaves the rest of the file unread."""
    try:
        return model.model_validate(tree, context={"findings": findings})
    except ValidationError as error:
        for item in error.errors(include_url=False):
            findings.add(_finding(item, tree))
        return None


def _finding(error: ErrorDetails, tree: Mapping) -> Finding:
    node, where, key = _find(tree, error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    shown = f"'{node}'" if isinstance(node, Text) else "this"
    if kind == "missing":
        return Finding("CED007", f"the key '{error['loc'][-1]}' is missing", where)
    if kind in ("literal_error", "enum"):
        options = str(context.get("expected", ""))
        words = [word.strip(" '") for word in options.replace(" or ", ",").split(",")]
        hint = did_you_mean(str(node), words) or f"one of {', '.join(words)}"
        return Finding("CED008", f"{shown} is not a value of '{key}'", where, hint=hint)
    expected = {
        "int_parsing": "a whole number",
        "int_type": "a whole number",
        "float_parsing": "a number",
        "float_type": "a number",
        "is_instance_of": "a text",
        "list_type": "a list",
        "dict_type": "keys and values",
        "model_type": "keys and values",
        "model_attributes_type": "keys and values",
        "bool_type": "yes or no",
        "bool_parsing": "yes or no",
    }.get(kind)
    if expected is None:
        message = str(context.get("error", error["msg"]))
        return Finding("CED009", f"{shown} cannot be the value of '{key}': {message}", where)
    what = (
        shown
        if isinstance(node, Text)
        else "nothing"
        if node is None
        else "a list"
        if isinstance(node, list)
        else "keys and values"
    )
    return Finding("CED009", f"'{key}' needs {expected}, not {what}", where)


def _find(tree: Node, path: tuple[Any, ...]) -> tuple[Node, Location, str]:
    """The deepest node on pydantic's path, its place, and the name of the key that leads to it."""
    node: Node = tree
    where = tree.where if tree is not None else Location("")
    key = ""
    for step in path:
        if isinstance(node, Mapping):
            match = next((k for k in node if k == step), None)
            if match is None:
                continue
            node, key = node[match], str(match)
            where = match.where if node is None else node.where
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node):
            node = node[step]
            where = where if node is None else node.where
    return node, where, key
