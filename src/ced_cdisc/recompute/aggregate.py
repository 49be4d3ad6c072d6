"""Values over several records (:class:`ced_cdisc.expr.tree.Aggregate`), by looking at each of them.

Which records: of another dataset, those with the subject of the record at hand and with its values of the
``on`` variables, where a missing value equals nothing; of the own dataset, the group with the same subject
and ``on`` values, the record at hand among them, where missing equals missing. A table or dataset without
USUBJID is not matched by subject.

What names mean: inside ``where``, the value and ``order by``, ``D.X`` is a column of the record looked at
and any other name one of the record at hand; in an aggregate over the own dataset every name is one of the
record looked at, unless it is marked as one of the record at hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from ced_cdisc.expr.lineage import columns
from ced_cdisc.expr.tree import HERE, Aggregate, Node, Plugin, Type
from ced_cdisc.recompute import partial
from ced_cdisc.recompute.evaluate import Names, Outside
from ced_cdisc.recompute.records import Record, Table, sorted_by
from ced_cdisc.recompute.values import DataFault, Value, finite, in_order

ValueOf = Callable[[Node, Names], Value]
"""Computes a part of the aggregate."""

Memo = dict[tuple[Any, ...], list[tuple[Record, Value]]]
"""The chosen records of the own dataset with their values, by aggregate and group."""


class Outcome(Struct, frozen=True):
    """The value, and the records that it comes from."""

    value: Value
    records: tuple[Record, ...] = ()


def aggregate(
    node: Aggregate,
    here: Record,
    names: Names,
    table: Table,
    inside: Callable[[Record], Names],
    value_of: ValueOf,
    *,
    with_subject: bool,
    memo: Memo,
    outside: Outside | None = None,
) -> Outcome:
    """The value of an aggregate for the record at hand.

    Args:
        node: what to compute.
        here: the record at hand.
        names: the names of the record at hand.
        table: the records of ``node.dataset``, or of the own dataset.
        inside: the names that the parts of the aggregate see for a record of the table.
        value_of: computes a part.
        with_subject: whether the dataset of the record at hand has USUBJID.
        memo: filled with what is the same for a whole group of the own dataset, where no part looks at the
            record at hand; to be emptied when a value of the dataset changes.
        outside: runs plug-ins.

    Raises:
        DataFault: ``only`` found several values.
    """
    wanted = [names(name) for name in node.on]
    own = node.dataset == ""
    beside = any(column.here for column in columns(node))
    if beside:
        inside = _beside(names, inside)
    group = (id(node), here.subject, *wanted)
    pairs = memo.get(group) if own and not beside else None
    if isinstance(node.of, Plugin) and node.func == "group":
        if pairs is None:
            pairs = memo[group] = _grouped(node.of, wanted, here, table, inside, value_of, outside, node.on)
        value = next(value for record, value in pairs if record is here)
        return Outcome(value, tuple(record for record, _ in pairs))
    if pairs is None:
        candidates = (
            ()
            if not own and None in wanted
            else _candidates(here, table, with_subject and table.with_subject, own)
        )
        found = [
            record
            for record in candidates
            if [_key(node, record, name, inside) for name in node.on] == wanted
        ]
        pairs = _chosen(node, found, inside, value_of)
        if own and not beside:
            memo[group] = pairs
    if node.func == "rank":
        place = next((place for place, (record, _) in enumerate(pairs, 1) if record is here), None)
        return Outcome(None) if place is None else Outcome(float(place), (here,))
    if node.func in ("next", "previous"):
        place = next((place for place, (record, _) in enumerate(pairs) if record is here), None)
        place = None if place is None else place + (1 if node.func == "next" else -1)
        if place is None or not 0 <= place < len(pairs):
            return Outcome(None)
        return Outcome(pairs[place][1], (pairs[place][0],))
    if node.of is None:
        return Outcome(float(len(pairs)), tuple(record for record, _ in pairs))
    return _summary(node, pairs)


def _beside(names: Names, inside: Callable[[Record], Names]) -> Callable[[Record], Names]:
    """The names that the parts see where some are of the record at hand."""

    def of(record: Record) -> Names:
        other = inside(record)
        return lambda name: names(name.removeprefix(HERE)) if name.startswith(HERE) else other(name)

    return of


def _chosen(
    node: Aggregate, found: list[Record], inside: Callable[[Record], Names], value_of: ValueOf
) -> list[tuple[Record, Value]]:
    """The records for which ``where`` is true, in order, each with its value."""
    of, where = node.of, node.where
    if where is not None:
        found = [record for record in found if value_of(where, inside(record)) is True]
    orders = [(_part(key.of, inside, value_of), key.falling) for key in node.order]
    found = sorted_by(found, orders, keys_fall=node.take == "last")
    return [(record, None if of is None else value_of(of, inside(record))) for record in found]


def _grouped(
    node: Plugin,
    wanted: list[Value],
    here: Record,
    table: Table,
    inside: Callable[[Record], Names],
    value_of: ValueOf,
    outside: Outside | None,
    on: tuple[str, ...],
) -> list[tuple[Record, Value]]:
    """What a plug-in gives each record of the group of the record at hand."""
    if outside is None:
        raise TypeError(f"{node.derivation.name}() needs what runs it")
    records = table.of(here.subject) if table.with_subject else table.records
    found = [one for one in records if [inside(one)(name) for name in on] == wanted]
    rows = [tuple(value_of(arg, inside(one)) for arg in node.args) for one in found]
    return list(zip(found, outside(node.derivation, rows), strict=True))


def _candidates(here: Record, table: Table, with_subject: bool, own: bool) -> Sequence[Record]:
    """The records with the subject of the record at hand, if both have one."""
    if not with_subject:
        return table.records
    return table.of(here.subject) if own or here.subject is not None else ()


def _part(of: Node, inside: Callable[[Record], Names], value_of: ValueOf) -> Callable[[Record], Value]:
    def place(record: Record) -> Value:
        value = value_of(of, inside(record))
        # A comma before a fraction of a second is a point.
        return value.replace(",", ".") if of.type is Type.DTC and isinstance(value, str) else value

    return place


def _key(node: Aggregate, record: Record, name: str, inside: Callable[[Record], Names]) -> Value:
    return inside(record)(node.looked_at(name))


def _summary(node: Aggregate, pairs: list[tuple[Record, Value]]) -> Outcome:
    """``same`` looks at all records, everything else at those with a value."""
    if node.func == "same":
        if not pairs or any(value != pairs[0][1] for _, value in pairs):
            return Outcome(None, tuple(record for record, _ in pairs))
        return Outcome(pairs[0][1], tuple(record for record, _ in pairs))
    pairs = [pair for pair in pairs if pair[1] is not None]
    records = tuple(record for record, _ in pairs)
    if node.func == "count":
        return Outcome(float(len(pairs)), records)
    if not pairs:
        return Outcome(None)
    if node.func in ("sum", "mean"):
        return Outcome(_total(pairs, len(pairs) if node.func == "mean" else 1), records)
    if node.func == "only" and len(pairs) > 1:
        raise DataFault(f"{len(pairs)} records have a value where only one may")
    if node.func in ("only", "first"):
        record, value = pairs[0]
    elif node.func == "last":
        record, value = pairs[-1]
    elif node.func in ("min", "max") and node.of is not None and node.of.type is Type.DTC:
        texts = [value for _, value in pairs if isinstance(value, str)]
        found = partial.extreme(texts, latest=node.func == "max")
        same = [record for record, value in pairs if value == found]
        return Outcome(found, tuple(same[:1]) or records)
    elif node.func in ("min", "max"):
        record, value = (min if node.func == "min" else max)(pairs, key=lambda pair: in_order(pair[1]))
    else:
        raise TypeError(f"{node.func}() is not known")
    return Outcome(value, (record,))


def _total(pairs: list[tuple[Record, Value]], parts: int) -> float | None:
    """The exact sum rounded once (``math.fsum``), over the number of parts; missing out of range."""
    numbers = [value for _, value in pairs if isinstance(value, float | int)]
    if len(numbers) != len(pairs):
        raise TypeError("sum() and mean() need numbers")
    try:
        return finite(math.fsum(numbers) / parts)
    except OverflowError:
        return None
