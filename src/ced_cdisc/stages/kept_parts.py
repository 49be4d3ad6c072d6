"""What a build in parts takes of what is kept, and what it keeps: never more of it in memory than a block.

What the parts made of a dataset is kept as it stands in their files, one after the other; how many there are
is no part of the key. It has the finished columns and the raw record of each row, but no order that a reader
could go by: that is known where a study is built whole. So a whole build makes such a dataset again, while a
build in parts takes what a whole one kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from msgspec import Struct
from polars.exceptions import PolarsError

from ced_cdisc.convert.faults import Found
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.later import Stretch, stretches
from ced_cdisc.describe.datasets import kept_columns
from ced_cdisc.plan.model import DatasetPlan, StudyPlan
from ced_cdisc.plan.texts import TextChanges
from ced_cdisc.stages.converting import submitted
from ced_cdisc.stages.kept import KEPT, Kept
from ced_cdisc.stages.kept_values import Said, in_pieces, pieces_of, place_of, said_by, said_of
from ced_cdisc.stages.made_of import key_of
from ced_cdisc.write.kept_files import KeptBody
from ced_cdisc.write.spill import FileBlock

AGAIN = "kept, and made again in parts for what reads it"
"""What is said of a dataset that is taken, and built nevertheless, since parts read no kept data."""


class InParts(Struct, frozen=True):
    """A kept dataset.

    Attributes:
        blocks: its rows.
        qualifiers: those of its supplemental qualifiers; None where they are to be made of it.
        said: what was found in it.
    """

    blocks: Sequence[Stretch]
    qualifiers: Sequence[Stretch] | None
    said: Said


class KeptParts:
    """What earlier builds of a study keep, to a build in parts.

    Attributes:
        taken: the datasets that need not be made, by qualified name.
    """

    def __init__(self, kept: Kept, plan: StudyPlan) -> None:
        self._kept = kept
        self.taken: dict[str, InParts] = {}
        for study in plan.studies:
            for dataset in study.datasets:
                self._take(study, dataset)

    def built_again(self, names: Iterable[str]) -> None:
        """Say of the datasets that are taken, and among those that are built, that they are."""
        for name in self.taken.keys() & set(names):
            self._kept.reasons[name] = AGAIN

    def keep(
        self,
        study: StudyPlan,
        dataset: DatasetPlan,
        made: Mapping[str, Blocks],
        found: Found,
        changes: TextChanges,
        seconds: float,
    ) -> None:
        """Keep a dataset that was made, and its qualifiers; ``made`` has them by plain name, in files."""
        data = _files(made[dataset.name])
        supp = f"SUPP{dataset.name}"
        qualifiers = _files(made[supp]) if supp in made else []
        key = self._key(study, dataset)
        value = said_of(dataset, found, changes, seconds) | {"digest": key}
        value |= in_pieces(_sizes(data), _sizes(qualifiers))
        name = study.qualified(dataset.name)
        self._kept.files.write_files(name, key, value, [one.path for one in (*data, *qualifiers)])
        self._kept.stands_for(name, key)

    def submitted(
        self,
        study: StudyPlan,
        dataset: DatasetPlan,
        changes: TextChanges,
        whole: Blocks,
        qualifiers: Blocks | None,
    ) -> tuple[Blocks, Blocks | None]:
        """A finished dataset with the variables that are submitted, and its qualifiers, which may be known.

        Only a dataset that a whole build kept is read for its qualifiers, which is not large.
        """
        taken = self.taken.get(study.qualified(dataset.name))
        make = submitted
        if taken is None or taken.qualifiers is not None:

            def make(dataset: DatasetPlan, whole: Blocks) -> tuple[Blocks, Blocks | None]:
                return whole.select(kept_columns(dataset, whole)), qualifiers

        data, found = self._kept.packages.submitted(study, dataset, changes, whole, make)
        return data, found if qualifiers is None else qualifiers

    def _key(self, study: StudyPlan, dataset: DatasetPlan) -> str:
        made = self._kept.made_of.made(study, dataset)
        return key_of(made, made["tool"])

    def _take(self, study: StudyPlan, dataset: DatasetPlan) -> None:
        name, key = study.qualified(dataset.name), self._key(study, dataset)
        files = self._kept.files
        found = files.open(name, key)
        if found is not None and (place := place_of(found[0])):
            key, found = place, files.open(name, place)
        if found is not None:
            taken = _dataset(*found)
            if taken is not None:
                self.taken[name] = taken
                self._kept.stands_for(name, str(found[0]["digest"]))
                self._kept.reasons[name] = KEPT
                return
            files.throw_away(name, key)
        self._kept.explain(study, dataset, self._kept.made_of.made(study, dataset))


def joined(blocks: Sequence[Stretch], columns: Sequence[str] | None = None) -> Blocks:
    """A kept dataset with the named columns, else with all; a text that no record of a part has may lack."""
    types: dict[str, pl.DataType] = {}
    for block in blocks:
        types = {**block.schema, **types}
    schema = types if columns is None else {name: types[name] for name in columns}
    held = tuple(block for block in blocks if block.height) or tuple(blocks[:1])
    return Blocks(schema, held)


def _files(data: Blocks) -> list[FileBlock]:
    return [part for part in data.parts if isinstance(part, FileBlock)]


def _sizes(blocks: Iterable[FileBlock]) -> list[tuple[int, int]]:
    return [(block.height, block.path.stat().st_size) for block in blocks]


def _dataset(value: Any, body: KeptBody) -> InParts | None:
    """A dataset of an entry, or None where it is no such thing."""
    try:
        said, pieces = said_by(value), pieces_of(value)
        if not isinstance(value["digest"], str):
            return None
        if pieces is None:
            return InParts(stretches(body, [(int(value["height"]), body.size)]), None, said)
        data, qualifiers = pieces
        start = sum(size for _, size in data)
        if not data:
            return None
        return InParts(stretches(body, data), stretches(body, qualifiers, start), said)
    except (LookupError, TypeError, ValueError, AttributeError, OSError, PolarsError):
        return None
