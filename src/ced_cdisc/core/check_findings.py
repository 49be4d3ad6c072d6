"""All findings of a check in one list, whoever found them, each with the file that a person would open.

The reports that list findings one by one (SARIF, annotations, workbook) read this; those that go by rule
read :mod:`ced_cdisc.core.conformance`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, field

from ced_cdisc.core.codes import CODES
from ced_cdisc.core.conformance import CheckResult, EngineRule, Failure
from ced_cdisc.core.findings import Finding, Location, Severity

FoundBy = Literal["reading", "rule", "engine"]
_OF_FILES = ("CED33", *(f"CED{number}" for number in range(601, 611)))
"""Faults of files in the folder, named as seen from it; all others are named as the user wrote them."""
_DEFINES = tuple(
    f"{place}define.xml" for place in ("", "sdtm/", "adam/", "tabulations/sdtm/", "analysis/adam/datasets/")
)
"""Where a checked folder has its own define.xml."""


class CheckFinding(Struct, frozen=True):
    """One finding.

    Attributes:
        found_by: the reading of the files, a rule of ours, or the CDISC CORE engine.
        rule: the id of the rule, or the code of a fault in a file.
        title: what has to hold, or what the code means.
        text: what is wrong, in a sentence; with the number of records.
        do: what to do about it, or empty.
        family: of the rule; empty for the engine's.
        where: the line of the spec where it is known, else the file of the dataset, else the folder; as the
            user would write it from the working folder.
        data: the file of the dataset alone, or empty.
        failure: dataset, variable, records, digest and standing; of a fault in a file, the text alone.
    """

    found_by: FoundBy
    rule: str
    title: str
    text: str
    severity: Severity
    where: Location
    failure: Failure
    do: str = ""
    family: str = ""
    public: tuple[str, ...] = field(default=())
    data: str = ""


def check_findings(result: CheckResult) -> tuple[CheckFinding, ...]:
    """Faults in files first, then our findings as ``CheckResult.failed`` orders them, then the engine's."""
    return (*_reading(result), *_ours(result), *_engine(result))


def spec_place(place: str) -> Location:
    """The file and line of ``mappings/sdtm/ae.yaml:31``; line 0 where it has none."""
    file, colon, line = place.rpartition(":")
    return Location(file, int(line)) if colon and line.isdecimal() else Location(place)


def in_folder(folder: str, file: str) -> str:
    """A file of the checked folder as the user would write it."""
    return file if folder == "." else f"{folder.rstrip('/')}/{file}"


def _reading(result: CheckResult) -> Iterator[CheckFinding]:
    for one in result.reading:
        title = CODES[one.code].title.removesuffix(" (a warning)")
        failure = Failure("", "", one.message)
        where = Location(_file_at_fault(one, result.folder), one.where.line)
        yield CheckFinding(
            "reading", one.code, title, one.message, one.severity, where, failure, one.hint, "reading"
        )  # fmt: skip


def _file_at_fault(finding: Finding, folder: str) -> str:
    file = finding.where.file
    as_written = not finding.code.startswith(_OF_FILES) or file == folder or file.startswith(f"{folder}/")
    if finding.code == "CED609" and file not in _DEFINES:
        as_written = True  # the file of --define
    return file if as_written else in_folder(folder, file)


def _ours(result: CheckResult) -> Iterator[CheckFinding]:
    files = {d.name: in_folder(result.folder, d.file) for d in result.datasets}
    for one in result.failed:
        rule = one.rule
        for failure in one.failures:
            data = files.get(failure.dataset, "")
            where = _where(failure, data, result.folder)
            yield CheckFinding(
                "rule", rule.id, rule.title, failure.text, rule.severity, where, failure, rule.do,
                rule.family, rule.public, data,
            )  # fmt: skip


def _engine(result: CheckResult) -> Iterator[CheckFinding]:
    files = {d.name: in_folder(result.folder, d.file) for d in result.datasets}
    for rule in result.engine.rules if result.engine is not None else ():
        for failure in rule.failures:
            data = files.get(failure.dataset, "")
            records = "1 record" if failure.count == 1 else f"{failure.count:,} records"
            yield CheckFinding(
                "engine", rule.id, rule.message, f"{failure.text}: {records}", Severity.WARNING,
                _where(failure, data, result.folder), failure, public=_known_as(rule), data=data,
            )  # fmt: skip


def _known_as(rule: EngineRule) -> tuple[str, ...]:
    return (*rule.public, *rule.ours)


def _where(failure: Failure, data: str, folder: str) -> Location:
    return spec_place(failure.place) if failure.place else Location(data or folder)
