"""What the plan knows of a look-up."""

from __future__ import annotations

from msgspec import Struct

from ced_cdisc.core.findings import Location
from ced_cdisc.expr.lineage import columns
from ced_cdisc.expr.tree import Node
from ced_cdisc.spec.text import Text


class Lookup(Struct, frozen=True):
    """One record at most of another table or dataset, joined to the row at hand.

    ``on`` pairs a reference of the row at hand (``gcsf.SUBJ``, ``USUBJID``) with a column of ``name``.
    The pair ``("USUBJID", "USUBJID")`` stands for the subject and is always there for raw tables too.
    Two records with one key are a fault, unless no row needs them, or ``many``: then the row is repeated for
    each match in the order of the other's keys, before rows are chosen. ``alone``: nothing else reads the
    other table; ``accepted``: nobody is told of records without a match.

    ``one``: the other table has no subjects, and a row that finds no record there is a fault unless that is
    ``accepted``. ``keep`` is what the record meets beside ``on``, and ``text`` its text in the spec.
    """

    name: str
    on: tuple[tuple[str, str], ...]
    where: Location
    many: bool = False
    alone: bool = False
    accepted: bool = False
    one: bool = False
    keep: Node | None = None
    text: Text | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """What it reads of the row at hand."""
        names = [name for name, _ in self.on]
        if self.keep is not None:
            names += [column.name for column in columns(self.keep) if column.owner != self.name]
        return tuple(dict.fromkeys(names))
