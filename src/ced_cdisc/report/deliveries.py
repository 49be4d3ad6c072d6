"""Two deliveries of raw data compared, as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ced_cdisc.compare.deliveries.model import Change, Deliveries, TableChanges
from ced_cdisc.core.findings import Severity, counted, one_of, printable

_READERS = 3


def deliveries_text(found: Deliveries) -> str:
    """The whole report: a line a table, then its changes, then what a build makes of it."""
    return "\n".join(line.rstrip() for line in _lines(found)) + "\n"


def _lines(found: Deliveries) -> Iterator[str]:
    yield f"old: {printable(found.old)}"
    yield f"new: {printable(found.new)}"
    yield ""
    yield from _summary(found)
    for table in found.tables:
        if table.changes:
            yield ""
            name = table.table if table.table == table.file else f"{table.table} ({table.file})"
            yield f"{printable(name)}: {_result(table)}"
            for change in table.changes:
                yield from _change(change)
    yield ""
    if found.concerned:
        yield f"a build writes other records or values into {', '.join(found.concerned)}"
    yield verdict(found)


def verdict(found: Deliveries) -> str:
    """The last line: what the changes amount to."""
    counts = found.counts()
    if not any(counts.values()):
        return "nothing changed"
    if counts[Severity.ERROR]:
        number = counts[Severity.ERROR]
        return f"{counted(number, 'change')} stop{'s' * (number == 1)} a build of the new delivery"
    return "nothing that changed stops a build of the new delivery"


def _summary(found: Deliveries) -> Iterator[str]:
    rows = [("table", "old", "new", "result")]
    rows += [(printable(t.table), _number(t.old), _number(t.new), _result(t)) for t in found.tables]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    for table, old, new, result in rows:
        yield f"{table:<{widths[0]}}  {old:>{widths[1]}}  {new:>{widths[2]}}  {result}"


def _number(rows: int | None) -> str:
    return "-" if rows is None else f"{rows:,}"


def _result(table: TableChanges) -> str:
    if not table.changes:
        return "the same bytes" if table.old is None else "nothing changed"
    counts = [(one, sum(change.severity is one for change in table.changes)) for one in _ORDER]
    return ", ".join(counted(number, one.value) for one, number in counts if number)


_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def _change(change: Change) -> Iterator[str]:
    column = f"{change.column}: " if change.column else ""
    hint = f"; {change.hint}" if change.hint else ""
    text = f"  {change.severity.value} {change.code} {column}{change.message}{hint}"
    if change.readers:
        text += f"; read by {one_of(change.readers, _READERS)}"
    yield printable(text)
    if change.where is not None:
        yield f"      {printable(str(change.where))}"
    for example in change.examples:
        key = " ".join(f"{name} {value}" for name, value in example.key)
        cells = f": {example.old} -> {example.new}" if example.old or example.new else ""
        yield printable(f"      {key}, {example.place}{cells}")
    left = change.count - len(change.examples)
    if change.examples and left > 0:
        yield f"      and {left:,} more"


def deliveries_json(found: Deliveries) -> str:
    """The whole comparison; the same text for the same deliveries."""
    counts = found.counts()
    content = {
        "old": found.old,
        "new": found.new,
        "counts": {one.value: counts[one] for one in _ORDER},
        "datasets": list(found.concerned),
        "tables": [
            {
                "table": table.table,
                "file": table.file,
                "old": table.old,
                "new": table.new,
                "changes": [_object(change) for change in table.changes],
            }
            for table in found.tables
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _object(change: Change) -> dict[str, object]:
    return {
        "code": change.code,
        "severity": change.severity.value,
        "column": change.column,
        "count": change.count,
        "message": change.message,
        "hint": change.hint,
        "where": None if change.where is None else str(change.where),
        "read by": list(change.readers),
        "records": [
            {"key": dict(one.key), "place": one.place, "old": one.old, "new": one.new}
            for one in change.examples
        ],
    }
