"""What datasets read, directly and by way of others, as far as their digests name it: never less."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ced_cdisc.plan.dataset_key import VISITS, is_read
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.persons import tables_of

Owned = tuple[StudyPlan, DatasetPlan]
"""A dataset, and the study whose it is."""


def owned(plan: StudyPlan) -> dict[str, Owned]:
    """The datasets of a study and of those that it pools, by qualified name."""
    return {study.qualified(one.name): (study, one) for study in plan.studies for one in study.datasets}


def read_by(plan: StudyPlan, study: StudyPlan, dataset: DatasetPlan) -> Iterator[Owned]:
    """The datasets that one reads: of its study's SDTM, an analysis dataset of all that there are."""
    reads = study.digests[dataset.name].reads
    for one in plan.studies if dataset.kind == "adam" else (study,):
        for other in one.datasets:
            is_open = dataset.kind == "adam" or other.kind == "sdtm"
            if is_open and other is not dataset and is_read(other, reads):
                yield one, other


def all_read(plan: StudyPlan, names: Iterable[str]) -> set[str]:
    """Datasets by qualified name, and all that they read, directly or not."""
    datasets = owned(plan)
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(one.qualified(other.name) for one, other in read_by(plan, *datasets[name]))
    return found


def visit_columns(study: StudyPlan) -> list[tuple[str, str, str]]:
    """Table, column of the visit and column of the date of all that witnesses visits."""
    assert study.visits is not None
    listed = [(table, name, date) for table, name, date in study.visits.tables]
    blocks = (block for dataset in study.datasets for block in dataset.blocks)
    return listed + [(block.source, *block.visit) for block in blocks if block.visit is not None]


def tables_read(study: StudyPlan, names: Collection[str]) -> set[str]:
    """The raw tables among names that datasets read; with the visits, those that witness them."""
    wanted = {name for name in names if name in study.tables}
    if VISITS in names and study.visits is not None:
        wanted |= {table for table, *_ in visit_columns(study)}
        wanted |= {study.visits.day1[0]} if study.visits.day1 is not None else set()
    # Whose a record is, and that it is one of the same person as another, depends on these tables.
    return wanted | tables_of(study.usubjid, study.tables).keys() if wanted else wanted
