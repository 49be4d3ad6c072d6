"""The end of a dataset: its order, the records that stay, and what is checked of its values."""

from __future__ import annotations

import polars as pl

from ced_cdisc.convert.aggregates import Scope
from ced_cdisc.convert.faults import Place, records_of
from ced_cdisc.convert.lines import filter_true, holds
from ced_cdisc.convert.sources import ORDER, World
from ced_cdisc.core.findings import Severity, Stage, did_you_mean, one_of
from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.values import Argument
from ced_cdisc.plan.model import SUPP, DatasetPlan, VariablePlan


def sort_and_keep(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> pl.DataFrame:
    """Records by the plan's sort (missing first, text by character code), then key; those that only fed
    others are dropped."""
    names = [name for name in dataset.sort if name in frame.columns]
    ordered = frame.sort([*names, ORDER], nulls_last=False, maintain_order=True)
    return filter_true(ordered, dataset.keep, Place(dataset.name, dataset.where), Scope(world, dataset.name))


def check_values(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> None:
    """CED264 for values outside closed codelists, CED265 for checks that fail."""
    for variable in dataset.variables:
        if variable.closed and variable.codelist is not None and variable.codelist.terms:
            _check_codelist(frame, variable, dataset, world)
    for words, node in dataset.checks:
        place = Place(dataset.name, words.where, words)
        failed = frame.filter(~holds(frame, node, place, Scope(world, dataset.name)))
        if failed.height:
            message = f"{dataset.name}: the check {words} fails on {_count(failed.height)}"
            world.faults.add(
                "CED265", message, words.where, "", records_of(failed), Severity.WARNING, Stage.CHECK
            )


def _check_codelist(frame: pl.DataFrame, variable: VariablePlan, dataset: DatasetPlan, world: World) -> None:
    codelist = variable.codelist
    if codelist is None:
        return
    terms = [term.value for term in codelist.terms]
    value = text([Argument(pl.col(variable.name), variable.kind)])
    strange = frame.with_columns(value.alias("__shown")).filter(
        pl.col("__shown").is_not_null() & ~pl.col("__shown").is_in(terms)
    )
    for (shown,), rows in strange.group_by("__shown", maintain_order=True):
        code = f" ({codelist.code})" if codelist.code else ""
        listed = f"'{shown}' is not in the codelist {codelist.name}{code}"
        message = f"{dataset.name}.{variable.name}: {listed}, on {_count(rows.height)}"
        hint = did_you_mean(str(shown), terms) or f"it has {one_of(terms)}"
        world.faults.add("CED264", message, variable.where, hint, records_of(rows))


def _count(number: int) -> str:
    return "1 record" if number == 1 else f"{number} records"


def shown_columns(frame: pl.DataFrame, dataset: DatasetPlan) -> pl.DataFrame:
    """The variables of the plan in its order, then supplemental qualifiers; nothing hidden."""
    names = [variable.name for variable in dataset.variables]
    return frame.select(*names, *(SUPP + one.name for one in dataset.supplemental))
