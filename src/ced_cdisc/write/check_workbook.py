"""A check as a workbook (xlsx): Summary, Findings, Records, Rules; the same bytes for the same result.

Texts are texts, whatever they look like: a cell that holds ``=A1`` is no formula. Control characters are
shown as programs write them, since a workbook cannot hold them.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib import import_module
from typing import Any

from ced_cdisc.core.check_findings import CheckFinding, check_findings
from ced_cdisc.core.conformance import CheckResult, EngineRule, one_line
from ced_cdisc.core.findings import Severity, printable
from ced_cdisc.write.workbook import MOST_CHARACTERS, MOST_ROWS, escaped_text, fixed_package

CREATOR = "ced-cdisc check"
_CREATED = datetime(1980, 1, 1)  # noqa: DTZ001 # the first time that a zip entry can have: a check has no clock
_SHADES = {"error": "FFF8D7DA", "warning": "FFFFF2CC", "note": "FFE2ECF7"}
_HEAD = "FFDDE6F0"
_CUT = " [cut]"

Cell = str | int
_FINDINGS = (
    ("Severity", 10), ("Rule", 14), ("Title", 40), ("Dataset", 10), ("Variable", 11), ("Finding", 60),
    ("Records", 9), ("Spec", 30), ("File", 24), ("What to do", 40), ("Standing", 11), ("Reason", 40),
    ("Person", 16), ("Until", 11), ("Entry", 20), ("Public ids", 24), ("Digest", 14),
)  # fmt: skip
_RECORDS = (
    ("Severity", 10), ("Rule", 14), ("Dataset", 10), ("Variable", 11), ("Row", 9), ("Subject", 24),
    ("Sequence", 10), ("Values", 80), ("Standing", 11), ("Spec", 30),
)  # fmt: skip
_RULES = (
    ("Rule", 14), ("Status", 15), ("Severity", 10), ("Title", 60), ("Family", 16), ("Looked at", 11),
    ("Findings", 10), ("Reason", 50), ("Standard", 12), ("Section", 10), ("Public ids", 24),
    ("What to do", 40),
)  # fmt: skip


def check_workbook(result: CheckResult) -> bytes:
    """The xlsx file."""
    openpyxl: Any = import_module("openpyxl")
    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.creator = CREATOR
    findings = check_findings(result)
    _summary(book.create_sheet("Summary"), result, findings)
    _table(book.create_sheet("Findings"), _FINDINGS, (_finding(f) for f in findings))
    _table(book.create_sheet("Records"), _RECORDS, _records(findings))
    _table(book.create_sheet("Rules"), _RULES, (*_our_rules(result), *_engine_rules(result)))
    written = io.BytesIO()
    book.save(written)
    return fixed_package(written.getvalue(), _CREATED)


def _summary(sheet: Any, result: CheckResult, findings: Iterable[CheckFinding]) -> None:
    rows: list[tuple[Cell, ...]] = [("Folder", result.folder)]
    rows += [("Standard", line) for line in result.standards]
    rows += [(f"{severity.value.capitalize()}s", result.count(severity)) for severity in Severity]
    rows.append(("Accepted findings", sum(f.failure.accepted for f in findings)))
    for status in ("passed", "failed", "not applicable", "not run"):
        rows.append((f"Rules {status}", len(result.with_status(status))))
    if result.engine is not None:
        engine = result.engine
        rows.append(("CDISC CORE engine", f"{engine.version} ({engine.source}), {engine.standard}"))
        for status in ("issues", "passed", "skipped", "execution error", "out of scope"):
            rows.append((f"Engine rules: {status}", len(engine.with_status(status))))
    rows += [(), ("Dataset", "File", "Records", "Variables", "Standard")]
    heads = {1, len(rows)}
    rows += [(d.name, d.file, d.records, d.variables, d.standard) for d in result.datasets]
    bold = _Looks().bold
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = _put(sheet, at, column, value)
            if at in heads:
                cell.font = bold
    _widths(sheet, (24, 60, 11, 11, 16))


def _finding(finding: CheckFinding) -> tuple[Cell, ...]:
    failure = finding.failure
    entry = failure.acceptance
    said = ("", "", "", "") if entry is None else (entry.reason, entry.person, entry.until, entry.where)
    return (
        finding.severity.value, finding.rule, finding.title, failure.dataset, failure.variable, finding.text,
        failure.count, failure.place, finding.data, finding.do, failure.standing, *said,
        " ".join(finding.public), failure.digest,
    )  # fmt: skip


def _records(findings: Iterable[CheckFinding]) -> Iterator[tuple[Cell, ...]]:
    """A row a record, and one that says how many are not listed."""
    for finding in findings:
        failure = finding.failure
        head = (finding.severity.value, finding.rule, failure.dataset, failure.variable)
        tail = (failure.standing, failure.place)
        for record in failure.records:
            yield (*head, record.row, record.subject, record.sequence, one_line(record.values), *tail)
        rest = failure.count - len(failure.records)
        if rest > 0:
            yield (*head, "", "", "", f"and {rest:,} more" if failure.records else f"{rest:,} records", *tail)


def _our_rules(result: CheckResult) -> Iterator[tuple[Cell, ...]]:
    for one in result.rules:
        rule = one.rule
        yield (
            rule.id, one.status, rule.severity.value, rule.title, rule.family, one.looked, len(one.failures),
            one.reason, rule.standard, rule.section, " ".join(rule.public), rule.do,
        )  # fmt: skip


def _engine_rules(result: CheckResult) -> Iterator[tuple[Cell, ...]]:
    for rule in result.engine.rules if result.engine is not None else ():
        public = " ".join((*rule.public, *rule.ours))
        yield (
            rule.id, rule.status, "warning", rule.message, "CDISC CORE engine", "", len(rule.failures),
            _notes(rule), "", "", public, "",
        )  # fmt: skip


def _notes(rule: EngineRule) -> str:
    notes = [(note.dataset, note.cause, note.reason) for note in (*rule.skips, *rule.errors)]
    return "; ".join(": ".join(part for part in note if part) for note in notes)


class _Looks:
    """The looks of cells; openpyxl keeps one copy of each."""

    def __init__(self) -> None:
        styles: Any = import_module("openpyxl.styles")
        self.bold: Any = styles.Font(bold=True)
        self.top: Any = styles.Alignment(vertical="top", wrap_text=True)
        self.head: Any = styles.PatternFill("solid", fgColor=_HEAD)
        self.shades: dict[str, Any] = {
            word: styles.PatternFill("solid", fgColor=colour) for word, colour in _SHADES.items()
        }


def _table(sheet: Any, columns: tuple[tuple[str, int], ...], rows: Iterable[tuple[Cell, ...]]) -> None:
    """A head that stays in sight and filters, then the rows; what a sheet cannot hold is told in its last."""
    looks = _Looks()
    for at, (name, _) in enumerate(columns, 1):
        cell = _put(sheet, 1, at, name)
        cell.font, cell.fill = looks.bold, looks.head
    last = 1
    over = 0
    for row in rows:
        if last >= MOST_ROWS - 1:
            over += 1
            continue
        last += 1
        for at, value in enumerate(row, 1):
            cell = _put(sheet, last, at, value)
            if columns[at - 1][1] >= 40:
                cell.alignment = looks.top
            if columns[at - 1][0] == "Severity":
                cell.fill = looks.shades[str(value)]
    if over:
        last += 1
        _put(sheet, last, 1, f"{over:,} more rows than a sheet holds; the JSON report has them")
    _widths(sheet, [width for _, width in columns])
    sheet.freeze_panes = "A2"
    letter: Any = import_module("openpyxl.utils").get_column_letter
    sheet.auto_filter.ref = f"A1:{letter(len(columns))}{last}"


def _put(sheet: Any, row: int, column: int, value: Cell) -> Any:
    cell: Any = sheet.cell(row, column)
    if isinstance(value, int):
        cell.value = value
        return cell
    if not value:
        return cell
    cell.value = _text(value)
    cell.data_type = "s"  # whatever it looks like: =A1 and #N/A are texts here
    cell.number_format = "@"
    return cell


def _text(text: str) -> str:
    shown = escaped_text(printable(text))
    if len(shown) <= MOST_CHARACTERS:
        return shown
    return shown[: MOST_CHARACTERS - len(_CUT)] + _CUT


def _widths(sheet: Any, widths: Iterable[int]) -> None:
    letter: Any = import_module("openpyxl.utils").get_column_letter
    for at, width in enumerate(widths, 1):
        sheet.column_dimensions[letter(at)].width = width
