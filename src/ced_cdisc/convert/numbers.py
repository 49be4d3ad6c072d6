"""Pinned numbers: those of known records, and the next free ones of each subject for the others."""

from __future__ import annotations

import polars as pl

from ced_cdisc.convert.faults import SUBJECT, records_of
from ced_cdisc.convert.gathered import Scope
from ced_cdisc.convert.lines import add_lines, kinds_of
from ced_cdisc.convert.sources import World
from ced_cdisc.plan.model import KEY, DatasetPlan, Pinned

_SUBJECT, _KNOWN, _HIGHEST = "__owner", "__known", "__highest"


def add_whole_lines(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> pl.DataFrame:
    """The frame with the lines over the whole dataset; its numbers are pinned before any line reads them."""
    scope, kinds = Scope(world, dataset.name), kinds_of(dataset)
    if dataset.pinned is None:
        return add_lines(frame, dataset.lines, scope, kinds)
    at = next(i for i, line in enumerate(dataset.lines, 1) if line.variable == dataset.pinned.variable)
    frame = add_lines(frame, dataset.lines[:at], scope, kinds)
    _check_identities(frame, dataset, world)
    return add_lines(_pinned(frame, dataset.pinned), dataset.lines[at:], scope, kinds)


def _pinned(frame: pl.DataFrame, pinned: Pinned) -> pl.DataFrame:
    """The numbers by sort order replaced by the known ones; new records follow in that order."""
    columns = frame.columns
    known = pl.DataFrame(
        [(subject, key, float(number)) for (subject, key), number in pinned.known.items()],
        schema={_SUBJECT: pl.String, KEY: pl.String, _KNOWN: pl.Float64},
        orient="row",
    )
    highest = pl.DataFrame(
        [(subject, float(number)) for subject, number in pinned.highest.items()],
        schema={_SUBJECT: pl.String, _HIGHEST: pl.Float64},
        orient="row",
    )
    subject = pl.col(SUBJECT).fill_null("") if SUBJECT in columns else pl.lit("")
    frame = frame.with_columns(subject.alias(_SUBJECT))
    frame = frame.join(known, on=[_SUBJECT, KEY], how="left", maintain_order="left")
    frame = frame.join(highest, on=_SUBJECT, how="left", maintain_order="left")
    later = pl.when(pl.col(_KNOWN).is_null()).then(pl.col(pinned.variable))
    following = pl.col(_HIGHEST).fill_null(0) + later.rank("ordinal").over(_SUBJECT)
    return frame.with_columns(pl.coalesce(_KNOWN, following).alias(pinned.variable)).select(columns)


def _check_identities(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> None:
    """CED293: records of a subject that have one identity."""
    by = [name for name in (SUBJECT, KEY) if name in frame.columns]
    twice = frame.filter(pl.struct(by).is_duplicated())
    for (*_, key), rows in twice.group_by(by, maintain_order=True):
        message = f"{dataset.name}: {rows.height} records are one by their identity {key}"
        hint = "numbers can be pinned where the key of the raw table tells its records apart"
        world.faults.add("CED293", message, dataset.where, hint, records_of(rows))
