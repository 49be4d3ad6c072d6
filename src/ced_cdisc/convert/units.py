"""CED855: numbers of SDTM in different standard units that an analysis dataset takes for those of one.

The unit of a number stands beside it, in --STRESU. So each record whose AVAL is made of a --STRESN carries
that unit until its dataset is finished, unless a line of its block reads the unit itself.
"""

from __future__ import annotations

import polars as pl
from msgspec.structs import replace

from ced_cdisc.convert.faults import VALUES, Faults
from ced_cdisc.convert.sources import World
from ced_cdisc.core.metadata import Origin
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import own_columns
from ced_cdisc.plan.model import Block, DatasetPlan, Line

_UNIT = "__unit"
"""The hidden variable of such a record."""


def unit_of(block: Block) -> str:
    """``LB.LBSTRESU`` where AVAL is made of LB.LBSTRESN of the source and no line reads it; else empty."""
    values = [line for line in block.lines if line.variable == "AVAL"] if block.kind == "dataset" else []
    for column in (one for line in values for one in own_columns(line.tree)):
        owner, _, short = column.name.partition(".")
        unit = f"{column.name[:-1]}U"
        if owner == block.source and short[2:] == "STRESN":
            read = (one.name == unit for line in block.lines for one in own_columns(line.tree))
            return "" if any(read) else unit
    return ""


def without_units(dataset: DatasetPlan) -> DatasetPlan:
    """The dataset without the lines that :func:`check_units` looks at."""
    blocks = (
        replace(one, lines=tuple(line for line in one.lines if line.variable != "AVAL"))
        if unit_of(one)
        else one
        for one in dataset.blocks
    )
    return replace(dataset, blocks=tuple(blocks))


def with_units(dataset: DatasetPlan, world: World) -> DatasetPlan:
    """The dataset with one line more in blocks whose records carry the unit."""
    if dataset.kind != "adam" or not any(map(unit_of, dataset.blocks)):
        return dataset
    return replace(dataset, blocks=tuple(_with_unit(one, world) for one in dataset.blocks))


def _with_unit(block: Block, world: World) -> Block:
    unit = unit_of(block)
    if not unit or unit not in world.records(block.source).frame.columns:
        return block
    node = tree.Column(name=unit, scope=tree.Scope.DATASET, type=tree.Type.TEXT)
    line = Line(_UNIT, node, tree.Type.TEXT, "derive", block.where, Origin("Derived"))
    return replace(block, lines=(*block.lines, line))


def check_units(rows: pl.DataFrame, dataset: DatasetPlan, faults: Faults) -> pl.DataFrame:
    """The finished records without their units, which are noted by parameter.

    Parts of a build, and pooled studies, each have their own.
    """
    if _UNIT not in rows.columns or "PARAMCD" not in rows.columns:
        return rows.drop(_UNIT, strict=False)
    measured = rows.lazy().filter(pl.col("AVAL").is_not_null() & pl.col(_UNIT).is_not_null())
    found = measured.select("PARAMCD", _UNIT).unique().sort("PARAMCD", _UNIT).collect()
    blocks = [one for one in dataset.blocks if unit_of(one)]
    by_code = {_code(block): block for block in reversed(blocks)}
    for code, unit in found.iter_rows():
        block = by_code.get(code, blocks[0])
        where = next(line.where for line in block.lines if line.variable == "AVAL")
        message = f"{dataset.name}.AVAL of {code} is in the units {VALUES}"
        hint = "make a parameter of each, give the tests one 'standard' unit"
        faults.add("CED855", message, where, f"{hint}, or read {unit_of(block)} too", values={unit})
    return rows.drop(_UNIT)


def _code(block: Block) -> str | None:
    """The parameter that the records of a block are of, where a line says it."""
    line = next((one for one in block.lines if one.variable == "PARAMCD"), None)
    value = line.tree.value if line is not None and isinstance(line.tree, tree.Literal) else None
    return value if isinstance(value, str) else None
