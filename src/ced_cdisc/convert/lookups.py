"""Look-ups: the record of another table or dataset that goes with a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl
from msgspec import Struct

from ced_cdisc.convert.branches import rows_taken, uses_of
from ced_cdisc.convert.faults import SUBJECT, Faults, records_of
from ced_cdisc.convert.one_record import Missed, check_missed, with_one
from ced_cdisc.convert.reads import aggregates_in, names_in
from ced_cdisc.convert.sources import OWNER, World
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.plan.model import Block, Line, Lookup


class Repeated(Struct, frozen=True):
    """Keys of a look-up with more than one record: columns __l0, __l1, ..."""

    lookup: Lookup
    keys: pl.DataFrame
    records: pl.DataFrame


def between_lookups(lines: Sequence[Line], pending: list[Lookup]) -> list[list[Line]]:
    """The lines in runs: each ends where a look-up that waits for it is needed."""
    if not pending:
        return [list(lines)]
    runs: list[list[Line]] = [[]]
    made: set[str] = set()
    for line in lines:
        waiting = [
            lookup for lookup in pending if any(n.startswith(f"{lookup.name}.") for n in names_in(line.tree))
        ]
        if any(name in made for lookup in waiting for name in lookup.reads):
            runs.append([])
            made = set()
        runs[-1].append(line)
        made.add(line.variable)
    return runs


def look_up(
    frame: pl.DataFrame,
    pending: list[Lookup],
    repeated: list[Repeated | Missed],
    world: World,
    needed: set[str],
) -> pl.DataFrame:
    """Join the look-ups whose keys are known by now; keys with several records find nothing."""
    for lookup in list(pending):
        left = [name for name, _ in lookup.on]
        if any(name not in frame.columns for name in lookup.reads):
            continue
        pending.remove(lookup)
        known = world.records(lookup.name)
        if lookup.one:
            wanted = sorted(name for name in needed if name in known.frame.columns)
            frame, missed = with_one(frame, lookup, known.frame, wanted)
            repeated.append(missed)
            continue
        right = [
            known.subject if column == SUBJECT and known.subject is not None else f"{lookup.name}.{column}"
            for _, column in lookup.on
        ]
        keys = [f"__l{i}" for i in range(len(left))]
        aliased = known.frame.with_columns(pl.col(r).alias(k) for r, k in zip(right, keys, strict=True))
        counted = (
            aliased.group_by(keys, maintain_order=True).agg(pl.len().alias("__n")).filter(pl.col("__n") > 1)
        )
        if counted.height and not lookup.many:
            several = aliased.join(counted, on=keys, how="semi", maintain_order="left")
            repeated.append(Repeated(lookup, counted, several))
            aliased = aliased.join(counted, on=keys, how="anti", maintain_order="left")
        held = set(aliased.columns) - set(frame.columns)
        wanted = [name for name in needed if name.startswith(f"{lookup.name}.") and name in held]
        if wanted or lookup.many:
            frame = frame.join(
                aliased.select(*keys, *sorted(wanted)),
                left_on=left,
                right_on=keys,
                how="left",
                maintain_order="left_right",
            )
    return frame


def _readers(
    frame: pl.DataFrame, lookup: Lookup, blocks: Sequence[Block], later: Iterable[str]
) -> pl.DataFrame:
    """The rows of which a line reads what a look-up finds: not those of tests that were not done, say."""
    if any(name.startswith(f"{lookup.name}.") for name in later):
        return frame
    trees = dict.fromkeys(line.tree for block in blocks for line in block.lines)
    branches = [
        tuple(one for one in branch if not aggregates_in(one.node))
        for node in trees
        for column, branch in uses_of(node, tree.Column)
        if column.owner == lookup.name
    ]
    return rows_taken(frame, branches, lambda node: compile_node(node, FUNCTIONS, frame.columns).expr)


def check_found(
    frame: pl.DataFrame,
    repeated: Sequence[Repeated | Missed],
    blocks: Sequence[Block],
    later: Iterable[str],
    dataset: str,
    faults: Faults,
) -> None:
    """CED257: a look-up finds more than one record for a key that a row has; of a table without subjects also
    CED841 and CED842."""
    for found in repeated:
        if isinstance(found, Missed):
            check_missed(_readers(frame, found.lookup, blocks, later), found, dataset, faults)
            continue
        on = found.lookup.on
        left = [pl.col(name).alias(f"__l{i}") for i, (name, _) in enumerate(on)]
        keys = [f"__l{i}" for i in range(len(on))]
        needed = found.keys.join(frame.select(left), on=keys, how="semi", maintain_order="left")
        for *values, count in needed.iter_rows():
            shown = ", ".join(f"{column} '{value}'" for (_, column), value in zip(on, values, strict=True))
            message = f"{dataset}: {found.lookup.name} has {count} records for {shown}"
            same = found.records.filter(pl.col(key) == value for key, value in zip(keys, values, strict=True))
            subject = OWNER if OWNER in same.columns else f"{found.lookup.name}.{SUBJECT}"
            hint = "a look-up finds one record at most; name more columns that match"
            faults.add("CED257", message, found.lookup.where, hint, records_of(same, subject))
