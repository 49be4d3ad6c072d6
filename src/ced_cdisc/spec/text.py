"""Texts of a spec that know where they stand.

A plan holds them, so that messages about data can point into the spec; nothing heavy is loaded here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ced_cdisc.core.findings import Location

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


Parts = tuple[tuple[int, int], ...]


class Span(Struct, frozen=True):
    """Where a scalar's source stands: the text of the whole file, the first index, the YAML style."""

    file: str
    buffer: str
    start: int
    style: str


class Text(str):
    """A scalar of a spec, with its place in the file.

    A :class:`str` in every respect; :meth:`locate` maps an offset in the value to line and column in the
    file, so that a message can point at one word of an expression. ``added`` are the parts of the value, by
    start and end, that a profile has put in and the file does not have.
    """

    __slots__ = ("added", "span", "where")
    span: Span | None
    where: Location
    added: Parts

    def __new__(cls, value: str, where: Location, span: Span | None = None, added: Parts = ()) -> Text:
        """Make a text at a place."""
        self = super().__new__(cls, value)
        self.where = where
        self.span = span
        self.added = added
        return self

    def __reduce__(self) -> tuple[type[Text], tuple[str, Location, Span | None, Parts]]:
        """How a copy is made, for pickle."""
        return Text, (str(self), self.where, self.span, self.added)

    def locate(self, offset: int) -> Location:
        """Line and column in the file of the character at ``offset`` in the value.

        The k-th non-blank character of a value is the k-th non-blank character of its source, where a
        doubled quote or a backslash escape counts once. This holds for every scalar style.
        """
        if self.span is None:
            return self.where
        span = self.span
        kept = (c for i, c in enumerate(self[:offset]) if not any(s <= i < e for s, e in self.added))
        wanted = sum(1 for c in kept if not c.isspace())
        position = _nth_nonblank(span, wanted)
        line = span.buffer.count("\n", 0, position) + 1
        column = position - (span.buffer.rfind("\n", 0, position) + 1) + 1
        return Location(span.file, line, column)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept instances only, and show as a string in JSON Schema."""
        from pydantic_core import core_schema

        return core_schema.json_or_python_schema(
            json_schema=core_schema.str_schema(),
            python_schema=core_schema.is_instance_schema(cls),
        )


def _nth_nonblank(span: Span, wanted: int) -> int:
    """Index in the file of the ``wanted``-th (from 0) non-blank character of a scalar."""
    buffer, position = span.buffer, span.start
    if span.style in ("|", ">"):
        position = buffer.find("\n", position) + 1
    elif span.style in ("'", '"'):
        position += 1
    seen = 0
    while position < len(buffer):
        char = buffer[position]
        if char.isspace():
            position += 1
            continue
        if seen == wanted:
            return position
        seen += 1
        escaped = (span.style == "'" and buffer.startswith("''", position)) or (
            span.style == '"' and char == "\\"
        )
        position += 2 if escaped else 1
    return max(span.start, len(buffer) - 1)
