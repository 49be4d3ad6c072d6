"""The result of a check without what tells who somebody is: what its writers are given."""

from __future__ import annotations

from msgspec.structs import replace

from ced_cdisc.core.conformance import CheckResult, Failure, Record
from ced_cdisc.core.findings import Findings
from ced_cdisc.core.masking import Identifiers, masked


def masked_check(result: CheckResult, identifiers: Identifiers) -> CheckResult:
    """The same result with masked subjects and values; rows, sequences, counts and digests stay.

    Whatever needs the whole values, such as findings.yaml, looks at the result before.
    """
    reading = Findings(result.reading)
    reading.identifiers = identifiers
    rules = tuple(
        replace(
            rule,
            reason=identifiers.masked(rule.reason),
            failures=tuple(_failure(one, identifiers) for one in rule.failures),
        )
        for rule in result.rules
    )
    engine = result.engine
    if engine is not None:
        engine = replace(
            engine,
            rules=tuple(
                replace(
                    rule,
                    failures=tuple(_failure(one, identifiers) for one in rule.failures),
                    skips=tuple(replace(n, reason=identifiers.masked(n.reason)) for n in rule.skips),
                    errors=tuple(replace(n, reason=identifiers.masked(n.reason)) for n in rule.errors),
                )
                for rule in engine.rules
            ),
        )
    return replace(result, reading=tuple(masked(reading)), rules=rules, engine=engine)


def _failure(failure: Failure, identifiers: Identifiers) -> Failure:
    acceptance = failure.acceptance
    if acceptance is not None:
        acceptance = replace(acceptance, reason=identifiers.masked(acceptance.reason))
    return replace(
        failure,
        text=identifiers.assigned(failure.text),
        records=tuple(_record(record, identifiers) for record in failure.records),
        acceptance=acceptance,
    )


def _record(record: Record, identifiers: Identifiers) -> Record:
    values = tuple((name, text and identifiers.value(name, text)) for name, text in record.values)
    return replace(record, subject=record.subject and identifiers.subject(record.subject), values=values)
