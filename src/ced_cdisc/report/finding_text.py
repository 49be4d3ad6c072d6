"""A finding of a check as lines of text, for reports that show one finding at a time."""

from __future__ import annotations

from ced_cdisc.core.check_findings import CheckFinding
from ced_cdisc.core.conformance import EngineNote, Failure
from ced_cdisc.core.findings import printable
from ced_cdisc.report.record_text import record_lines
from ced_cdisc.report.standing_text import standing_lines


def finding_lines(finding: CheckFinding) -> list[str]:
    """What is wrong, the line to edit, the records, what findings.yaml says, what to do; each printable."""
    lines = [printable(finding.text), *detail_lines(finding.failure)]
    return [*lines, f"do: {printable(finding.do)}"] if finding.do else lines


def detail_lines(failure: Failure) -> list[str]:
    """The line to edit, the records, and what findings.yaml says."""
    edit = [f"edit {printable(failure.place)}"] if failure.place else []
    records = [f"  {line.strip()}" for line in record_lines(failure)]
    said = [line.strip() for line in standing_lines(failure)]
    return [*edit, *records, *said]


def note_line(done: str, note: EngineNote) -> str:
    """Why the other engine did not check: ``skipped in DM: Column not found: DMXX``."""
    place = f"{done} in {note.dataset}" if note.dataset else done
    return printable(": ".join(part for part in (place, note.cause, note.reason) if part))
