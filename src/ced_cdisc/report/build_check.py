"""What a build says of the check at its end: errors with the line of the spec, and how to see the rest."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from ced_cdisc.core.conformance import CheckResult
from ced_cdisc.core.findings import Severity, counted

_LISTED = 10


def check_lines(results: Sequence[CheckResult], mappings: str = "mappings") -> Iterator[str]:
    """The errors, at most ten of them in a line each, the counts, and the commands that tell more.

    Args:
        results: one for the study and one for each that it pools, named with their folders.
        mappings: how the user named the folder that build.json calls ``mappings``.
    """
    errors = list(_errors(results, mappings))
    yield from errors[:_LISTED]
    if len(errors) > _LISTED:
        yield f"and {len(errors) - _LISTED:,} more errors"
    counts = {severity: sum(one.count(severity) for one in results) for severity in Severity}
    accepted = sum(f.accepted for one in results for rule in one.rules for f in rule.failures)
    told = [counted(number, severity.value) for severity, number in counts.items() if number]
    if accepted:
        told.append(f"{accepted:,} accepted")
    datasets = sum(len(one.datasets) for one in results)
    rules = len({r.rule.id for one in results for r in one.rules if r.status in ("passed", "failed")})
    looked = f"{counted(datasets, 'dataset')} checked by {counted(rules, 'rule')}"
    yield f"{looked}: {', '.join(told) or 'no findings'}"
    if told:
        found = [one for one in results if one.failed or one.reading]
        yield "  see " + " and ".join(f"ced-cdisc check {shlex.quote(one.folder)}" for one in found)


def _errors(results: Sequence[CheckResult], mappings: str) -> Iterator[str]:
    for one in results:
        for finding in one.reading:
            if finding.severity is Severity.ERROR:
                yield f"error {finding.code} {finding.message}"
        for rule in one.failed:
            for failure in rule.failures:
                if rule.rule.severity is Severity.ERROR and not failure.accepted:
                    folder, slash, file = failure.place.partition("/")
                    place = f"{mappings}{slash}{file}" if folder == "mappings" else failure.place
                    edit = f"; edit {place}" if place else ""
                    yield f"error {rule.rule.id} {failure.text}{edit}"
