"""Blocks of a group that say the same of other columns and with other words, computed as one.

The tests of a wide table read a column each and write a name, a unit and a time point each. What differs is
put into columns beside the rows, so that one expression makes a variable for all of them: a table of thirty
tests has as many expressions as one test, and the step takes as long. Where the rows show a fault, nothing is
noted, and the blocks are computed one by one: messages name the line and the column of each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np
import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from ced_cdisc.convert.alike import Group
from ced_cdisc.convert.faults import SUBJECT, Place
from ced_cdisc.convert.gathered import Scope
from ced_cdisc.convert.reads import aggregates_in, names_in
from ced_cdisc.convert.sources import HIDDEN
from ced_cdisc.convert.steps import Steps
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.expr.fault import wrong_at_all
from ced_cdisc.expr.shapes import Leaf, Shape, shape, with_leaves
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import DTYPES, computed
from ced_cdisc.plan.model import Block, Line
from ced_cdisc.plan.told import Report

_BLOCK = "__block"
"""Which block of its family a row is of, from 0."""
_ROWS = 1 << 16
"""Rows that the blocks of a family look at, at most: of large tables each block is better looked at alone."""


class Family(Struct, frozen=True):
    """Blocks of one shape, as the first of them has it.

    Attributes:
        places: the places of the blocks in their group, rising.
        keep: the condition.
        reports: the conditions of the records that the blocks tell of.
        lines: the lines of its own.
        given: by the name of a column, what each block has there.
        conditions: of each block the lines that tell where their condition is never true.
    """

    places: tuple[int, ...]
    keep: tree.Node | None
    reports: tuple[tree.Node, ...]
    lines: tuple[Line, ...]
    given: Mapping[str, tuple[Leaf, ...]] = field(default_factory=dict[str, tuple[Leaf, ...]])
    conditions: tuple[tuple[Line, ...], ...] = ()


def families_of(group: Group, frame: pl.DataFrame) -> list[Family]:
    """The families of a group by their first blocks; a block that has no kin is one by itself."""
    most = _ROWS // max(frame.height, 1)
    found: dict[object, list[tuple[int, list[Leaf]]]] = {}
    for place, (block, own) in enumerate(zip(group.blocks, group.own, strict=True)):
        leaves: list[Leaf] = []
        key: object = place
        if len(group.blocks) > 1 and most > 1 and _may_join(block, own, frame.schema):
            key = _shape(block, own, frame.schema, leaves)
        found.setdefault(key, []).append((place, leaves))
    made: list[Family] = []
    for kin in found.values():
        for start in range(0, len(kin), max(most, 1)):
            made.append(_family(group, kin[start : start + max(most, 1)], frame.schema))
    return sorted(made, key=lambda family: family.places)


def _may_join(block: Block, own: Sequence[Line], columns: Collection[str]) -> bool:
    """Whether a block's lines need nothing but the rows at hand, and note little but faults."""
    if any(line.policy.transliterate or any(one.kind != "idle" for one in line.reports) for line in own):
        return False
    trees = [line.tree for line in own]
    if block.keep is not None:
        if any("." in name and name not in columns for name in names_in(block.keep)):
            return False
        trees += [block.keep, *(report.node for report in block.reports)]
    return not any(aggregates_in(one) for one in trees)


def _shape(block: Block, own: Sequence[Line], schema: pl.Schema, leaves: list[Leaf]) -> Shape:
    keep = () if block.keep is None else shape(block.keep, schema, leaves)
    reports = tuple(shape(report.node, schema, leaves) for report in block.reports)
    lines = [(line.variable, line.type, shape(line.tree, schema, leaves)) for line in own]
    return keep, reports, *lines, *(schema[leaf.name] for leaf in leaves if isinstance(leaf, tree.Column))


def _family(group: Group, kin: Sequence[tuple[int, Sequence[Leaf]]], schema: pl.Schema) -> Family:
    places = tuple(place for place, _ in kin)
    block, own = group.blocks[places[0]], group.own[places[0]]
    if len(kin) == 1:
        return Family(places, block.keep, tuple(report.node for report in block.reports), own)
    names: dict[tuple[object, ...], str] = {}
    given: dict[str, tuple[Leaf, ...]] = {}

    def leaves() -> Iterator[tree.Node]:
        for one in zip(*(leaves for _, leaves in kin), strict=True):
            key = tuple(leaf.name if isinstance(leaf, tree.Column) else leaf.value for leaf in one)
            if len(set(key)) == 1:
                yield one[0]
                continue
            name = names.setdefault((isinstance(one[0], tree.Column), one[0].type, key), f"__g{len(names)}")
            given[name] = one
            yield tree.Column(name=name, type=one[0].type)

    others = leaves()
    keep = None if block.keep is None else with_leaves(block.keep, schema, others)
    reports = tuple(with_leaves(report.node, schema, others) for report in block.reports)
    lines = tuple(replace(line, tree=with_leaves(line.tree, schema, others), reports=()) for line in own)
    conditions = tuple(tuple(line for line in group.own[place] if line.reports) for place in places)
    return Family(places, keep, reports, lines, given, conditions)


def family_rows(
    frame: pl.DataFrame,
    family: Family,
    after: Collection[str],
    aside: Collection[str],
    scope: Scope,
    kinds: Mapping[str, Type],
) -> list[tuple[int, pl.DataFrame]] | None:
    """The records that the blocks of a family keep, with their own variables; None where they show a fault,
    where the blocks tell of records, or where a condition of a line may be true for none.

    Args:
        frame: the records of the source.
        family: two blocks or more.
        after: the columns that are read of the rows later.
        aside: columns of the frame that conditions alone read, and that the rows do not keep.
        scope: what the lines stand in.
        kinds: the types of the variables.

    Returns:
        Runs of neighbouring blocks: the place of the first in the group, and the rows of all.
    """
    chosen = (*([] if family.keep is None else [family.keep]), *family.reports)
    asked = frozenset(name for node in chosen for name in names_in(node))
    rows, words = _beside(
        frame, family, {*after, *asked, *(n for line in family.lines for n in names_in(line.tree))}
    )
    known = dict.fromkeys((*rows.columns, *family.given))
    kept = rows.lazy()
    if family.keep is not None:
        kept = kept.with_columns(expr for name, expr in words.items() if name in asked)
        compiled = compile_node(family.keep, FUNCTIONS, known)
        looked_at = wrong_at_all(compiled.faults)
        looked_at += [compile_node(node, FUNCTIONS, known).expr for node in family.reports]
        if looked_at and computed(kept.select(pl.any_horizontal(looked_at).any())).item():
            return None
        kept = kept.filter(compiled.expr.cast(pl.Boolean))
    kept = kept.with_columns(expr for name, expr in words.items() if name not in asked)
    steps = Steps.of(kept, known, scope, kinds)
    steps.add(family.lines)
    made = steps.rows_without_fault()
    if made is None or not _hold(made, family, scope):
        return None
    return _runs(made, family, aside)


def _hold(rows: pl.DataFrame, family: Family, scope: Scope) -> bool:
    """Note that the conditions of lines hold, where each of these gives a value in every block with rows."""
    held: list[tuple[str, Report]] = []
    if any(family.conditions):
        ends = _ends(rows, family)
        for number, lines in enumerate(family.conditions):
            own = rows[ends[number] : ends[number + 1]]
            for line in lines if own.height else ():
                if own[line.variable].null_count() == own.height:
                    return False
                label = Place.of_line(scope.dataset, line).label
                held += [(label, report) for report in line.reports]
    for label, report in held:
        scope.world.faults.held(label, report.where, 1)
    return True


def _beside(
    frame: pl.DataFrame, family: Family, read: Collection[str]
) -> tuple[pl.DataFrame, dict[str, pl.Expr]]:
    """The records once for each block, with the columns that differ beside them; and the words that do."""
    count = len(family.places)
    columns = [pl.Series(_BLOCK, np.repeat(np.arange(count, dtype=np.uint32), frame.height))]
    words: dict[str, pl.Expr] = {}
    for name, leaves in family.given.items():
        others = [frame[leaf.name] for leaf in leaves if isinstance(leaf, tree.Column)]
        if others:
            columns.append(pl.concat(others).alias(name))
            continue
        values = [leaf.value for leaf in leaves if isinstance(leaf, tree.Literal)]
        held = pl.Series(
            [None if value == "" else value for value in values], dtype=DTYPES[leaves[0].type or Type.TEXT]
        )
        words[name] = pl.lit(held).gather(pl.col(_BLOCK)).alias(name)
    alike = frame[:, [name for name in frame.columns if name in read or name in (*HIDDEN, SUBJECT)]]
    return pl.concat([alike] * count, rechunk=True).hstack(columns), words


def _runs(rows: pl.DataFrame, family: Family, aside: Collection[str]) -> list[tuple[int, pl.DataFrame]]:
    """The rows of neighbouring blocks, without what was put beside them."""
    ends = _ends(rows, family)
    added = {_BLOCK, *family.given, *aside}
    rows = rows[:, [name for name in rows.columns if name not in added]]
    runs: list[tuple[int, pl.DataFrame]] = []
    for _, run in groupby(enumerate(family.places), key=lambda pair: pair[1] - pair[0]):
        (first, place), *others = run
        last = others[-1][0] if others else first
        runs.append((place, rows[ends[first] : ends[last + 1]]))
    return runs


def _ends(rows: pl.DataFrame, family: Family) -> list[int]:
    """Where the rows of each block begin, and the last ones end."""
    blocks = np.arange(len(family.places))
    return [0, *np.searchsorted(rows[_BLOCK].to_numpy(), blocks, side="right").tolist()]
