"""Datasets that an earlier build made of the same: handed over in place of building them."""

from __future__ import annotations

from collections.abc import Container, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Protocol

import polars as pl
from msgspec import Struct

from ced_cdisc.convert.faults import Found, Seen
from ced_cdisc.convert.sources import ORDER, World
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.findings import Location, Severity, Stage
from ced_cdisc.core.later import later
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.dataset_key import may_read
from ced_cdisc.plan.model import SUPP, DatasetDigest, DatasetPlan, StudyPlan
from ced_cdisc.plan.texts import TextChanges


class KeptDataset(Struct, frozen=True):
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
        world.frames[name] = one.data
        spent[name] = one.seconds
        world.noted[name] = world.faults.apart()
        world.noted[name].update(one.found)
        world.changes.update(one.changes)


def lent(datasets: Iterable[DatasetPlan], kept: Mapping[str, KeptDataset]) -> dict[str, Blocks]:
    """The kept SDTM datasets that others may read while they are made, though these are not made again.

    Of a finished one it can be told how it stood when only its rows were made (:func:`begun`), unless
    records left it or came into it later, texts were split or written in other types, or a line over the
    whole changed what a line of its rows had made.
    """
    return {one.name: kept[one.name].data for one in datasets if one.name in kept and _can_be_lent(one, kept)}


def _can_be_lent(dataset: DatasetPlan, kept: Mapping[str, KeptDataset]) -> bool:
    of_rows = [line for block in dataset.blocks for line in block.lines]
    of_rows += [line for one in dataset.computed for line in (*one.first, *one.lines)]
    is_made_once = _over_whole(dataset).isdisjoint(line.variable for line in of_rows)
    qualifiers = [line for line in (*of_rows, *dataset.lines) if line.variable.startswith(SUPP)]
    are_texts = all(line.type is line.tree.type is Type.TEXT for line in qualifiers)
    has_all_records = dataset.keep is None and not dataset.relations
    return has_all_records and is_made_once and are_texts and not kept[dataset.name].changes.parts


def begun(dataset: DatasetPlan, finished: Blocks) -> Blocks:
    """A finished dataset as it stood when its rows alone were made; see :func:`lent`."""

    def rows() -> pl.DataFrame:
        frame = finished.frame().sort(ORDER)
        later_made = sorted(_over_whole(dataset) & set(frame.columns))
        return frame.with_columns(pl.lit(None, frame.schema[name]).alias(name) for name in later_made)

    return later(finished.schema, finished.height, rows)


def _over_whole(dataset: DatasetPlan) -> set[str]:
    """What the lines over the whole dataset make."""
    return {line.variable for line in dataset.lines}


def to_build(
    datasets: Sequence[DatasetPlan],
    kept: Iterable[str],
    digests: Mapping[str, DatasetDigest],
    given: Container[str] = (),
) -> list[DatasetPlan]:
    """The datasets that are not kept and all that these may read while they are made, in their order.

    Those that are ``given`` are not made for others to read, nor what they read.
    """
    made = [dataset for dataset in datasets if dataset.name not in given]
    wanted = may_read(made, {dataset.name for dataset in datasets} - set(kept), digests)
    return [dataset for dataset in datasets if dataset.name in wanted or dataset.name in given]


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
            [sorted(seen.records), seen.count, _first_to_json(seen.first), sorted(seen.values)],
        ]
        for (stage, severity, code, message, where, hint), seen in found.items()
    ]


def found_of_json(value: Iterable[Any]) -> Found:
    """Faults of a JSON value.

    Raises:
        ValueError, TypeError, KeyError: it is none.
    """
    made: Found = {}
    for stage, severity, code, message, (file, line, column), hint, (records, count, first, values) in value:
        where = Location(file, line, column)
        key = (Stage[stage], Severity[severity], code, message, where, hint)
        least = None if first is None else (tuple(map(_value_of_json, first[0])), str(first[1]))
        seen = {(str(table), int(row), str(subject)) for table, row, subject in records}
        made[key] = Seen(seen, int(count), least, set(map(str, values)))
    return made


def _first_to_json(first: tuple[Any, str] | None) -> list[Any] | None:
    """What orders the first record of a fault, and its words; beside a date, which JSON lacks, its type."""
    if first is None:
        return None
    values = [
        [has, of.isoformat(), type(of).__name__] if isinstance(of, date) else [has, of]
        for has, of in first[0]
    ]
    return [values, first[1]]


def _value_of_json(value: Sequence[Any]) -> tuple[bool, Any]:
    has, of, *kind = value
    return bool(has), {"date": date, "datetime": datetime}[kind[0]].fromisoformat(of) if kind else of
