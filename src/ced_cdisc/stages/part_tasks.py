"""What is to be made in parts of the subjects, as tasks: all datasets, or those that are not kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.convert.build import Share
from ced_cdisc.plan.dataset_key import VISITS
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.parts import parting
from ced_cdisc.plan.reach import all_read, owned, tables_read
from ced_cdisc.stages.part_work import Task
from ced_cdisc.stages.raw_parts import Part, cells_of, split, whole


class Wanted(Struct, frozen=True):
    """What is to be made.

    Attributes:
        plan: the study, for those who carry tasks out; without visits where nothing to be made has any.
        given: the datasets that are to be handed over, by qualified name.
        by_part: those that are built of the records of some subjects at a time, with all that they read.
        at_once: those that are built of the records of all subjects, with all that they read.
        shared: those among them that have no subjects.
        tables: the raw tables that they read, by qualified name.
    """

    plan: StudyPlan
    given: frozenset[str]
    by_part: frozenset[str]
    at_once: frozenset[str]
    shared: frozenset[str]
    tables: frozenset[str]

    @classmethod
    def of(cls, plan: StudyPlan, kept: Collection[str]) -> Wanted:
        """All datasets but those that are kept, by qualified name."""
        way, datasets = parting(plan), owned(plan)
        here = way.local | way.shared
        given = frozenset(name for name in datasets if name not in kept)
        if not kept:
            tables = frozenset(one.qualified(name) for one in plan.studies for name in one.tables)
            return cls(plan, given, here, way.needed, way.shared, tables)
        by_part = all_read(plan, given & here) & here
        at_once = all_read(plan, given & way.whole.keys()) & way.needed
        studies: list[StudyPlan] = []
        tables = frozenset[str]()
        for study in plan.studies:
            read = {
                name
                for dataset in study.datasets
                if study.qualified(dataset.name) in by_part | at_once
                for name in study.digests[dataset.name].reads
            }
            tables |= {study.qualified(name) for name in tables_read(study, read)}
            studies.append(study if VISITS in read else replace(study, visits=None))
        own, *pooled = studies
        plan = replace(own, pooled=tuple(pooled))
        return cls(plan, given, frozenset(by_part), frozenset(at_once), way.shared, tables)

    @property
    def built(self) -> frozenset[str]:
        """All that is built, handed over or not."""
        return self.by_part | self.at_once

    def cells(self, heights: Mapping[str, int]) -> int:
        """About how many cells its datasets have, from the rows of the raw tables."""
        studies = [
            replace(one, datasets=tuple(d for d in one.datasets if one.qualified(d.name) in self.built))
            for one in self.plan.studies
        ]
        return cells_of(replace(studies[0], pooled=tuple(studies[1:])), heights)

    def tasks(
        self, records: Mapping[str, pl.DataFrame], files: Mapping[str, str], count: int, folder: Path
    ) -> list[Task]:
        """The parts, and at the end what is built from the records of all subjects.

        Args:
            records: of each raw table by qualified name, as :func:`ced_cdisc.convert.sources.raw_records`
                gives them.
            files: of each raw table, below the raw folder.
            count: how many parts are wanted.
            folder: for the records of each part.

        Raises:
            Stopped: the folder cannot be written.
        """
        read = {name: frame for name, frame in records.items() if name in self.tables}
        tasks: list[Task] = []
        for part in split(self.plan, read, count, folder) if self.given & self.by_part else ():
            given = self.given & self.by_part
            share = Share(self.by_part, given - self.shared if tasks else given)
            tasks.append(_task(len(tasks), part, share, files))
        if given := self.given & self.at_once - self.by_part:
            tasks.append(_task(len(tasks), whole(read, folder), Share(self.at_once, given), files))
        return tasks


def _task(number: int, part: Part, share: Share, files: Mapping[str, str]) -> Task:
    tables = {name: (files[name], block) for name, block in part.tables.items()}
    return Task(number, part.subjects, share, tables)
