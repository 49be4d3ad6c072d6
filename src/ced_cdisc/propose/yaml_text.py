"""Proposed specs as YAML: scalars with quotes where they need them, and lines with a comment behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

_PLAIN = re.compile(r"[^\W_][\w .()°µ^*+/=-]*")


def scalar(text: str) -> str:
    """A text as a YAML scalar; every scalar of a spec is text, so that only signs of YAML need quotes.

    >>> scalar("Tag 1"), scalar("a: b"), scalar("#N/A")
    ('Tag 1', '"a: b"', '"#N/A"')
    """
    if _PLAIN.fullmatch(text) and text == text.strip():
        return text
    return json.dumps(text, ensure_ascii=False)


def listed(texts: Iterable[str]) -> str:
    """A list on one line."""
    return f"[{', '.join(map(scalar, texts))}]"


def mapped(pairs: Iterable[tuple[str, str]]) -> str:
    """A mapping on one line, its values as they are given."""
    return "{" + ", ".join(f"{scalar(key)}: {value}" for key, value in pairs) + "}"


def commented(line: str, comment: str) -> str:
    """A line with a comment behind it; as it is where there is none."""
    return f"{line}  # {comment}" if comment else line
