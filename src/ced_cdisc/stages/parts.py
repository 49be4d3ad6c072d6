"""Raw tables to datasets in parts of the subjects: in memory is never more than the parts at work.

Every part goes through the functions that build the whole. What the parts give is put together in their
order, which is that of the datasets; faults of all parts become the findings of the whole.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from ced_cdisc.convert.build import Share, faults_of
from ced_cdisc.convert.faults import ROW, TABLE, Faults
from ced_cdisc.convert.over_subjects import check_alike
from ced_cdisc.convert.relations import check_references
from ced_cdisc.convert.sources import raw_records
from ced_cdisc.convert.texts import check_parts
from ced_cdisc.core.blocks import Blocks, Frames
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.core.threads import threads
from ced_cdisc.describe.datasets import kept_columns
from ced_cdisc.plan.model import KEY, SUPP, DatasetPlan, StudyPlan
from ced_cdisc.plan.parts import Parting, parting
from ced_cdisc.plan.texts import TextChanges, as_written
from ced_cdisc.read.tables import RawTable
from ced_cdisc.stages.converting import Watch
from ced_cdisc.stages.merging import merged
from ced_cdisc.stages.part_work import SUPP_SORT, Done, Task, carry_out
from ced_cdisc.stages.raw_parts import LARGE_CELLS, Part, cells_of, parts_for, split, whole
from ced_cdisc.write.sequence_lock import SequenceLock
from ced_cdisc.write.spill import FileBlock, Spill

Carrier = Callable[[StudyPlan, Sequence[Task], Path, Callable[[Done], None]], None]
"""Who carries tasks out: given the plan, the tasks, a folder and whom to tell of each that is done."""


@dataclass(frozen=True)
class How:
    """How a study is built in parts.

    Attributes:
        parts: how many; None goes by the size of the study.
        workers: how many processes; 1 is this one alone. None: where the size asks for parts, one for each
            processor, at most four, else this one.
        dask: the address of the scheduler of a cluster; empty for none.
    """

    parts: int | None = None
    workers: int | None = None
    dask: str = ""

    @property
    def is_asked(self) -> bool:
        """Whether anything but the size of the study asks for parts."""
        return self.parts is not None or (self.workers or 1) > 1 or bool(self.dask)

    @property
    def processes(self) -> int:
        """How many processes of this machine build the parts."""
        if self.workers is not None:
            return self.workers
        return 1 if self.is_asked or not sys.executable else threads()


def parts_of(plan: StudyPlan, tables: Mapping[str, RawTable], how: How) -> int:
    """In how many parts the study is built; 0 where it is built whole."""
    if how.parts is not None:
        return how.parts
    cells = cells_of(plan, {name: table.frame.height for name, table in tables.items()})
    if not how.is_asked and cells < LARGE_CELLS:
        return 0
    return parts_for(cells, how.processes)


def convert_in_parts(
    plan: StudyPlan,
    tables: Mapping[str, RawTable],
    findings: Findings,
    count: int,
    how: How,
    watch: Watch | None = None,
    lock: SequenceLock | None = None,
) -> tuple[StudyPlan, Frames, dict[str, float]]:
    """As :func:`ced_cdisc.stages.converting.convert`, in ``count`` parts; the datasets lie on disk.

    Raises:
        Stopped: the data have faults, all of which are listed; or a part could not be built.
    """
    spill = Spill()
    way = parting(plan)
    faults = {study.folder: faults_of(study, tables) for study in plan.studies}
    tasks = _tasks(plan, tables, faults, way, count, spill.folder)
    done: dict[int, Done] = {}

    def finished(one: Done) -> None:
        done[one.number] = one
        if watch is not None:
            watch(tasks[one.number].subjects, len(done), len(tasks))

    _carrier(how)(plan, tasks, spill.folder, finished)
    results = [done[number] for number in range(len(tasks))]
    changes = {study.folder: TextChanges() for study in plan.studies}
    seconds: dict[str, float] = {}
    for one in results:
        for study in plan.studies:
            faults[study.folder].update(one.found[study.folder])
            changes[study.folder].update(one.changes[study.folder])
        for name, spent in one.seconds.items():
            seconds[name] = seconds.get(name, 0.0) + spent
    for study in plan.studies:
        for dataset in study.datasets:
            if dataset.kind == "sdtm":
                check_parts(dataset, changes[study.folder], faults[study.folder])
    pooled = tuple(as_written(study, changes[study.folder]) for study in plan.pooled)
    plan = replace(as_written(plan, changes[plan.folder]), pooled=pooled)
    data: dict[str, Blocks] = {}
    for study in plan.studies:
        found = _put_together(study, results, spill.folder)
        check_references(study, found, faults[study.folder])
        for dataset in study.datasets:
            check_alike(found[dataset.name], dataset, faults[study.folder])
        data |= {study.qualified(name): blocks for name, blocks in found.items()}
    for study in plan.studies:
        findings.extend(faults[study.folder].findings())
    if findings.errors:
        raise Stopped(findings)
    frames = _submitted(plan, data, findings, lock)
    order = [study.qualified(dataset.name) for study in plan.studies for dataset in study.datasets]
    return plan, Frames(frames, spill), {name: seconds[name] for name in order}


def _tasks(
    plan: StudyPlan,
    tables: Mapping[str, RawTable],
    faults: Mapping[str, Faults],
    way: Parting,
    count: int,
    folder: Path,
) -> list[Task]:
    """The parts, and at the end what is built from the records of all subjects."""
    records: dict[str, pl.DataFrame] = {}
    for study in plan.studies:
        own = raw_records(study, study.own(tables), faults[study.folder])
        records |= {study.qualified(name): frame for name, frame in own.items()}
    files = {name: table.file for name, table in tables.items()}
    here = way.local | way.shared
    tasks: list[Task] = []
    for part in split(plan, records, count, folder):
        given = way.local if tasks else here
        tasks.append(_task(len(tasks), part, Share(here, given), files))
    if way.whole:
        share = Share(way.needed, frozenset(way.whole))
        tasks.append(_task(len(tasks), whole(records, folder), share, files))
    return tasks


def _task(number: int, part: Part, share: Share, files: Mapping[str, str]) -> Task:
    tables = {name: (files[name], block) for name, block in part.tables.items()}
    return Task(number, part.subjects, share, tables)


def _carrier(how: How) -> Carrier:
    if how.dask:
        from ced_cdisc.stages.part_dask import on_cluster

        return on_cluster(how.dask)
    if how.processes > 1:
        from ced_cdisc.stages.part_workers import in_processes

        return in_processes(how.processes)
    return _one_by_one


def _one_by_one(
    plan: StudyPlan, tasks: Sequence[Task], folder: Path, finished: Callable[[Done], None]
) -> None:
    for task in tasks:
        finished(carry_out(plan, task, folder))


def _put_together(study: StudyPlan, results: Sequence[Done], folder: Path) -> dict[str, Blocks]:
    """The datasets of a study and their qualifiers by plain name; at the end raw table and row."""
    made: dict[str, Blocks] = {}
    for dataset in study.datasets:
        name = study.qualified(dataset.name)
        made[dataset.name] = merged(name, _of(name, results), _columns(dataset), dataset.sort, folder)
        supp = study.qualified(f"SUPP{dataset.name}")
        if blocks := _of(supp, results):
            made[f"SUPP{dataset.name}"] = merged(supp, blocks, list(blocks[0].schema), SUPP_SORT, folder)
    return made


def _of(name: str, results: Sequence[Done]) -> list[FileBlock]:
    return [one.blocks[name] for one in results if name in one.blocks]


def _columns(dataset: DatasetPlan) -> list[str]:
    pinned = [KEY] if dataset.pinned is not None else []
    qualifiers = [SUPP + one.name for one in dataset.supplemental]
    return [*(variable.name for variable in dataset.variables), *qualifiers, *pinned, TABLE, ROW]


def _submitted(
    plan: StudyPlan, data: Mapping[str, Blocks], findings: Findings, lock: SequenceLock | None
) -> dict[str, Blocks]:
    """The datasets with the variables that are submitted, then the qualifiers; the lock takes the numbers."""
    frames: dict[str, Blocks] = {}
    extra: dict[str, Blocks] = {}
    for study in plan.studies:
        for dataset in study.datasets:
            name, supp = study.qualified(dataset.name), study.qualified(f"SUPP{dataset.name}")
            if supp in data:
                extra[supp] = data[supp]
            if lock is not None and dataset.pinned is not None:
                number = dataset.pinned.variable
                names = [column for column in ("USUBJID", KEY, number) if column in data[name].schema]
                held = data[name].frame(names)
                subjects = held["USUBJID"].to_list() if "USUBJID" in names else [""] * held.height
                numbers = held[number].cast(pl.Int64).to_list()
                lock.take(dataset.name, zip(subjects, held[KEY].to_list(), numbers, strict=True), findings)
            frames[name] = data[name].select(kept_columns(dataset, data[name]))
    return frames | extra
