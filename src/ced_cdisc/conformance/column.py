"""A variable of a dataset as its file describes it, before a rule looks at it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Column(Struct, frozen=True):
    """A variable as its file describes it; ``length`` in bytes, 0 where the file does not say."""

    name: str
    label: str
    type: Literal["Char", "Num"]
    length: int = 0
    format: str = ""
