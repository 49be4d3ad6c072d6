"""The fields of records by name.

A record is a :class:`msgspec.Struct`: three hundred classes are made as a build begins, and a dataclass takes
half a millisecond, fifty times as long. Nodes of expressions are dataclasses, since some of their fields are
no part of what two of them are compared by.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from msgspec import Struct


def is_record(kind: type[Any]) -> bool:
    """Whether a class is that of a record."""
    return issubclass(kind, Struct) or is_dataclass(kind)


@cache
def names_of(kind: type[Any]) -> tuple[str, ...]:
    """The names of the fields of a record's class, in their order."""
    return kind.__struct_fields__ if issubclass(kind, Struct) else tuple(one.name for one in fields(kind))
