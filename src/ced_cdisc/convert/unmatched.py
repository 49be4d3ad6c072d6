"""Records of two raw tables that a look-up should have brought together, as it seems.

That a record finds none is usual: a form may be optional. It is told where the other table has the key in
another spelling, ``01`` for ``1``. And of a table that nothing else reads, what no record looks up would be
lost without a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from ced_cdisc.convert.faults import COUNT, FIRST, SUBJECT, Sorted, records_of, value_in_words
from ced_cdisc.convert.sources import OWNER, World
from ced_cdisc.core.findings import Severity
from ced_cdisc.plan.model import DatasetPlan, Lookup

_ACCEPT = "or accept it with unmatched: accept"


def check_unmatched(dataset: DatasetPlan, world: World) -> None:
    """CED853 and CED854, notes: for each look-up by more than the subject, before rows are chosen."""
    asked = dict.fromkeys((b.source, one) for b in dataset.blocks if b.kind == "raw" for one in b.lookups)
    for source, lookup in asked:
        told = lookup.accepted or lookup.one  # in a table without subjects, finding none is a fault
        if lookup.name in world.raw and not told and any(name != SUBJECT for name, _ in lookup.on):
            _check(source, lookup, dataset.name, world)


def _check(source: str, lookup: Lookup, dataset: str, world: World) -> None:
    own, other = world.records(source).frame, world.records(lookup.name).frame
    left = [OWNER if name == SUBJECT else name for name, _ in lookup.on]
    right = [OWNER if name == SUBJECT else f"{lookup.name}.{name}" for _, name in lookup.on]
    if not {*own.columns}.issuperset(left):
        return  # the key is a variable that lines make
    keys = [f"__l{i}" for i in range(len(left))]
    readers = own.with_columns(pl.col(name).alias(key) for name, key in zip(left, keys, strict=True))
    known = other.with_columns(pl.col(name).alias(key) for name, key in zip(right, keys, strict=True))
    lonely = readers.drop_nulls(keys).join(known, on=keys, how="anti", maintain_order="left")
    if not lonely.height and not lookup.alone:
        return
    unread = known.join(readers, on=keys, how="anti", maintain_order="left")
    names = {key: name for key, (_, name) in zip(keys, lookup.on, strict=True) if name != SUBJECT}

    def tell(code: str, message: str, hint: str, rows: pl.DataFrame, spellings: Sequence[str] = ()) -> None:
        if not rows.height:
            return
        message, hint = f"{dataset}: {message}, the first with {FIRST}", f"{hint}, {_ACCEPT}"
        first, found = _first(rows, names, lookup.name, spellings), records_of(rows, OWNER)
        world.faults.add(
            code, message, lookup.where, hint, found, Severity.NOTE, count=len(found), first=first
        )

    spelled, spellings = _spelled_otherwise(lonely, unread, keys, [*names])
    message = f"{lookup.name} has no record for {COUNT} of {source}"
    tell("CED853", message, "write the keys alike", spelled, spellings)
    if lookup.alone:
        message = f"{source} has no record for {COUNT} of {lookup.name}, which nothing else reads"
        tell("CED854", message, "correct the keys", unread)


def _spelled_otherwise(
    lonely: pl.DataFrame, unread: pl.DataFrame, keys: Sequence[str], by: Sequence[str]
) -> tuple[pl.DataFrame, list[str]]:
    """The records whose key the other table has in another spelling, and the columns that hold that."""

    def alike(key: str) -> pl.Expr:
        text = pl.col(key).str.to_lowercase().str.replace_all(r"[\s_-]", "")
        text = text.str.replace(r"^0+([0-9])", "${1}").str.replace(r"(\.[0-9]*?)0+$", "${1}")
        return text.str.strip_suffix(".").alias(f"__a{key}")

    on = [*(key for key in keys if key not in by), *(f"__a{key}" for key in by)]
    spellings = [f"__o{key}" for key in by]
    near = unread.with_columns(*map(alike, by), *(pl.col(key).alias(f"__o{key}") for key in by))
    near = near.select(*on, *spellings).drop_nulls().sort(spellings).unique(on, keep="first")
    found = lonely.with_columns(map(alike, by)).join(near, on=on, how="inner", maintain_order="left")
    return found, spellings


def _first(
    rows: pl.DataFrame, names: Mapping[str, str], other: str, spellings: Sequence[str]
) -> tuple[Sorted, str]:
    """The least key of the records, and it in words: ``AENO '1', where aex has AENO '01'``."""
    values = rows.select(*names, *spellings).rows()
    least = min(tuple((value is not None, value) for value in row) for row in values)
    words = [value_in_words(name, v) for name, (_, v) in zip([*names.values()] * 2, least, strict=False)]
    text = ", ".join(words[: len(names)])
    return least, f"{text}, where {other} has {', '.join(words[len(names) :])}" if spellings else text
