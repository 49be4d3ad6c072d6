"""Raw tables to datasets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.convert import build_datasets, supplemental
from ced_cdisc.convert.finish import shown_columns
from ced_cdisc.convert.kept import KeptDataset
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.core.partner import Partner, PartnerLost
from ced_cdisc.describe.datasets import kept_columns
from ced_cdisc.plan.model import KEY, DatasetPlan, StudyPlan
from ced_cdisc.plan.texts import TextChanges, as_written, dataset_as_written
from ced_cdisc.read.tables import RawTable
from ced_cdisc.stages.analysing import prepare
from ced_cdisc.stages.kept import Kept
from ced_cdisc.write.sequence_lock import SequenceLock


class FinishedDataset(Struct, frozen=True):
    """A dataset with its supplemental qualifiers, and what was done with its texts.

    Attributes:
        study: the folder of the study.
        name: the name of the dataset.
        frame: all that is shown of it.
        changes: what was done with its texts.
    """

    study: str
    name: str
    frame: pl.DataFrame
    changes: TextChanges


Watch = Callable[[str, int, int], None]
"""Called for each dataset as it is finished, with its name, how many are finished, and of how many."""


def convert(
    plan: StudyPlan,
    tables: Mapping[str, RawTable],
    findings: Findings,
    watch: Watch | None = None,
    partner: Partner | None = None,
    lock: SequenceLock | None = None,
    kept: Kept | None = None,
) -> tuple[StudyPlan, dict[str, Blocks], dict[str, Blocks], dict[str, float]]:
    """Raw tables to datasets, their supplemental qualifiers, and the seconds that each dataset took.

    All by qualified names. The plan comes back with the variables and qualifiers that continue long texts.
    A partner builds some of them and is handed the others as they are finished, to package them meanwhile
    (:mod:`.packing`). The lock, if any, takes over the numbers of the records. What is kept of earlier builds
    is not made again; what is made is remembered there, whether or not the data have faults.

    Raises:
        Stopped: the data have faults; all that could be found are listed.
    """
    seconds: dict[str, float] = {}
    changes = {study.folder: TextChanges() for study in plan.studies}
    total = sum(len(study.datasets) for study in plan.studies)

    def finished(name: str, spent: float) -> None:
        seconds[name] = spent
        if watch is not None:
            watch(name, len(seconds), total)

    def hand_over(study: StudyPlan, dataset: DatasetPlan, frame: pl.DataFrame) -> None:
        if partner is not None:
            partner.send(shown_of(study, dataset, frame, changes[study.folder].of(dataset.name)))

    promised = None if partner is None else partial(_promised, plan, partner)
    try:
        try:
            built, found = build_datasets(plan, tables, finished, changes, hand_over, kept, promised)
        except PartnerLost:
            seconds.clear()
            changes = {study.folder: TextChanges() for study in plan.studies}
            built, found = build_datasets(plan, tables, finished, changes, keeper=kept)
    except Stopped as stopped:
        findings.extend(stopped.findings)
        raise Stopped(findings) from None
    findings.extend(found)
    pooled = tuple(as_written(study, changes[study.folder]) for study in plan.pooled)
    plan = replace(as_written(plan, changes[plan.folder]), pooled=pooled)
    frames: dict[str, Blocks] = {}
    extra: dict[str, Blocks] = {}
    for study in plan.studies:
        for dataset in study.datasets:
            name = study.qualified(dataset.name)
            whole = built.of(name)
            if lock is not None and dataset.pinned is not None:
                numbers = dataset.pinned.variable
                held = whole.frame([n for n in ("USUBJID", KEY, numbers) if n in whole.schema])
                subjects = held["USUBJID"].to_list() if "USUBJID" in held.columns else [""] * len(held)
                given = held[numbers].cast(pl.Int64).to_list()
                lock.take(dataset.name, zip(subjects, held[KEY].to_list(), given, strict=True), findings)
            if kept is None:
                frames[name], qualifiers = submitted(dataset, whole)
            else:
                frames[name], qualifiers = kept.packages.submitted(
                    study, dataset, changes[study.folder], whole, submitted
                )
            if qualifiers is not None:
                extra[study.qualified(f"SUPP{dataset.name}")] = qualifiers
    return plan, frames, extra, seconds


def _promised(plan: StudyPlan, partner: Partner) -> dict[str, KeptDataset]:
    """What the partner builds, which is waited for: time to load what the results need later on.

    Raises:
        PartnerLost: the partner is gone.
    """
    prepare(plan)
    return partner.receive()


def shown_of(
    study: StudyPlan, dataset: DatasetPlan, frame: pl.DataFrame, changes: TextChanges
) -> FinishedDataset:
    """A finished dataset, all its columns, as it is handed over with what was done with its texts."""
    shown = shown_columns(dataset_as_written(dataset, changes))
    return FinishedDataset(study.folder, dataset.name, frame[:, shown], changes)


def submitted(dataset: DatasetPlan, whole: Blocks) -> tuple[Blocks, Blocks | None]:
    """A finished dataset with the variables that are submitted, and its supplemental qualifiers, if any."""
    qualifiers = supplemental(dataset, whole.frame())
    given = Blocks.of(qualifiers) if qualifiers is not None and len(qualifiers) else None
    return whole.select(kept_columns(dataset, whole)), given
