"""Which findings.yaml a check is held against, and the check held against it."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.conformance.memory import Memory, Spoken, remembered
from ced_cdisc.conformance.packages import build_of, package_of
from ced_cdisc.conformance.rule import all_rules
from ced_cdisc.core.conformance import CheckResult
from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.spec.known_findings import FORMER, NAME, KnownFinding, left_over
from ced_cdisc.spec.locate import MissingFolder, find_study

_NAMES = NAME, FORMER


class Place(Struct, frozen=True):
    """Where the findings.yaml of a folder is.

    Attributes:
        path: the file, which need not be there; None where none is the folder's own.
        shown: how messages name it.
        shipped: it is of the example that comes with the tool.
        notice: a file that might be meant and is not read, and why; else empty.
    """

    path: Path | None = None
    shown: str = ""
    shipped: bool = False
    notice: str = ""


class Recalled(Struct, frozen=True):
    """A check held against a findings.yaml.

    Attributes:
        result: with the standing of each failure; faults of the file are among those of reading.
        told: every failure with the entry that speaks of it.
        shown: how messages name the file.
        faults: of the file; with any it must not be written to.
    """

    result: CheckResult
    told: tuple[Spoken, ...]
    shown: str
    faults: tuple[Finding, ...]


def place_of_findings(folder: Path, named: Path | None, working: Path) -> Place:
    """The findings.yaml that is named, else of the study that the folder was built of.

    The specs of the working folder are found as ``ced-cdisc build`` finds them, and taken only where
    build.json says that the folder was made of them: a file that happens to be near is never guessed to be
    about a foreign folder.
    """
    if named is not None:
        return Place(named, named.as_posix())
    try:
        study = find_study(None, None, working)
    except MissingFolder:
        return Place()
    path, shown = study.define / _NAMES[0], f"{study.shown[1]}/{_NAMES[0]}"
    build = build_of(folder)
    if build is not None and build.is_of(study.mappings):
        return Place(path, shown, study.shipped)
    if study.shipped or not path.is_file():
        return Place()
    why = "is no build by this tool" if build is None else "was built of other specs"
    notice = f"{shown} is not read, since {folder.as_posix()} {why}; name it with --findings if it is meant"
    return Place(notice=notice)


def recalled(
    result: CheckResult, folder: Path, file: Path, *, shown: str, today: str, package: str = ""
) -> Recalled:
    """A check held against a findings.yaml.

    Args:
        result: the check.
        folder: the folder that was checked.
        file: the findings.yaml; one that is not there accepts nothing.
        shown: how messages name it.
        today: the day as YYYY-MM-DD, by which an entry expires.
        package: the package that the folder is; by default as build.json or its path says.
    """
    faults = Findings()
    build = build_of(folder)
    rules = [rule.text.id for rule in all_rules()]
    made = build.packages or None if build is not None and build.whole else None
    entries: tuple[KnownFinding, ...] = ()
    if any(_may_be_there(one) for one in (file, *map(file.with_name, _NAMES))):
        from ced_cdisc.write.readings import read_known

        faults.extend(left_over(file, shown))
        entries = read_known(file, shown, faults, packages=made, rules=rules)
    named = {str(entry.package) for entry in entries if entry.package is not None}
    packages = {d.name: package or package_of(folder, d.file, build, named) for d in result.datasets}
    # What the engine says of the study as a whole has no dataset.
    of_all = next(iter(packages.values())) if len(set(packages.values())) == 1 else package
    memory = Memory(
        shown, entries, lambda dataset: packages.get(dataset, of_all), today, build is None or build.whole
    )
    held, told = remembered(result, memory)
    held = replace(held, reading=(*faults.sorted(), *held.reading))
    return Recalled(held, tuple(told), shown, tuple(faults.sorted()))


def _may_be_there(file: Path) -> bool:
    """Whether there is a file, or something that only its reading can tell of."""
    try:
        file.lstat()
    except FileNotFoundError:
        return False
    except OSError:
        pass
    return True
