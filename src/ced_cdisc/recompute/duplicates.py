"""Of the records with one key, the one that is kept: the second engine's way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ced_cdisc.plan.raw import Duplicates, RawTable
from ced_cdisc.recompute.collected import decimal, numeric
from ced_cdisc.recompute.evaluate import evaluate
from ced_cdisc.recompute.partial import bounds
from ced_cdisc.recompute.values import DataFault, filled
from ced_cdisc.recompute.written import read_date

Row = Mapping[str, str | None]
_Span = tuple[float, float]


def kept_rows(table: RawTable, rows: Sequence[Row], report: Callable[[DataFault], None]) -> list[Row]:
    """The rows without those that the contract excludes, and of those with one key the one that
    ``duplicates`` keeps; a key of which none can be chosen is reported."""
    policy, rows = table.duplicates, [row for row in rows if not _is_excluded(table, row, report)]
    if policy is None or not table.key:
        return rows
    groups: dict[tuple[str | None, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(filled(row.get(column)) for column in table.key), []).append(row)
    done: list[Row] = []
    for key, all_rows in groups.items():
        # Of rows that are alike one counts, whatever is kept: it does not matter which.
        group = [row for i, row in enumerate(all_rows) if not any(_same(table, row, r) for r in all_rows[:i])]
        if policy.keep == "identical":
            done += group
            continue
        best = group if len(group) == 1 else [row for row in group if _wins(row, group, policy)]
        if not best:
            report(DataFault(f"no {policy.keep} {policy.by} of {key}"))
        done += best or group
    return done


def _is_excluded(table: RawTable, row: Row, report: Callable[[DataFault], None]) -> bool:
    for one in table.left_out:
        try:
            if evaluate(one.condition, lambda name: filled(row.get(name))) is True:
                return True
        except DataFault as fault:
            report(fault)
    return False


def _same(table: RawTable, one: Row, other: Row) -> bool:
    return all(filled(one.get(column)) == filled(other.get(column)) for column in table.columns)


def _wins(row: Row, group: Sequence[Row], policy: Duplicates) -> bool:
    mine = _span(row, policy)
    for other in group:
        if other is row:
            continue
        theirs = _span(other, policy)
        if mine is None or theirs is None:
            return False
        before, after = (theirs, mine) if policy.keep in ("latest", "last") else (mine, theirs)
        if not before[1] < after[0]:
            return False
    return True


def _span(row: Row, policy: Duplicates) -> _Span | None:
    """The first and last moment (in seconds) that the date may mean, or the number twice; None if neither."""
    text = filled(row.get(policy.by))
    if text is None:
        return None
    if policy.keep in ("last", "first"):
        number = numeric(decimal(text, policy.notation))
        return None if number is None else (number, number)
    try:
        day = read_date(
            re.sub(r"(T\d\d:\d\d:\d\d)[.,]\d+$", r"\1", text), None, policy.formats, pivot=policy.pivot
        )
    except DataFault:
        return None
    span = bounds(day) if day else None
    return None if span is None else (_seconds(span[0]), _seconds(span[1]))


def _seconds(moment: datetime) -> float:
    return (moment - datetime(1, 1, 1)).total_seconds()  # noqa: DTZ001
