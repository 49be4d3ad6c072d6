"""The answer of the driver, read strictly, as the result model.

The file comes from another process: it is bounded before it is read, has to have exactly the fields below,
and holds texts and numbers alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ced_cdisc.check.core.wrong import WrongAnswer
from ced_cdisc.core.conformance import EngineNote, EngineResult, EngineRule, EngineStatus, Failure, Record
from ced_cdisc.core.covered import covered

MOST_BYTES = 256 * 1024 * 1024
"""Of an answer or report; the driver lists a few records of each finding, which takes a few MB."""

SCOPE = "Outside scope"
"""The engine's word for a rule that is not about a dataset: no skip that anybody has to look at."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AnswerIssue(_Strict):
    """A record at fault."""

    row: int | None
    subject: str
    sequence: str
    values: dict[str, str | None]


class AnswerOutcome(_Strict):
    """What became of a rule in a dataset; the digest is of all records at fault, also of those not listed,
    but not of their rows."""

    dataset: str
    status: Literal["passed", "issues", "skipped", "error"]
    cause: str
    reason: str
    variables: list[str]
    count: int = Field(ge=0)
    digest: str
    issues: list[AnswerIssue]


class AnswerRule(_Strict):
    """A rule with its outcomes."""

    id: str
    public: list[str]
    message: str
    description: str
    outcomes: list[AnswerOutcome]


class AnswerFault(_Strict):
    """Why there is no result."""

    kind: Literal["engine", "interface", "cache", "standard", "rules", "define"]
    text: str


class Answer(_Strict):
    """The whole answer: a fault, or the rules."""

    format: Literal[1] = Field(alias="schema")
    fault: AnswerFault | None = None
    engine: str = ""
    python: str = ""
    lacking: list[str] = []
    rules: list[AnswerRule] = []


def bounded(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of a file that is not larger than ``most``.

    Raises:
        WrongAnswer: it is not there or larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise WrongAnswer(f"cannot be read: {error.strerror}") from None
    if len(data) > most:
        raise WrongAnswer(f"has more than {most:,} bytes")
    return data


def read_answer(path: Path, most: int = MOST_BYTES) -> Answer:
    """The answer in a file.

    Raises:
        WrongAnswer: it is not there, too large, no JSON or of another form.
    """
    try:
        answer = Answer.model_validate_json(bounded(path, most))
    except ValidationError as error:
        raise WrongAnswer(first_fault(error)) from None
    if answer.fault is None and not answer.rules:
        raise WrongAnswer("has neither a fault nor rules")
    return answer


def first_fault(error: ValidationError) -> str:
    """The place and text of the first fault of a model, on a line."""
    fault = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    said = fault["msg"][:200]
    return f"is not of the form: {place}: {said}" if place else f"is not of the form: {said}"


def engine_rules(rules: Iterable[AnswerRule]) -> tuple[EngineRule, ...]:
    """The rules of an answer as results, by id."""
    return tuple(sorted((_rule(r) for r in rules), key=lambda r: r.id))


def engine_result(answer: Answer, standard: str) -> EngineResult:
    """The result of an answer without fault."""
    return EngineResult(answer.engine, standard, f"Python {answer.python}", engine_rules(answer.rules))


def _rule(rule: AnswerRule) -> EngineRule:
    failures = tuple(_failure(rule.id, o) for o in rule.outcomes if o.status == "issues")
    skips = tuple(_note(o) for o in rule.outcomes if o.status == "skipped" and o.cause != SCOPE)
    errors = tuple(_note(o) for o in rule.outcomes if o.status == "error")
    passed = any(o.status == "passed" for o in rule.outcomes)
    status: EngineStatus = (
        "execution error"
        if errors
        else "issues"
        if failures
        else "skipped"
        if skips
        else "passed"
        if passed
        else "out of scope"
    )
    return EngineRule(
        rule.id, rule.message or rule.description, status, tuple(rule.public), (), failures, skips, errors
    )


def _note(outcome: AnswerOutcome) -> EngineNote:
    # Some reasons end in the dataset, which stands beside them already.
    reason = " ".join(outcome.reason.split()).removesuffix(f", dataset={outcome.dataset}")
    return EngineNote(outcome.dataset, outcome.cause, reason)


def _failure(rule: str, outcome: AnswerOutcome) -> Failure:
    records = tuple(
        Record(
            issue.row or 0,
            issue.subject,
            issue.sequence,
            tuple((n, v) for n, v in sorted(issue.values.items()) if n != "USUBJID"),
        )
        for issue in outcome.issues
    )
    digest = covered(rule, outcome.dataset, "", {}, (), ((outcome.digest,),))
    text = f"{outcome.dataset}: {outcome.reason}" if outcome.dataset else outcome.reason
    return Failure(outcome.dataset, "", text, outcome.count, records, digest)
