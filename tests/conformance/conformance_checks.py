"""How a check is written, what it reports, and how its failures are set against the known findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from conformance_study import Study
from example_study import DEFINE
from transport_files import Row

Spoil = Callable[[Study], object]
SDTM = ("study", "controls", "ig34")
EVERY = (*SDTM, "adam")


@dataclass(frozen=True)
class Failure:
    """What a check found: a record of a dataset, or no record where the dataset is at fault."""

    rule: str
    package: str
    dataset: str
    variable: str
    record: Row
    text: str = ""

    def __str__(self) -> str:
        keys = ("USUBJID", f"{self.dataset}SEQ", "ASEQ", "QNAM", "PARAMCD", "RELID", "IDVARVAL")
        record = " ".join(f"{k}={self.record[k]}" for k in keys if self.record.get(k) is not None)
        return f"{self.package} {self.rule} {self.dataset}.{self.variable} {record} {self.text}"


@dataclass
class Report:
    """What a check looked at, by dataset, and what it found."""

    rule: str
    package: str
    looked: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def that(
        self, holds: Any, dataset: str, variable: str = "", record: Row | None = None, text: str = ""
    ) -> None:
        """Count one look, and a failure where it does not hold."""
        self.looked[dataset] += 1
        if not holds:
            self.failures.append(Failure(self.rule, self.package, dataset, variable, record or {}, text))


@dataclass(frozen=True)
class Check:
    """A check by its public identifiers, the packages it is for, and mutations that it has to find."""

    rule: str
    run: Callable[[Study, Report], None]
    of: tuple[str, ...]
    spoils: tuple[Spoil, ...]

    def __call__(self, study: Study) -> Report:
        report = Report(self.rule, study.package)
        self.run(study, report)
        return report


CHECKS: list[Check] = []


def check(rule: str, *spoils: Spoil, of: tuple[str, ...] = SDTM) -> Callable[..., Callable[..., None]]:
    """Register a check under its public identifiers; the mutations are of the first package it is for."""

    def register(run: Callable[[Study, Report], None]) -> Callable[[Study, Report], None]:
        CHECKS.append(Check(rule, run, of, spoils))
        return run

    return register


# Mutations


def put(dataset: str, at: int = 0, /, **values: Any) -> Spoil:
    """Other values in one record."""
    return lambda study: study.files[dataset].rows[at].update(values)


def put_where(dataset: str, where: Row, /, **values: Any) -> Spoil:
    """Other values in the first record that has these."""
    return lambda study: study.files[dataset].where(**where)[0].update(values)


def twice(dataset: str, **values: Any) -> Spoil:
    """The first record once more, with other values."""

    def spoil(study: Study) -> None:
        rows = study.files[dataset].rows
        rows.append(rows[0] | values)

    return spoil


def without(dataset: str) -> Spoil:
    return lambda study: study.files.pop(dataset)


def no_variable(dataset: str, name: str) -> Spoil:
    """A dataset that lacks a variable."""

    def spoil(study: Study) -> None:
        data = study.files[dataset]
        data.labels.pop(name)
        data.types.pop(name)
        for row in data.rows:
            row.pop(name)

    return spoil


def new_variable(dataset: str, name: str, label: str = "New Variable", value: Any = None) -> Spoil:
    """A dataset with one variable more."""

    def spoil(study: Study) -> None:
        data = study.files[dataset]
        data.labels[name] = label
        data.types[name] = "Num" if isinstance(value, float) else "Char"
        for row in data.rows:
            row[name] = value

    return spoil


def label(dataset: str, name: str, text: str) -> Spoil:
    return lambda study: study.files[dataset].labels.update({name: text})


def attribute(path: str, name: str, value: str | None) -> Spoil:
    """Another attribute, or none, at the first element of define.xml on a path."""

    def spoil(study: Study) -> None:
        element = study.all(path)[0]
        if value is None:
            element.attrib.pop(name)
        else:
            element.set(name, value)

    return spoil


# Known findings

KNOWN: list[dict[str, Any]] = yaml.safe_load((DEFINE / "findings.yaml").read_text(encoding="utf-8"))[
    "findings"
]


def ids(known: dict[str, Any]) -> list[str]:
    """The identifiers of an entry: one, or a list."""
    return [known["rule"]] if isinstance(known["rule"], str) else known["rule"]


def explained(known: dict[str, Any], failure: Failure) -> bool:
    """Whether an entry of the known findings is about a failure."""
    return (
        bool(set(ids(known)) & set(failure.rule.split()))
        and known["package"] == failure.package
        and (known["dataset"], known.get("variable", "")) == (failure.dataset, failure.variable)
        and all(failure.record.get(name) == value for name, value in known.get("where", {}).items())
    )


def unexplained(failures: list[Failure], known: list[dict[str, Any]]) -> list[str]:
    """Failures that no entry explains, and entries that explain another number than they say."""
    found = [str(one) for one in failures if not any(explained(entry, one) for entry in known)]
    for entry in known:
        count, said = sum(explained(entry, one) for one in failures), entry.get("records", 1)
        if count != said and not (said == "any" and count):
            found.append(f"explains {count} failures and not {said}: {entry}")
    return found


def known_to(rule: str, package: str) -> list[dict[str, Any]]:
    """The entries about a rule, by any of its identifiers, and a package."""
    return [one for one in KNOWN if set(ids(one)) & set(rule.split()) and one["package"] == package]
