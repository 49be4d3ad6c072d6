"""define/known_findings.yaml: findings of conformance checkers that are known, and why each one stands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import Field

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.spec.base import Model
from ced_cdisc.spec.parse import parse_file, validate
from ced_cdisc.spec.source import Text

NAME = "known_findings.yaml"


class KnownFinding(Model):
    """A known finding of a checker."""

    rule: Text = Field(description="The identifier of the rule, as its publisher writes it.")
    package: Text = Field(description="The folder of the build: sdtm, adam, controls/sdtm.")
    dataset: Text = Field(description="The dataset where it is found.")
    variable: Text | None = Field(None, description="The variable, where the rule is about one.")
    where: dict[Text, Text] = Field(
        default_factory=dict[Text, Text], description="Values of the records that it is about."
    )
    records: Text = Field(Text("1", Location("")), description="How many records are found, or any.")
    reason: Text = Field(description="Why the data stand as they are.")


class KnownFindings(Model):
    """define/known_findings.yaml."""

    findings: list[KnownFinding] = Field(description="The known findings.")


def read_known(
    file: Path, shown: str, packages: Iterable[str], findings: Findings
) -> tuple[KnownFinding, ...]:
    """The known findings of a study, none where it has no such file.

    Args:
        file: the file.
        shown: how messages name it.
        packages: the folders of the build.
        findings: receives faults: those of any spec, and CED137.
    """
    tree = parse_file(file, shown, findings)
    made = validate(tree, KnownFindings, findings) if tree is not None else None
    known = list(packages)
    for one in made.findings if made is not None else ():
        if str(one.package) not in known:
            hint = did_you_mean(str(one.package), known) or f"one of {', '.join(known)}"
            message = f"the build makes no package {one.package}"
            findings.add(Finding("CED137", message, one.package.where, hint=hint))
        if str(one.records) != "any" and not str(one.records).isdecimal():
            message = f"records is '{one.records}'"
            hint = "write a whole number, or any"
            findings.add(Finding("CED137", message, one.records.where, hint=hint))
    return tuple(made.findings) if made is not None else ()
