"""Which line of a spec made the values of records, where several blocks make a variable."""

from __future__ import annotations

import polars as pl

from ced_cdisc.convert.faults import TABLE
from ced_cdisc.core.findings import Location
from ced_cdisc.expr import tree
from ced_cdisc.plan.model import Block, DatasetPlan


def by_line(
    variable: str, rows: pl.DataFrame, dataset: DatasetPlan, usual: Location
) -> list[tuple[Location, pl.DataFrame]]:
    """Records of a dataset by the line that made a variable of them, each record once.

    Args:
        variable: its name in the frame, ``supp.X`` of a qualifier.
        rows: the records.
        dataset: the plan that made them.
        usual: the line of those of which it cannot be told from their table and the constants of the blocks.
    """
    made: dict[Location, list[pl.DataFrame]] = {}
    for block in dataset.blocks if len(dataset.blocks) > 1 else ():
        line = next((x for x in block.lines if x.variable == variable and x.verb != "absent"), None)
        if line is not None and rows.height:
            own = _of(block, rows)
            made.setdefault(line.where, []).append(rows.filter(own))
            rows = rows.filter(~own)
    made.setdefault(usual, []).append(rows)
    joined = [(where, pl.concat(frames)) for where, frames in made.items()]
    return [(where, frame) for where, frame in joined if frame.height]


def _of(block: Block, rows: pl.DataFrame) -> pl.Series:
    """Which records are of the block's table, and have the constants that the block writes."""
    asked = [pl.lit(value=True)]
    if block.kind == "raw" and TABLE in rows.columns:
        asked.append(pl.col(TABLE) == block.source)
    asked += [
        pl.col(line.variable) == pl.lit(line.tree.value)
        for line in block.lines
        if isinstance(line.tree, tree.Literal)
        and line.tree.value is not None
        and line.variable in rows.columns
    ]
    held = rows.select(pl.all_horizontal(asked).fill_null(value=False).alias("own"))["own"]
    return held if len(held) == rows.height else held.new_from_index(0, rows.height)
