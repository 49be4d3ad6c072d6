"""The manifest of a build, and the numbers that it keeps."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager

from ced_cdisc.core.findings import Findings
from ced_cdisc.core.metadata import PackageMetadata
from ced_cdisc.describe.lineage import named_place
from ced_cdisc.plan.account import TableAccount
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.read.tables import RawTable
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.stages.planning import stop_on_errors
from ced_cdisc.stages.reading import raw_columns
from ced_cdisc.write.folder import OutputFolder
from ced_cdisc.write.manifest import manifest_bytes
from ced_cdisc.write.sequence_lock import SequenceLock


def manifest(
    plan: StudyPlan,
    only: Iterable[str],
    specs: Mapping[str, str],
    tables: Mapping[str, RawTable],
    packages: Mapping[str, PackageMetadata],
    rows: Mapping[str, int],
    raw: Mapping[str, TableAccount],
    outputs: Mapping[str, str],
    findings: Findings,
) -> bytes:
    """build.json: what went in, what came out, and with what.

    ``outputs`` are the digests of all other files. A lock of numbers is listed as it is after the build: so
    it gives the same build again.
    """
    inputs = {name: digest for table in tables.values() for name, digest in table.inputs.items()} | dict(
        specs
    )
    described = {
        f"{kind.rpartition('/')[0]}/{dataset.name}".lstrip("/"): dataset
        for kind, package in packages.items()
        for dataset in package.datasets
    }
    return manifest_bytes(
        study=plan.study_id,
        snapshot=plan.snapshot.isoformat(),
        standards=plan.versions,
        partial=only,
        profile=plan.profile,
        inputs=inputs,
        outputs=outputs,
        datasets={name: (rows[name], len(d.variables)) for name, d in described.items()},
        raw=raw,
        places=places(plan, packages),
        findings=findings.sorted(),
    )


def places(plan: StudyPlan, packages: Mapping[str, PackageMetadata]) -> dict[str, dict[str, str]]:
    """The line of the specs behind each dataset (``AE``) and variable (``AE.AESTDTC``), by package.

    Of a variable that several lines make, it is the first.
    """
    made: dict[str, dict[str, str]] = {}
    for study in plan.studies:
        homes = {dataset.name: named_place(dataset.where, *study.specs) for dataset in study.datasets}
        for kind in ("sdtm", "adam"):
            package = packages.get(study.qualified(kind))
            lines: dict[str, str] = {}
            for dataset in package.datasets if package is not None else ():
                home = homes.get(dataset.name) or homes.get(dataset.name.removeprefix("SUPP"), "")
                lines[dataset.name] = home
                for variable in dataset.variables:
                    found = variable.lineage.places if variable.lineage is not None else ()
                    lines[f"{dataset.name}.{variable.name}"] = found[0] if found else home
            if lines:
                made[study.qualified(kind)] = lines
    return made


def accounts(plan: StudyPlan, tables: Mapping[str, RawTable], findings: Findings) -> dict[str, TableAccount]:
    """The account of every raw table, by qualified name."""
    made: dict[str, TableAccount] = {}
    contracts = {study.qualified(n): t for study in plan.studies for n, t in study.tables.items()}
    for name, columns in raw_columns(plan, tables).items():
        frame, duplicates = tables[name].frame, contracts[name].duplicates
        dropped = [f for f in findings if duplicates and f.code == "CED237" and f.where == duplicates.where]
        filled = {c: frame[c].count() for c, found in columns.items() if found.status == "left over"}
        excluded = tables[name].excluded
        records = len(frame) + sum(excluded.values())
        made[name] = TableAccount(records, excluded, len(dropped), columns, filled)
    return made


@contextmanager
def keep_numbers(
    lock: SequenceLock | None, study: StudyFolders, folder: OutputFolder, findings: Findings
) -> Generator[None]:
    """Keep the numbers of a build, whose output the block puts in place.

    They are in place before the output is, and are taken back where that fails. They stay where something
    fails after the exchange, or the user stops the build: records of the new output have them.

    Raises:
        Stopped: the lock cannot be written; the output is not touched.
    """
    if lock is None:
        yield
        return
    try:
        lock.keep(shipped=study.shipped, findings=findings)
        stop_on_errors(findings)
        yield
    finally:
        if not folder.is_committed:
            lock.take_back()
        lock.release()
