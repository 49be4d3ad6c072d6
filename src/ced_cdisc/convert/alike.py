"""Blocks that differ in a few lines only, as the tests of a questionnaire do, taken together.

A wide table becomes many blocks with one source: the records are fetched once, each block makes the lines of
its own, and what all of them share is computed once over the rows of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

from ced_cdisc.convert.reads import aggregates_in, can_fault, names_in
from ced_cdisc.plan.model import Block, Line


class Group(Struct, frozen=True):
    """Neighbouring blocks with one source, look-ups and visit.

    Attributes:
        blocks: the blocks, one at least.
        own: the lines that each block computes by itself; they read no shared one.
        shared: the lines that are computed once over the rows of all, after the own ones.
    """

    blocks: tuple[Block, ...]
    own: tuple[tuple[Line, ...], ...]
    shared: tuple[Line, ...]


def groups_of(blocks: Sequence[Block]) -> list[Group]:
    """The blocks in their order, those that go together in one group."""
    made: list[Group] = []
    for _, together in groupby(blocks, key=_from_one):
        run, alike = list(together), list[Block]()
        if len(run) == 1:
            made += _group(run)
            continue
        for block in run:
            if not _is_plain(block):
                made += [*_group(alike), Group((block,), ((),), block.lines)]
                alike = []
            else:
                alike.append(block)
        made += _group(alike)
    return made


def _from_one(block: Block) -> tuple[object, ...]:
    return block.source, block.kind, block.lookups, block.visit, block.each


def _is_plain(block: Block) -> bool:
    """Whether lines may move behind others: each variable is made once, before it is read.

    The condition and the look-ups of such a block read no variable of its lines.
    """
    if block.kind == "rows":
        return False
    made = {line.variable for line in block.lines}
    early = {name for lookup in block.lookups for name in lookup.reads}
    if block.keep is not None:
        early |= names_in(block.keep)
    if len(made) < len(block.lines) or not made.isdisjoint(early):
        return False
    for line in block.lines:
        if not made.isdisjoint(names_in(line.tree)):
            return False
        made.discard(line.variable)
    return True


def _group(blocks: Sequence[Block]) -> list[Group]:
    if not blocks:
        return []
    if len(blocks) == 1:
        return [Group(tuple(blocks), ((),), blocks[0].lines)]
    shared = {line.variable: line for line in blocks[0].lines}
    for block in blocks[1:]:
        lines = {line.variable: line for line in block.lines}
        shared = {name: line for name, line in shared.items() if name in lines and _same(line, lines[name])}
    own = _own(blocks, shared)
    while read := {name for lines in own for line in lines for name in names_in(line.tree)} & shared.keys():
        shared = {name: line for name, line in shared.items() if name not in read}
        own = _own(blocks, shared)
    return [Group(tuple(blocks), own, tuple(shared.values()))]


def _own(blocks: Sequence[Block], shared: dict[str, Line]) -> tuple[tuple[Line, ...], ...]:
    return tuple(tuple(line for line in block.lines if line.variable not in shared) for block in blocks)


def _same(one: Line, other: Line) -> bool:
    """Whether two lines give the same values, and the same faults at the same place of the spec."""
    if (one.tree is not other.tree and one.tree != other.tree) or one.type is not other.type:
        return False
    in_ascii = one.policy.transliterate
    if in_ascii != other.policy.transliterate:
        return False
    where = one.where == other.where and one.text == other.text
    tells = in_ascii or one.reports or other.reports
    return where or not (tells or can_fault(one.tree) or aggregates_in(one.tree))
