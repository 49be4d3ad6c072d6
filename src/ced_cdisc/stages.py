"""The stages of a build: each takes values and gives new ones, and stops at the faults of its own stage."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from ced_cdisc.check.define import check_define
from ced_cdisc.check.define_against_xpt import check_define_against_xpt
from ced_cdisc.convert import Partner, PartnerLost, build_datasets, supplemental
from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage, Stopped
from ced_cdisc.core.metadata import PackageMetadata
from ced_cdisc.core.version import VERSION
from ced_cdisc.core.xpt import XptMember, xpt_member
from ced_cdisc.describe.datasets import kept_columns
from ced_cdisc.describe.packages import describe_package
from ced_cdisc.plan.account import ColumnAccount, account
from ced_cdisc.plan.model import KEY, StudyPlan
from ced_cdisc.plan.numbers import pin
from ced_cdisc.plan.only import restrict
from ced_cdisc.plan.study import plan_study
from ced_cdisc.plan.texts import TextChanges, as_written
from ced_cdisc.read.tables import RawTable, TableContract, read_tables, unclaimed_files
from ced_cdisc.spec.load import load_specs
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.write.define import define_xml, stylesheet
from ced_cdisc.write.folder import OutputFolder
from ced_cdisc.write.manifest import TableAccount, is_full_build, manifest_bytes, sha256
from ced_cdisc.write.sequence_lock import NAME as SEQUENCE_LOCK
from ced_cdisc.write.sequence_lock import SequenceLock
from ced_cdisc.write.xpt import write_xpt

Watch = Callable[[str, int, int], None]
"""Called for each dataset as it is finished, with its name, how many are finished, and of how many."""


def make_plan(
    study: StudyFolders, findings: Findings, only: Iterable[str] = ()
) -> tuple[StudyPlan, dict[str, Path]]:
    """Load and resolve the specs; needs no data. Gives the plan and the files read, by name.

    Raises:
        Stopped: the specs have faults.
    """
    specs = load_specs(study.mappings, study.define, findings, study.shown)
    plan = plan_study(specs, findings) if specs is not None else None
    stop_on_errors(findings)
    assert plan is not None and specs is not None
    if names := list(only):
        plan = restrict(plan, names, findings)
        stop_on_errors(findings)
    return plan, dict(specs.files)


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


def read_raw(
    raw: Path, plan: StudyPlan, findings: Findings, partner: Partner | None = None
) -> dict[str, RawTable]:
    """Read the raw tables that the plan's contracts list, as text. A partner takes the slow ones: workbooks.

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
            needed=frozenset(t.readers) if t.readers else None,
            column_lines=t.places,
        )
        for t in plan.tables.values()
    ]
    tables, found = _read(raw, contracts, partner)
    findings.extend(found)
    findings.extend(unclaimed_files(raw, contracts))
    stop_on_errors(findings, Stage.RAW)
    return tables


def _read(
    raw: Path, contracts: Sequence[TableContract], partner: Partner | None
) -> tuple[dict[str, RawTable], list[Finding]]:
    if partner is None:
        return read_tables(raw, contracts)
    parts = [[one for one in contracts if (one.format == "xlsx") == bool(half)] for half in (0, 1)]
    tables, found = read_tables(raw, parts[partner.half])
    try:
        theirs, also = partner.swap((tables, found))
    except PartnerLost:
        theirs, also = read_tables(raw, parts[1 - partner.half])
    read = tables | theirs
    return {one.name: read[one.name] for one in contracts if one.name in read}, [*found, *also]


def convert(
    plan: StudyPlan,
    tables: Mapping[str, RawTable],
    findings: Findings,
    watch: Watch | None = None,
    partner: Partner | None = None,
    lock: SequenceLock | None = None,
) -> tuple[StudyPlan, dict[str, pl.DataFrame], dict[str, pl.DataFrame], dict[str, float]]:
    """Raw tables to datasets, their supplemental qualifiers, and the seconds that each dataset took.

    The plan comes back with the variables and qualifiers that continue long texts. The lock, if any, takes
    over the numbers of the records.

    Raises:
        Stopped: the data have faults; all that could be found are listed.
    """
    seconds: dict[str, float] = {}
    changes = TextChanges()

    def finished(name: str, spent: float) -> None:
        seconds[name] = spent
        if watch is not None:
            watch(name, len(seconds), len(plan.datasets))

    try:
        try:
            built, found = build_datasets(plan, tables, finished, changes, partner)
        except PartnerLost:
            seconds.clear()
            changes = TextChanges()
            built, found = build_datasets(plan, tables, finished, changes)
    except Stopped as stopped:
        findings.extend(stopped.findings)
        raise Stopped(findings) from None
    findings.extend(found)
    plan = as_written(plan, changes)
    frames: dict[str, pl.DataFrame] = {}
    extra: dict[str, pl.DataFrame] = {}
    for dataset in plan.datasets:
        whole = built[dataset.name]
        qualifiers = supplemental(dataset, whole)
        if qualifiers is not None and len(qualifiers):
            extra[f"SUPP{dataset.name}"] = qualifiers
        if lock is not None and dataset.pinned is not None:
            subjects = whole["USUBJID"].to_list() if "USUBJID" in whole.columns else [""] * len(whole)
            numbers = whole[dataset.pinned.variable].cast(pl.Int64).to_list()
            lock.take(dataset.name, zip(subjects, whole[KEY].to_list(), numbers, strict=True), findings)
        frames[dataset.name] = whole.select(kept_columns(dataset, whole))
    return plan, frames, extra, seconds


_Package = tuple[PackageMetadata | None, dict[str, bytes], list[Finding]]
_Transport = tuple[dict[str, bytes], list[XptMember], list[Finding]]


def package(
    plan: StudyPlan,
    frames: Mapping[str, pl.DataFrame],
    extra: Mapping[str, pl.DataFrame],
    findings: Findings,
    partner: Partner | None = None,
) -> tuple[dict[str, PackageMetadata], dict[str, bytes]]:
    """The SDTM and the ADaM package, as far as they have datasets: metadata by kind, and files by path.

    Raises:
        Stopped: the data cannot be held by a transport file, or a check failed, or OUT was refused.
    """
    kinds = ("sdtm", "adam")
    try:
        made = _shared_out(plan, frames, extra, partner) if partner is not None else None
    except PartnerLost:
        made = None
    if made is None:
        made = [_package(plan, kind, frames, extra) for kind in kinds]
    packages: dict[str, PackageMetadata] = {}
    files: dict[str, bytes] = {}
    for kind, (metadata, written, found) in zip(kinds, made, strict=True):
        findings.extend(found)
        files |= written
        if metadata is not None:
            packages[kind] = metadata
    stop_on_errors(findings)
    described = {dataset.name for metadata in packages.values() for dataset in metadata.datasets}
    if described != {*frames, *extra}:
        raise RuntimeError(f"datasets without metadata: {sorted({*frames, *extra} ^ described)}")
    return packages, files


def _package(
    plan: StudyPlan, kind: str, frames: Mapping[str, pl.DataFrame], extra: Mapping[str, pl.DataFrame]
) -> _Package:
    """Describe the datasets, write them, and check define.xml against the schema and against their bytes."""
    metadata = describe_package(plan, kind, frames, extra)
    if metadata is None:
        return None, {}, []
    return _joined(kind, metadata, _transport(kind, metadata, {**frames, **extra}), _define(kind, metadata))


def _shared_out(
    plan: StudyPlan, frames: Mapping[str, pl.DataFrame], extra: Mapping[str, pl.DataFrame], partner: Partner
) -> list[_Package]:
    """Both packages: the second half makes ADaM, and then the define.xml of SDTM while the first writes files.

    Raises:
        PartnerLost: the partner is gone.
    """
    if partner.half:
        adam = _package(plan, "adam", frames, extra)
        described: PackageMetadata | None = partner.swap(adam)
        partner.swap(None if described is None else _define("sdtm", described))
        return []
    metadata = describe_package(plan, "sdtm", frames, extra)
    adam = partner.swap(metadata)
    if metadata is None:
        partner.swap(None)
        return [(None, {}, []), adam]
    written = _transport("sdtm", metadata, {**frames, **extra})
    return [_joined("sdtm", metadata, written, partner.swap(None)), adam]


def _transport(kind: str, metadata: PackageMetadata, frames: Mapping[str, pl.DataFrame]) -> _Transport:
    files: dict[str, bytes] = {}
    found: list[Finding] = []
    members: list[XptMember] = []
    for dataset in metadata.datasets:
        member = xpt_member(dataset, metadata.created)
        stream = io.BytesIO()
        try:
            write_xpt(stream, frames[dataset.name].select(v.name for v in dataset.variables), member)
        except Stopped as stopped:
            found.extend(stopped.findings)
            continue
        files[f"{kind}/{dataset.name.lower()}.xpt"] = stream.getvalue()
        members.append(member)
    return files, members, found


def _define(kind: str, metadata: PackageMetadata) -> tuple[bytes, list[Finding]]:
    xml = define_xml(metadata)
    return xml, list(check_define(xml, f"{kind}/define.xml"))


def _joined(
    kind: str, metadata: PackageMetadata, written: _Transport, defined: tuple[bytes, list[Finding]]
) -> _Package:
    """The files of a package; where a dataset could not be written, define.xml would describe what is not."""
    (files, members, found), (xml, said) = written, defined
    if found:
        return metadata, files, found
    shown = f"{kind}/define.xml"
    found = [*said, *check_define_against_xpt(xml, members, file=shown)]
    return metadata, files | {shown: xml, f"{kind}/define2-1.xsl": stylesheet()}, found


def digests(files: Mapping[str, Path], lock: SequenceLock | None) -> dict[str, str]:
    """The SHA-256 of the specs, by shown name; of the lock that of its content as it stands now."""
    seen = {name: sha256(path.read_bytes()) for name, path in files.items()}
    return seen if lock is None else seen | {f"mappings/{SEQUENCE_LOCK}": sha256(lock.content())}


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


def left_over(plan: StudyPlan, tables: Mapping[str, RawTable]) -> Iterable[Finding]:
    """CED236, a note for each column of the contract that nothing reads and no word excludes."""
    for table, columns in account(plan).items():
        for column, found in columns.items():
            if found.status == "left over" and table in tables:
                filled = tables[table].frame[column].count()
                cells = f"{filled} filled cell" + "s" * (filled != 1)
                yield Finding(
                    "CED236",
                    f"nothing reads the column {table}.{column}, which has {cells}",
                    plan.tables[table].places[column],
                    hint="map it, or write under 'exclude' why it is left out",
                    stage=Stage.RAW,
                    severity=Severity.NOTE,
                )


def raw_account(
    plan: StudyPlan, tables: Mapping[str, RawTable], findings: Findings
) -> dict[str, TableAccount]:
    """The account of every raw table for the manifest."""
    made: dict[str, TableAccount] = {}
    for name, columns in raw_columns(plan, tables).items():
        frame, duplicates = tables[name].frame, plan.tables[name].duplicates
        dropped = [f for f in findings if duplicates and f.code == "CED237" and f.where == duplicates.where]
        filled = {c: frame[c].count() for c, found in columns.items() if found.status == "left over"}
        made[name] = TableAccount(len(frame), len(dropped), columns, filled)
    return made


def raw_columns(plan: StudyPlan, tables: Mapping[str, RawTable]) -> dict[str, dict[str, ColumnAccount]]:
    """What becomes of every raw column, those beyond the contract included."""
    return account(plan, {name: table.new for name, table in tables.items()})


def manifest(
    plan: StudyPlan,
    only: Iterable[str],
    specs: Mapping[str, str],
    tables: Mapping[str, RawTable],
    packages: Mapping[str, PackageMetadata],
    rows: Mapping[str, int],
    files: Mapping[str, bytes],
    findings: Findings,
) -> bytes:
    """build.json: what went in, what came out, and with what.

    A lock of numbers is listed as it is after the build: so it gives the same build again.
    """
    inputs = {f"raw/{table.file}": table.sha256 for table in tables.values()} | dict(specs)
    described = [dataset for package in packages.values() for dataset in package.datasets]
    return manifest_bytes(
        version=VERSION,
        study=plan.study_id,
        snapshot=plan.snapshot.isoformat(),
        standards=plan.versions,
        partial=only,
        inputs=inputs,
        outputs={name: sha256(content) for name, content in files.items()},
        datasets={d.name: (rows[d.name], len(d.variables)) for d in described},
        raw=raw_account(plan, tables, findings),
        findings=findings.sorted(),
    )


@contextmanager
def keep_numbers(lock: SequenceLock | None, study: StudyFolders, findings: Findings) -> Generator[None]:
    """Keep the numbers of a build once the block around its output has come to its end.

    Raises:
        Stopped: the lock cannot be written; before the output is touched, but for a failure of the last step.
    """
    if lock is None:
        yield
        return
    lock.prepare(shipped=study.shipped, findings=findings)
    stop_on_errors(findings)
    try:
        yield
    except BaseException:
        lock.discard()
        raise
    try:
        lock.keep()
    except OSError as error:
        findings.add(
            lock.unwritten(
                error.strerror or str(error), "the output is written: build again before the data change"
            )
        )
        stop_on_errors(findings)


def stop_on_errors(findings: Findings, stage: Stage | None = None) -> None:
    """Raise Stopped where there are errors (of one stage, if named), with all that was found so far."""
    if any(f.severity is Severity.ERROR and stage in (None, f.stage) for f in findings):
        raise Stopped(findings)
