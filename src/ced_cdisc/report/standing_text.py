"""What findings.yaml says of the findings, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from ced_cdisc.core.conformance import Acceptance, CheckResult, Failure, FindingsFile
from ced_cdisc.core.findings import Severity, printable


def listed(failures: tuple[Failure, ...], accepted: bool) -> tuple[Failure, ...]:
    """The failures that are listed: accepted ones only where asked for."""
    return tuple(f for f in failures if accepted or not f.accepted)


def memory_words(memory: FindingsFile) -> str:
    """The file and the packages whose entries count."""
    if not memory.packages:
        return memory.file
    return f"{memory.file}, package{'s' * (len(memory.packages) > 1)} {', '.join(memory.packages)}"


def standing_lines(failure: Failure) -> Iterator[str]:
    """What the entry about a failure says; nothing of a new one."""
    entry = failure.acceptance
    if entry is None:
        return
    by = f" by {printable(entry.person)}" if entry.person else ""
    if failure.standing == "accepted":
        said = f"accepted{by}{f' until {entry.until}' if entry.until else ''}"
    elif failure.standing == "expired":
        said = f"expired on {entry.until}, accepted{by}"
    else:
        said = f"changed: {_was(failure, entry)}{by}"
    yield f"      {said} ({printable(entry.where)}): {printable(entry.reason)}"


def _was(failure: Failure, entry: Acceptance) -> str:
    """What was accepted, where the failure is another one now."""
    if not failure.count:
        return "it was otherwise when it was accepted"
    if int(entry.records) == failure.count:
        return "other records or values were accepted"
    return (
        "1 record was accepted" if entry.records == "1" else f"{int(entry.records):,} records were accepted"
    )


def standings_line(result: CheckResult, accepted: bool) -> str:
    """How many findings have each standing, and how many accepted ones are errors."""
    counts = result.standings()
    grave = [r for r in result.failed if r.rule.severity is Severity.ERROR]
    errors = sum(f.accepted for rule in grave for f in rule.failures)
    of_these = f" ({errors} error{'s' * (errors != 1)})" if errors else ""
    others = ", ".join(f"{counts[name]} {name}" for name in ("new", "changed", "expired"))
    told = f"{counts['accepted']} accepted{of_these}, {others}"
    return told + (" (--all lists them all)" if counts["accepted"] and not accepted else "")
