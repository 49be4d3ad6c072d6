"""A workbook as tables: sheets and columns by their names, rows by their keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ced_cdisc.core.findings import Finding, Findings, Location, Severity, one_of
from ced_cdisc.workbook.layout import SHEETS, YES_NO, Column, SheetLayout, layout
from ced_cdisc.workbook.model import Record, Sheet, Table, Tables, Workbook

_RANGE = re.compile(r"\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)")
_SHORT = {"y": "Yes", "n": "No", "true": "Yes", "false": "No"}


def tables_of(workbook: Workbook, shown: str, findings: Findings) -> Tables | None:
    """The known sheets of a workbook, read by their headers.

    The first filled row of a sheet is its header. Cells of a merged range have the text of its first cell.
    Rows without any text are passed over, and so are the legend rows of the sheet ``Define``.

    Args:
        workbook: the cells.
        shown: how messages name the file.
        findings: receives CED564 to CED566, and the note CED571 of what is not read.

    Returns:
        The tables, or None where they cannot be told apart or a needed one is missing.
    """
    found: dict[str, Table] = {}
    unknown: list[str] = []
    before = len(findings.errors)
    for sheet in workbook.sheets:
        known = layout(sheet.name)
        if known is None:
            unknown.append(sheet.name)
        elif known.name in found:
            text = f"the sheets {found[known.name].name} and {sheet.name} are one: {known.name}"
            _add("CED565", text, shown, "", 0, findings, "rename or take out one of them")
        elif sheet.rows:
            found[known.name] = _table(sheet, known, shown, findings)
    names = [sheet.name for sheet in workbook.sheets]
    for known in SHEETS:
        if known.required and known.name not in found:
            hint = f"the workbook has {one_of(names)}"
            _add("CED564", f"there is no sheet {known.name}", shown, "", 0, findings, hint)
    left = [*unknown, *(f"{t.name}.{column}" for t in found.values() for column in t.extra)]
    if left:
        text = f"not a part of the layout, and not read: {one_of(left)}"
        findings.add(Finding("CED571", text, Location(shown), severity=Severity.NOTE))
    if len(findings.errors) > before:
        return None
    return Tables(shown, found, tuple(unknown))


def _add(code: str, text: str, shown: str, sheet: str, row: int, findings: Findings, hint: str = "") -> None:
    where = f"{shown}[{sheet}]" if sheet else shown
    findings.add(Finding(code, text, Location(where, row), hint=hint))


def _table(sheet: Sheet, known: SheetLayout, shown: str, findings: Findings) -> Table:
    head = min(sheet.rows)
    columns: dict[int, Column] = {}
    extra: list[str] = []
    for at, header in sorted(sheet.rows[head].items()):
        column = known.column(header)
        if column is None:
            extra.append(header.strip())
        elif column in columns.values():
            text = f"two columns are {column.name}"
            _add("CED565", text, shown, sheet.name, head, findings, "rename or take out one of them")
        else:
            columns[at] = column
    named = [column.name for column in columns.values()]
    for key in known.key:
        if key not in named and not (known.name == "WhereClauses" and key == "Dataset"):
            hint = f"the columns are {one_of(list(sheet.rows[head].values()))}"
            _add("CED564", f"there is no column {key}", shown, sheet.name, head, findings, hint)
            return Table(known, sheet.name, tuple(named), (), tuple(extra))
    filled = _filled(sheet)
    records = tuple(_records(sheet, filled, head, columns))
    if known.name == "Define":
        records = tuple(_attributes(records))
    table = Table(known, sheet.name, tuple(named), records, tuple(extra))
    _check_keys(table, shown, findings)
    return table


def _records(
    sheet: Sheet, filled: Mapping[tuple[int, int], str], head: int, columns: Mapping[int, Column]
) -> Iterator[Record]:
    rows = sorted({*sheet.rows, *(row for row, _ in filled)})
    for row in rows:
        if row <= head:
            continue
        cells = sheet.rows.get(row, {})
        texts = {c.name: _clean(cells.get(at) or filled.get((row, at), ""), c) for at, c in columns.items()}
        if any(text.strip() for text in texts.values()):
            yield Record(row, texts)


def _clean(text: str, column: Column) -> str:
    """A cell's text; of a column of names or choices without outer blanks, as the layout spells it."""
    if column.text:
        return text if text.strip() else ""
    text = text.strip()
    if column.choices:
        spelled = {choice.casefold(): choice for choice in column.choices}
        if column.choices == YES_NO:
            spelled |= _SHORT
        return spelled.get(text.casefold(), text)
    return text


def _attributes(records: tuple[Record, ...]) -> Iterator[Record]:
    """The attributes of the study: all up to the legend that the template has below them."""
    for record in records:
        if record["Attribute"].casefold() == "legend":
            return
        yield record


def _filled(sheet: Sheet) -> dict[tuple[int, int], str]:
    """The texts that merged ranges give to their cells below the first, by row and column."""
    made: dict[tuple[int, int], str] = {}
    for merged in sheet.merged:
        match = _RANGE.fullmatch(merged)
        if match is None:
            continue
        left, top, right, bottom = _number(match[1]), int(match[2]), _number(match[3]), int(match[4])
        text = sheet.rows.get(top, {}).get(left, "")
        if text:
            last, wide = min(bottom, max(sheet.rows)), min(right, max(map(max, sheet.rows.values())))
            made |= {(r, c): text for r in range(top, last + 1) for c in range(left, wide + 1)}
    return made


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _check_keys(table: Table, shown: str, findings: Findings) -> None:
    """CED566: rows that nothing names, or that have the name of another one."""
    seen: dict[tuple[str, ...], int] = {}
    for record in table.records:
        key = table.key(record)
        needed = [c for c in table.layout.key if c not in ("Value", "Term") and not _may_be_empty(table, c)]
        empty = [column for column in needed if not record[column]]
        if empty:
            text = f"{' and '.join(empty)} of the row {'is' if len(empty) == 1 else 'are'} empty"
            _add("CED566", text, shown, table.name, record.row, findings, "fill it in, or take out the row")
        elif key in seen:
            named = ", ".join(filter(None, key))
            text = f"a second row for {named}, first given in row {seen[key]}"
            _add("CED566", text, shown, table.name, record.row, findings, "take out one of them")
        else:
            seen[key] = record.row


def _may_be_empty(table: Table, column: str) -> bool:
    return table.layout.name == "WhereClauses" and column == "Dataset"
