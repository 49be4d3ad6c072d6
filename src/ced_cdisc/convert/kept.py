"""Datasets that an earlier build made of the same: handed over in place of building them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from ced_cdisc.convert.faults import Found, Seen
from ced_cdisc.convert.sources import World
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.findings import Location, Severity, Stage
from ced_cdisc.plan.dataset_key import may_read
from ced_cdisc.plan.model import DatasetDigest, DatasetPlan, StudyPlan
from ced_cdisc.plan.texts import TextChanges


@dataclass(frozen=True)
class KeptDataset:
    """A finished dataset, all its columns, and what its making and its checks found."""

    data: Blocks
    found: Found
    changes: TextChanges
    seconds: float


class Keeper(Protocol):
    """Who keeps datasets from build to build. Asked in the order of the build, it hands over what holds."""

    def tabulated(self, study: StudyPlan) -> Mapping[str, KeptDataset]:
        """The SDTM datasets of a study that need not be built, by name."""
        ...

    def analysed(self, dataset: DatasetPlan) -> KeptDataset | None:
        """An analysis dataset that need not be built, once all are made that it reads."""
        ...

    def made(self, study: StudyPlan, dataset: DatasetPlan, frame: pl.DataFrame) -> None:
        """Take notice of a dataset that was built."""
        ...

    def finished(
        self, study: StudyPlan, noted: Mapping[str, Found], changes: TextChanges, spent: Mapping[str, float]
    ) -> None:
        """Take notice of what was found in the datasets of a study, and of the seconds they took."""
        ...


@contextmanager
def noting(world: World, name: str) -> Generator[None]:
    """Note the faults of a dataset by themselves for as long as the block lasts."""
    whole, world.faults = world.faults, world.noted.setdefault(name, world.faults.apart())
    try:
        yield
    finally:
        world.faults = whole


def take_over(kept: Mapping[str, KeptDataset], world: World, spent: dict[str, float]) -> None:
    """Put kept datasets into the world, and all that was noted of them."""
    for name, one in kept.items():
        world.frames.put(name, one.data)
        spent[name] = one.seconds
        world.noted[name] = world.faults.apart()
        world.noted[name].update(one.found)
        world.changes.update(one.changes)


def to_build(
    datasets: Sequence[DatasetPlan], kept: Iterable[str], digests: Mapping[str, DatasetDigest]
) -> list[DatasetPlan]:
    """The datasets that are not kept and all that these may read while they are made, in their order."""
    wanted = may_read(datasets, {dataset.name for dataset in datasets} - set(kept), digests)
    return [dataset for dataset in datasets if dataset.name in wanted]


def found_to_json(found: Found) -> list[Any]:
    """Faults as a JSON value."""
    return [
        [
            stage.name,
            severity.name,
            code,
            message,
            [where.file, where.line, where.column],
            hint,
            [sorted(seen.records), seen.count, seen.first],
        ]
        for (stage, severity, code, message, where, hint), seen in found.items()
    ]


def found_of_json(value: Iterable[Any]) -> Found:
    """Faults of a JSON value.

    Raises:
        ValueError, TypeError, KeyError: it is none.
    """
    made: Found = {}
    for stage, severity, code, message, (file, line, column), hint, (records, count, first) in value:
        where = Location(file, line, column)
        key = (Stage[stage], Severity[severity], code, message, where, hint)
        least = None if first is None else (tuple((bool(has), of) for has, of in first[0]), str(first[1]))
        seen = {(str(table), int(row), str(subject)) for table, row, subject in records}
        made[key] = Seen(seen, int(count), least)
    return made
