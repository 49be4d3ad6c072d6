"""The persons behind the subjects of raw tables: what ``usubjid`` looks up, and what may be so there."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import columns
from ced_cdisc.plan.raw import RawTable

READER = "USUBJID"
"""What reads the columns that ``usubjid`` looks up, in the account of raw columns."""


class Persons(Struct, frozen=True):
    """What may be so in raw tables that ``usubjid`` reads, and in a pool: see ``persons`` of study.yaml."""

    chain: bool = False
    empty: bool = False
    unmatched: bool = False
    studies: bool = False


def looked_up(usubjid: tree.Node) -> dict[str, tuple[str, ...]]:
    """The columns of raw tables that USUBJID is made of, by table: they lead from a subject to the person."""
    found: dict[str, dict[str, None]] = {}
    for one in columns(usubjid):
        if one.owner:
            found.setdefault(one.owner, {})[one.short] = None
    return {name: tuple(short) for name, short in found.items()}


def tables_of(usubjid: tree.Node, tables: Mapping[str, RawTable]) -> dict[str, RawTable]:
    """The raw tables that USUBJID is made of."""
    return {name: tables[name] for name in looked_up(usubjid) if name in tables}
