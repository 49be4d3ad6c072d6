"""What a check of a submission found: the model that every writer of results reads.

It holds texts and counts alone, no data frame and no file, so that it can be written as text, JSON or in any
other form, and be compared with what is known of a study.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, get_args

from msgspec import Struct, field

from ced_cdisc.core.findings import Finding, Severity

Status = Literal["passed", "failed", "not applicable", "not run"]
"""``not applicable``: there was nothing to look at, or no tables of the standard. ``not run``: the rule could
not be carried out on these data; the reason says why."""

FailOn = Literal["error", "warning", "none"]
FAILING: Mapping[FailOn, tuple[Severity, ...]] = MappingProxyType(
    {"error": (Severity.ERROR,), "warning": (Severity.ERROR, Severity.WARNING), "none": ()}
)
"""The severities that fail a check, by the least one that does; notes never do."""

RECORDS_SHOWN = 5
"""How many records of one failure are listed by default; the count is always the true one."""


class RuleText(Struct, frozen=True):
    """What a rule says, from the YAML of its family.

    Attributes:
        id: the stable code, such as ``CED-S012``.
        family: the family's name, such as ``structure``.
        title: what has to hold, in a sentence without full stop.
        says: what is wrong where it does not hold; ``{dataset}``, ``{variable}`` and other words in braces
            are filled in for each failure.
        do: what to do about it.
        severity: error or warning; notes fail nothing.
        standard: where the rule comes from (``SDTMIG``, ``ADaMIG``, ``XPT``, ``CT``, ``FDA``).
        section: the section of that document, or empty.
        public: identifiers of the same rule in public lists (CORE-.., CG.., FB.., AD.., SD.., DD..).
    """

    id: str
    family: str
    title: str
    says: str
    do: str
    severity: Severity
    standard: str
    section: str = ""
    public: tuple[str, ...] = ()


class Record(Struct, frozen=True):
    """One record at fault: its row in the file from 1, who and which it is, and the values that count."""

    row: int
    subject: str = ""
    sequence: str = ""
    values: tuple[tuple[str, str | None], ...] = ()


Standing = Literal["new", "accepted", "changed", "expired"]
"""What findings.yaml says of a failure: ``new`` where it says nothing, ``changed`` where it accepts other
records or values, ``expired`` where its date has passed. All but ``accepted`` ones fail a check."""


ANY = "any"
"""What an entry of findings.yaml says that accepts any number of records."""


class Acceptance(Struct, frozen=True):
    """An entry of findings.yaml that speaks of a failure: why it may stand, who says so, and until when.

    Attributes:
        until: the last day on which it holds, as YYYY-MM-DD, or empty where it has no end.
        where: the file and line of the entry, as a message names it.
        records: how many records it accepts, as written: a number, or ``any``.
    """

    reason: str
    person: str
    until: str
    where: str
    records: str = "1"


class FindingsFile(Struct, frozen=True):
    """The findings.yaml that a check was held against.

    Attributes:
        file: as a message names it.
        packages: the folders of the build that its entries were taken for; empty where none is known, so
            that only entries that name none count.
    """

    file: str
    packages: tuple[str, ...] = ()


class Failure(Struct, frozen=True):
    """A rule does not hold in one dataset, for one variable (or none).

    Attributes:
        text: what is wrong, in a whole sentence.
        count: how many records are at fault; 0 where the dataset or its metadata are, not records.
        records: the first of them.
        digest: of all records at fault with their values, and of what the rule tells of the dataset besides:
            it is another one as soon as anything that the failure covers is another, and only then. The
            order of the records, their rows and the wording of the rule are no part of it.
        standing: what findings.yaml says of it.
        acceptance: the entry that speaks of it, in force or not.
        place: the line of the spec that makes the variable, such as mappings/sdtm/ae.yaml:31; empty for
            datasets that this tool did not build.
    """

    dataset: str
    variable: str
    text: str
    count: int = 0
    records: tuple[Record, ...] = ()
    digest: str = ""
    standing: Standing = "new"
    acceptance: Acceptance | None = None
    place: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it stands with a reason, and so fails nothing."""
        return self.standing == "accepted"


class RuleResult(Struct, frozen=True):
    """What became of one rule: how much it looked at (records, or datasets where it is about these)."""

    rule: RuleText
    status: Status
    looked: int = 0
    reason: str = ""
    failures: tuple[Failure, ...] = ()


class DatasetSummary(Struct, frozen=True):
    """A dataset that was read."""

    name: str
    file: str
    records: int
    variables: int
    standard: str


EngineStatus = Literal["issues", "passed", "skipped", "execution error", "out of scope"]
"""What became of a rule of the other engine in the whole study. Only ``passed`` is a pass: a rule that could
not be carried out, or was skipped for another reason than its scope, in even one dataset is not."""


class EngineNote(Struct, frozen=True):
    """Where and why the other engine skipped a rule or failed at it."""

    dataset: str
    cause: str
    reason: str


class EngineRule(Struct, frozen=True):
    """A rule of the other engine.

    Attributes:
        id: as the engine names it, such as ``CORE-000206``.
        message: what the rule says, in the engine's words.
        public: its ids in the lists of its authorities.
        ours: our rules about the same matter, by their public ids.
        failures: the findings; they may stand beside skips and errors in other datasets.
        skips: skips for another reason than the rule's scope.
        errors: where it could not be carried out.
    """

    id: str
    message: str
    status: EngineStatus
    public: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    skips: tuple[EngineNote, ...] = ()
    errors: tuple[EngineNote, ...] = ()


class EngineResult(Struct, frozen=True):
    """What the CDISC CORE engine says of the same study.

    Attributes:
        version: of the engine.
        standard: what it checked against, such as "SDTMIG 3.4".
        rules: those that it was given, by id.
        source: the interpreter's version, or the report that was read.
    """

    version: str
    standard: str
    source: str
    rules: tuple[EngineRule, ...] = ()

    def with_status(self, status: EngineStatus) -> tuple[EngineRule, ...]:
        """The rules of that status."""
        return tuple(r for r in self.rules if r.status == status)


class CheckResult(Struct, frozen=True):
    """Everything that a check says.

    Attributes:
        folder: as the user wrote it.
        standards: the governing standards in a line each, such as "SDTMIG 3.4 (define.xml)".
        datasets: those that were read, by name.
        reading: faults met while reading; each file at fault has one.
        rules: in the order of their ids.
        engine: what the CDISC CORE engine says, if it was asked; its findings count as warnings, since its
            rules have no severity.
        memory: the findings.yaml that gave the failures their standing, if there is one.
    """

    folder: str
    standards: tuple[str, ...] = ()
    datasets: tuple[DatasetSummary, ...] = ()
    reading: tuple[Finding, ...] = ()
    rules: tuple[RuleResult, ...] = field(default=())
    engine: EngineResult | None = None
    memory: FindingsFile | None = None

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Every failure, of our rules and of the engine's."""
        ours = [f for rule in self.failed for f in rule.failures]
        return (*ours, *(f for rule in (self.engine.rules if self.engine else ()) for f in rule.failures))

    def standings(self) -> dict[Standing, int]:
        """How many failures have each standing, notes too."""
        found = Counter(failure.standing for failure in self.failures)
        return {standing: found[standing] for standing in get_args(Standing)}

    @property
    def failed(self) -> tuple[RuleResult, ...]:
        """The rules that do not hold, errors first, then by id."""
        order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
        bad = [r for r in self.rules if r.status == "failed"]
        return tuple(sorted(bad, key=lambda r: (order[r.rule.severity], r.rule.id)))

    def with_status(self, status: Status) -> tuple[RuleResult, ...]:
        """The rules of that status."""
        return tuple(r for r in self.rules if r.status == status)

    def count(self, severity: Severity) -> int:
        """How many failures and reading findings have that severity; accepted failures do not count."""
        listed = [f for r in self.failed if r.rule.severity is severity for f in r.failures]
        if self.engine is not None and severity is Severity.WARNING:
            listed += [f for r in self.engine.rules for f in r.failures]
        return sum(not f.accepted for f in listed) + sum(f.severity is severity for f in self.reading)

    def exit_code(self, fail_on: FailOn = "error") -> int:
        """1 if there is a finding of a severity that fails, else 0."""
        return int(any(self.count(severity) for severity in FAILING[fail_on]))


def one_line(values: Iterable[tuple[str, str | None]]) -> str:
    """Names and values as ``AESTDTC=2020-01-01 AEENDTC=(missing)``."""
    return " ".join(f"{name}={'(missing)' if value is None else value}" for name, value in values)
