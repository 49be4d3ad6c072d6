"""A scan as text for people and as JSON for programs; values that identify a person are shapes in both."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from ced_cdisc.core.findings import counted, one_of, printable
from ced_cdisc.propose.profile import ColumnProfile, Scan, TableProfile
from ced_cdisc.propose.shapes import shown_shape

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MOST_CODES = 12
_MOST_VISITS = 30
_RARE = 30
_LONGEST = 40


def scan_text(scan: Scan, show_ids: bool = False) -> str:
    """Each table with a line a column: how it is filled, what its cells are, its codes, range or shape."""
    lines: list[str] = []
    for table in scan.tables:
        lines += [*_head(table), ""]
        rows = [("column", "filled", "empty", "values", "what", "")]
        rows += [_row(column, show_ids) for column in table.columns]
        lines += [f"  {line}" for line in _aligned(rows)]
        lines += [f"  ! {printable(remark)}" for remark in _remarks(table)]
        lines.append("")
    subject = sorted({c.name for table in scan.tables for c in table.columns if c.role == "subject"})
    tables = f"{len(scan.tables)} table{'' if len(scan.tables) == 1 else 's'}"
    lines.append(f"{tables}; the subject is likely {' or '.join(subject)}" if subject else tables)
    return "\n".join(lines) + "\n"


def scan_json(scan: Scan, show_ids: bool = False) -> str:
    """The same as JSON."""
    content = {
        "folder": scan.folder,
        "tables": [
            {
                "name": table.name,
                "file": table.file,
                "format": table.format,
                **({"sheet": table.sheet} if table.sheet else {}),
                **({"group": table.group} if table.group else {}),
                **({"encoding": table.encoding} if table.encoding else {}),
                **({"delimiter": table.delimiter} if table.delimiter else {}),
                **({"why": list(table.why)} if table.why else {}),
                "rows": table.rows,
                "key": list(table.key.columns) if table.key else [],
                "rows with the key of an earlier one": table.key.repeated if table.key else 0,
                "remarks": list(_remarks(table)),
                "columns": [_json(column, show_ids) for column in table.columns],
            }
            for table in scan.tables
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _head(table: TableProfile) -> list[str]:
    counts = f"{counted(table.rows, 'row')}, {len(table.columns)} column{'s' * (len(table.columns) != 1)}"
    parts = [table.format if table.format != "csv" else "text"]
    if table.delimiter:
        parts.append(f"{_DELIMITERS.get(table.delimiter, table.delimiter)}, {table.encoding}")
    if table.sheet:
        parts.append(f"sheet {table.sheet}")
    if table.group:
        parts.append(f"item group {table.group}")
    lines = [f"{table.name}  {printable(table.file)}: {', '.join(parts)}; {counts}"]
    if table.why:
        lines.append(f"  {'; '.join(table.why)}")
    key = table.key
    if key is not None and not key.repeated:
        lines.append(f"  key, likely: {', '.join(key.columns)}")
    elif key is not None:
        first, second = key.first
        rows = "1 row has" if key.repeated == 1 else f"{key.repeated:,} rows have"
        lines.append(
            f"  key, perhaps: {', '.join(key.columns)}; {rows} the key of an earlier one, the first in "
            f"{table.place} {second} (as {table.place} {first})"
        )
    return lines


def _row(column: ColumnProfile, show_ids: bool) -> tuple[str, ...]:
    distinct = "many" if column.distinct is None else f"{column.distinct:,}"
    what = column.role or ""
    kind = _kind(column)
    return (
        printable(column.name),
        f"{column.filled:,}",
        f"{column.empty:,}",
        distinct,
        f"{kind} ({what})" if what else kind,
        _said(column, show_ids),
    )


def _kind(column: ColumnProfile) -> str:
    if column.is_date and column.dates:
        return "date " + " | ".join(" or ".join(form.formats) for form in column.dates)
    if column.kind == "time" and column.times:
        return f"time {' | '.join(column.times)}"
    return column.kind


def _said(column: ColumnProfile, show_ids: bool) -> str:
    """Codes with counts where there are few, else a range, else shapes."""
    hidden = bool(column.hidden) and not show_ids
    if not column.filled:
        return ""
    if hidden:
        return _shapes(column) + (f" ({column.hidden})" if column.hidden != column.role else "")
    if column.role == "visit" or column.role == "unit":
        return _codes(column, _MOST_VISITS)
    if column.is_number and (column.distinct or 99) > _MOST_CODES:
        return f"{column.low} .. {column.high}" if column.low else _shapes(column)
    if column.is_date:
        return f"{column.low} .. {column.high}" if column.low else ""
    if column.kind == "time":
        return ""
    if column.is_coded or column.is_number:
        return _codes(column, _MOST_CODES)
    if show_ids and column.values:
        return _codes(column, _MOST_CODES)
    return _shapes(column)


def _codes(column: ColumnProfile, most: int) -> str:
    told = [(value, count) for value, count in column.values if not _rare(column, value, count)]
    shown = [f"{_cut(value)} ({count:,})" for value, count in told[:most]]
    more = len(column.values) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _rare(column: ColumnProfile, value: str, count: int) -> bool:
    """Whether a text is more likely somebody's own words than a code."""
    if column.role in ("visit", "unit") or value in column.missing:
        return False
    words = column.is_number and re.search(r"[^\W\d]{3}", value) is not None
    return words or (count == 1 and len(value) > _RARE)


def _cut(value: str) -> str:
    text = printable(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}.."


def _shapes(column: ColumnProfile) -> str:
    if column.hidden == "free text" or len(column.shapes) > 8:
        return f"up to {column.longest} characters"
    made = dict.fromkeys(shown_shape(shape) for shape, _ in column.shapes)
    shown = list(made)[:3]
    return ", ".join(shown) + (", .." if len(made) > 3 else "")


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [min(34, max(len(row[at]) for row in rows)) for at in range(5)]
    lines: list[str] = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [row[at].rjust(widths[at]) for at in (1, 2, 3)]
        cells += [row[4].ljust(widths[4]), row[5]]
        lines.append("  ".join(cells).rstrip())
    return lines


def _remarks(table: TableProfile) -> Iterator[str]:
    """What is odd about the table, then about its columns; those of which the same is said stand together."""
    yield from table.remarks
    said: dict[str, list[str]] = {}
    for column in table.columns:
        for sentence in _odd(column):
            said.setdefault(sentence, []).append(column.name)
    for sentence, names in said.items():
        yield f"{one_of(names, 4)}: {sentence}"


def _odd(column: ColumnProfile) -> Iterator[str]:
    for form in column.dates:
        if form.note and (form.open or form.note.startswith("by the dots")):
            yield f"{' or '.join(form.formats)}: {form.note}"
    if column.padded:
        have = "cell has" if column.padded == 1 else "cells have"
        yield f"{column.padded:,} {have} blanks at an end; `trim: yes` takes them away"
    if column.late:
        have = "cell has" if column.late == 1 else "cells have"
        yield f"{column.late:,} {have} a time of 24:00 or later; `HH+` reads it, as one of the day after"
    if column.missing:
        yield f"{', '.join(column.missing)} may say that there is no value; see `missing`"
    kinds = dict(column.kinds)
    if "decimal" in kinds and "decimal comma" in kinds:
        yield "decimal points and decimal commas are mixed; see `decimal: either`"
    if not (column.is_number or column.is_date or column.kind == "time"):
        return
    gone = sum(count for value, count in column.values if value in column.missing)
    numbers = ("integer", "decimal", "decimal comma", column.kind)
    left = [
        (kind, count - gone if kind == "text" else count)
        for kind, count in column.kinds
        if kind not in numbers
    ]
    words = [f"{count:,} {kind}" for kind, count in left if count > 0]
    if words:
        yield f"mixed, beside {column.kind}: {', '.join(words)}"


def _json(column: ColumnProfile, show_ids: bool) -> dict[str, object]:
    hidden = bool(column.hidden) and not show_ids
    made: dict[str, object] = {
        "name": column.name,
        "filled": column.filled,
        "empty": column.empty,
        "distinct": column.distinct,
        "kinds": dict(column.kinds),
    }
    if column.role:
        made["role"] = column.role
    if column.unit_of:
        made["unit of"] = list(column.unit_of)
    if column.dates:
        made["dates"] = [
            {"formats": list(form.formats), "cells": form.count, **({"note": form.note} if form.note else {})}
            for form in column.dates
        ]
    if column.times:
        made["times"] = list(column.times)
    if column.late:
        made["past midnight"] = column.late
    if column.low and not hidden:
        made["low"], made["high"] = column.low, column.high
    coded = column.is_coded or column.role in ("visit", "unit")
    if hidden:
        made["hidden"] = column.hidden
    elif column.values and not column.is_date and (coded or show_ids):
        made["values"] = {
            value: count for value, count in column.values if show_ids or not _rare(column, value, count)
        }
    if column.kind == "text" and (hidden or not coded):
        made["shapes"] = {shown_shape(shape): count for shape, count in column.shapes[:8]}
        made["longest"] = column.longest
    if column.padded:
        made["padded"] = column.padded
    if column.missing:
        made["missing"] = list(column.missing)
    return made
