"""A check as JUnit XML, the form in which CI servers read the results of tests.

A rule is a test, a family of rules a suite. There is no one schema of JUnit XML; this keeps to what the one
of Apache Ant and the readers of Jenkins and GitLab have in common: a test has at most one of ``skipped``,
``error`` and ``failure``, then ``system-out``. Times are 0 and there is no time stamp, since the same check
gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from lxml import etree
from msgspec import Struct

from ced_cdisc.core.conformance import (
    FAILING,
    CheckResult,
    EngineResult,
    EngineRule,
    FailOn,
    Failure,
    RuleResult,
)
from ced_cdisc.core.findings import Finding, Severity, counted, printable
from ced_cdisc.report.finding_text import detail_lines, note_line

NAME = "ced-cdisc check"


class _Test(Struct, frozen=True):
    """A test: what became of it (``passed`` where ``kind`` is empty), and what else is to be read."""

    name: str
    kind: Literal["", "skipped", "error", "failure"] = ""
    severity: str = ""
    message: str = ""
    text: str = ""
    said: str = ""


def check_junit(result: CheckResult, fail_on: FailOn) -> bytes:
    """The XML in UTF-8.

    A test fails where the command gives exit code 1: findings below ``fail_on`` and accepted ones stand in
    the output of a test that passed.
    """
    suites = [("reading", _reading_tests(result, fail_on))]
    for family in dict.fromkeys(one.rule.family for one in result.rules):
        of_family = [one for one in result.rules if one.rule.family == family]
        suites.append((family, [_rule_test(one, fail_on) for one in of_family]))
    if result.engine is not None:
        suites.append(("core-engine", _engine_tests(result.engine, fail_on)))
    root = etree.Element("testsuites", {"name": NAME, **_counts(t for _, tests in suites for t in tests)})
    del root.attrib["skipped"]  # which the schemas do not have here
    for name, tests in suites:
        root.append(_suite(name, tests, result))
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _suite(name: str, tests: list[_Test], result: CheckResult) -> etree._Element:  # pyright: ignore[reportPrivateUsage]
    suite = etree.Element("testsuite", {"name": name, **_counts(tests), "time": "0"})
    told = [("folder", result.folder), *(("standard", line) for line in result.standards)]
    if name == "core-engine" and result.engine is not None:
        told = [
            ("engine", f"{result.engine.version}, {result.engine.source}"),
            ("standard", result.engine.standard),
        ]
    properties = etree.SubElement(suite, "properties")
    for key, value in told:
        etree.SubElement(properties, "property", {"name": key, "value": printable(value)})
    for test in tests:
        case = etree.SubElement(
            suite, "testcase", {"classname": f"ced-cdisc.{name}", "name": printable(test.name), "time": "0"}
        )
        if test.kind:
            outcome = etree.SubElement(case, test.kind, {"message": printable(test.message)})
            if test.severity:
                outcome.set("type", test.severity)
            outcome.text = test.text or None
        if test.said:
            etree.SubElement(case, "system-out").text = test.said
    return suite


def _counts(tests: Iterable[_Test]) -> dict[str, str]:
    kinds = [test.kind for test in tests]
    counted = {"tests": len(kinds), "failures": kinds.count("failure"), "errors": kinds.count("error")}
    return {name: str(count) for name, count in {**counted, "skipped": kinds.count("skipped")}.items()}


def _reading_tests(result: CheckResult, fail_on: FailOn) -> list[_Test]:
    """A test for each file, whether its dataset was read, and for whatever else could not be read."""
    faults: dict[str, list[Finding]] = {d.file: [] for d in result.datasets}
    for finding in result.reading:
        faults.setdefault(finding.where.file, []).append(finding)
    return [_reading_test(file, faults[file], fail_on) for file in sorted(faults)]


def _reading_test(file: str, findings: list[Finding], fail_on: FailOn) -> _Test:
    failing = [f for f in findings if f.severity in FAILING[fail_on]]
    text, said = (
        "\n".join(line for f in findings if (f in failing) is wanted for line in _fault_lines(f))
        for wanted in (True, False)
    )
    if not failing:
        return _Test(file, said=said)
    message = f"{failing[0].code} {failing[0].message}{_and_more(len(failing) - 1)}"
    return _Test(file, "error", failing[0].severity.value, message, text, said)


def _fault_lines(finding: Finding) -> Iterator[str]:
    yield printable(f"{finding.severity.value} {finding.code} {finding.message}")
    if finding.hint:
        yield f"do: {printable(finding.hint)}"


def _rule_test(one: RuleResult, fail_on: FailOn) -> _Test:
    rule = one.rule
    name = f"{rule.id} {rule.title}"
    if one.status in ("not applicable", "not run"):
        return _Test(name, "skipped", message=f"{one.status}: {one.reason}")
    failures = [(f.text, f) for f in one.failures]
    return _judged(name, failures, rule.severity, fail_on, do=rule.do)


def _engine_tests(engine: EngineResult, fail_on: FailOn) -> list[_Test]:
    return [_engine_test(rule, fail_on) for rule in engine.rules]


def _engine_test(rule: EngineRule, fail_on: FailOn) -> _Test:
    """Findings come first: they stand even where the rule was skipped or failed in another dataset."""
    name = f"{rule.id} {rule.message}"
    notes = [
        *(note_line("skipped", note) for note in rule.skips),
        *(note_line("not carried out", note) for note in rule.errors),
    ]
    if not rule.failures and rule.status != "passed":
        reason = "out of the scope of every dataset" if rule.status == "out of scope" else rule.status
        return _Test(name, "skipped", message="; ".join(notes) or reason)
    failures = [
        (f"{f.text}: 1 record" if f.count == 1 else f"{f.text}: {f.count:,} records", f)
        for f in rule.failures
    ]
    return _judged(name, failures, Severity.WARNING, fail_on, notes=notes)


def _judged(
    name: str,
    failures: list[tuple[str, Failure]],
    severity: Severity,
    fail_on: FailOn,
    *,
    do: str = "",
    notes: Iterable[str] = (),
) -> _Test:
    failing = [pair for pair in failures if not pair[1].accepted] if severity in FAILING[fail_on] else []
    others = [pair for pair in failures if pair not in failing]
    said = "\n".join([*_finding_lines(others, severity, do if not failing else ""), *notes])
    if not failing:
        return _Test(name, said=said)
    message = f"{failing[0][0]}{_and_more(len(failing) - 1)}"
    text = "\n".join(_finding_lines(failing, None, do))
    return _Test(name, "failure", severity.value, message, text, said)


def _finding_lines(failures: list[tuple[str, Failure]], severity: Severity | None, do: str) -> Iterator[str]:
    for text, failure in failures:
        yield f"{severity.value}: {printable(text)}" if severity else printable(text)
        yield from detail_lines(failure)
    if do and failures:
        yield f"do: {printable(do)}"


def _and_more(count: int) -> str:
    return f" and {counted(count, 'more finding')}" if count else ""
