"""Which records of its source a block takes: the parts of text lists, and the condition ``where``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.convert.faults import SUBJECT, Faults, Place, records_of
from ced_cdisc.convert.gathered import Scope
from ced_cdisc.convert.lines import add_lines, hold
from ced_cdisc.convert.lookups import Repeated, between_lookups, look_up
from ced_cdisc.convert.one_record import Missed, check_missed
from ced_cdisc.convert.reads import names_in
from ced_cdisc.convert.sources import World
from ced_cdisc.expr import tree
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.model import Block
from ced_cdisc.plan.texts import TextChanges

_TEXT, _NUMBER, _PART = "each.TEXT", "each.NUMBER", "__part"


def keep_waits(block: Block) -> bool:
    """Whether the condition needs variables of the block's lines, or of a look-up that does."""
    if block.keep is None:
        return False
    made = {line.variable for line in block.lines}
    late = [f"{lookup.name}." for lookup in block.lookups if not made.isdisjoint(lookup.reads)]
    names = names_in(block.keep)
    return any((name in made and name != SUBJECT) or name.startswith(tuple(late)) for name in names)


class Chooser(Struct, frozen=True):
    """Chooses records for the blocks of a dataset.

    Attributes:
        dataset: its name.
        world: tables and datasets.
        kinds: the types of its variables.
        needed: columns of the source and of look-ups that anything reads.
    """

    dataset: str
    world: World
    kinds: Mapping[str, Type]
    needed: set[str]

    def kept(self, block: Block, frame: pl.DataFrame) -> pl.DataFrame:
        """The records for which the block's condition is true, where that needs its lines."""
        assert block.keep is not None
        holds, *told = self._held(block, [block.keep, *(one.node for one in block.reports)], frame)
        for report, rows in zip(block.reports, told, strict=True):
            self.world.faults.told(frame.filter(rows), self.dataset, report)
        return frame.filter(holds)

    def parts(self, blocks: Sequence[Block], frame: pl.DataFrame) -> pl.DataFrame:
        """One row for each part of a text list that is not blank, with ``each.TEXT`` and ``each.NUMBER``.

        A row without a part is a fault (CED830), unless the condition of the block is false for it.
        """
        assert blocks[0].each is not None
        column, by = blocks[0].each
        text = pl.col(_TEXT)
        apart = frame.with_row_index(_PART).with_columns(
            pl.col(column).str.split(by, literal=True).alias(_TEXT)
        )
        rows = apart.drop_nulls(_TEXT).explode(_TEXT, empty_as_null=True, keep_nulls=True)
        rows = rows.with_columns(text.str.strip_chars(" ")).filter(text != "")
        number = pl.int_range(1, pl.len() + 1).over(_PART).cast(pl.Float64)
        without = apart.filter(~pl.col(_PART).is_in(rows[_PART].implode())).drop(_PART)
        if without.height:
            empty = pl.lit(None, dtype=pl.String).alias(_TEXT), pl.lit(None, dtype=pl.Float64).alias(_NUMBER)
            for block in blocks:
                self._note_without_part(block, without.with_columns(empty))
        return rows.with_columns(number.alias(_NUMBER)).drop(_PART)

    def _note_without_part(self, block: Block, rows: pl.DataFrame) -> None:
        assert block.each is not None
        column, by = block.each
        if block.keep is not None:
            (holds,) = self._held(block, [block.keep], rows)
            rows = rows.filter(holds.fill_null(value=True))
        hint = "correct the data, or leave such rows out: where: each.TEXT is present"
        for (value,), same in rows.group_by(column, maintain_order=True):
            what = f"{column} is empty" if value is None else f"'{value}' of {column} has no part"
            message = f"{self.dataset}: {what}, so that 'each' by '{by}' makes no record of the row"
            self.world.faults.add("CED830", message, block.each_where, hint, records_of(same))

    def _held(self, block: Block, nodes: Sequence[tree.Node], frame: pl.DataFrame) -> list[pl.Series]:
        """Whether conditions are true, row by row, with the block's look-ups and lines at hand.

        What is at fault in a line does not count here: the row may not be kept.
        """
        quiet = replace(self.world, faults=Faults(self.world.plan.tables, {}), changes=TextChanges())
        pending, found = list(block.lookups), list[Repeated | Missed]()
        done = look_up(frame, pending, found, quiet, self.needed)
        for lines in between_lookups(block.lines, pending):
            made = add_lines(done, lines, Scope(quiet, self.dataset), self.kinds)
            done = look_up(made, pending, found, quiet, self.needed)
        self.check_missed(block, done, found)
        place = Place.of_rows(self.dataset, block)
        return hold(done, [(place, node) for node in nodes], Scope(self.world, self.dataset))

    def check_missed(self, block: Block, frame: pl.DataFrame, found: Sequence[Repeated | Missed]) -> None:
        """Tell of the rows that the block's condition may take, and for which a look-up that it reads finds
        not one record: where that chooses, they would be left out without a word."""
        for one in found:
            name = f"{one.lookup.name}."
            if not isinstance(one, Missed) or block.keep is None:
                continue
            if any(read.startswith(name) for read in names_in(block.keep)):
                quiet = replace(self.world, faults=Faults(self.world.plan.tables, {}))
                place = Place.of_rows(self.dataset, block)
                (holds,) = hold(frame, [(place, block.keep)], Scope(quiet, self.dataset))
                rows = frame.filter(holds.fill_null(value=True))
                check_missed(rows, one, self.dataset, self.world.faults)
