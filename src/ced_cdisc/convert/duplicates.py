"""Records of a raw table that share a key: which of them is kept, where sources.yaml says how to choose."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import polars as pl

from ced_cdisc.convert.faults import ROW, Faults, Record
from ced_cdisc.core.dates import bounds, read_date
from ced_cdisc.core.decimals import NUMBER
from ced_cdisc.core.findings import Severity
from ced_cdisc.derive.fast.numbers import with_point
from ced_cdisc.plan.raw import Duplicates
from ced_cdisc.plan.raw import RawTable as TablePlan

_Rank = tuple[float, float]
"""The first and the last moment that a date may mean, as YYYYMMDDhhmmss, or a number twice."""


def without_duplicates(table: TablePlan, frame: pl.DataFrame, owner: str, faults: Faults) -> pl.DataFrame:
    """The records without those that ``duplicates`` of the table drops: each a note, CED237.

    CED238 where none of the records with a key can be chosen; all of them then stay.

    Args:
        table: the contract.
        frame: the records, columns ``table.COLUMN`` and ``__row``.
        owner: the column of the subject, which the frame may lack.
        faults: receives notes and errors.
    """
    names = [f"{table.name}.{column}" for column in table.key]
    if table.duplicates is None or not names or any(name not in frame.columns for name in names):
        return frame
    several = frame.filter(pl.len().over(names) > 1)
    dropped: list[int] = []
    for values, group in several.group_by(names, maintain_order=True):
        key = shown_key(table, values)
        records = group.sort(ROW).to_dicts()
        pairs = [(lost, kept, "which is identical") for lost, kept in _alike(records)]
        if table.duplicates.keep != "identical":
            # Of records that are alike it does not matter which is kept, so that they decide nothing.
            copies = [lost[ROW] for lost, _, _ in pairs]
            different = [record for record in records if record[ROW] not in copies]
            why = f"which has the {table.duplicates.keep} {table.duplicates.by}"
            pairs += [(lost, kept, why) for lost, kept in _ranked(table, key, different, owner, faults)]
        for lost, kept, why in pairs:
            lines = faults.lines(table.name, [lost[ROW]]), faults.lines(table.name, [kept[ROW]])
            text = f"{faults.file(table.name)}: {lines[0]} left out: it has the key {key} of {lines[1]}"
            record = _record(table, lost, owner)
            message = f"{text}, {why}"
            faults.add("CED237", message, table.duplicates.where, "", [record], Severity.NOTE)
            dropped.append(int(lost[ROW]))
    return frame.filter(~pl.col(ROW).is_in(dropped)) if dropped else frame


def _record(table: TablePlan, record: Mapping[str, int], owner: str) -> Record:
    return table.name, int(record[ROW]), str(record.get(owner) or "")


def shown_key(table: TablePlan, values: Sequence[object]) -> str:
    """The key of a record in messages: ``SUBJ '001', AENO empty``."""
    pairs = zip(table.key, values, strict=True)
    return ", ".join(f"{column} {_shown(value)}" for column, value in pairs)


def _shown(value: object) -> str:
    return "empty" if value is None else f"'{value}'"


def _alike(records: Sequence[Mapping[str, int]]) -> list[tuple[Mapping[str, int], Mapping[str, int]]]:
    """Pairs (dropped, kept) of records that are identical in all columns of the contract."""
    first: dict[tuple[object, ...], Mapping[str, int]] = {}
    pairs: list[tuple[Mapping[str, int], Mapping[str, int]]] = []
    for record in records:
        cells = tuple(value for name, value in sorted(record.items()) if not name.startswith("__"))
        kept = first.setdefault(cells, record)
        if kept is not record:
            pairs.append((record, kept))
    return pairs


def _ranked(
    table: TablePlan, key: str, records: Sequence[Mapping[str, int]], owner: str, faults: Faults
) -> list[tuple[Mapping[str, int], Mapping[str, int]]]:
    """Pairs (dropped, kept) where one record is for certain before or after all others."""
    if len(records) < 2:
        return []
    policy = table.duplicates
    assert policy is not None
    texts = [record.get(f"{table.name}.{policy.by}") for record in records]
    ranks = [_rank(None if text is None else str(text), policy) for text in texts]
    known = [rank for rank in ranks if rank is not None]
    falls = policy.keep in ("latest", "last")
    best = [i for i, rank in enumerate(ranks) if rank is not None and _is_beyond(rank, i, ranks, falls)]
    if len(known) == len(ranks) and best:
        return [(record, records[best[0]]) for i, record in enumerate(records) if i != best[0]]
    lines = [f"{faults.lines(table.name, [r[ROW]])} {_shown(t)}" for r, t in zip(records, texts, strict=True)]
    rows = faults.lines(table.name, [record[ROW] for record in records])
    message = (
        f"{faults.file(table.name)}: {rows} have the same key {key}, "
        f"and the {policy.keep} {policy.by} chooses none: {', '.join(lines)}"
    )
    formats = f"a date ({', '.join(policy.formats)})" if policy.formats else "a number"
    beyond = {"latest": "later than", "earliest": "earlier than", "last": "above", "first": "below"}
    hint = f"each needs {formats}, one of them {beyond[policy.keep]} all others"
    shown = [_record(table, record, owner) for record in records]
    faults.add("CED238", message, policy.where, hint, shown)
    return []


def _rank(text: str | None, policy: Duplicates) -> _Rank | None:
    if text is None:
        return None
    if not policy.formats:
        text = with_point(text, policy.notation)
        value = float(text) if NUMBER.fullmatch(text) else math.inf
        return (value, value) if math.isfinite(value) else None
    dtc = read_date(text, None, policy.formats, pivot=policy.pivot).dtc
    span = bounds(dtc) if dtc else None
    return None if span is None else (_digits(span[0]), _digits(span[1]))


def _digits(moment: str) -> float:
    return float("".join(character for character in moment if character.isdigit()))


def _is_beyond(rank: _Rank, place: int, ranks: Sequence[_Rank | None], falls: bool) -> bool:
    """Whether a rank is for certain after (before, if it does not fall) all others."""
    others = [other for i, other in enumerate(ranks) if i != place and other is not None]
    return all(other[1] < rank[0] if falls else rank[1] < other[0] for other in others)
