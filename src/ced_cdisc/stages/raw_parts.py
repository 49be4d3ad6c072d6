"""Raw tables in parts: each the records of some whole subjects, in the order in which datasets have them."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from pathlib import Path

import polars as pl
from msgspec import Struct

from ced_cdisc.convert.sources import OWNER
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.parts import cells_by_row
from ced_cdisc.write.spill import FileBlock, write_block

CELLS_OF_A_PART = 12_000_000
"""How many cells of datasets a part comes to: some hundred MB while they are built."""
LARGE_CELLS = 3 * CELLS_OF_A_PART
"""From how many cells on a study is built in parts by itself."""
_STUDY, _WEIGHT, _PART = "__study", "__weight", "__part"


class Part(Struct, frozen=True):
    """The subjects of a part in words, and their records by qualified name of the raw table."""

    subjects: str
    tables: Mapping[str, FileBlock]


def cells_of(plan: StudyPlan, heights: Mapping[str, int]) -> int:
    """About how many cells the datasets of a study have, from the rows of its raw tables."""
    costs = cells_by_row(plan)
    return sum(costs.get(name, 0) * height for name, height in heights.items())


def parts_for(cells: int, workers: int) -> int:
    """In how many parts a study of that size is built: as many for each worker."""
    wanted = max(1, ceil(cells / CELLS_OF_A_PART))
    return ceil(wanted / workers) * workers


def split(plan: StudyPlan, records: Mapping[str, pl.DataFrame], count: int, folder: Path) -> list[Part]:
    """The raw records in parts of about the same cost.

    Subjects stand in the order of study and USUBJID, which is that of the datasets. Rows without a subject
    are in the first part; tables without subjects are in every one.

    Args:
        plan: the study.
        records: of each raw table by qualified name, as :func:`ced_cdisc.convert.sources.raw_records` gives
            them.
        count: how many parts are wanted; there are no more than subjects.
        folder: for the files.

    Raises:
        Stopped: the folder cannot be written.
    """
    subjects = _subjects(plan, records)
    before = pl.col(_WEIGHT).cum_sum() - pl.col(_WEIGHT)
    total = max(1, int(subjects[_WEIGHT].sum()))
    cut = subjects.with_columns((before * count // total).clip(0, count - 1).alias(_PART))
    # Subjects that blanks at the end alone tell apart are one in the files: they are together, to be seen.
    cut = cut.with_columns(pl.col(_PART).min().over(pl.col(OWNER).str.strip_chars_end(" ")))
    cut = cut.with_columns((pl.col(_PART).rank("dense") - 1).alias(_PART))
    parts = max(1, cut[_PART].n_unique())
    made: list[dict[str, FileBlock]] = [{} for _ in range(parts)]
    for name, frame in records.items():
        if OWNER not in frame.columns:
            block = write_block(folder, f"raw-{name}", frame)
            for tables in made:
                tables[name] = block
            continue
        placed = frame.join(cut.select(OWNER, _PART), on=OWNER, how="left", maintain_order="left")
        placed = placed.with_columns(pl.col(_PART).fill_null(0))
        for number, tables in enumerate(made):
            rows = placed.filter(pl.col(_PART) == number).drop(_PART)
            tables[name] = write_block(folder, f"raw-{number}-{name}", rows)
    return [Part(_named(cut, number), tables) for number, tables in enumerate(made)]


def _subjects(plan: StudyPlan, records: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Each subject once, in order, with what its records come to."""
    costs = cells_by_row(plan)
    found = [pl.DataFrame(schema={_STUDY: pl.String, OWNER: pl.String, _WEIGHT: pl.Int64})]
    for study in plan.studies:
        for name, frame in study.own(records).items():
            if OWNER in frame.columns:
                cost = costs.get(study.qualified(name), 0) + 1
                counted = frame.drop_nulls(OWNER).group_by(OWNER).agg(pl.len().cast(pl.Int64).alias(_WEIGHT))
                found.append(
                    counted.select(
                        pl.lit(study.study_id).alias(_STUDY), OWNER, (pl.col(_WEIGHT) * cost).alias(_WEIGHT)
                    )
                )
    # A subject of two studies is at fault; all of its records stay together so that this is seen.
    once = pl.concat(found).group_by(OWNER).agg(pl.col(_STUDY).min(), pl.col(_WEIGHT).sum())
    return once.sort(_STUDY, OWNER)


def _named(cut: pl.DataFrame, number: int) -> str:
    own = cut.filter(pl.col(_PART) == number)[OWNER].to_list()
    if not own:
        return "no subjects"
    return f"subject {own[0]}" if len(own) == 1 else f"subjects {own[0]} to {own[-1]}"


def whole(records: Mapping[str, pl.DataFrame], folder: Path) -> Part:
    """The raw records of all subjects as one part."""
    tables = {name: write_block(folder, f"raw-all-{name}", frame) for name, frame in records.items()}
    return Part("all subjects", tables)
