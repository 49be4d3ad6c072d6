"""What is done with the records of some subjects: the same in one process, in several, and on a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

import polars as pl
from msgspec import Struct

from ced_cdisc.convert import supplemental
from ced_cdisc.convert.build import Share, build_share
from ced_cdisc.convert.faults import Found
from ced_cdisc.convert.over_subjects import columns_alike
from ced_cdisc.core.blocks import FEW, Blocks
from ced_cdisc.describe.looked_at import columns_looked_at
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.texts import TextChanges, as_written
from ced_cdisc.write.spill import FileBlock, write_block

SUPP_SORT = ("STUDYID", "RDOMAIN", "USUBJID", "APID", "IDVAR", "IDVARVAL", "QNAM")


class Task(Struct, frozen=True):
    """The raw records of some subjects, and what is to be made of them.

    Attributes:
        number: its place among the tasks.
        subjects: whose records they are, in words.
        share: the datasets.
        tables: the raw records by qualified name of the table: its file below the raw folder, and the rows.
    """

    number: int
    subjects: str
    share: Share
    tables: Mapping[str, tuple[str, FileBlock]]


class Done(Struct, frozen=True):
    """What was made of a task.

    Attributes:
        number: its place among the tasks.
        blocks: the datasets, and the supplemental qualifiers that have records, by qualified name.
        found: by folder of the study, what is at fault in no dataset.
        noted: by qualified name, what is at fault in each dataset that was built, handed over or not.
        changes: by folder, what was done to texts.
        seconds: what each dataset took.
    """

    number: int
    blocks: Mapping[str, FileBlock]
    found: Mapping[str, Found]
    noted: Mapping[str, Found]
    changes: Mapping[str, TextChanges]
    seconds: Mapping[str, float]


class _Records(Struct, frozen=True):
    frame: pl.DataFrame
    file: str


def carry_out(plan: StudyPlan, task: Task, folder: Path) -> Done:
    """Build the datasets of a task into a folder of temporary files.

    Raises:
        Stopped: the folder cannot be written.
    """
    changes = {study.folder: TextChanges() for study in plan.studies}
    seconds: dict[str, float] = {}
    records = {name: _Records(block.read(block.columns), file) for name, (file, block) in task.tables.items()}
    frames, found, noted = build_share(plan, records, task.share, seconds.__setitem__, changes)
    blocks: dict[str, FileBlock] = {}
    for study in plan.studies:
        for dataset in as_written(study, changes[study.folder]).datasets:
            name = study.qualified(dataset.name)
            if name not in frames:
                continue
            start = perf_counter()
            data = frames.pop(name)
            frame = data.frame()
            known = _known(dataset, data)
            blocks[name] = write_block(folder, f"{task.number}-{name}", frame, dataset.sort, known)
            qualifiers = supplemental(dataset, frame)
            if qualifiers is not None and len(qualifiers):
                supp = study.qualified(f"SUPP{dataset.name}")
                blocks[supp] = write_block(folder, f"{task.number}-{supp}", qualifiers, SUPP_SORT)
            seconds[name] += perf_counter() - start
    return Done(task.number, blocks, found, noted, changes, seconds)


def _known(dataset: DatasetPlan, data: Blocks) -> dict[tuple[str, ...], pl.DataFrame]:
    """What will be asked of the values, as far as they are few: found beside other parts, not after them."""
    asked = {*columns_looked_at(dataset, data.columns), columns_alike(dataset, data.columns)} - {()}
    found = {names: data.values(*names) for names in sorted(asked)}
    few = {names: values for names, values in found.items() if values.height <= FEW}
    if data.height > FEW:
        return few
    return {names: values.unique(maintain_order=True) for names, values in few.items()}
