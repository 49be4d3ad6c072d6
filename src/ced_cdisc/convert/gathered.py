"""The records that a value over several records looks at: whose they are, and which meet its condition."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.convert.faults import SUBJECT, Place
from ced_cdisc.convert.reads import can_fault
from ced_cdisc.convert.sources import World
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.expr.doubts import lost, to_tell, undecided_value
from ced_cdisc.expr.fault import Fault
from ced_cdisc.expr.marks import LOST, UNCOUNTED, UNDECIDED
from ced_cdisc.expr.tree import HERE, Aggregate, Type, both
from ced_cdisc.expr.values import computed, missing, true

AT = "__at"
"""The column that numbers the rows at hand."""
_HOLDS = "__holds"


class Scope(Struct, frozen=True):
    """What the lines at hand stand in.

    Attributes:
        world: raw tables and datasets.
        dataset: the dataset being built.
        records: its records, where they are not the rows at hand (computed records).
    """

    world: World
    dataset: str
    records: pl.DataFrame | None = None


class Job(Struct, frozen=True):
    """One aggregate over one frame of records, matched to the rows at hand by pairs of columns."""

    node: Aggregate
    place: Place
    records: pl.DataFrame
    pairs: tuple[tuple[str, str], ...]
    own: bool
    subject: str
    here: pl.DataFrame
    """The rows at hand."""


class Gathered(Struct, frozen=True):
    """Records that are not computed yet, and their columns."""

    rows: pl.LazyFrame
    columns: Collection[str]


def job_of(frame: pl.DataFrame, node: Aggregate, place: Place, scope: Scope) -> Job:
    """The aggregate with the records that it goes over, of the own dataset or another."""
    if not node.dataset:
        records = frame if scope.records is None else scope.records
        keys = [key for key in (SUBJECT, *node.on) if key in records.columns or key in frame.columns]
        pairs = tuple((key, key) for key in dict.fromkeys(keys))
        return Job(node, place, with_columns_of(records, frame, keys), pairs, True, SUBJECT, frame)
    other = scope.world.records(node.dataset)
    pairs = tuple((key, node.looked_at(key)) for key in node.on)
    if other.subject is not None and SUBJECT in frame.columns and SUBJECT not in node.on:
        pairs = ((SUBJECT, other.subject), *pairs)
    frame_ = other.frame
    if can_fault(node):
        left = [a for a, _ in pairs]
        right = [b for _, b in pairs]
        if pairs:
            frame_ = frame_.join(
                frame.select(left), left_on=right, right_on=left, how="semi", maintain_order="left"
            )
    return Job(node, place, frame_, pairs, False, other.subject or SUBJECT, frame)


def with_columns_of(frame: pl.DataFrame, other: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """The frame with those of the names that only the other frame has, missing on every row."""
    lacking = [n for n in names if n not in frame.columns]
    return (
        frame.with_columns(pl.lit(None, dtype=other.schema[n]).alias(n) for n in lacking)
        if lacking
        else frame
    )


def _parts(node: Aggregate) -> list[tree.Node]:
    return [part for part in (node.of, node.where, *node.order) if part is not None]


def outer_names(job: Job) -> list[str]:
    """Names inside the aggregate that belong to the row at hand."""
    columns = (n for part in _parts(job.node) for n in tree.walk(part) if isinstance(n, tree.Column))
    return list(dict.fromkeys(column.name for column in columns if not _is_inner(column, job)))


def _is_inner(column: tree.Column, job: Job) -> bool:
    """Whether a name inside the aggregate is one of the records that it looks at."""
    return not column.here if job.own else column.name.startswith(f"{job.node.dataset}.")


def paired_rows(here: pl.DataFrame, job: Job, outer: Sequence[str], scope: Scope) -> Gathered:
    """Each row at hand beside each of its records for which the condition is true."""
    records, pairs, rest = job.records.lazy(), list(job.pairs), list[tree.Node]()
    late: tree.Node | None = None
    for part in tree.conjuncts(job.node.where):
        if _in_doubt(part, job) is not None:
            late = both(late, part)
            continue
        names = [n for n in tree.walk(part) if isinstance(n, tree.Column)]
        if names and all(_is_inner(name, job) for name in names):
            compiled = compile_node(part, FUNCTIONS, job.records.columns)
            if not compiled.faults:
                records = records.filter(compiled.expr)
                continue
        pair = _equal(part, job, here.columns)
        if pair is not None:
            pairs.append(pair)
            if job.own:  # here missing equals missing in keys, and in no condition
                records = records.filter(pl.col(pair[1]).is_not_null())
            continue
        rest.append(part)
    names = list(dict.fromkeys(n for n in (*(a for a, _ in pairs), *outer) if n in here.columns))
    as_here = {name: f"{HERE}{name}" if job.own else name for name in names}
    mine = [AT, *as_here.values()]
    rows = here[:, [AT, *names]].rename(as_here).lazy()
    if pairs:
        left, right = [as_here[a] for a, _ in pairs], [b for _, b in pairs]
        rows = rows.join(
            records,
            left_on=left,
            right_on=right,
            how="inner",
            coalesce=False,
            nulls_equal=job.own,
            maintain_order="left_right",
        )
    else:
        rows = rows.join(records, how="cross")
    paired = Gathered(rows, (*mine, *job.records.columns))
    for part in (*rest, *([] if late is None else [late])):
        paired = filtered(paired, part, job, scope)
    return paired


def _equal(node: tree.Node, job: Job, columns: Sequence[str]) -> tuple[str, str] | None:
    """The columns of ``D.X = Y`` for text and numbers: such a condition is a key."""
    if not isinstance(node, tree.Compare) or node.op != "=":
        return None
    left, right = node.left, node.right
    if not isinstance(left, tree.Column) or not isinstance(right, tree.Column):
        return None
    if left.type is not right.type or left.type not in (Type.TEXT, Type.NUMBER):
        return None
    for mine, theirs in ((left, right), (right, left)):
        if _is_inner(theirs, job) and not _is_inner(mine, job) and mine.name in columns:
            return mine.name, theirs.name
    return None


def filtered(records: Gathered, where: tree.Node, job: Job, scope: Scope) -> Gathered:
    """The records for which a condition is true; those for which it is unknown are told of."""
    compiled = compile_node(where, FUNCTIONS, records.columns)
    records = looked_at(records, compiled.faults, job, scope)
    doubt = _in_doubt(where, job)
    if doubt is None:
        return replace(records, rows=records.rows.filter(compiled.expr))
    rows = computed(records.rows.with_columns(compiled.expr.alias(_HOLDS)))
    _tell(rows.filter(pl.col(_HOLDS).is_null()), UNCOUNTED, doubt, job, scope)
    return replace(records, rows=rows.lazy().filter(pl.col(_HOLDS)))


def tell_undecided(records: Gathered, value: tree.Node, job: Job, scope: Scope) -> None:
    """Tell of the records whose value, or place in an order, goes by a condition that is unknown, or needs a
    whole date where one is partial."""
    doubts = {UNDECIDED: undecided_value(value, job.place.unknown), LOST: lost(value, job.place.unknown)}
    for kind, doubt in doubts.items():
        if doubt is not None and kind not in job.node.untold:
            _tell(computed(records.rows), kind, doubt, job, scope)


def _tell(rows: pl.DataFrame, kind: str, doubt: tree.Node, job: Job, scope: Scope) -> None:
    left, right = [mine for mine, _ in job.pairs], [theirs for _, theirs in job.pairs]
    if rows.height and right and not job.own:  # of records that no row at hand asks for nobody is told
        rows = rows.join(job.here, left_on=right, right_on=left, how="semi", maintain_order="left")
    bad = true(compile_node(doubt, FUNCTIONS, rows.columns).expr)
    fault = Fault(job.node, kind, bad, missing(Type.TEXT))
    scope.world.faults.in_rows(rows, [(job.place, fault)], job.subject)


def _in_doubt(where: tree.Node, job: Job) -> tree.Node | None:
    """Whether a record does not count since its condition is unknown, as far as somebody is to be told."""
    node = job.node
    if UNCOUNTED in node.untold:
        return None
    there = None
    if node.of is not None and node.func not in ("same", "next", "previous"):
        there = tree.IsMissing(of=node.of, negated=True, type=Type.TRUTH)
    return to_tell(where, there, job.place.unknown)


def looked_at(records: Gathered, faults: Sequence[Fault], job: Job, scope: Scope) -> Gathered:
    """The records; what they show of the faults is noted, for which they are computed."""
    if not faults:
        return records
    rows = computed(records.rows)
    scope.world.faults.in_rows(rows, [(job.place, fault) for fault in faults], job.subject)
    return replace(records, rows=rows.lazy())
