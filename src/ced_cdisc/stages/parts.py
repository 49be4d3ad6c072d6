"""Raw tables to datasets in parts of the subjects: in memory is never more than the parts at work.

Every part goes through the functions that build the whole. What the parts give is put together in their
order, which is that of the datasets; faults of all parts become the findings of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
from msgspec.structs import replace

from ced_cdisc.convert.build import faults_of
from ced_cdisc.convert.faults import ROW, TABLE, Faults
from ced_cdisc.convert.over_subjects import check_alike, check_dm, check_pooled_units
from ced_cdisc.convert.relations import check_references
from ced_cdisc.convert.sources import raw_records
from ced_cdisc.convert.texts import check_parts
from ced_cdisc.convert.visits import study_visits
from ced_cdisc.core.blocks import Blocks, Frames
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.describe.datasets import kept_columns
from ced_cdisc.plan.model import KEY, SUPP, DatasetPlan, StudyPlan
from ced_cdisc.plan.reach import owned
from ced_cdisc.plan.texts import TextChanges, as_written
from ced_cdisc.read.tables import RawTable
from ced_cdisc.stages.converting import Watch
from ced_cdisc.stages.how import How
from ced_cdisc.stages.kept_parts import InParts, KeptParts, joined
from ced_cdisc.stages.merging import merged
from ced_cdisc.stages.part_tasks import Wanted
from ced_cdisc.stages.part_work import SUPP_SORT, Done, Task, carry_out
from ced_cdisc.stages.raw_parts import CELLS_OF_A_PART, LARGE_CELLS, cells_of, parts_for
from ced_cdisc.write.sequence_lock import SequenceLock
from ced_cdisc.write.spill import FileBlock
from ced_cdisc.write.spill_folder import Spill

Carrier = Callable[[StudyPlan, Sequence[Task], Path, Callable[[Done], None]], None]
"""Who carries tasks out: given the plan, the tasks, a folder and whom to tell of each that is done."""


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
    kept: KeptParts | None = None,
) -> tuple[StudyPlan, Frames, dict[str, float]]:
    """As :func:`ced_cdisc.stages.converting.convert`, in ``count`` parts; the datasets lie on disk.

    Of what is kept of earlier builds, only what others read is made again; what is made is kept, whether or
    not the data have faults.

    Raises:
        Stopped: the data have faults, all of which are listed; or a part could not be built.
    """
    spill = Spill()
    taken = kept.taken if kept is not None else {}
    wanted = Wanted.of(plan, taken)
    if kept is not None:
        kept.built_again(wanted.built)
    faults = {study.folder: faults_of(study, tables) for study in plan.studies}
    records = _records(plan, tables, faults)
    if taken:
        count, how = _less(wanted, {name: frame.height for name, frame in records.items()}, count, how)
    files = {name: table.file for name, table in tables.items()}
    tasks = wanted.tasks(records, files, count, spill.folder)
    if taken:
        _look_at_visits(plan, wanted, records, faults)
    try:
        results = _carried_out(wanted.plan, tasks, spill.folder, how, watch)
    except Stopped as stopped:
        stopped.findings.identifiers = findings.identifiers  # a part is named by its subjects
        raise
    seconds: dict[str, float] = {}
    noted = {name: faults[study.folder].apart() for name, (study, _) in owned(plan).items()}
    changes = {study.folder: TextChanges() for study in plan.studies}
    for one in results:
        for folder in changes:
            faults[folder].update(one.found[folder])
            changes[folder].update(one.changes[folder])
        for name, found in one.noted.items():
            if name not in taken:
                noted[name].update(found)
        for name, spent in one.seconds.items():
            seconds[name] = seconds.get(name, 0.0) + spent
    for name, (study, dataset) in owned(plan).items():
        if name in taken:
            said = taken[name].said
            noted[name].update(said.found)
            changes[study.folder].update(said.changes)
            seconds[name] = said.seconds
        elif dataset.kind == "sdtm":
            check_parts(dataset, changes[study.folder], noted[name])
    pooled = tuple(as_written(study, changes[study.folder]) for study in plan.pooled)
    plan = replace(as_written(plan, changes[plan.folder]), pooled=pooled)
    data: dict[str, Blocks] = {}
    for study in plan.studies:
        made = _put_together(study, results, spill.folder, taken)
        check_references(study, made, faults[study.folder])
        for dataset in study.datasets:
            name = study.qualified(dataset.name)
            if name not in taken:
                check_alike(made[dataset.name], dataset, noted[name])
                if kept is not None:
                    of_study, spent = changes[study.folder], seconds[name]
                    kept.keep(study, dataset, made, noted[name].found(), of_study, spent)
        data |= {study.qualified(name): blocks for name, blocks in made.items()}
    check_pooled_units(plan, data, faults[plan.folder])
    if taken:
        check_dm(plan, records, data, faults)
    for name, (study, _) in owned(plan).items():
        faults[study.folder].update(noted[name].found())
    for study in plan.studies:
        findings.extend(faults[study.folder].findings())
    if findings.errors:
        raise Stopped(findings)
    frames = _submitted(plan, data, findings, lock, changes, kept)
    return plan, Frames(frames, spill), {name: seconds[name] for name in owned(plan)}


def _records(
    plan: StudyPlan, tables: Mapping[str, RawTable], faults: Mapping[str, Faults]
) -> dict[str, pl.DataFrame]:
    """The raw records of all studies by qualified name of the table."""
    records: dict[str, pl.DataFrame] = {}
    for study in plan.studies:
        own = raw_records(study, study.own(tables), faults[study.folder])
        records |= {study.qualified(name): frame for name, frame in own.items()}
    return records


def _less(wanted: Wanted, heights: Mapping[str, int], count: int, how: How) -> tuple[int, How]:
    """In how many parts, and how, less than all is built: what fits into one part, in this process."""
    if how.parts is not None:
        return count, how
    cells = wanted.cells(heights)
    if cells <= CELLS_OF_A_PART:
        return 1, How(parts=1)
    return min(count, parts_for(cells, how.processes)), how


def _look_at_visits(
    plan: StudyPlan,
    wanted: Wanted,
    records: Mapping[str, pl.DataFrame],
    faults: Mapping[str, Faults],
) -> None:
    """Note what is at fault in the visits of studies, where nothing is made that has any."""
    for study, other in zip(plan.studies, wanted.plan.studies, strict=True):
        if study.visits is not None and other.visits is None:
            study_visits(study, study.own(records), faults[study.folder])


def _carried_out(
    plan: StudyPlan, tasks: Sequence[Task], folder: Path, how: How, watch: Watch | None
) -> list[Done]:
    """What was made of each task, in their order."""
    done: dict[int, Done] = {}

    def finished(one: Done) -> None:
        done[one.number] = one
        if watch is not None:
            watch(tasks[one.number].subjects, len(done), len(tasks))

    if tasks:
        _carrier(how)(plan, tasks, folder, finished)
    return [done[number] for number in range(len(tasks))]


def _carrier(how: How) -> Carrier:
    if how.dask is not None:
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


def _put_together(
    study: StudyPlan, results: Sequence[Done], folder: Path, taken: Mapping[str, InParts]
) -> dict[str, Blocks]:
    """The datasets of a study and their qualifiers by plain name; at the end raw table and row."""
    made: dict[str, Blocks] = {}
    for dataset in study.datasets:
        name, supp = study.qualified(dataset.name), study.qualified(f"SUPP{dataset.name}")
        if name in taken:
            made[dataset.name] = joined(taken[name].blocks, _columns(dataset))
            if blocks := taken[name].qualifiers:
                made[f"SUPP{dataset.name}"] = joined(blocks)
            continue
        made[dataset.name] = merged(name, _of(name, results), _columns(dataset), dataset.sort, folder)
        if found := _of(supp, results):
            made[f"SUPP{dataset.name}"] = merged(supp, found, list(found[0].schema), SUPP_SORT, folder)
    return made


def _of(name: str, results: Sequence[Done]) -> list[FileBlock]:
    return [one.blocks[name] for one in results if name in one.blocks]


def _columns(dataset: DatasetPlan) -> list[str]:
    pinned = [KEY] if dataset.pinned is not None else []
    qualifiers = [SUPP + one.name for one in dataset.supplemental]
    return [*(variable.name for variable in dataset.variables), *qualifiers, *pinned, TABLE, ROW]


def _submitted(
    plan: StudyPlan,
    data: Mapping[str, Blocks],
    findings: Findings,
    lock: SequenceLock | None,
    changes: Mapping[str, TextChanges],
    kept: KeptParts | None,
) -> dict[str, Blocks]:
    """The datasets with the variables that are submitted, then the qualifiers; the lock takes the numbers."""
    frames: dict[str, Blocks] = {}
    extra: dict[str, Blocks] = {}
    for name, (study, dataset) in owned(plan).items():
        supp, whole = study.qualified(f"SUPP{dataset.name}"), data[name]
        if lock is not None and dataset.pinned is not None:
            number = dataset.pinned.variable
            held = whole.frame([column for column in ("USUBJID", KEY, number) if column in whole.schema])
            subjects = held["USUBJID"].to_list() if "USUBJID" in held.columns else [""] * held.height
            numbers = held[number].cast(pl.Int64).to_list()
            lock.take(dataset.name, zip(subjects, held[KEY].to_list(), numbers, strict=True), findings)
        qualifiers = data.get(supp)
        if kept is None:
            frames[name] = whole.select(kept_columns(dataset, whole))
        else:
            frames[name], qualifiers = kept.submitted(
                study, dataset, changes[study.folder], whole, qualifiers
            )
        if qualifiers is not None:
            extra[supp] = qualifiers
    return frames | extra
