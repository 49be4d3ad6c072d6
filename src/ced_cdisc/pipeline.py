"""The whole way of the data on one page: specs -> plan -> raw -> SDTM -> ADaM -> files -> checks.

A stage takes values and returns new ones. A fault of the input stops the run at the end of its stage, with
all faults of that stage; the former output is untouched until everything is written and checked.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ced_cdisc import __version__
from ced_cdisc.check.define import check_define
from ced_cdisc.check.define_against_xpt import check_define_against_xpt
from ced_cdisc.convert import build_datasets, supplemental
from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped
from ced_cdisc.core.metadata import PackageMetadata
from ced_cdisc.core.xpt import XptMember, xpt_member
from ced_cdisc.describe.datasets import kept_columns
from ced_cdisc.describe.packages import describe_package
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.only import restrict
from ced_cdisc.plan.study import plan_study
from ced_cdisc.read.tables import RawTable, TableContract, read_tables, unclaimed_files
from ced_cdisc.spec.load import load_specs
from ced_cdisc.spec.locate import StudyFolders, find_study
from ced_cdisc.write.define import define_xml, stylesheet
from ced_cdisc.write.folder import OutputFolder
from ced_cdisc.write.manifest import is_full_build, manifest_bytes, sha256
from ced_cdisc.write.xpt import write_xpt

if TYPE_CHECKING:
    import pandas as pd

Watch = Callable[[str, int, int], None]
"""Called for each dataset as it is finished, with its name, how many are finished, and of how many."""


@dataclass(frozen=True)
class Build:
    """A finished build: ``build["AE"]`` is a pandas frame, ``frames`` holds the polars ones."""

    frames: Mapping[str, pl.DataFrame]
    packages: Mapping[str, PackageMetadata]
    findings: Findings
    plan: StudyPlan
    notice: str
    seconds: Mapping[str, float]
    """How long each dataset took; not part of any output."""

    def __getitem__(self, name: str) -> pd.DataFrame:
        """One dataset as a pandas frame, as a transport file gives it back (dates as dates)."""
        return self.frames[name].to_pandas()


def build(
    raw: str | Path,
    out: str | Path,
    *,
    mappings: str | Path | None = None,
    define: str | Path | None = None,
    only: Iterable[str] = (),
    watch: Watch | None = None,
) -> Build:
    """Turn a folder of raw tables into a folder of SDTM and ADaM datasets with define.xml.

    Args:
        raw: the folder of raw tables.
        out: the folder to write; replaced as a whole, and only if new, empty, or a former build.
        mappings: the folder of mapping specs; default: ./mappings, else the shipped example study.
        define: the folder of define.xml specs; default: ./define.
        only: build only these datasets and what they need.
        watch: told of each finished dataset.

    Raises:
        Stopped: the input has faults; ``findings`` lists them all. Nothing of ``out`` is changed.
        MissingFolder, NotADirectoryError: a folder that was named is not there.
    """
    raw, out = Path(raw), Path(out)
    if not raw.is_dir():
        raise NotADirectoryError(f"there is no folder {raw.as_posix()}")
    study = find_study(_path(mappings), _path(define), Path.cwd())
    asked = sorted(set(only))
    findings = Findings()

    plan, spec_files = make_plan(study, findings, asked)
    tables = read_raw(raw, plan, findings)
    frames, extra, seconds = convert(plan, tables, findings, watch)
    packages = {kind: p for kind in ("sdtm", "adam") if (p := describe_package(plan, kind, frames, extra))}
    files = render(packages, frames | extra, findings)

    _refuse_partial(out, asked, findings)
    folder, refused = OutputFolder.prepare(out, protected=[raw, study.mappings, study.define])
    findings.extend(refused)
    _stop_on_errors(findings)
    assert folder is not None
    inputs = {f"raw/{t.file}": t.sha256 for t in tables.values()} | {
        n: sha256(p.read_bytes()) for n, p in spec_files.items()
    }
    files["build.json"] = manifest_bytes(
        version=__version__,
        study=plan.study_id,
        snapshot=plan.snapshot.isoformat(),
        standards=plan.versions,
        partial=asked,
        inputs=inputs,
        outputs={name: sha256(content) for name, content in files.items()},
        datasets={
            d.name: (len((frames | extra)[d.name]), len(d.variables))
            for p in packages.values()
            for d in p.datasets
        },
        findings=findings.sorted(),
    )
    with folder as work:
        for name, content in files.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(content)
        folder.commit()
    return Build(frames | extra, packages, findings, plan, study.notice, seconds)


def make_plan(
    study: StudyFolders, findings: Findings, only: Iterable[str] = ()
) -> tuple[StudyPlan, dict[str, Path]]:
    """Load and resolve the specs; needs no data. Gives the plan and the files read, by shown name.

    Raises:
        Stopped: the specs have faults.
    """
    specs = load_specs(study.mappings, study.define, findings, study.shown)
    plan = plan_study(specs, findings) if specs is not None else None
    _stop_on_errors(findings)
    assert plan is not None and specs is not None
    if names := list(only):
        plan = restrict(plan, names, findings)
        _stop_on_errors(findings)
    roots = ((study.mappings, "mappings"), (study.define, "define"))
    shown = {
        f"{name}/{p.relative_to(root).as_posix()}": p
        for p in specs.files
        for root, name in roots
        if p.is_relative_to(root)
    }
    return plan, shown


def read_raw(raw: Path, plan: StudyPlan, findings: Findings) -> dict[str, RawTable]:
    """Read the raw tables that the plan's contracts list, as text.

    Raises:
        Stopped: a table is missing or damaged.
    """
    contracts = [
        TableContract(
            name=t.name,
            file=t.file,
            format=t.format,
            columns=t.columns,
            where=t.where,
            delimiter=t.delimiter,
            encoding=t.encoding,
            sheet=t.sheet,
            trim=t.trim,
            missing=t.missing,
            column_policy=t.policy,
        )
        for t in plan.tables.values()
    ]
    tables, found = read_tables(raw, contracts)
    findings.extend(found)
    findings.extend(unclaimed_files(raw, contracts))
    _stop_on_errors(findings)
    return tables


def convert(
    plan: StudyPlan, tables: Mapping[str, RawTable], findings: Findings, watch: Watch | None = None
) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame], dict[str, float]]:
    """Raw tables to datasets, their supplemental qualifiers, and the seconds that each dataset took.

    Raises:
        Stopped: the data have faults; all that could be found are listed.
    """
    seconds: dict[str, float] = {}

    def finished(name: str, spent: float) -> None:
        seconds[name] = spent
        if watch is not None:
            watch(name, len(seconds), len(plan.datasets))

    built, found = build_datasets(plan, tables, finished)
    findings.extend(found)
    _stop_on_errors(findings)
    frames: dict[str, pl.DataFrame] = {}
    extra: dict[str, pl.DataFrame] = {}
    for dataset in plan.datasets:
        whole = built[dataset.name]
        qualifiers = supplemental(dataset, whole)
        if qualifiers is not None and len(qualifiers):
            extra[f"SUPP{dataset.name}"] = qualifiers
        frames[dataset.name] = whole.select(kept_columns(dataset, whole))
    return frames, extra, seconds


def render(
    packages: Mapping[str, PackageMetadata], frames: Mapping[str, pl.DataFrame], findings: Findings
) -> dict[str, bytes]:
    """The files of a build, by path; define.xml is checked against the schema and the bytes of its datasets.

    Raises:
        Stopped: the data cannot be held by a transport file, or a check failed.
    """
    files: dict[str, bytes] = {}
    for kind, package in packages.items():
        members: list[XptMember] = []
        for dataset in package.datasets:
            member = xpt_member(dataset, package.created)
            stream = io.BytesIO()
            try:
                write_xpt(stream, frames[dataset.name].select(v.name for v in dataset.variables), member)
            except Stopped as stopped:
                findings.extend(stopped.findings)
                continue
            files[f"{kind}/{dataset.name.lower()}.xpt"] = stream.getvalue()
            members.append(member)
        _stop_on_errors(findings)
        xml = define_xml(package)
        shown = f"{kind}/define.xml"
        findings.extend(check_define(xml, shown))
        findings.extend(check_define_against_xpt(xml, members, file=shown))
        files[shown] = xml
        files[f"{kind}/define2-1.xsl"] = stylesheet()
    _stop_on_errors(findings)
    return files


def _refuse_partial(out: Path, only: list[str], findings: Findings) -> None:
    if only and is_full_build(out):
        text = f"{out.as_posix()} holds a full build, which a part cannot replace"
        findings.add(
            Finding(
                "CED420",
                text,
                Location(out.as_posix()),
                hint="name another folder for --only",
                stage=Stage.OUTPUT,
            )
        )


def _stop_on_errors(findings: Findings) -> None:
    if findings.errors:
        raise Stopped(findings)


def _path(path: str | Path | None) -> Path | None:
    return None if path is None else Path(path)
