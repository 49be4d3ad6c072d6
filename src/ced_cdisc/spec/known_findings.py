"""Known findings as findings.yaml says them: what an entry covers, and whether it is said right.

Nothing here parses, so that entries which were read before (:mod:`ced_cdisc.write.readings`) cost next to
nothing; :mod:`ced_cdisc.spec.findings_file` reads the file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct

from ced_cdisc.core.findings import Finding, Findings, Location, did_you_mean
from ced_cdisc.spec.text import Text

NAME = "findings.yaml"
FORMER = "known_findings.yaml"
"""What the file was called once; nothing reads a file of that name."""
DIGITS = 16
"""Of a digest, as many as are written; 64 bits tell the findings of a study apart."""

_ANY = "any"  # as core.conformance has it, whose classes take longer to load than all of this
_OURS = re.compile(r"[A-Z]{2,4}-[A-Z]\d{3}", re.IGNORECASE)  # CED-S012, and what may be meant by it
CODE = re.compile(r"CED\d{3}")
"""Of the fault of a file, which has no entry."""
_DIGEST = re.compile(rf"[0-9a-f]{{{DIGITS},64}}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class KnownFinding(Struct, frozen=True):
    """A finding of a checker that may stand.

    Attributes:
        rule: the identifiers of the rule, one a publisher.
        package: the folder of the build; None for every folder.
        dataset: where it is found; None where it is of the study as a whole.
        variable: which one, where the rule is about one.
        where: values of the records that it is about; of other checkers only.
        records: a number, or ``any``.
        digest: of the records and values that are covered.
        person: who says that it may stand.
        until: the last day as YYYY-MM-DD; None for good.
        reason: why the data stand as they are.
        place: of the entry in its file.
    """

    rule: tuple[Text, ...]
    package: Text | None
    dataset: Text | None
    variable: Text | None
    where: Mapping[Text, Text]
    records: Text
    digest: Text | None
    person: Text | None
    until: Text | None
    reason: Text
    place: Location

    @property
    def ours(self) -> str:
        """The rule of ``ced-cdisc check`` that it is about, or an empty text."""
        return next((str(one) for one in self.rule if str(one).startswith("CED-")), "")

    @property
    def place_in_data(self) -> str:
        """Dataset and variable as ``AE.AETERM``, or "the study"."""
        return ".".join(str(part) for part in (self.dataset, self.variable) if part) or "the study"


def said_right(
    entries: Iterable[KnownFinding],
    findings: Findings,
    *,
    packages: Iterable[str] | None = None,
    rules: Collection[str] | None = None,
) -> tuple[KnownFinding, ...]:
    """The entries without faults.

    Args:
        entries: as the file has them.
        findings: receives CED137 and CED620 to CED627.
        packages: the folders of the build, if they are known.
        rules: the rules of ``ced-cdisc check``, if they are known.
    """
    known = None if packages is None else list(packages)
    right: list[KnownFinding] = []
    seen: dict[tuple[str, ...], int] = {}
    for one in entries:
        faults = [*_place_faults(one, known), *_rule_faults(one, rules), *_own_faults(one), *_day_faults(one)]
        faults = faults or _twice(one, seen)
        findings.extend(faults)
        if not faults:
            right.append(one)
    return tuple(right)


def left_over(file: Path, shown: str) -> list[Finding]:
    """CED817 where a file of the former name stands beside, whose entries would silently accept nothing.

    Args:
        file: findings.yaml, which need not be there.
        shown: how messages name it.
    """
    if not file.with_name(FORMER).is_file():
        return []
    folder, slash, _ = shown.rpartition("/")
    message = f"nothing reads {FORMER}: findings that may stand are read from {shown}"
    hint = "take its entries there, and delete it" if file.is_file() else f"rename it to {NAME}"
    return [Finding("CED817", message, Location(f"{folder}{slash}{FORMER}"), hint=hint)]


def _place_faults(one: KnownFinding, packages: list[str] | None) -> list[Finding]:
    faults: list[Finding] = []
    if packages is not None and one.package is not None and str(one.package) not in packages:
        hint = did_you_mean(str(one.package), packages) or f"one of {', '.join(packages)}"
        faults.append(
            Finding("CED137", f"the build makes no package {one.package}", one.package.where, hint=hint)
        )
    if str(one.records) != _ANY and not _NUMBER.fullmatch(one.records):
        hint = "write a whole number, or any"
        faults.append(Finding("CED137", f"records is '{one.records}'", one.records.where, hint=hint))
    if not one.reason.strip():
        faults.append(Finding("CED622", "the entry gives no reason", one.place, hint="say why it may stand"))
    return faults


def _rule_faults(one: KnownFinding, rules: Collection[str] | None) -> list[Finding]:
    faults: list[Finding] = []
    for rule in one.rule:
        if CODE.fullmatch(rule):
            message = f"{rule} is a fault of a file, not of what it says, and cannot be accepted"
            faults.append(Finding("CED620", message, rule.where, hint="mend the file"))
        elif _OURS.fullmatch(rule) and rules is not None and rule not in rules:
            hint = did_you_mean(rule, rules) or "docs/conformance-rules.md lists them"
            faults.append(Finding("CED620", f"the check has no rule {rule}", rule.where, hint=hint))
    return faults


def _own_faults(one: KnownFinding) -> list[Finding]:
    """What an entry of a rule of ours has to have, since nobody else keeps watch over it."""
    faults: list[Finding] = []
    ours = one.ours
    if one.digest is not None and not _DIGEST.fullmatch(one.digest):
        hint = f"write {DIGITS} of the digits that the check gives, as --accept does"
        faults.append(Finding("CED623", f"'{one.digest}' is no digest", one.digest.where, hint=hint))
    if not ours:
        return faults
    if len([rule for rule in one.rule if rule.startswith("CED-")]) > 1:
        message = f"the entry is of several rules of the check: {', '.join(one.rule)}"
        faults.append(Finding("CED627", message, one.place, hint="write an entry for each"))
    if one.person is None or not one.person.strip():
        message = f"the entry of {ours} does not say who accepts the finding"
        faults.append(Finding("CED622", message, one.place, hint="write person: and a name"))
    if one.where:
        message = f"the entry of {ours} is about some records only, which a digest cannot tell"
        hint = "take `where` out; the digest covers all records of the finding"
        faults.append(Finding("CED626", message, one.place, hint=hint))
    if one.digest is None and _NUMBER.fullmatch(one.records):
        message = f"the entry of {ours} does not say what it covers"
        hint = "delete it and have it written with --accept, or write records: any"
        faults.append(Finding("CED623", message, one.place, hint=hint))
    return faults


def _day_faults(one: KnownFinding) -> list[Finding]:
    if one.until is None or is_day(one.until):
        return []
    hint = "write a day of the calendar as YYYY-MM-DD"
    return [Finding("CED621", f"until is '{one.until}'", one.until.where, hint=hint)]


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar as YYYY-MM-DD.

    >>> is_day("2024-02-29"), is_day("2023-02-29"), is_day("20240229")
    (True, False, False)
    """
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _twice(one: KnownFinding, seen: dict[tuple[str, ...], int]) -> list[Finding]:
    """The fault of an entry about the very records of an earlier one; notes the entry.

    A rule may find several things in one variable, so that entries with other digests stand side by side.
    """
    where = tuple(part for pair in sorted(one.where.items()) for part in map(str, pair))
    covers = str(one.digest)[:DIGITS] if one.digest is not None else ""
    for rule in one.rule:
        key = (
            str(rule),
            str(one.package or ""),
            str(one.dataset or ""),
            str(one.variable or ""),
            *where,
            covers,
        )
        if key in seen:
            message = (
                f"the entry is about the same as the one in line {seen[key]}: {rule} in {one.place_in_data}"
            )
            return [Finding("CED624", message, one.place, hint="keep one of them")]
        seen[key] = one.place.line
    return []
