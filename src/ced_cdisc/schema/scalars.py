"""What an editor sees of a scalar: YAML 1.2 types it, while the mapping language takes every one as text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

Schema = dict[str, Any]
"""One JSON Schema, or a part of one."""

_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_TRUTHS = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}

TEXT: Schema = {"type": ["string", "number", "boolean"]}
WHOLE: Schema = {"type": ["integer", "string"], "pattern": r"^\s*[-+]?[0-9]+\s*$"}
NUMBER: Schema = {
    "type": ["number", "string"],
    "pattern": r"^\s*[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)\s*$",
}
YES: Schema = {"enum": ["yes", "no"]}
FILLED: Schema = {"type": "string", "pattern": r"\{", "patternErrorMessage": "nothing of that name is known"}
"""A text with {names} that ``for`` fills in: what it will be is not known to an editor."""


def words(values: Iterable[str]) -> Schema:
    """One of some texts; one that looks like a number, plain, is a number to an editor.

    An enum is neither empty nor has an item twice: language servers refuse the whole schema otherwise.

    >>> words(["MILD", "1", "1.0"]), words([])
    ({'enum': ['MILD', '1', 1.0, '1.0']}, {'not': {}})
    """
    found = {(type(seen) is bool, seen): seen for value in values for seen in _seen(value)}
    return {"enum": list(found.values())} if found else {"not": {}}


def any_of(*schemas: Schema) -> Schema:
    """Each of several schemas is good."""
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def ref(name: str) -> Schema:
    """A reference to a definition of the same file."""
    return {"$ref": f"#/definitions/{quote(name, safe='')}"}


def _seen(text: str) -> list[Any]:
    if text in _TRUTHS:
        return [text, _TRUTHS[text]]
    if _INTEGER.fullmatch(text):
        return [text, int(text)]
    if _NUMBER.fullmatch(text):
        return [text, float(text)]
    return [text]
