"""The result of a check as a JSON value, and back: what a build keeps for the next one."""

from __future__ import annotations

from typing import Any, get_args

from msgspec.structs import replace

from ced_cdisc.conformance.links import CODE
from ced_cdisc.conformance.rule import all_rules
from ced_cdisc.core.conformance import CheckResult, DatasetSummary, Failure, Record, RuleResult, Status
from ced_cdisc.core.findings import Finding, Location, Severity, Stage


def check_to_json(result: CheckResult) -> Any:
    """A check of files without faults, as its rules gave it; None where files had faults.

    Links to nothing are no faults of files: what they lead to is, or is not, among those of the output.
    """
    faults = [one for one in result.reading if one.code != CODE]
    if faults or result.engine is not None or result.memory is not None:
        return None
    return {
        "links": [
            [one.message, one.where.file, one.where.line, one.hint, one.severity.name]
            for one in result.reading
        ],
        "standards": result.standards,
        "datasets": [[d.name, d.file, d.records, d.variables, d.standard] for d in result.datasets],
        "rules": [
            [r.rule.id, r.status, r.looked, r.reason, [failure_to_json(f) for f in r.failures]]
            for r in result.rules
        ],
    }


def check_of_json(value: Any, folder: str) -> CheckResult:
    """A check of a JSON value, of the folder by the name that is shown.

    Raises:
        ValueError, TypeError, LookupError: it is none.
    """
    texts = {rule.text.id: rule.text for rule in all_rules()}
    rules: list[RuleResult] = []
    for name, status, looked, reason, failures in value["rules"]:
        if status not in get_args(Status):
            raise ValueError(f"{status} is no status")
        found = tuple(failure_of_json(one) for one in failures)
        rules.append(RuleResult(texts[name], status, int(looked), str(reason), found))
    if [one.rule.id for one in rules] not in ([], list(texts)):
        raise ValueError("not every rule was carried out")
    return CheckResult(
        folder,
        tuple(map(str, value["standards"])),
        tuple(DatasetSummary(*one) for one in value["datasets"]),
        reading=tuple(map(_link, value["links"])),
        rules=tuple(rules),
    )


def _link(value: Any) -> Finding:
    message, file, line, hint, severity = value
    where = Location(str(file), int(line))
    return Finding(CODE, str(message), where, str(hint), Stage.CHECK, Severity[severity])


def failure_to_json(failure: Failure) -> Any:
    """A failure, without what findings.yaml says of it."""
    records = [[r.row, r.subject, r.sequence, r.values] for r in failure.records]
    whole = [failure.dataset, failure.variable, failure.text, failure.count, records, failure.digest]
    return [*whole, failure.place]


def failure_of_json(value: Any) -> Failure:
    """A failure of a JSON value.

    Raises:
        ValueError, TypeError: it is none.
    """
    dataset, variable, text, count, records, digest, place = value
    listed = tuple(
        Record(int(row), subject, sequence, tuple((str(name), of) for name, of in values))
        for row, subject, sequence, values in records
    )
    return replace(Failure(dataset, variable, text, int(count), listed, digest), place=place)
