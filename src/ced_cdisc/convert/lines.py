"""Lines over rows: the values of many variables at once, and conditions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeGuard

import polars as pl

from ced_cdisc.convert.aggregates import add_aggregates
from ced_cdisc.convert.branches import Use, uses_in
from ced_cdisc.convert.faults import Place
from ced_cdisc.convert.gathered import Scope
from ced_cdisc.convert.reads import aggregates_in, names_in
from ced_cdisc.convert.steps import Steps
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import missing
from ced_cdisc.plan.model import SUPP, DatasetPlan, Line
from ced_cdisc.plan.told import Report


def kinds_of(dataset: DatasetPlan) -> dict[str, Type]:
    """The type of each variable of a dataset."""
    return {variable.name: variable.kind for variable in dataset.variables}


def add_lines(
    frame: pl.DataFrame, lines: Sequence[Line], scope: Scope, kinds: Mapping[str, Type]
) -> pl.DataFrame:
    """The frame with a column for each line, computed in order."""
    if not lines:
        return frame
    steps = Steps(frame, scope, kinds)
    steps.add(lines)
    return steps.rows()


def hold(frame: pl.DataFrame, asked: Sequence[tuple[Place, tree.Node]], scope: Scope) -> list[pl.Series]:
    """Whether each of several conditions is true, row by row; null where it is unknown."""
    if not asked:
        return []
    frame = with_singles(frame, asked, scope)
    frame, names = add_aggregates(
        frame, [use for place, node in asked for use in uses_in(node, place)], scope
    )
    compiled = [compile_node(node, FUNCTIONS, frame.columns, names) for _, node in asked]
    faults = [(place, fault) for (place, _), one in zip(asked, compiled, strict=True) for fault in one.faults]
    scope.world.faults.in_rows(frame, faults)
    found = frame.with_columns(one.expr.cast(pl.Boolean).alias(f"__h{i}") for i, one in enumerate(compiled))
    return found.get_columns()[-len(compiled) :]


def tell(frame: pl.DataFrame, reports: Sequence[Report], scope: Scope) -> None:
    """Tell of the rows that blocks or computed records tell of."""
    asked = [(Place(scope.dataset, one.where, unknown="accept"), one.node) for one in reports]
    for report, rows in zip(reports, hold(frame, asked, scope), strict=True):
        scope.world.faults.told(frame.filter(rows), scope.dataset, report)


def filter_true(frame: pl.DataFrame, node: tree.Node | None, place: Place, scope: Scope) -> pl.DataFrame:
    """The rows for which a condition is true; unknown is not true."""
    kept = condition(frame, node, place, scope)
    return frame if kept is None else frame.filter(kept)


def condition(frame: pl.DataFrame, node: tree.Node | None, place: Place, scope: Scope) -> pl.Expr | None:
    """Whether a condition is true on the rows of a frame, null where it is unknown; None without one."""
    if node is None:
        return None
    columns = dict.fromkeys(frame.columns)
    others = any("." in name and name not in columns for name in names_in(node))
    if aggregates_in(node) or (others and any(_is_single(n, columns, scope) for n in tree.walk(node))):
        return pl.lit(hold(frame, [(place, node)], scope)[0])
    compiled = compile_node(node, FUNCTIONS, columns)
    scope.world.faults.in_rows(frame, [(place, fault) for fault in compiled.faults])
    return compiled.expr.cast(pl.Boolean)


def _is_single(node: tree.Node, columns: Collection[str], scope: Scope) -> TypeGuard[tree.Column]:
    return (
        isinstance(node, tree.Column)
        and node.scope is tree.Scope.VARIABLE
        and node.owner in scope.world.frames
        and node.name not in columns
    )


def with_singles(frame: pl.DataFrame, asked: Sequence[tuple[Place, tree.Node]], scope: Scope) -> pl.DataFrame:
    """Variables of one-record datasets (DM.RFSTDTC) that conditions name and no line has fetched."""
    columns = dict.fromkeys(frame.columns)
    fetched = [
        (place, tree.Aggregate(func="only", of=below, dataset=below.owner, type=below.type))
        for place, node in asked
        for below in tree.walk(node)
        if _is_single(below, columns, scope)
    ]
    if not fetched:
        return frame
    known, names = add_aggregates(frame, [Use(one, place) for place, one in fetched], scope)
    found = {one: compile_node(one, FUNCTIONS, known.columns, names).faults for one in names}
    faults = [(place, fault) for place, one in dict.fromkeys(fetched) for fault in found[one]]
    scope.world.faults.in_rows(known, faults)
    shown = {name: one.of.name for one, name in names.items() if isinstance(one.of, tree.Column)}
    return known.select(*columns, *(pl.col(hidden).alias(name) for hidden, name in shown.items()))


def lacking(frame: pl.DataFrame, dataset: DatasetPlan) -> list[pl.Expr]:
    """The variables and supplemental qualifiers of the plan that a frame has not, missing on every row."""
    wanted: Iterable[tuple[str, Type]] = (
        *kinds_of(dataset).items(),
        *((SUPP + one.name, Type.TEXT) for one in dataset.supplemental),
    )
    known = set(frame.columns)
    return [missing(kind).alias(name) for name, kind in wanted if name not in known]
