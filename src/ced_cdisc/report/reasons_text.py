"""A value and what it was computed from, as a tree of lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ced_cdisc.core.findings import printable
from ced_cdisc.plan.model import SUPP, StudyPlan
from ced_cdisc.recompute import Reason, Value, as_text

_ROW = "__row"
_HIDDEN = re.compile("__(?P<what>[a-z]+)(?P<number>[0-9]*)(?P<undated>_undated)?")
_OF_EVENTS = {"e": "event", "c": "censoring", "event": "the event", "censor": "the censoring"}
_MANY = {
    "same": "shared by {} records",
    "mean": "the mean of {} records",
    "sum": "the sum of {} records",
    "count": "the count of {} records",
}


def reasons_text(reason: Reason, plan: StudyPlan) -> str:
    """The value, and below it, two blanks deeper, what its line looked at, down to raw cells.

    A value that was told already is told once more without what stands below it.
    """
    return "".join(_lines(reason, None, plan, 0, set()))


def _lines(
    reason: Reason, above: Reason | None, plan: StudyPlan, depth: int, told: set[tuple[int, str]]
) -> Iterator[str]:
    parts = [f"{'  ' * depth}{_name(reason)} = {_shown(reason.value)}"]
    if above is None or reason.record is not above.record:
        parts.append(_of(reason, plan))
    parts += [_MANY[func].format(count) for func, count in reason.over if func in _MANY]
    parts.append(_place(reason))
    key = id(reason.record), reason.name
    again = reason.record is not None and key in told
    if again and reason.parts:
        parts.append("(above)")
    yield "  ".join(filter(None, parts)) + "\n"
    if not again:
        told.add(key)
        for part in reason.parts:
            yield from _lines(part, reason, plan, depth + 1, told)


def _name(reason: Reason) -> str:
    """The variable or column; what no dataset shows, as the dates of the events that may count, in words."""
    hidden = _HIDDEN.fullmatch(reason.name)
    if hidden is not None:
        what = _OF_EVENTS.get(hidden["what"], hidden["what"])
        number = f" {hidden['number']} as listed" if hidden["number"] else ""
        return f"{reason.table}, {what}{number}{', records without a date' if hidden['undated'] else ''}"
    return f"{reason.table}.{reason.name.removeprefix(SUPP)}" if reason.table else reason.name


def _place(reason: Reason) -> str:
    """The line of the specs that made the value; of written records that of the block."""
    block = reason.record.block if reason.record is not None else None
    written = block.where if block is not None and block.kind == "rows" else None
    where = reason.line.where if reason.line is not None else written
    return f"{where.file}:{where.line}" if where is not None else ""


def _of(reason: Reason, plan: StudyPlan) -> str:
    """Which record it is: the row of a raw table, the keys of a dataset."""
    record = reason.record
    if record is None:
        return ""
    folder, _, short = reason.table.rpartition("/")
    study = next((one for one in plan.studies if one.folder == folder), plan)
    if short in study.tables:
        table = study.tables[short]
        return f"{table.counts_in} {as_text(record.values.get(_ROW))} of {table.file}"
    dataset = next((one for one in study.datasets if one.name == short), None)
    if dataset is None:
        return ""
    keys = [
        (name, as_text(record.values.get(name)))
        for name in dataset.sort
        if name not in ("STUDYID", dataset.person)
    ]
    said = ", ".join(f"{name} {text}" for name, text in keys if text is not None)
    return f"({printable(said)})" if said else ""


def _shown(value: Value) -> str:
    if value is None:
        return "missing"
    if isinstance(value, str):
        return f"'{printable(value)}'"
    return as_text(value) or ""
