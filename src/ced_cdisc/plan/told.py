"""What a build tells of records, beside what is at fault in them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from ced_cdisc.core.findings import Location
from ced_cdisc.core.metadata import Codelist
from ced_cdisc.expr.tree import Column, Node

Asked = Literal["", "note", "report", "accept"]
"""What is asked for of what is not certain: nothing (a note tells of it), a note that counts missing operands
too, a warning that does, or nobody is told."""


class Report(Struct, frozen=True):
    """Records that are told of: those for which ``node`` is true.

    * ``unknown``: a condition that decides the value is neither true nor false.
    * ``lost``: a function has no value, since a date is partial where it needs a whole one.
    * ``unequal``: so, since a missing text is asked to be another one than a constant.
    * ``gap``: no case of the line holds; always a warning.
    * ``overlap``: two cases hold that give different values; the first of them counts.
    * ``left out``: the condition that chooses the records is neither true nor false.
    * ``same day``: an element of the subject begins on the day of the record, and counts as begun.
    * ``dose day``: it is of the day of the first dose, neither has a time, and it counts as not before.
    * ``held``: a visit is not filled from the record, since one that ``where`` leaves out has a value there;
      ``words`` says so.
    * ``unlisted``: the value is no term of ``codelist``, which binds the line alone; always an error.
    * ``idle``: the other way round, told where ``node``, the ``when`` of a line, is true for no record.

    ``shown`` are the columns whose values the message gives.
    """

    kind: Literal[
        "unknown",
        "lost",
        "unequal",
        "gap",
        "overlap",
        "left out",
        "same day",
        "dose day",
        "held",
        "unlisted",
        "idle",
    ]
    node: Node
    where: Location
    asked: bool = False
    """Whether the spec asks for the report; it is a warning then, where it is a note else."""
    shown: tuple[Column, ...] = ()
    codelist: Codelist | None = None
    words: str = ""
