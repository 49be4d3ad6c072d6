"""The account of raw columns as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ced_cdisc.core.findings import counted, one_of
from ced_cdisc.plan.account import (
    EXCLUDED,
    LEFT_OVER,
    MAPPED,
    NEW,
    BuildAccount,
    ColumnAccount,
    TableAccount,
    sentence,
    totals,
)

CONTEXT = "context"
"""Of the mapped columns, those of which no variable is made: keys, look-ups, choice of rows, visits."""
_HEAD = ("records", "columns", "values", CONTEXT, EXCLUDED, LEFT_OVER, "new", "accounted for")


def coverage_text(account: BuildAccount) -> str:
    """A line a table with percentages, then the columns that were left out or left over, each with why."""
    counted = totals({name: table.columns for name, table in account.tables.items()})
    lines = [sentence(counted)]
    if account.partial:
        lines.append(f"of a build of {', '.join(account.partial)} alone; what reads a column is known of all")
    rows = [("table", *_HEAD), *(_row(name, [table]) for name, table in account.tables.items())]
    if len(account.tables) > 1:
        rows.append(_row("all", account.tables.values()))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines.append("")
    for row in rows:
        cells = [
            row[0].ljust(widths[0]),
            *(cell.rjust(wide) for cell, wide in zip(row[1:], widths[1:], strict=True)),
        ]
        lines.append("  ".join(cells).rstrip())
    lines += _listed(account, LEFT_OVER, "left over: nothing reads them, and no reason is given")
    lines += _listed(account, NEW, "new: the files have them, and sources.yaml does not")
    lines += _listed(account, EXCLUDED, "excluded")
    rows_left = [
        f"  {count:,} of {name}: {why}"
        for name, table in account.tables.items()
        for why, count in table.excluded.items()
    ]
    lines += ["", "records excluded:", *rows_left] if rows_left else []
    return "\n".join(lines) + "\n"


def coverage_json(account: BuildAccount) -> str:
    """The same as JSON: totals, and each table with its counts and columns."""
    counted = totals({name: table.columns for name, table in account.tables.items()})
    content = {
        "study": account.study,
        "partial": list(account.partial) or False,
        "columns": {"total": sum(counted.values()), **counted, **_shares(account.tables.values())},
        "tables": {
            name: {
                "records": table.records,
                **({"records excluded": dict(table.excluded)} if table.excluded else {}),
                "duplicates left out": table.dropped,
                **totals({name: table.columns}),
                **_shares([table]),
                "columns": {column: _json(table, column, found) for column, found in table.columns.items()},
            }
            for name, table in account.tables.items()
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _shares(tables: Iterable[TableAccount]) -> dict[str, object]:
    found = [column for table in tables for column in table.columns.values()]
    return {CONTEXT: sum(map(is_context, found)), "accounted for [%]": _percent(found)}


def _json(table: TableAccount, column: str, found: ColumnAccount) -> dict[str, object]:
    made: dict[str, object] = {"status": found.status}
    if found.status == MAPPED:
        made[CONTEXT] = is_context(found)
        made["read by"] = list(found.read_by)
    if found.reason:
        made["reason"] = found.reason
    if column in table.filled:
        made["filled cells"] = table.filled[column]
    return made


def is_context(column: ColumnAccount) -> bool:
    """Whether a mapped column only chooses, matches or orders records, and makes no variable."""
    return column.status == MAPPED and not any("." in reader for reader in column.read_by)


def _row(name: str, tables: Iterable[TableAccount]) -> tuple[str, ...]:
    tables = list(tables)
    found = [column for table in tables for column in table.columns.values()]
    statuses = [column.status for column in found]
    context = sum(map(is_context, found))
    counts = (
        sum(table.records for table in tables),
        len(found),
        statuses.count(MAPPED) - context,
        context,
        statuses.count(EXCLUDED),
        statuses.count(LEFT_OVER),
        statuses.count(NEW),
    )
    return (name, *(f"{count:,}" for count in counts), f"{_percent(found)} %")


def _percent(columns: list[ColumnAccount]) -> float:
    """The share of columns that are mapped or excluded, cut to one decimal: 100.0 is all of them."""
    good = sum(column.status in (MAPPED, EXCLUDED) for column in columns)
    return good * 1000 // len(columns) / 10 if columns else 100.0


def _listed(account: BuildAccount, status: str, title: str) -> list[str]:
    """The columns of a status; tables that say the same of a column of one name stand together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for name, table in account.tables.items():
        for column, found in table.columns.items():
            if found.status == status:
                said = found.reason or _cells(table.filled, column)
                alike.setdefault((column, said), []).append(name)
    lines = [
        f"  {column} of {one_of(tables, 3)}{f': {said}' if said else ''}"
        for (column, said), tables in alike.items()
    ]
    return ["", title, *lines] if lines else []


def _cells(filled: Mapping[str, int], column: str) -> str:
    if column not in filled:
        return ""
    return counted(filled[column], "filled cell")
