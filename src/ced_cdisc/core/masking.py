"""Identifiers of persons in what people read: subjects and the values of identifying columns.

A subject becomes a short digest that is the same wherever it occurs in one run, so that two messages about
one person can be told to be so. Its key are the data themselves: who has them finds the person by the line
that stands beside it, who has not can try no list of numbers. A value becomes its shape.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

DIGITS = 6
_LONGEST = 24


class Mask:
    """Masks for one run.

    >>> Mask([b"01-001"]).subject("01-001") == Mask([b"01-001"]).subject("01-001")
    True
    """

    def __init__(self, data: Iterable[bytes | str]) -> None:
        """Of the data, or digests of them, in an order that depends on them alone."""
        made = hashlib.sha256()
        for part in data:
            made.update(hashlib.sha256(part.encode() if isinstance(part, str) else part).digest())
        self._key = made.digest()

    def subject(self, text: str) -> str:
        """What stands for a subject: ``#3fa2c1``."""
        return "#" + hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:DIGITS]


def shape(text: str) -> str:
    """What stands for a value of a person: letters and digits are hidden, the rest and the length stay.

    >>> shape("10-FEB-1970"), shape("O'Neill")
    ('99-AAA-9999', "A'Aaaaaa")
    """
    shown = "".join(_hidden(char) for char in text[:_LONGEST])
    return shown + (".." if len(text) > _LONGEST else "")


def _hidden(char: str) -> str:
    if char.isdigit():
        return "9"
    if char.isalpha():
        return "A" if char.isupper() else "a"
    return char
