"""Tests of specs and plug-ins, as classes of the mapping language: what stands in ``mappings/tests``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.spec.base import Also, Model
from ced_cdisc.spec.parse import parse_file, validate
from ced_cdisc.spec.source import Mapping, Sequence, Text

FOLDER, PLUG_INS = "tests", "plug-ins"
"""The folder below the mappings that holds tests of datasets, and the one below it with those of plug-ins."""

Row = dict[Text, Text | None]


class GivenTable(Model):
    """The rows of a raw table or dataset: written here, or in a CSV file beside the test."""

    rows: list[Row] = Field(
        default_factory=list[Row], description="The columns that matter; others are empty."
    )
    file: Text | None = Field(None, description="A CSV file in the folder of the test, in UTF-8.")


def _given(value: Any) -> Any:
    key = "rows" if isinstance(value, Sequence) else "file" if isinstance(value, Text) else ""
    if not key:
        return value
    made = Mapping()
    made.where = value.where
    made[Text(key, value.where)] = value
    return made


Given = Annotated[GivenTable, BeforeValidator(_given), Also((list[Row], Text))]


class DatasetTest(Model):
    """What must come out of rows: records, or a fault."""

    name: Text = Field(description="What it shows.")
    given: dict[Text, Given] = Field(
        description="Rows of raw tables, or of datasets in place of their specs."
    )
    expect: list[Row] | None = Field(
        None, description="All records that must come out, in order, with the variables that matter."
    )
    fault: Text | None = Field(
        None, description="Words of the error, or its code, with which these rows must stop a build."
    )


class DatasetTests(Model):
    """A file of tests of one dataset."""

    dataset: Text = Field(description="The dataset whose specs are tried.")
    tests: list[DatasetTest] = Field(description="The tests.")


class DerivationTest(Model):
    """What a plug-in must give for records."""

    name: Text = Field(description="What it shows.")
    given: list[Row] = Field(description="Records of inputs; with a group they are one group.")
    expect: list[Text | None] = Field(description="The value for each record; nothing is missing.")


class DerivationTests(Model):
    """A file of tests of one plug-in."""

    derivation: Text = Field(description="The plug-in that is tried.")
    tests: list[DerivationTest] = Field(description="The tests.")


TestFile = DatasetTests | DerivationTests


def read_tests(
    mappings: Path, shown: str, findings: Findings
) -> list[tuple[str, Path, DatasetTests | DerivationTests]]:
    """The files of tests: how messages name each, its path, and what it holds; faults are found."""
    read: list[tuple[str, Path, TestFile]] = []
    for folder, kind in ((FOLDER, DatasetTests), (f"{FOLDER}/{PLUG_INS}", DerivationTests)):
        for path in sorted((mappings / folder).glob("[!.]*.yaml")):
            made = _read(path, f"{shown}/{folder}/{path.name}", kind, findings)
            if made is not None:
                read.append((f"{shown}/{folder}/{path.name}", path, made))
    return read


def _read(path: Path, name: str, kind: type[TestFile], findings: Findings) -> TestFile | None:
    tree = parse_file(path, name, findings)
    made = validate(tree, kind, findings) if tree is not None else None
    if made is None:
        return None
    faulty = list(_faulty(made))
    findings.extend(finding for _, finding in faulty)
    if not made.tests:
        findings.add(Finding("CED785", "this file holds no test", made.place))
    sound = [test for test in made.tests if not any(test is one for one, _ in faulty)]
    return made.model_copy(update={"tests": sound})


def _faulty(made: TestFile) -> Iterator[tuple[DatasetTest | DerivationTest, Finding]]:
    """The tests of one name, and those that could not fail, each with CED785."""
    seen: set[str] = set()
    for test in made.tests:
        if (fault := _fault(test, test.name in seen)) is not None:
            yield test, Finding("CED785", fault[0], test.name.where, hint=fault[1])
        seen.add(str(test.name))


def _fault(test: DatasetTest | DerivationTest, known: bool) -> tuple[str, str] | None:
    if known:
        return f"a second test has the name '{test.name}'", "give each a name of its own"
    if isinstance(test, DerivationTest):
        given, expected = len(test.given), len(test.expect)
        message = f"test '{test.name}' gives {given} records and expects {expected} values"
        return (message, "write one value for each record") if given != expected or not given else None
    if (test.expect is None) == (test.fault is None):
        message = f"test '{test.name}' expects {'nothing' if test.expect is None else 'two things'}"
        return message, "write either `expect` with records or `fault` with words of an error"
    if test.expect and not any(test.expect):
        return f"test '{test.name}' expects records without a variable", "name the variables that matter"
    return None
