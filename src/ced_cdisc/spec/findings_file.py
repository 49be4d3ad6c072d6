"""findings.yaml: findings that are known and may stand, with the reason, the person and what is covered."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from ced_cdisc.core.findings import Findings, Location
from ced_cdisc.spec.base import Model, Words
from ced_cdisc.spec.known_findings import KnownFinding
from ced_cdisc.spec.parse import parse_file, validate
from ced_cdisc.spec.source import Text


class KnownFindingSpec(Model):
    """A finding of a checker that may stand.

    It is of `ced-cdisc check` where it names one of its rules (CED-..), which then has to have a person, and
    a digest or `records: any`; else of another checker.
    """

    rule: Words = Field(
        description="The identifier of the rule, as its publisher writes it; several where rules of several "
        "publishers say the same."
    )
    package: Text | None = Field(
        None, description="The folder of the build: sdtm, adam, controls/sdtm. Without it, every folder."
    )
    dataset: Text | None = Field(
        None, description="The dataset where it is found; none where it is of the study as a whole."
    )
    variable: Text | None = Field(None, description="The variable, where the rule is about one.")
    where: dict[Text, Text] = Field(
        default_factory=dict[Text, Text],
        description="Values of the records that it is about; of other checkers only.",
    )
    records: Text = Field(Text("1", Location("")), description="How many records are found, or any.")
    digest: Text | None = Field(
        None,
        description="Of the records and values that are covered, as `ced-cdisc check --accept` gives it.",
    )
    person: Text | None = Field(None, description="Who says that it may stand.")
    until: Text | None = Field(
        None, description="The last day on which it may stand, as YYYY-MM-DD; without it, for good."
    )
    reason: Text = Field(description="Why the data stand as they are, for the reviewer's guide.")


class KnownFindings(Model):
    """What is known of a study's checks and may stand; it is no spec, and no plan depends on it."""

    findings: list[KnownFindingSpec] = Field(description="The known findings.")


def read_entries(file: Path, shown: str, findings: Findings) -> tuple[KnownFinding, ...]:
    """The entries of a file as they are written, none where there is no such file.

    Args:
        file: the file.
        shown: how messages name it.
        findings: receives faults: those of any spec.
    """
    tree = parse_file(file, shown, findings)
    made = validate(tree, KnownFindings, findings) if tree is not None else None
    return tuple(_entry(one) for one in made.findings) if made is not None else ()


def _entry(one: KnownFindingSpec) -> KnownFinding:
    return KnownFinding(
        rule=tuple(one.rule),
        package=one.package,
        dataset=one.dataset,
        variable=one.variable,
        where=dict(one.where),
        records=one.records,
        digest=one.digest,
        person=one.person,
        until=one.until,
        reason=one.reason,
        place=one.place,
    )
