"""Lines over rows: the values of many variables at once, and conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeGuard

import polars as pl

from ced_cdisc.convert.aggregates import Scope, add_aggregates, names_in
from ced_cdisc.convert.branches import Use, uses_in
from ced_cdisc.convert.faults import Place
from ced_cdisc.convert.texts import in_ascii
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import Fault, compile_node
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import DTYPES, missing
from ced_cdisc.plan.model import SUPP, DatasetPlan, Line


def kinds_of(dataset: DatasetPlan) -> dict[str, Type]:
    """The type of each variable of a dataset."""
    return {variable.name: variable.kind for variable in dataset.variables}


def add_lines(
    frame: pl.DataFrame, lines: Sequence[Line], scope: Scope, kinds: Mapping[str, Type]
) -> pl.DataFrame:
    """The frame with a column for each line, computed in order; lines that wait for nothing go together."""
    for batch in _batches(lines):
        frame = _add_batch(frame, batch, scope, kinds)
    return frame


def _batches(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines in as few steps as their needs allow: a step holds all lines whose needs are made before it.

    A variable that is made twice, or read before it is made, holds all later lines back to keep the order.
    """
    steps: list[list[Line]] = []
    step_of: dict[str, int] = {}
    read: dict[str, int] = {}
    for line in lines:
        names = names_in(line.tree)
        step = max((step_of[name] + 1 for name in names if name in step_of), default=0)
        if line.variable in step_of or line.variable in read:
            step = max(step, step_of.get(line.variable, -1) + 1, read.get(line.variable, 0))
        while len(steps) <= step:
            steps.append([])
        steps[step].append(line)
        step_of[line.variable] = step
        for name in names:
            read[name] = max(read.get(name, 0), step)
    return steps


def _add_batch(
    frame: pl.DataFrame, batch: Sequence[Line], scope: Scope, kinds: Mapping[str, Type]
) -> pl.DataFrame:
    places = [Place.of_line(scope.dataset, line) for line in batch]
    wanted = [use for line, place in zip(batch, places, strict=True) for use in uses_in(line.tree, place)]
    known = frame
    names: Mapping[tree.Aggregate, str] = {}
    if wanted:
        known, names = add_aggregates(frame, wanted, scope)
    columns: list[pl.Expr] = []
    faults: list[tuple[Place, Fault]] = []
    for line, place in zip(batch, places, strict=True):
        compiled = compile_node(line.tree, FUNCTIONS, known.columns, names)
        kind, made = DTYPES[kinds.get(line.variable, line.type)], _made(line.tree)
        columns.append((compiled.expr if made == kind else compiled.expr.cast(kind)).alias(line.variable))
        faults.extend((place, fault) for fault in compiled.faults)
    scope.world.faults.in_rows(known, faults)
    for line, place in zip(batch, places, strict=True):
        if line.unknown is not None:
            unknown = compile_node(line.unknown, FUNCTIONS, known.columns, names).expr
            scope.world.faults.unknown(known.filter(unknown), place, asked=line.unknown_asked)
    done = known.with_columns(columns)
    for line, place in zip(batch, places, strict=True):
        if line.policy.transliterate:
            done = in_ascii(done, line.variable, place, scope.dataset, scope.world)
    extra = set(known.columns[len(frame.columns) :])
    return done[:, [name for name in done.columns if name not in extra]] if extra else done


def _made(node: tree.Node) -> pl.DataType | None:
    """What the compiled expression of a tree holds for certain."""
    return None if node.type in (None, Type.MISSING) else DTYPES[node.type]


def holds(frame: pl.DataFrame, node: tree.Node, place: Place, scope: Scope) -> pl.Series:
    """Whether a condition is true, row by row; null where it is unknown."""
    frame = _with_singles(frame, node, place, scope)
    frame, names = add_aggregates(frame, uses_in(node, place), scope)
    compiled = compile_node(node, FUNCTIONS, frame.columns, names)
    scope.world.faults.in_rows(frame, [(place, fault) for fault in compiled.faults])
    return frame.with_columns(compiled.expr.cast(pl.Boolean).alias("__holds"))["__holds"]


def filter_true(frame: pl.DataFrame, node: tree.Node | None, place: Place, scope: Scope) -> pl.DataFrame:
    """The rows for which a condition is true; unknown is not true."""
    if node is None:
        return frame
    plain = not any(isinstance(n, tree.Aggregate) or _is_single(n, frame, scope) for n in tree.walk(node))
    if not plain:
        return frame.filter(holds(frame, node, place, scope))
    compiled = compile_node(node, FUNCTIONS, frame.columns)
    scope.world.faults.in_rows(frame, [(place, fault) for fault in compiled.faults])
    return frame.filter(compiled.expr.cast(pl.Boolean))


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
