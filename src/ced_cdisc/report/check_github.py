"""A check as annotations of GitHub Actions: lines that the runner shows beside the files of a change.

The syntax is that of the runner's workflow commands: ``::error file=F,line=N,title=T::message``. Facts of
its documentation: in the message ``%``, CR and LF are written as ``%25``, ``%0D`` and ``%0A``; in a property
``:`` and ``,`` as ``%3A`` and ``%2C``, too; of each kind, a step shows ten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ced_cdisc.core.check_findings import CheckFinding, check_findings
from ced_cdisc.core.conformance import CheckResult
from ced_cdisc.core.findings import Severity, printable
from ced_cdisc.report.check_text import summary_line
from ced_cdisc.report.finding_text import finding_lines
from ced_cdisc.report.record_text import cut

MOST = 10
"""Annotations of a kind that GitHub shows of a step."""
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def check_github(result: CheckResult) -> str:
    """The lines, ending in a line feed: errors, warnings, notes, and a notice that sums up.

    The last notice says how many findings have no line of their own: those above what GitHub shows, and
    those that findings.yaml accepts.
    """
    return "\n".join(_lines(result)) + "\n"


def _lines(result: CheckResult) -> Iterator[str]:
    findings = check_findings(result)
    failing = [f for f in findings if not f.failure.accepted]
    left_out: Counter[Severity] = Counter()
    for severity, command in _COMMANDS.items():
        of_kind = [f for f in failing if f.severity is severity]
        shown = MOST - 1 if severity is Severity.NOTE else MOST  # the last line is a notice, too
        yield from (_annotation(command, finding) for finding in _chosen(of_kind, shown))
        left_out[severity] = max(0, len(of_kind) - shown)
    yield _command(
        "notice", {"title": "ced-cdisc check"}, _end(result, left_out, len(findings) - len(failing))
    )


def _chosen(findings: list[CheckFinding], most: int) -> list[CheckFinding]:
    """As many as are shown, in order: the first finding of each rule goes before the second of any."""
    seen: Counter[str] = Counter()
    turns: list[int] = []
    for finding in findings:
        turns.append(seen[finding.rule])
        seen[finding.rule] += 1
    by_turn = sorted(range(len(findings)), key=lambda at: turns[at])
    return [findings[at] for at in sorted(by_turn[:most])]


def _annotation(command: str, finding: CheckFinding) -> str:
    line = str(finding.where.line) if finding.where.line else ""
    title = f"{finding.rule} {cut(finding.title)}"
    properties = {"file": finding.where.file, "line": line, "title": title}
    return _command(command, properties, "\n".join(finding_lines(finding)))


def _command(command: str, properties: dict[str, str], message: str) -> str:
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{command} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")


def _end(result: CheckResult, left_out: Counter[Severity], accepted: int) -> str:
    lines = [summary_line(result)]
    more = [
        f"{count} more {severity.value}{'s' if count != 1 else ''}"
        for severity, count in left_out.items()
        if count
    ]
    if more:
        lines.append(
            f"{' and '.join(more)} not shown: GitHub shows {MOST} of a kind; --out FILE has them all"
        )
    if accepted:
        lines.append(f"{accepted} accepted finding{'s' if accepted != 1 else ''} not shown")
    return "\n".join(lines)
