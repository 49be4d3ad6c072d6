"""YAML as an editor reads it: version 1.2, in which ``NO`` is a text and ``4`` a number; keys are texts."""

from __future__ import annotations

import re
from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


_NUMBER = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
for _kind, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", _NUMBER, list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"^(?:{_pattern})$"), _first)
_Loader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))
_Loader.add_constructor("tag:yaml.org,2002:float", lambda _, node: float(node.value))
_Loader.add_constructor(
    "tag:yaml.org,2002:map",
    lambda loader, node: {str(k.value): loader.construct_object(v, deep=True) for k, v in node.value},
)


def as_edited(text: str) -> Any:
    """A text of YAML as an editor sees it.

    >>> as_edited("{a: NO, b: 4, 1: 2018-06-15, c: yes}")
    {'a': 'NO', 'b': 4, '1': '2018-06-15', 'c': 'yes'}
    """
    return yaml.load(text, _Loader)
