"""The records of several studies one below the other, for the analysis datasets that read them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import polars as pl

from ced_cdisc.convert.faults import SUBJECT, TABLE, records_of
from ced_cdisc.convert.held import Held
from ced_cdisc.convert.sources import ORDER, World


class Tabulated(Protocol):
    """A study whose SDTM is finished."""

    @property
    def world(self) -> World:
        """Its plan and datasets."""
        ...


def pool_frames(studies: Sequence[Tabulated]) -> Held:
    """The SDTM datasets of all studies by plain name; those of the first study come first.

    A variable that a study's dataset lacks is missing in its records. CED249 where two studies have one
    USUBJID in DM, unless that is accepted: records are matched by subject, be they of one study or several.
    """
    first, *others = worlds = [study.world for study in studies]
    frames = first.frames.copy()
    for number, world in enumerate(others, 1):
        if not first.plan.persons.studies:
            check_subjects(worlds[:number], world)
        for name, frame in world.frames.items():
            table = pl.lit(world.plan.qualified("")) + pl.col(TABLE)
            frame = frame.with_columns(table.alias(TABLE))
            if name in frames:
                above = frames[name]
                frame = frame.with_columns(pl.col(ORDER) + _next(above))
                frame = pl.concat([above, frame], how="diagonal")
            frames[name] = frame
    return frames


def _next(frame: pl.DataFrame) -> int:
    """A number above those of all records, of which some may have been left out."""
    return max(frame[ORDER].to_list(), default=-1) + 1


def check_subjects(before: Iterable[World], world: World) -> None:
    """CED249: a subject in DM of a study and in that of a study before it."""
    for other in before:
        if "DM" not in other.frames or "DM" not in world.frames:
            continue
        again = world.frames["DM"].join(other.frames["DM"], on=SUBJECT, how="semi", maintain_order="left")
        for subject in again[SUBJECT].drop_nulls():
            studies = f"{other.plan.folder or 'this study'} and of {world.plan.folder}"
            message = f"subject {subject} is in DM of {studies}"
            hint = "write persons: {studies: accept} in study.yaml, or give each study subjects of its own"
            records = records_of(again.filter(pl.col(SUBJECT) == subject))
            world.faults.add("CED249", message, world.plan.dataset("DM").where, hint, records)
