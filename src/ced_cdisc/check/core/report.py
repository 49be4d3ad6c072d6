"""The JSON report of the engine's own command line, as the same result as the driver's answer.

For those who run the engine as its executable, elsewhere, or hold a report of it. The report says less than
the driver: it does not say why a rule was skipped, nor in which datasets.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from ced_cdisc.check.core.answer import (
    MOST_BYTES,
    AnswerIssue,
    AnswerOutcome,
    AnswerRule,
    bounded,
    engine_rules,
    first_fault,
)
from ced_cdisc.check.core.wrong import WrongAnswer
from ced_cdisc.core.conformance import EngineResult

_PASSED, _ISSUES, _SKIPPED, _ERROR = "SUCCESS", "ISSUE REPORTED", "SKIPPED", "EXECUTION ERROR"


def _text(value: object) -> object:
    """Numbers, lists and null where a text may stand, as text."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _list(value: object) -> object:
    """An empty text stands for no list, a text for a list of one."""
    if isinstance(value, str):
        return [value] if value else []
    return value


_Text = Annotated[str, BeforeValidator(_text)]
_Texts = Annotated[list[_Text], BeforeValidator(_list)]


class _Part(BaseModel):
    """A report has more fields than are read here, and gets new ones with each release."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class _Conformance(_Part):
    CORE_Engine_Version: str
    Standard: str
    Version: _Text


class _Issue(_Part):
    core_id: str
    message: _Text = ""
    dataset: _Text = ""
    USUBJID: _Text = ""
    row: int | str | None = None
    SEQ: _Text = ""
    variables: _Texts = []
    values: _Texts = []


class _Summary(_Part):
    core_id: str
    dataset: _Text = ""
    issues: int = 0


class _Rule(_Part):
    core_id: str
    cdisc_rule_id: _Text = ""
    fda_rule_id: _Text = ""
    message: _Text = ""
    status: str


class _Report(_Part):
    Conformance_Details: _Conformance
    Issue_Summary: list[_Summary]
    Issue_Details: list[_Issue]
    Rules_Report: list[_Rule]


def read_report(path: Path, *, records: int, most: int = MOST_BYTES) -> EngineResult:
    """The result in a report.

    Args:
        path: the file that the engine wrote with ``-of JSON``.
        records: how many records of a finding are kept; all are counted.
        most: the largest file that is read [bytes].

    Raises:
        WrongAnswer: it is not there, too large, no JSON or no such report.
    """
    try:
        report = _Report.model_validate_json(bounded(path, most))
    except ValidationError as error:
        raise WrongAnswer(first_fault(error)) from None
    details: dict[str, list[_Issue]] = defaultdict(list)
    for issue in report.Issue_Details:
        details[issue.core_id].append(issue)
    counts = {(s.core_id, s.dataset): s.issues for s in report.Issue_Summary}
    head = report.Conformance_Details
    rules = [_rule(rule, details.get(rule.core_id, []), counts, records) for rule in report.Rules_Report]
    standard = f"{head.Standard} {head.Version.lstrip('Vv')}"
    return EngineResult(head.CORE_Engine_Version, standard, f"report {path.as_posix()}", engine_rules(rules))


def _rule(rule: _Rule, issues: list[_Issue], counts: dict[tuple[str, str], int], records: int) -> AnswerRule:
    outcomes: list[AnswerOutcome] = []
    by_dataset: dict[str, list[_Issue]] = defaultdict(list)
    for issue in issues:
        if issue.row in ("", None) and not issue.variables and rule.status == _ERROR:
            said = "; ".join(issue.values)
            outcomes.append(_outcome(issue.dataset, "error", issue.message, said))
        else:
            by_dataset[issue.dataset].append(issue)
    for dataset in sorted(by_dataset):
        found = by_dataset[dataset]
        outcomes.append(
            AnswerOutcome(
                dataset=dataset,
                status="issues",
                cause="",
                reason=found[0].message,
                variables=found[0].variables,
                count=max(counts.get((rule.core_id, dataset), 0), len(found)),
                digest=_digest(found),
                issues=[_issue(i) for i in found[:records]],
            )
        )
    if not outcomes:
        known = {_PASSED: "passed", _SKIPPED: "skipped", _ISSUES: "issues"}
        status = known.get(rule.status, "error")
        cause = "" if status == "passed" else "the report does not say why"
        outcomes.append(_outcome("", status, cause, "" if status != "issues" else rule.message))
    public = [
        i.strip() for ids in (rule.cdisc_rule_id, rule.fda_rule_id) for i in ids.split(",") if i.strip()
    ]
    return AnswerRule(id=rule.core_id, public=public, message=rule.message, description="", outcomes=outcomes)


def _outcome(dataset: str, status: str, cause: str, reason: str) -> AnswerOutcome:
    data = {"dataset": dataset, "status": status, "cause": cause, "reason": reason}
    return AnswerOutcome.model_validate({**data, "variables": [], "count": 0, "digest": "", "issues": []})


def _digest(issues: list[_Issue]) -> str:
    """Of the records at fault with their values; no row and no word of the rule counts."""
    lines = sorted(_issue(i).model_dump_json(exclude={"row"}) for i in issues)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _issue(issue: _Issue) -> AnswerIssue:
    row = issue.row if isinstance(issue.row, int) else None
    # The engine writes the word null for a missing value.
    named = sorted(zip(issue.variables, issue.values, strict=False))
    values = {n: None if v == "null" else v for n, v in named}
    return AnswerIssue(row=row, subject=issue.USUBJID, sequence=issue.SEQ, values=values)
