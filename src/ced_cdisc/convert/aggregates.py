"""Values over several records, computed into hidden columns before the lines that use them.

Nothing here depends on the order of rows or the number of threads: ties are broken by the records' keys, and
sums are exact before their one rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import fsum

import polars as pl
from msgspec.structs import replace

from ced_cdisc.convert.branches import Use, rows_taken
from ced_cdisc.convert.faults import SUBJECT, Faults, Place
from ced_cdisc.convert.gathered import (
    AT,
    Gathered,
    Job,
    Scope,
    filtered,
    job_of,
    looked_at,
    outer_names,
    paired_rows,
    tell_undecided,
    with_columns_of,
)
from ced_cdisc.convert.sources import ORDER
from ced_cdisc.convert.together import add_together
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import MANY, compile_node
from ced_cdisc.expr.fault import Fault
from ced_cdisc.expr.marks import LACKING, OPEN, TIED, marks
from ced_cdisc.expr.plugins import KIND, plugin_groups
from ced_cdisc.expr.tree import Aggregate, Type
from ced_cdisc.expr.unsettled import extreme, is_alike, is_doubtful, is_valued, standing
from ced_cdisc.expr.values import DTYPES, computed, each_list

_VALUE, _PLACE = "__value", "__place"
_LATER, _LIKE, _RUN = "__later", "__like", "__run"
_SEEN: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {TIED: is_alike, OPEN: is_doubtful, LACKING: is_valued}
"""What a mark is about, by how a record stands to the one that is picked."""


def add_aggregates(
    frame: pl.DataFrame, uses: Iterable[Use], scope: Scope
) -> tuple[pl.DataFrame, Mapping[Aggregate, str]]:
    """The frame with a hidden column for each distinct aggregate, and which is whose."""
    used: dict[Aggregate, list[Use]] = {}
    for use in uses:
        used.setdefault(use.node, []).append(use)
    names = {node: f"__a{i}" for i, node in enumerate(used)}
    frame, done = add_together(frame, names, scope.world, scope.records)
    columns, at_fault = list[pl.LazyFrame](), list[Aggregate]()
    for node, here in used.items():
        if node in done:
            continue
        trial = scope.world.faults.apart()
        columns.append(_one(frame, node, _loudest(here), _noting(scope, trial), names[node]))
        if trial.found():
            at_fault.append(node)
    if columns:
        frame = frame.hstack(computed(pl.concat(columns, how="horizontal")))
    for node in at_fault:
        for place in dict.fromkeys(use.place for use in used[node]):
            _note_faults(frame, node, [use for use in used[node] if use.place == place], scope, names)
    return frame, names


def _loudest(uses: Iterable[Use]) -> Place:
    """The line that has the most told of what is not certain."""
    return min(
        (use.place for use in uses), key=lambda place: ("report", "note", "", "accept").index(place.unknown)
    )


def _noting(scope: Scope, faults: Faults) -> Scope:
    return replace(scope, world=replace(scope.world, faults=faults))


def _note_faults(
    frame: pl.DataFrame, node: Aggregate, uses: Sequence[Use], scope: Scope, names: Mapping[Aggregate, str]
) -> None:
    """Note the faults of an aggregate in a line, on those rows alone that take a branch where it stands."""

    def compiled(condition: tree.Node) -> pl.Expr:
        return compile_node(condition, FUNCTIONS, frame.columns, names).expr

    if node.func == "group":
        frame = frame.with_row_index(AT)
    taken = rows_taken(frame, [use.branch for use in uses], compiled)
    if taken.is_empty():
        return
    if isinstance(node.of, tree.Plugin) and node.func == "group":  # the groups stay whole
        noted = frame[AT].is_in(taken[AT].implode())
        _grouped(frame, job_of(frame, node, uses[0].place, scope), node.of, scope, names[node], noted)
        return
    records = frame if scope.records is None else scope.records
    keys = [key for key in (SUBJECT, *node.on) if key in records.columns and key in frame.columns]
    if keys and not node.dataset:
        records = records.join(taken, on=keys, how="semi", nulls_equal=True, maintain_order="left")
    _one(taken, node, uses[0].place, replace(scope, records=records), names[node])


def _one(frame: pl.DataFrame, node: Aggregate, place: Place, scope: Scope, name: str) -> pl.LazyFrame:
    """The hidden columns of an aggregate, in the order of the rows at hand.

    Rows that are alike in all that it reads of them are looked at once.
    """
    job = job_of(frame, node, place, scope)
    if isinstance(node.of, tree.Plugin) and node.func == "group":
        return _grouped(frame, job, node.of, scope, name).lazy()
    if node.func in ("rank", "next", "previous"):
        return _rank(job, scope, name)
    outer = outer_names(job)
    if outer:
        read = dict.fromkeys(n for n in (*(mine for mine, _ in job.pairs), *outer) if n in frame.columns)
        rows = frame[:, list(read)]
        different = rows.unique(maintain_order=True) if read else rows
        if different.height == frame.height:
            rows = different = frame.with_row_index(AT)
        else:  # tests of a visit, say, which ask for the element of their one date
            different = different.with_row_index(AT)
            rows = rows.join(different, on=list(read), how="left", nulls_equal=True, maintain_order="left")
        reduced = _reduced(paired_rows(different, job, outer, scope), job, [AT], scope, name)
        return _matched(rows, reduced, [(AT, AT)], job, name)
    records = Gathered(job.records.lazy(), job.records.columns)
    if node.where is not None:
        records = filtered(records, node.where, job, scope)
    reduced = _reduced(records, job, [right for _, right in job.pairs], scope, name)
    return _matched(frame, reduced, job.pairs, job, name)


def _reduced(records: Gathered, job: Job, keys: Sequence[str], scope: Scope, name: str) -> pl.LazyFrame:
    """One row for each group: the keys, the value, and for ``only`` how many records have one."""
    node = job.node
    columns: list[pl.Expr] = []
    parts = [(_VALUE, node.of), *((f"__by{i}", order.of) for i, order in enumerate(node.order))]
    for label, part in parts:
        if part is not None:
            compiled = compile_node(part, FUNCTIONS, records.columns)
            records = looked_at(records, compiled.faults, job, scope)
            tell_undecided(records, part, job, scope)
            columns.append(compiled.expr.alias(label))
    plain = [pl.col(key).alias(f"__k{i}") for i, key in enumerate(keys)]
    chosen = records.rows.select(ORDER, *(plain or [pl.lit(0).alias("__k0")]), *columns)
    if node.of is not None and node.func != "same":
        chosen = chosen.filter(pl.col(_VALUE).is_not_null())
    groups = [f"__k{i}" for i in range(max(len(keys), 1))]
    value = _REDUCTIONS[node.func].alias(name)
    also = [pl.len().alias(name + MANY)] if node.func == "only" else []
    if node.func in ("first", "last"):
        picked = pl.Expr.first if node.func == "first" else pl.Expr.last
        chosen = _sorted(chosen, node)
        chosen = chosen.with_columns(standing(node.order, lambda one: picked(one).over(groups)).alias(_PLACE))
        differs, found = pl.col(_VALUE).ne_missing(picked(pl.col(_VALUE))), pl.col(_PLACE)
        also = [(_SEEN[mark](found) & differs).any().alias(name + mark) for mark in marks(node)]
    dated = OPEN in marks(node) and node.func in ("min", "max")
    if dated:
        value, also = pl.col(_VALUE).alias(name), [pl.col(_VALUE).alias(name + OPEN)]
    made = chosen.group_by(groups, maintain_order=True).agg(value, *also)
    if dated:
        latest = node.func == "max"
        made = made.with_columns(
            each_list(pl.col(name), lambda values: extreme(values, latest=latest)[0], Type.DTC),
            each_list(pl.col(name + OPEN), lambda values: extreme(values, latest=latest)[1], Type.TRUTH),
        )
    if node.func in ("sum", "mean"):
        total = _fsum if node.func == "sum" else _mean
        made = made.with_columns(each_list(pl.col(name), total, Type.NUMBER))
    return made


_REDUCTIONS: Mapping[str, pl.Expr] = {
    "first": pl.col(_VALUE).first(),
    "last": pl.col(_VALUE).last(),
    "min": pl.col(_VALUE).min(),
    "max": pl.col(_VALUE).max(),
    "sum": pl.col(_VALUE),
    "mean": pl.col(_VALUE),
    "count": pl.len().cast(pl.Float64),
    "only": pl.when(pl.len() == 1).then(pl.col(_VALUE).first()),
    "same": pl.when(pl.col(_VALUE).n_unique() == 1).then(pl.col(_VALUE).first()),
}


def _fsum(values: list[float]) -> float | None:
    try:
        return fsum(values)
    except OverflowError:
        return None


def _mean(values: list[float]) -> float | None:
    total = _fsum(values)
    return None if total is None else total / len(values)


def _sorted(chosen: pl.LazyFrame, node: Aggregate) -> pl.LazyFrame:
    """In the written order: missing first rising, last falling; ties by the record's key, that of the last
    record that is taken first."""
    keys = [_in_time(pl.col(f"__by{i}"), order.of.type) for i, order in enumerate(node.order)]
    falling = [*(order.falling for order in node.order), node.take == "last"]
    return chosen.sort([*keys, pl.col(ORDER)], descending=falling, nulls_last=falling, maintain_order=True)


def _in_time(key: pl.Expr, kind: Type | None) -> pl.Expr:
    """ISO 8601 dates with a point before fractions of seconds, which a comma may stand for."""
    return key.str.replace(",", ".", literal=True) if kind is Type.DTC else key


def _matched(
    frame: pl.DataFrame, reduced: pl.LazyFrame, pairs: Sequence[tuple[str, str]], job: Job, name: str
) -> pl.LazyFrame:
    """The groups' values in the order of the rows at hand."""
    if job.own:
        frame = with_columns_of(frame, job.records, [mine for mine, _ in pairs])
    left = [pl.col(mine).alias(f"__k{i}") for i, (mine, _) in enumerate(pairs)]
    here = frame.lazy().select(left or pl.repeat(0, pl.len(), dtype=pl.Int32).alias("__k0"))
    keys = [f"__k{i}" for i in range(max(len(left), 1))]
    joined = here.join(reduced, on=keys, how="left", nulls_equal=job.own, maintain_order="left")
    node, found = job.node, pl.col(name)
    if node.func == "count":
        found = found.fill_null(0.0)
    value = found.cast(DTYPES[node.type or Type.TEXT])
    beside = [name + MANY] if node.func == "only" else [name + mark for mark in marks(node)]
    return joined.select(value, *beside)


def _rank(job: Job, scope: Scope, name: str) -> pl.LazyFrame:
    """Numbers the records that meet the condition from 1, or gives the value of the next or previous one;
    missing for the others."""
    frame = job.records.with_row_index(AT)
    records = chosen = Gathered(frame.lazy(), frame.columns)
    if job.node.where is not None:
        chosen = filtered(chosen, job.node.where, job, scope)
    made = [compile_node(order.of, FUNCTIONS, records.columns) for order in job.node.order]
    chosen = looked_at(chosen, [fault for one in made for fault in one.faults], job, scope)
    for part in (*(order.of for order in job.node.order), *([] if job.node.of is None else [job.node.of])):
        tell_undecided(chosen, part, job, scope)
    orders = [one.expr.alias(f"__by{i}") for i, one in enumerate(made)]
    keys = [pl.col(key).alias(f"__k{i}") for i, (key, _) in enumerate(job.pairs)] or [pl.lit(0).alias("__k0")]
    groups = [f"__k{i}" for i in range(len(keys))]
    value = pl.int_range(1, pl.len() + 1).over(groups).cast(pl.Float64)
    if job.node.of is not None:
        compiled = compile_node(job.node.of, FUNCTIONS, records.columns)
        looked_at(records, compiled.faults, job, scope)
        orders.append(compiled.expr.alias(_VALUE))
        value = pl.col(_VALUE).shift(-1 if job.node.func == "next" else 1).over(groups)
    ordered = _sorted(chosen.rows.select(AT, ORDER, *keys, *orders), job.node)
    ordered = ordered.with_columns(value.alias(name))
    beside = [name + mark for mark in marks(job.node)]
    if beside:
        ordered = (_beside_the_first if job.node.take else _beside_the_next)(ordered, job.node, groups, name)
    ranked = ordered.select(AT, name, *beside)
    joined = records.rows.select(AT).join(ranked, on=AT, how="left", maintain_order="left")
    return joined.select(pl.exclude(AT))


def _beside_the_first(
    ordered: pl.LazyFrame, node: Aggregate, groups: Sequence[str], name: str
) -> pl.LazyFrame:
    """Columns that mark the first record of each group, and those that are, or may be, first as well.

    One that is first as it has no value in the order is marked alone.
    """
    rows = ordered.with_columns(standing(node.order, lambda one: one.first().over(groups)).alias(_PLACE))
    number = pl.col(name)
    others = {mark: _SEEN[mark](pl.col(_PLACE)) & (number > 1) for mark in marks(node)}
    return rows.with_columns(
        (other.any().over(groups) & ((number == 1) | (other & (mark != LACKING)))).alias(name + mark)
        for mark, other in others.items()
    )


def _beside_the_next(
    ordered: pl.LazyFrame, node: Aggregate, groups: Sequence[str], name: str
) -> pl.LazyFrame:
    """Columns that mark records of which each has the place of its neighbour, or may have it.

    Those that have one place do not matter where another order of theirs gives nobody another value.
    """
    is_later = pl.int_range(pl.len()).over(groups) > 0
    rows = ordered.with_columns(
        standing(node.order, lambda one: one.shift().over(groups)).alias(_PLACE), is_later.alias(_LATER)
    )
    for mark in marks(node):
        like = pl.col(_LIKE)
        rows = rows.with_columns((_SEEN[mark](pl.col(_PLACE)) & pl.col(_LATER)).alias(_LIKE))
        marked = like | like.shift(-1, fill_value=False).over(groups)
        if mark == TIED and node.of is not None:
            rows = rows.with_columns((~like).cum_sum().over(groups).alias(_RUN))
            kinds = [pl.col(one).n_unique().over([*groups, _RUN]) for one in (name, _VALUE)]
            marked &= pl.max_horizontal(kinds) > 1
        rows = rows.with_columns(marked.alias(name + mark))
    return rows


def _grouped(
    frame: pl.DataFrame, job: Job, node: tree.Plugin, scope: Scope, name: str, noted: pl.Series | None = None
) -> pl.DataFrame:
    """What a plug-in gives each record when it is called with the records of its group.

    Faults are noted of the rows for which ``noted`` is true, and of what the others in their groups give.
    """
    parts = [compile_node(arg, FUNCTIONS, frame.columns) for arg in node.args]
    made = frame.select(part.expr.alias(f"c{i}") for i, part in enumerate(parts))
    if made.height != frame.height:  # every input is written out
        made = pl.concat([made] * frame.height) if frame.height else made.clear()
    keys = [mine for mine, _ in job.pairs if mine in frame.columns]
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, key in enumerate(frame.select(keys).rows() if keys else [()] * frame.height):
        groups.setdefault(key, []).append(place)
    outcomes = plugin_groups(node.derivation, list(groups.values()), made.rows())
    told = pl.Series([True] * frame.height, dtype=pl.Boolean) if noted is None else noted
    beside = {place for places in groups.values() if told.gather(places).any() for place in places}
    read = frame.filter(pl.Series([place in beside for place in range(frame.height)], dtype=pl.Boolean))
    scope.world.faults.in_rows(read, [(job.place, fault) for part in parts for fault in part.faults])
    shown = pl.Series("__trouble", [one.trouble or None for one in outcomes], dtype=pl.String)
    fault = Fault(node, KIND, pl.col("__trouble").is_not_null(), pl.col("__trouble"))
    scope.world.faults.in_rows(frame.with_columns(shown).filter(told), [(job.place, fault)])
    values = [one.value for one in outcomes]
    return pl.DataFrame([pl.Series(name, values, dtype=DTYPES[job.node.type or Type.TEXT])])
