"""Specs to a plan, the numbers it keeps, and the folder to write: all before any data is read.

Nothing here loads polars, so that a build may still fork (:mod:`ced_cdisc.companion`); the parsers are
loaded only where the plan is not known already (:mod:`ced_cdisc.write.plan_cache`).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from ced_cdisc.core.collector import uncollected
from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage, Stopped
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.numbers import pin
from ced_cdisc.plan.only import restrict
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.spec.plan_key import layers_digest, plan_key
from ced_cdisc.write.folder import OutputFolder
from ced_cdisc.write.manifest import is_full_build
from ced_cdisc.write.plan_cache import KnownPlan, cache_folder, keep_plan, known_dataset, known_plan
from ced_cdisc.write.sequence_lock import NAME as SEQUENCE_LOCK
from ced_cdisc.write.sequence_lock import SequenceLock


@uncollected()
def make_plan(
    study: StudyFolders,
    findings: Findings,
    only: Iterable[str] = (),
    profile: str | None = None,
    *,
    digested: bool = False,
) -> tuple[StudyPlan, dict[str, Path]]:
    """Load and resolve the specs; needs no data. Gives the plan and the files read, by name.

    A plan that was made before of the same specs by the same tool is taken from the user's cache. With
    ``digested`` it has the digests of its datasets, by which builds know what has not changed.

    Raises:
        Stopped: the specs have faults.
    """
    cache = cache_folder()
    key = plan_key(study, profile) if cache is not None else None
    known = known_plan(cache, key) if cache is not None and key is not None else None
    if known is None or not _holds(known):
        began = time.time_ns()
        known = _resolve(study, findings, profile)
        state = layers_digest(known.layers, before=began)
        if cache is not None and key is not None and state is not None and key == plan_key(study, profile):
            known = replace(known, plan=_digested(known.plan, digested), layers_state=state)
            keep_plan(cache, key, known)
    elif digested and not all(one.digests for one in known.plan.studies):
        known = replace(known, plan=_digested(known.plan, digested))
        if cache is not None and key is not None:
            keep_plan(cache, key, known)
    findings.extend(known.findings)
    plan = known.plan
    if names := list(only):
        plan = restrict(plan, names, findings)
        stop_on_errors(findings)
    return plan, {name: Path(path) for name, path in known.files.items()}


def make_plan_of(study: StudyFolders, dataset: str, findings: Findings, profile: str | None) -> StudyPlan:
    """The plan for questions about the values of one dataset.

    Where the plan is known, that dataset and those that it needs alone are read, without codelists, of which
    no value is computed. Else, and where there is no such dataset, it is the plan of the whole study.

    Raises:
        Stopped: the specs have faults.
    """
    cache = cache_folder()
    key = plan_key(study, profile) if cache is not None else None
    known = known_dataset(cache, key, dataset) if cache is not None and key is not None else None
    if known is not None and _holds(known):
        return known.plan
    return make_plan(study, findings, profile=profile)[0]


def _holds(known: KnownPlan) -> bool:
    """Whether the layers of a known plan, and what runs its plug-ins, are as they were."""
    return layers_digest(known.layers) == known.layers_state and unchanged(known.plan.studies)


def _digested(plan: StudyPlan, wanted: bool) -> StudyPlan:
    """With the digests of the datasets, where they are wanted: they take as long as half of the planning."""
    if not wanted:
        return plan
    from ced_cdisc.plan.dataset_key import with_digests

    return with_digests(plan)


def _resolve(study: StudyFolders, findings: Findings, profile: str | None) -> KnownPlan:
    from ced_cdisc.plan.study import plan_study
    from ced_cdisc.spec.load import load_specs
    from ced_cdisc.spec.slips import told_once
    from ced_cdisc.spec.unread import without_consequences

    found = Findings()
    specs = load_specs(study.mappings, study.define, found, study.shown, profile=profile)
    plan = plan_study(specs, found) if specs is not None else None
    if specs is not None:
        found = told_once(without_consequences(found, specs))
    findings.extend(found)
    stop_on_errors(findings)
    assert plan is not None and specs is not None
    files = {name: str(path) for name, path in specs.files.items()}
    return KnownPlan(plan, tuple(found), files, tuple(str(path) for path in specs.layers))


def unchanged(studies: Iterable[StudyPlan]) -> bool:
    """Whether the packages whose plug-ins a known plan calls are still those that are installed."""
    sources = {one.source for study in studies for one in study.derivations if one.source.module}
    if not sources:
        return True
    from ced_cdisc.derivations.load import package_source

    return all(package_source(source.name) == source for source in sources)


def pin_numbers(
    plan: StudyPlan, study: StudyFolders, findings: Findings, *, renumber: bool = False
) -> tuple[StudyPlan, SequenceLock | None]:
    """The plan with the numbers of sequence.lock, and the lock; both as they were where none are pinned.

    Raises:
        Stopped: the lock is damaged, or numbers are to be made anew that are not kept.
    """
    if plan.sequence != "pinned":
        if renumber:
            text = "this study numbers its records by their order in each build"
            hint = "`sequence: pinned` in study.yaml keeps numbers"
            findings.add(Finding("CED045", text, Location("--renumber"), hint=hint))
            stop_on_errors(findings)
        return plan, None
    anew = [dataset.name for dataset in plan.datasets] if renumber else None
    lock = SequenceLock.open(study.mappings, study.shown[0], findings, anew)
    stop_on_errors(findings)
    return pin(plan, lock.known(), lock.highest()), lock


def prepare_output(
    out: Path, raw: Path, study: StudyFolders, only: Iterable[str], findings: Findings
) -> OutputFolder | None:
    """The folder to write, or None with findings that say why it is refused; it is not touched yet."""
    if list(only) and is_full_build(out):
        text = f"{out.as_posix()} holds a full build, which a part cannot replace"
        hint = "name another folder for --only"
        findings.add(Finding("CED420", text, Location(out.as_posix()), hint=hint, stage=Stage.OUTPUT))
    folder, refused = OutputFolder.prepare(out, protected=[raw, study.mappings, study.define])
    findings.extend(refused)
    return folder


def digests(files: Mapping[str, Path]) -> dict[str, str]:
    """The SHA-256 of files, by shown name: of specs once they are planned, as they may be edited later on."""
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def planned_digests(files: Mapping[str, Path], before: Mapping[Path, str]) -> dict[str, str]:
    """As :func:`digests`, of the files of specs that were planned.

    Args:
        files: by shown name.
        before: the digests of specs before they were read to be planned.

    Raises:
        Stopped: one is not as it was then (CED157): what was planned need not be what the digest stands for.
    """
    made: dict[str, str] = {}
    findings = Findings()
    for name, path in files.items():
        try:
            made[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            made[name] = ""
        if made[name] != before.get(path, made[name] or None):
            text = "this file was changed while it was read"
            findings.add(Finding("CED157", text, Location(name), "build again"))
    stop_on_errors(findings)
    return made


def made_digests(plan: StudyPlan, lock: SequenceLock | None) -> dict[str, str]:
    """The SHA-256 of what else a build hangs on: the numbers of the lock as they are now, and packages.

    Packages are those whose plug-ins the study may call; files of plug-ins are among the specs.
    """
    seen = {} if lock is None else {f"mappings/{SEQUENCE_LOCK}": hashlib.sha256(lock.content()).hexdigest()}
    named = (one.source for study in plan.studies for one in study.derivations)
    return seen | {f"plug-in {source.shown}": source.digest for source in named if source.module}


def stop_on_errors(findings: Findings, stage: Stage | None = None) -> None:
    """Raise Stopped where there are errors (of one stage, if named), with all that was found so far."""
    if any(f.severity is Severity.ERROR and stage in (None, f.stage) for f in findings):
        raise Stopped(findings)
