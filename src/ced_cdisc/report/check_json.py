"""The JSON of a check: the whole result, also of the rules that passed or did not apply."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import asdict

from ced_cdisc.core.conformance import CheckResult, EngineNote, EngineResult, Failure, RuleResult
from ced_cdisc.core.findings import Finding


def check_json(result: CheckResult) -> str:
    """The text of the JSON, ending in a line feed."""
    data = {
        "folder": result.folder,
        "standards": list(result.standards),
        "datasets": [
            {
                "name": d.name,
                "file": d.file,
                "records": d.records,
                "variables": d.variables,
                "standard": d.standard,
            }
            for d in result.datasets
        ],
        "findings file": None
        if result.memory is None
        else {
            "file": result.memory.file,
            "packages": list(result.memory.packages),
            "standings": result.standings(),
        },
        "reading": [_finding(f) for f in result.reading],
        "rules": [_rule(r) for r in result.rules],
        "engine": None if result.engine is None else _engine(result.engine),
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "do": finding.hint,
        "file": finding.where.file,
        "line": finding.where.line,
    }


def _rule(result: RuleResult) -> dict[str, Any]:
    rule = result.rule
    return {
        "id": rule.id,
        "status": result.status,
        "looked": result.looked,
        "reason": result.reason,
        "title": rule.title,
        "do": rule.do,
        "severity": rule.severity.value,
        "standard": rule.standard,
        "section": rule.section,
        "public": list(rule.public),
        "failures": [_failure(f) for f in result.failures],
    }


def _engine(result: EngineResult) -> dict[str, Any]:
    return {
        "version": result.version,
        "standard": result.standard,
        "source": result.source,
        "rules": [
            {
                "id": r.id,
                "status": r.status,
                "message": r.message,
                "public": list(r.public),
                "ours": list(r.ours),
                "failures": [_failure(f) for f in r.failures],
                "skips": [_note(n) for n in r.skips],
                "errors": [_note(n) for n in r.errors],
            }
            for r in result.rules
        ],
    }


def _note(note: EngineNote) -> dict[str, str]:
    return {"dataset": note.dataset, "cause": note.cause, "reason": note.reason}


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "dataset": failure.dataset,
        "variable": failure.variable,
        "text": failure.text,
        "count": failure.count,
        "digest": failure.digest,
        "spec": failure.place,
        "standing": failure.standing,
        "acceptance": None if failure.acceptance is None else asdict(failure.acceptance),
        "records": [
            {"row": r.row, "subject": r.subject, "sequence": r.sequence, "values": dict(r.values)}
            for r in failure.records
        ],
    }
