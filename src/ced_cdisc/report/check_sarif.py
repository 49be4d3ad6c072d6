"""A check as SARIF 2.1.0, the form in which code scanning and editors read findings.

One run has our findings, and a second one those of the CDISC CORE engine, if it was asked. Facts of the
standard: a message has braces doubled (3.11.5), ``[text](target)`` is a link (3.11.6); where one result of a
run has suppressions, all have them (3.27.23).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ced_cdisc.core.check_findings import CheckFinding, check_findings
from ced_cdisc.core.codes import CODES
from ced_cdisc.core.conformance import CheckResult, EngineResult, EngineRule, Failure, RuleResult
from ced_cdisc.core.findings import printable
from ced_cdisc.core.version import VERSION
from ced_cdisc.report.finding_text import finding_lines, note_line
from ced_cdisc.report.sarif_locations import ROOT, location, logical_location, physical_location

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TOOL = "ced-cdisc"
RULES_PAGE = "docs/conformance-rules.md"
CODES_PAGE = "docs/errors.md"
ENGINE_PAGE = "docs/core.md"
_LINK = re.compile(r"(?<!\\)((?:\\\\)*)\]\(")
"""The middle of a link, if its bracket is not escaped: an even number of backslashes escapes themselves."""
_ROOT_SAYS = "The folder in which ced-cdisc ran."


def check_sarif(result: CheckResult) -> str:
    """The text of the JSON, ending in a line feed."""
    findings = check_findings(result)
    runs = [_our_run(result, [f for f in findings if f.found_by != "engine"])]
    if result.engine is not None:
        runs.append(_engine_run(result.engine, [f for f in findings if f.found_by == "engine"]))
    log = {"version": "2.1.0", "$schema": SCHEMA, "runs": runs}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def message(text: str) -> dict[str, str]:
    """A message that says just this text: no placeholder and no link is seen in it."""
    plain = text.replace("{", "{{").replace("}", "}}")
    return {"text": _LINK.sub(r"\g<1>\\](", plain)}


def _our_run(result: CheckResult, findings: list[CheckFinding]) -> dict[str, Any]:
    rules = [_our_rule(one) for one in result.rules]
    codes = {f.rule: f for f in findings if f.found_by == "reading"}
    rules += [_code_rule(codes[code]) for code in sorted(codes)]
    numbers = {rule["id"]: at for at, rule in enumerate(rules)}
    notes = [
        _notification("note", f"{one.rule.id} was not run: {one.reason}", one.rule.id, numbers)
        for one in result.with_status("not run")
    ]
    counted = Counter(one.status for one in result.rules)
    told = {
        "folder": result.folder,
        "standards": list(result.standards),
        "rules": dict(sorted(counted.items())),
    }
    return _run({"name": TOOL, "semanticVersion": VERSION, "rules": rules}, findings, numbers, notes, told)


def _engine_run(engine: EngineResult, findings: list[CheckFinding]) -> dict[str, Any]:
    rules = [_engine_rule(rule) for rule in engine.rules]
    numbers = {rule.id: at for at, rule in enumerate(engine.rules)}
    notes = [
        _notification(level, f"{rule.id} was {note_line(word, note)}", rule.id, numbers)
        for rule in engine.rules
        for level, word, given in (
            ("note", "skipped", rule.skips),
            ("error", "not carried out", rule.errors),
        )
        for note in given
    ]
    counted = Counter(rule.status for rule in engine.rules)
    told = {"standard": engine.standard, "source": engine.source, "rules": dict(sorted(counted.items()))}
    driver = {"name": "CDISC CORE engine", "version": engine.version or "unknown", "rules": rules}
    return _run(driver, findings, numbers, notes, told)


def _run(
    driver: dict[str, Any],
    findings: Iterable[CheckFinding],
    numbers: dict[str, int],
    notes: list[dict[str, Any]],
    told: dict[str, Any],
) -> dict[str, Any]:
    seen: Counter[str] = Counter()
    return {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "originalUriBaseIds": {ROOT: {"description": {"text": _ROOT_SAYS}}},
        "results": [_result(finding, numbers, seen) for finding in findings],
        "properties": told,
    }


def _our_rule(one: RuleResult) -> dict[str, Any]:
    rule = one.rule
    source = f"{rule.standard} {rule.section}".strip()
    also = f" Other lists have it as {', '.join(rule.public)}." if rule.public else ""
    return {
        "id": rule.id,
        "shortDescription": message(rule.title),
        "fullDescription": message(f"{rule.title}. What to do: {rule.do}."),
        "help": message(f"From {source}.{also} All rules: {RULES_PAGE}."),
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"tags": [rule.family, rule.standard, *rule.public]},
    }


def _engine_rule(rule: EngineRule) -> dict[str, Any]:
    said = printable(rule.message) or rule.id
    ours = f" ced-cdisc has it as {', '.join(rule.ours)}." if rule.ours else ""
    return {
        "id": rule.id,
        "shortDescription": message(said),
        "fullDescription": message(said),
        "help": message(f"A rule of the CDISC CORE engine.{ours} How it is run: {ENGINE_PAGE}."),
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": [*rule.public, *rule.ours]},
    }


def _code_rule(finding: CheckFinding) -> dict[str, Any]:
    return {
        "id": finding.rule,
        "shortDescription": message(finding.title),
        "fullDescription": message(f"{finding.title}. What to do: {CODES[finding.rule].remedy}."),
        "help": message(f"All codes: {CODES_PAGE}."),
        "defaultConfiguration": {"level": finding.severity.value},
        "properties": {"tags": ["reading"]},
    }


def _notification(level: str, text: str, rule: str, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "level": level,
        "message": message(printable(text)),
        "associatedRule": {"id": rule, "index": numbers[rule]},
    }


def _result(finding: CheckFinding, numbers: dict[str, int], seen: Counter[str]) -> dict[str, Any]:
    failure = finding.failure
    identity = f"{finding.rule} {failure.digest}"
    seen[identity] += 1
    made: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": numbers[finding.rule],
        "level": finding.severity.value,
        "message": message("\n".join(finding_lines(finding))),
        "locations": [location(finding.where, logical_location(failure))],
    }
    if failure.place and finding.data:
        made["relatedLocations"] = [
            {"id": 1, "physicalLocation": physical_location(finding.data), "message": {"text": "the data"}}
        ]
    if failure.digest:
        # GitHub takes the first one alone for the identity of an alert
        made["partialFingerprints"] = {
            "primaryLocationLineHash": f"{failure.digest[:16]}:{seen[identity]}",
            "recordsDigest/v1": failure.digest,
        }
    made["suppressions"] = _suppressions(failure)
    made["properties"] = _told(failure)
    return made


def _suppressions(failure: Failure) -> list[dict[str, Any]]:
    """The entry of findings.yaml; one that is past, or about other records, suppresses nothing."""
    entry = failure.acceptance
    if entry is None or failure.standing == "new":
        return []
    told = [entry.person, f"until {entry.until}" if entry.until else ""]
    said = ", ".join(part for part in told if part)
    file, _, line = entry.where.rpartition(":")
    place = physical_location(file, int(line)) if line.isdecimal() else physical_location(entry.where)
    return [
        {
            "kind": "external",
            "status": "accepted" if failure.accepted else "underReview",
            "justification": printable(f"{entry.reason} ({said})" if said else entry.reason),
            "location": {"physicalLocation": place},
        }
    ]


def _told(failure: Failure) -> dict[str, Any]:
    return {
        "dataset": failure.dataset,
        "variable": failure.variable,
        "count": failure.count,
        "standing": failure.standing,
        "records": [
            {"row": r.row, "subject": r.subject, "sequence": r.sequence, "values": dict(r.values)}
            for r in failure.records
        ],
    }
