"""A workbook into the specs: the differences with their places, the edits tried on a plan, then written."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from ced_cdisc.core.findings import Finding, Findings, Location, Severity
from ced_cdisc.plan.study import plan_study
from ced_cdisc.read.workbook import read_workbook
from ced_cdisc.spec.edit import CannotEdit, SpecFile
from ced_cdisc.spec.load import load_parts, load_specs, study_folder
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.spec.slips import told_once
from ced_cdisc.spec.unread import without_consequences
from ced_cdisc.stages.planning import digests, make_plan, stop_on_errors
from ced_cdisc.stages.spec_export import built_from, exported, find_source, kind_of, read_source, stale
from ced_cdisc.workbook.compare import compare, notes_left_out
from ced_cdisc.workbook.draft import draft, draft_name
from ced_cdisc.workbook.edits import Add, Edit, Give, Replace, Target
from ced_cdisc.workbook.lines import SpecTrees
from ced_cdisc.workbook.model import Tables
from ced_cdisc.workbook.tables import tables_of
from ced_cdisc.workbook.targets import Targets

_BOM = "\ufeff"


class SpecImport(Struct, frozen=True):
    """What a workbook says otherwise than the build, and the files that would say it.

    Attributes:
        targets: every difference with its place, in the order of the workbook's sheets.
        files: the new texts of spec files, by path.
        drafts: drafts of specs for datasets that only the workbook has, by path; those that are there
            already are left out.
    """

    targets: tuple[Target, ...]
    files: Mapping[Path, str]
    drafts: Mapping[Path, str]


def import_workbook(
    study: StudyFolders,
    package: str,
    old: Tables,
    new: Tables,
    findings: Findings,
    profile: str | None = None,
) -> SpecImport:
    """Compare a workbook with that of the build, and make the edits that the specs have keys for.

    The edited specs are planned first: if they would have faults, CED573 says so, and no file is to change.

    Args:
        study: the folders of the specs.
        package: ``sdtm``, ``adam``, or that of a pooled study: ``controls/sdtm``.
        old: the workbook of the build.
        new: the workbook that is imported.
        findings: receives what is wrong with the specs.
        profile: the profile that was built.

    Raises:
        Stopped: the specs have faults.
    """
    folder = study_folder(study.mappings, study.define, study.shown)
    pooled, _, kind = package.rpartition("/")
    if pooled:
        folder = folder.pooled(pooled)
    parts = load_parts(folder, findings, profile, pooled=bool(pooled)).parts
    stop_on_errors(findings)
    files = _Files()
    targets = [files.carry_out(one) for one in Targets(SpecTrees(parts), old, new).all(compare(old, new))]
    texts = files.texts()
    if texts and not _planned(study, texts, findings, profile):
        return SpecImport(tuple(targets), {}, {})
    drafts: dict[Path, str] = {}
    for one in targets:
        if one.difference.sheet == "Datasets" and one.difference.kind == "added":
            path = folder.path / draft_name(one.difference.key[0], kind)
            if not path.exists():
                drafts[path] = draft(one.difference.key[0], kind, new, Path(new.shown).name)
    return SpecImport(tuple(targets), texts, drafts)


def compare_with_build(
    file: Path, source: Path, package: str | None, study: StudyFolders, findings: Findings
) -> SpecImport:
    """Read a workbook and the define.xml of the last build, and compare them as :func:`import_workbook` does.

    Args:
        file: the workbook.
        source: the folder of the build, or its define.xml.
        package: the package, where the build has several.
        study: the folders of the specs.
        findings: receives notes, and CED572 where the specs are no longer those of the build.

    Raises:
        NoSource: ``source`` is no build, or has several packages.
        Stopped: the workbook or the define.xml cannot be read, or the specs have faults.
    """
    found = find_source(source, package)
    shown = file.as_posix()
    workbook = read_workbook(file.read_bytes(), shown, findings)
    new = tables_of(workbook, shown, findings) if workbook is not None else None
    stop_on_errors(findings)
    assert new is not None
    root = read_source(found)
    _, old = exported(root, found.shown, findings)
    stop_on_errors(findings)
    assert old is not None
    if count := notes_left_out(new):
        text = f"{count} cell{'s' * (count != 1)} of Developer Notes: no spec has a place for them"
        findings.add(Finding("CED571", text, Location(shown), severity=Severity.NOTE))
    built = built_from(source)
    profile = built.profile if built is not None else None
    if built is not None:
        _, files = make_plan(study, Findings(), profile=profile)
        outdated = stale(source, built, digests(files))
        findings.extend([outdated] if outdated is not None else [])
    return import_workbook(study, kind_of(found, root), old, new, findings, profile)


def _planned(study: StudyFolders, texts: Mapping[Path, str], findings: Findings, profile: str | None) -> bool:
    """Whether the edited specs can be planned; else their faults and CED573."""
    edited = {path.resolve(): text.removeprefix(_BOM) for path, text in texts.items()}
    found = Findings()
    specs = load_specs(study.mappings, study.define, found, study.shown, profile, edited)
    if specs is not None:
        plan_study(specs, found)
        found = told_once(without_consequences(found, specs))
    if found.errors:
        findings.extend(found.errors)
        text = "with the edits of this workbook the specs would have faults; nothing is written"
        hint = "correct the cells that these lines come from"
        findings.add(Finding("CED573", text, Location("spec import"), hint=hint))
    return not found.errors


class _Files:
    """The spec files that are edited, each read once."""

    def __init__(self) -> None:
        self._files: dict[str, SpecFile] = {}
        self._marks: dict[str, str] = {}

    def carry_out(self, target: Target) -> Target:
        """Take in all edits of a target, or none and say why."""
        if not target.edits:
            return target
        try:
            before = {name: self._file(name).edits() for name in {e.where.file for e in target.edits}}
        except OSError as error:
            return Target(
                target.difference, target.where, reason=f"the file cannot be read: {error.strerror}"
            )
        try:
            for edit in target.edits:
                self._carry_out(edit)
        except CannotEdit as error:
            for name, edits in before.items():
                self._file(name).restore(edits)
            return Target(target.difference, target.where, reason=str(error))
        return target

    def _carry_out(self, edit: Edit) -> None:
        file = self._file(edit.where.file)
        match edit:
            case Replace():
                file.replace(edit.where, edit.old, edit.new)
            case Give():
                file.give(edit.where, edit.old, edit.verb, edit.key, edit.value)
            case Add():
                file.add(edit.where, edit.key, edit.value, edit.after)
            case _:
                file.remove(edit.where)

    def _file(self, name: str) -> SpecFile:
        if name not in self._files:
            text = Path(name).read_bytes().decode("utf-8")
            self._marks[name] = _BOM if text.startswith(_BOM) else ""
            self._files[name] = SpecFile(text.removeprefix(_BOM))
        return self._files[name]

    def texts(self) -> dict[Path, str]:
        """The new texts of the files that have edits, by path."""
        return {
            Path(name): self._marks[name] + file.result()
            for name, file in sorted(self._files.items())
            if file.changed
        }


def write_specs(files: Mapping[Path, str]) -> None:
    """Write all files or none: each beside its place first, and its former text, then all are put there.

    Raises:
        OSError: a file cannot be written, ``filename`` says which; all are what they were before.
    """
    beside: list[Path] = []
    put: list[tuple[Path, Path | None]] = []
    at = Path()
    try:
        for path, text in files.items():
            beside.append(at := _beside(path, "new"))
            at.write_bytes(text.encode("utf-8"))
            if path.exists():
                at.chmod(path.stat().st_mode)
                beside.append(at := _beside(path, "former"))
                shutil.copy2(path, at)
        for path in files:
            at = _beside(path, "former")
            put.append((path, at if at in beside else None))
            _beside(path, "new").replace(path)
    except BaseException as error:
        _undo(put)
        if isinstance(error, OSError) and error.filename is None:
            raise OSError(error.errno, error.strerror, str(at)) from error
        raise
    finally:
        for path in beside:
            with suppress(OSError):
                path.unlink()


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name}.{what}")


def _undo(put: Sequence[tuple[Path, Path | None]]) -> None:
    """Give files what stood there, in one step each; one that was not there goes."""
    for path, former in put:
        if former is None:
            path.unlink(missing_ok=True)
        else:
            former.replace(path)
