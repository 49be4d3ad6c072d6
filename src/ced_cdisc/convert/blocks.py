"""The rows of a dataset: its blocks one below the other, each from one source, and computed records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter

import polars as pl
from msgspec.structs import replace

from ced_cdisc.convert.alike import Group, groups_of
from ced_cdisc.convert.chosen import Chooser, keep_waits
from ced_cdisc.convert.families import families_of, family_rows
from ced_cdisc.convert.faults import ROW, SUBJECT, TABLE, Place
from ced_cdisc.convert.gathered import Scope
from ced_cdisc.convert.lines import add_lines, condition, filter_true, kinds_of, lacking, tell, with_singles
from ced_cdisc.convert.lookups import Repeated, between_lookups, check_found, look_up
from ced_cdisc.convert.one_record import Missed
from ced_cdisc.convert.reads import names_in
from ced_cdisc.convert.sources import HIDDEN, ORDER, World
from ced_cdisc.convert.steps import Steps
from ced_cdisc.convert.unmatched import check_unmatched
from ced_cdisc.convert.visits import Visits, check_names, check_undated, with_visits
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import DTYPES
from ced_cdisc.expr.values import computed as rows_of
from ced_cdisc.plan.model import Block, Computed, DatasetPlan


def stack_blocks(dataset: DatasetPlan, world: World, visits: Visits | None) -> pl.DataFrame:
    """The rows of all blocks, numbered in the order of their keys, with every variable of the plan."""
    check_unmatched(dataset, world)
    kinds = kinds_of(dataset)
    whole = (*dataset.lines, *(line for computed in dataset.computed for line in computed.first))
    later = {name for line in whole for name in names_in(line.tree) if "." in name}
    groups = groups_of(dataset.blocks)
    parts = [_group_rows(group, dataset.name, world, visits, kinds, later) for group in groups]
    if not parts or any(not {TABLE, ROW} <= {*part.columns} for part in parts):  # written rows alone
        parts.insert(0, pl.DataFrame(schema={TABLE: pl.String, ROW: pl.Int64}))
    rows = pl.concat(parts, how="diagonal")
    rows = rows.with_columns(*lacking(rows, dataset), pl.int_range(pl.len(), dtype=pl.Int64).alias(ORDER))
    if SUBJECT in rows.columns and dataset.person != SUBJECT:
        rows = rows.drop(SUBJECT)  # associated persons: nothing goes by subject
    return rows


def add_records_computed(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> pl.DataFrame:
    """The records with those of each computed parameter appended, one parameter after the other."""
    kinds = kinds_of(dataset)
    for computed in dataset.computed:
        frame = add_lines(frame, computed.first, Scope(world, dataset.name), kinds)
        frame = pl.concat([frame, _computed(frame, computed, dataset, world, kinds)], how="diagonal")
    return frame


def _computed(
    frame: pl.DataFrame, computed: Computed, dataset: DatasetPlan, world: World, kinds: Mapping[str, Type]
) -> pl.DataFrame:
    tell(frame, computed.reports, Scope(world, dataset.name))
    place = Place.of_rows(dataset.name, computed)
    known = filter_true(frame, computed.keep, place, Scope(world, dataset.name))
    keys = [key for key in dict.fromkeys((SUBJECT, *computed.by)) if key in known.columns]
    groups = known[:, keys].lazy().unique(maintain_order=True).sort(keys, nulls_last=False)
    made = add_lines(rows_of(groups), computed.lines, Scope(world, dataset.name, frame), kinds)
    rows = made.lazy()
    if computed.present:
        rows = rows.filter(pl.col(computed.present).is_not_null())
    start = 0 if frame.is_empty() else int(frame[ORDER].to_list()[-1]) + 1
    number = pl.int_range(start, start + pl.len(), dtype=pl.Int64).alias(ORDER)
    hidden = {line.variable for line in computed.lines if "." in line.variable}
    return rows_of(rows.select(*(name for name in made.columns if name not in hidden), number))


def _group_rows(
    group: Group,
    dataset: str,
    world: World,
    visits: Visits | None,
    kinds: Mapping[str, Type],
    later: set[str],
) -> pl.DataFrame:
    """Record columns, the variables of the blocks' lines, and source columns that later lines need."""
    block = group.blocks[0]
    needed = _needed(group.blocks, later)
    many = [lookup for lookup in block.lookups if lookup.many]
    is_written = block.kind == "rows"
    frame = _written(block.rows, kinds) if is_written else _source(block, world, visits, needed)
    frame = look_up(frame, list(many), [], world, needed)
    if many:
        group = replace(group, blocks=tuple(map(_without_many, group.blocks)))
        block = group.blocks[0]
    chooser = Chooser(dataset, world, kinds, needed)
    if block.each is not None:
        frame = chooser.parts(group.blocks, frame)
    if keep_waits(block):
        frame = chooser.kept(block, frame)
        block = replace(block, keep=None, reports=())
        group = replace(group, blocks=(block,))
    scope = Scope(world, dataset)
    pending, repeated = list(block.lookups), list[Repeated | Missed]()
    frame = look_up(frame, pending, repeated, world, needed)
    for one in group.blocks:
        chooser.check_missed(one, frame, repeated)
    steps = _own_rows(frame, group, scope, kinds, _read_after(group, later))
    for lines in between_lookups(group.shared, pending):
        steps.add(lines)
        if pending:
            steps = Steps(look_up(steps.rows(), pending, repeated, world, needed), scope, kinds)
    frame = steps.rows()
    check_found(frame, repeated, group.blocks, later, dataset, world.faults)
    if block.visit is not None and block.visit[0] and visits is not None:
        name, date = block.visit
        checked = (frame, _raw(block, name), block.source, name, visits.plan, world.plan, world.faults)
        check_names(*checked)
        if not date:
            check_undated(*checked)
    made = [line.variable for lines in (*group.own, group.shared) for line in lines]
    made += [name for row in block.rows for name in row]
    first = [name for name in (TABLE, ROW, SUBJECT) if name in frame.columns]
    extra = sorted(name for name in later if name in frame.columns)
    return frame[:, list(dict.fromkeys((*first, *made, *extra)))]


def _own_rows(
    frame: pl.DataFrame,
    group: Group,
    scope: Scope,
    kinds: Mapping[str, Type],
    after: Collection[str],
) -> Steps:
    """The records that each block keeps, with the variables of its own lines, one block below the other.

    ``after`` names the columns that are read of them later.
    """
    several: list[tuple[int, Steps]] = []
    known = frame
    if len(group.blocks) > 1:
        asked = [
            (Place.of_rows(scope.dataset, one), one.keep) for one in group.blocks if one.keep is not None
        ]
        known = with_singles(frame, asked, scope)
    for family in families_of(group, known):
        runs = None
        if len(family.places) > 1:
            runs = family_rows(known, family, after, known.columns[frame.width :], scope, kinds)
        if runs is not None:
            several += [(place, Steps(rows, scope, kinds)) for place, rows in runs]
            continue
        for place in family.places:
            block = group.blocks[place]
            tell(frame, block.reports, scope)
            keep = condition(frame, block.keep, Place.of_rows(scope.dataset, block), scope)
            several.append((place, Steps(frame, scope, kinds, keep)))
            several[-1][1].add(group.own[place])
    return Steps.together([steps for _, steps in sorted(several, key=itemgetter(0))])


def _without_many(block: Block) -> Block:
    return replace(block, lookups=tuple(one for one in block.lookups if not one.many))


def _raw(block: Block, column: str) -> str:
    return column if column.startswith(f"{block.source}.") else f"{block.source}.{column}"


def _written(rows: Sequence[Mapping[str, str | float | None]], kinds: Mapping[str, Type]) -> pl.DataFrame:
    """Rows that stand in the spec; an empty text is missing."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {
        name: pl.Series(
            [None if row.get(name) == "" else row.get(name) for row in rows],
            dtype=DTYPES[kinds.get(name, Type.TEXT)],
        )
        for name in names
    }
    return pl.DataFrame({ORDER: pl.Series(range(len(rows)), dtype=pl.Int64), **columns})


def _needed(blocks: Sequence[Block], later: set[str]) -> set[str]:
    """Columns of the source and of look-ups that anything reads."""
    needed = set(later)
    for block in blocks:
        for line in block.lines:
            needed |= names_in(line.tree)
        if block.keep is not None:
            needed |= names_in(block.keep)
        for lookup in block.lookups:
            needed.update(lookup.reads)
        if block.visit is not None:
            needed.update(_raw(block, name) for name in block.visit if name)
        if block.each is not None:
            needed.add(block.each[0])
    return needed


def _read_after(group: Group, later: set[str]) -> set[str]:
    """Columns of the source and of look-ups that are read once the blocks' own lines are made."""
    block = group.blocks[0]
    last = replace(block, lines=group.shared, keep=None)
    return _needed([last], later)


def _source(block: Block, world: World, visits: Visits | None, needed: set[str]) -> pl.DataFrame:
    """The source's records with the columns that are needed, hidden ones, and USUBJID."""
    if block.kind == "visits":
        if visits is None:
            raise ValueError(f"a block from visits needs the plan's visits: {block.where}")
        return visits.rows
    known = world.records(block.source)
    frame = known.frame
    if known.subject is not None:
        frame = frame.hstack([frame[known.subject].alias(SUBJECT)])
    if block.visit is not None and visits is not None:
        frame = with_visits(frame, block.source, block.visit, visits)
    columns = frame.columns
    keep = [name for name in columns if name in needed or name in HIDDEN or name == SUBJECT]
    bare = {name for lookup in block.lookups for name in lookup.reads if "." not in name}
    made = {line.variable for line in block.lines}
    aliases = [
        frame[f"{block.source}.{name}"].alias(name)
        for name in sorted(bare - made - {SUBJECT})
        if f"{block.source}.{name}" in columns
    ]
    return frame[:, keep].hstack(aliases)
