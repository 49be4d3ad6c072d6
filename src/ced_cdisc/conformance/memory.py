"""The findings of a check held against findings.yaml: what is new, accepted, changed or expired."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.conformance.run import NOTHING_OF_ITS_KIND
from ced_cdisc.core.conformance import (
    ANY,
    Acceptance,
    CheckResult,
    EngineRule,
    Failure,
    FindingsFile,
    RuleResult,
    Standing,
)
from ced_cdisc.core.findings import Finding, Severity, Stage

if TYPE_CHECKING:
    from ced_cdisc.spec.known_findings import KnownFinding


class Spoken(Struct, frozen=True):
    """A failure with what findings.yaml says of it.

    Attributes:
        rule: the id of the rule, ours or the engine's.
        package: of the dataset, or empty.
        entry: the entry that speaks of it, in force or not; None for a new one.
    """

    rule: str
    severity: Severity
    package: str
    failure: Failure
    entry: KnownFinding | None = None


class Memory(Struct, frozen=True):
    """The entries of a findings.yaml, and the place and day that they are asked about.

    Attributes:
        shown: how messages name the file.
        entries: those that are said right.
        package: gives the package of a dataset by its name.
        today: the day as YYYY-MM-DD.
        whole: whether the packages are there with all their datasets, as far as it is known.
    """

    shown: str
    entries: tuple[KnownFinding, ...]
    package: Callable[[str], str]
    today: str
    whole: bool


def remembered(result: CheckResult, memory: Memory) -> tuple[CheckResult, list[Spoken]]:
    """The result with the standing of each failure and a warning for each entry that explains nothing.

    Beside it, every failure with the entry that speaks of it; an entry speaks of one, unless it is of any
    number of records.
    """
    told: list[Spoken] = []

    def held(
        rule: str, severity: Severity, failures: tuple[Failure, ...], engine: bool
    ) -> tuple[Failure, ...]:
        spoken = _spoken(rule, severity, failures, memory, engine=engine)
        told.extend(spoken)
        return tuple(one.failure for one in spoken)

    rules = tuple(
        replace(r, failures=held(r.rule.id, r.rule.severity, r.failures, engine=False)) for r in result.rules
    )
    engine = result.engine
    if engine is not None:
        others = [
            replace(r, failures=held(r.id, Severity.WARNING, r.failures, engine=True)) for r in engine.rules
        ]
        engine = replace(engine, rules=tuple(others))
    packages = {memory.package(d.name) for d in result.datasets}
    file = FindingsFile(memory.shown, tuple(sorted(name for name in packages if name)))
    gone = _gone(result, memory, told)
    return replace(result, rules=rules, engine=engine, memory=file, reading=(*result.reading, *gone)), told


def _spoken(
    rule: str, severity: Severity, failures: Sequence[Failure], memory: Memory, *, engine: bool
) -> list[Spoken]:
    """The failures of a rule, in their order.

    The engine does not name a variable, so that the one of an entry is no matter there.
    """
    entries = [e for e in memory.entries if rule in e.rule and not (engine and e.where)]
    groups: dict[tuple[str, str], list[int]] = {}
    for at, failure in enumerate(failures):
        groups.setdefault((failure.dataset, "" if engine else failure.variable), []).append(at)
    made: dict[int, Spoken] = {}
    for (dataset, variable), places in groups.items():
        package = memory.package(dataset)
        of_it = [
            e
            for e in entries
            if str(e.dataset or "") == dataset
            and (engine or str(e.variable or "") == variable)
            and (e.package is None or str(e.package) == package)
        ]
        for at, entry, covers in _paired({at: failures[at] for at in places}, of_it, rule):
            standing = _standing(entry, covers, memory.today)
            acceptance = None if entry is None else _acceptance(entry)
            failure = replace(failures[at], standing=standing, acceptance=acceptance)
            made[at] = Spoken(rule, severity, package, failure, entry)
    return [made[at] for at in range(len(failures))]


def _paired(
    failures: dict[int, Failure], entries: list[KnownFinding], rule: str
) -> Iterator[tuple[int, KnownFinding | None, bool]]:
    """Each failure with its entry, and whether the entry covers it as it is.

    What covers a failure speaks of it; what is left on both sides is paired in order, as changed.
    """
    left: list[int] = []
    open_ = list(entries)
    for at, failure in failures.items():
        entry = next((e for e in open_ if _covers(e, failure, rule)), None)
        if entry is None:
            left.append(at)
            continue
        if str(entry.records) != ANY:
            open_.remove(entry)
        yield at, entry, True
    others = [e for e in open_ if str(e.records) != ANY]
    for at in left:
        yield at, others.pop(0) if others else None, False


def _covers(entry: KnownFinding, failure: Failure, rule: str) -> bool:
    """Whether an entry is about all that a failure covers.

    The digest of an entry is of our rule where it names one; of the engine's finding beside it the number
    of records tells.
    """
    if str(entry.records) == ANY:
        return True
    if entry.digest is not None and entry.ours in ("", rule):
        return failure.digest.startswith(entry.digest)
    return int(entry.records) == max(failure.count, 1)


def _standing(entry: KnownFinding | None, covers: bool, today: str) -> Standing:
    if entry is None:
        return "new"
    if not covers:
        return "changed"
    return "expired" if entry.until is not None and str(entry.until) < today else "accepted"


def _acceptance(entry: KnownFinding) -> Acceptance:
    where = f"{entry.place.file}:{entry.place.line}"
    return Acceptance(
        str(entry.reason), str(entry.person or ""), str(entry.until or ""), where, str(entry.records)
    )


def _gone(result: CheckResult, memory: Memory, told: Sequence[Spoken]) -> Iterator[Finding]:
    """CED625: an entry that no finding has to do with, where the check can know.

    It cannot where a file was not read, where the rule was not carried out, or where the entry is of a
    dataset or package that is not in the folder.
    """
    if any(finding.severity is Severity.ERROR for finding in result.reading):
        return
    used = {(one.rule, id(one.entry)) for one in told if one.entry is not None}
    ours = {r.rule.id: r for r in result.rules}
    engine = {r.id: r for r in result.engine.rules} if result.engine is not None else {}
    packages = {memory.package(d.name) for d in result.datasets}
    datasets = {d.name for d in result.datasets}
    for entry in memory.entries:
        there = entry.dataset is None or str(entry.dataset) in datasets
        here = there if entry.package is None else str(entry.package) in packages and (there or memory.whole)
        for rule in entry.rule if here else ():
            known = _carried_out(ours.get(str(rule))) or _answered(engine.get(str(rule)), entry)
            if known and (str(rule), id(entry)) not in used:
                message = f"{rule} finds nothing in {entry.place_in_data} any more"
                others = len(entry.rule) > 1
                hint = f"take {rule} out of the entry" if others else "take the entry out"
                yield Finding("CED625", message, entry.place, hint, Stage.CHECK, Severity.WARNING)


def _carried_out(rule: RuleResult | None) -> bool:
    if rule is None:
        return False
    return rule.status in ("passed", "failed") or rule.reason == NOTHING_OF_ITS_KIND


def _answered(rule: EngineRule | None, entry: KnownFinding) -> bool:
    return rule is not None and rule.status in ("passed", "issues") and not entry.where
