"""The text of a check: by rule, then dataset and variable, then a few records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ced_cdisc.core.conformance import CheckResult, Failure, RuleText
from ced_cdisc.core.findings import Severity, printable
from ced_cdisc.report.engine_text import engine_lines
from ced_cdisc.report.record_text import record_lines
from ced_cdisc.report.standing_text import listed, memory_words, standing_lines, standings_line


def check_text(result: CheckResult, *, accepted: bool = False) -> str:
    """The whole text, ending in a line feed; accepted findings are counted, and listed where asked for.

    Each line is printable, whatever the data hold.
    """
    return "\n".join(map(printable, _lines(result, accepted))) + "\n"


def _lines(result: CheckResult, accepted: bool) -> Iterator[str]:
    names = ", ".join(f"{d.name} {d.records:,}" for d in result.datasets)
    yield (
        f"{result.folder}: {len(result.datasets)} dataset{'s' if len(result.datasets) != 1 else ''} ({names})"
        if names
        else f"{result.folder}: no dataset"
    )
    if result.standards:
        yield "standards: " + ", ".join(result.standards)
    if any(line.endswith("(not told)") for line in result.standards):
        yield "  tell them with --standard, such as --standard SDTMIG=3.4 --standard CT=2024-09-27"
    if result.memory is not None:
        yield "held against " + memory_words(result.memory)
    for finding in result.reading:
        yield ""
        place = f"{finding.where}: " if finding.where.line else ""
        yield f"{finding.severity.value} {finding.code}  {place}{finding.message}"
        if finding.hint:
            yield f"  do: {finding.hint}"
    for rule in result.failed:
        if failures := listed(rule.failures, accepted):
            yield ""
            yield from _rule(rule.rule, failures)
    if result.engine is not None:
        yield ""
        yield from engine_lines(result.engine, accepted=accepted)
    yield ""
    for one in result.with_status("not run"):
        yield f"not run: {one.rule.id}: {one.reason}"
    reasons = Counter(one.reason for one in result.with_status("not applicable"))
    for reason, count in sorted(reasons.items()):
        yield f"not applicable: {count} rule{'s' if count != 1 else ''}, {reason}"
    if result.memory is not None:
        yield standings_line(result, accepted)
    yield summary_line(result)


def _rule(rule: RuleText, failures: tuple[Failure, ...]) -> Iterator[str]:
    public = f" [{' '.join(rule.public)}]" if rule.public else ""
    yield f"{rule.severity.value} {rule.id}  {rule.title}{public}"
    for failure in failures:
        yield f"  {failure.text}"
        if failure.place:
            yield f"    edit {failure.place}"
        yield from standing_lines(failure)
        yield from record_lines(failure)
    yield f"  do: {rule.do}"


def summary_line(result: CheckResult) -> str:
    """How much was found, and what became of the rules: the last line of every report for people."""
    found = ", ".join(
        f"{count} {severity.value}{'s' if count != 1 else ''}"
        for severity in Severity
        if (count := result.count(severity))
    )
    ran = {s: len(result.with_status(s)) for s in ("passed", "failed", "not applicable")}
    stand = sum(all(f.accepted for f in rule.failures) for rule in result.failed)
    failed = f"{ran['failed']} failed" + (f" ({stand} with accepted findings only)" if stand else "")
    none = "no findings but accepted ones" if any(f.accepted for f in result.failures) else "no findings"
    rules = f"{ran['passed']} rules passed, {failed}, {ran['not applicable']} not applicable"
    return f"{found or none}; {rules}"
