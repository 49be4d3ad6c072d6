"""Lines over rows: the values of many variables at once, and conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeGuard

import polars as pl

from ced_cdisc.convert.aggregates import Scope, add_aggregates
from ced_cdisc.convert.branches import Use, uses_in
from ced_cdisc.convert.faults import Place
from ced_cdisc.convert.steps import Steps
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import missing
from ced_cdisc.plan.model import SUPP, DatasetPlan, Line


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


def holds(frame: pl.DataFrame, node: tree.Node, place: Place, scope: Scope) -> pl.Series:
    """Whether a condition is true, row by row; null where it is unknown."""
    frame = _with_singles(frame, node, place, scope)
    frame, names = add_aggregates(frame, uses_in(node, place), scope)
    compiled = compile_node(node, FUNCTIONS, frame.columns, names)
    scope.world.faults.in_rows(frame, [(place, fault) for fault in compiled.faults])
    return frame.with_columns(compiled.expr.cast(pl.Boolean).alias("__holds"))["__holds"]


def filter_true(frame: pl.DataFrame, node: tree.Node | None, place: Place, scope: Scope) -> pl.DataFrame:
    """The rows for which a condition is true; unknown is not true."""
    kept = condition(frame, node, place, scope)
    return frame if kept is None else frame.filter(kept)


def condition(frame: pl.DataFrame, node: tree.Node | None, place: Place, scope: Scope) -> pl.Expr | None:
    """Whether a condition is true on the rows of a frame, null where it is unknown; None without one."""
    if node is None:
        return None
    plain = not any(isinstance(n, tree.Aggregate) or _is_single(n, frame, scope) for n in tree.walk(node))
    if not plain:
        return pl.lit(holds(frame, node, place, scope))
    compiled = compile_node(node, FUNCTIONS, frame.columns)
    scope.world.faults.in_rows(frame, [(place, fault) for fault in compiled.faults])
    return compiled.expr.cast(pl.Boolean)


def _is_single(node: tree.Node, frame: pl.DataFrame, scope: Scope) -> TypeGuard[tree.Column]:
    return (
        isinstance(node, tree.Column)
        and node.scope is tree.Scope.VARIABLE
        and node.owner in scope.world.frames
        and node.name not in frame.columns
    )


def _with_singles(frame: pl.DataFrame, node: tree.Node, place: Place, scope: Scope) -> pl.DataFrame:
    """Variables of one-record datasets (DM.RFSTDTC) that a condition names and no line has fetched."""
    fetched = [
        tree.Aggregate(func="only", of=below, dataset=below.owner, type=below.type)
        for below in tree.walk(node)
        if _is_single(below, frame, scope)
    ]
    if not fetched:
        return frame
    columns = frame.columns
    known, names = add_aggregates(frame, [Use(one, place) for one in fetched], scope)
    faults = [fault for one in fetched for fault in compile_node(one, FUNCTIONS, known.columns, names).faults]
    scope.world.faults.in_rows(known, [(place, fault) for fault in faults])
    shown = {name: one.of.name for one, name in names.items() if isinstance(one.of, tree.Column)}
    return known.select(*columns, *(pl.col(hidden).alias(name) for hidden, name in shown.items()))


def with_variables(frame: pl.DataFrame, dataset: DatasetPlan) -> pl.DataFrame:
    """The frame with every variable and supplemental qualifier of the plan, missing where no row has one."""
    wanted: Iterable[tuple[str, Type]] = (
        *kinds_of(dataset).items(),
        *((SUPP + one.name, Type.TEXT) for one in dataset.supplemental),
    )
    lacking = [missing(kind).alias(name) for name, kind in wanted if name not in frame.columns]
    return frame.with_columns(lacking) if lacking else frame
