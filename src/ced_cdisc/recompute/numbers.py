"""Pinned numbers, record by record: a known one keeps its number, another gets the subject's next."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ced_cdisc.plan.model import KEY, Identity, Pinned
from ced_cdisc.recompute.records import Record
from ced_cdisc.recompute.values import DataFault, Value


def pin_numbers(
    records: Sequence[Record], pinned: Pinned, report: Callable[[DataFault, Record], None]
) -> None:
    """Replace the numbers by sort order by the pinned ones.

    Args:
        records: all records of the dataset, numbered by sort order.
        pinned: the known numbers.
        report: is told of records that share an identity; each but the first of them.
    """
    last = dict(pinned.highest)
    seen: set[Identity] = set()
    for record in sorted(records, key=lambda one: _number(one.values[pinned.variable])):
        subject = record.subject or ""
        identity = (subject, str(record.values[KEY]))
        if identity in seen:
            report(DataFault(f"a second record has the identity {identity[1]}"), record)
        seen.add(identity)
        number = pinned.known.get(identity)
        if number is None:
            number = last[subject] = last.get(subject, 0) + 1
        record.values[pinned.variable] = float(number)


def _number(value: Value) -> float:
    assert isinstance(value, float | int)
    return float(value)
