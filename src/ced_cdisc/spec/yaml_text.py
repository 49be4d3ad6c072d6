"""Texts as YAML scalars that read back as the same text."""

from __future__ import annotations

import re

# What YAML reads back as the same text without quotes, inside braces too.
_PLAIN = re.compile(r"(?:--)?[A-Za-z0-9_](?:[A-Za-z0-9_./()%*+=<>^;~-]| (?![ #]))*(?<! )")


def scalar(text: str) -> str:
    """The text plain where that reads back, else in double quotes.

    >>> scalar("First dose"), scalar("A: b"), scalar("")
    ('First dose', '"A: b"', '""')
    """
    if _PLAIN.fullmatch(text):
        return str(text)
    return '"' + "".join(_escaped(char) for char in text) + '"'


def folded(text: str, indent: int, width: int) -> str | None:
    """The text as a folded block (``>-``) with lines up to ``width``; None where folding would change it."""
    words = text.split(" ")
    if not text.isprintable() or "" in words or words[0].startswith("#"):
        return None
    lines: list[str] = []
    for word in words:
        if lines and indent + len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return ">-\n" + "\n".join(" " * indent + line for line in lines)


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else f"\\U{ord(char):08X}"
