"""CED855: numbers of SDTM in different standard units that an analysis dataset takes for those of one.

The unit of a number stands beside it, in --STRESU. So each record whose AVAL is made of a --STRESN carries
that unit until its dataset is finished, unless a line of its block reads the unit itself. Where AVAL is
converted, limits that a line takes as they stand are asked the same: they are in that unit still.
"""

from __future__ import annotations

from fractions import Fraction

import polars as pl
from msgspec.structs import replace

from ced_cdisc.convert.faults import VALUES, Faults
from ced_cdisc.convert.sources import World
from ced_cdisc.core.metadata import Origin
from ced_cdisc.expr import tree
from ced_cdisc.expr.lineage import own_columns
from ced_cdisc.plan.model import Block, DatasetPlan, Line
from ced_cdisc.standards.units import Conversion, conversion

_UNIT, _LIMITS = "__unit", "__limits"
"""The hidden variables of such a record: the unit of its AVAL, and that of limits beside a converted one."""
_ALIKE = Conversion(Fraction(1), Fraction(0))
"""Between units in which a number is the same, such as g/L and mg/mL."""


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


def _limits(block: Block) -> tuple[str, list[Line]]:
    """The unit that AVAL is converted to, and the lines that take a limit in standard units as it stands."""
    aval = next((line for line in block.lines if line.variable == "AVAL"), None)
    calls = [one for one in tree.walk(aval.tree) if isinstance(one, tree.Call)] if aval is not None else []
    for call in (one for one in calls if one.name == "convert"):
        number, _, target = call.args[:3]
        names = {one.name for one in own_columns(number)}
        result = next((name for name in names if name.partition(".")[2][2:] == "STRESN"), "")
        stem = result.removesuffix("STRESN")
        limits = {f"{stem}{short}" for short in ("STNRLO", "STNRHI", "LLOQ", "ULOQ")}
        left = [
            line
            for line in block.lines
            if isinstance(line.tree, tree.Column)
            and line.tree.name in limits
            and line.variable != line.tree.name.partition(".")[2]
        ]
        if result.startswith(f"{block.source}.") and left and isinstance(target, tree.Literal):
            return str(target.value), left
    return "", []


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
    if dataset.kind != "adam":
        return dataset
    return replace(dataset, blocks=tuple(_with_unit(one, world) for one in dataset.blocks))


def _with_unit(block: Block, world: World) -> Block:
    lines = list(block.lines)
    for name, unit in ((_UNIT, unit_of(block)), (_LIMITS, _unit_of_limits(block))):
        if unit and unit in world.records(block.source).frame.columns:
            node = tree.Column(name=unit, scope=tree.Scope.DATASET, type=tree.Type.TEXT)
            lines.append(Line(name, node, tree.Type.TEXT, "derive", block.where, Origin("Derived")))
    return replace(block, lines=tuple(lines)) if len(lines) > len(block.lines) else block


def _unit_of_limits(block: Block) -> str:
    _, left = _limits(block)
    return f"{block.source}.{block.source[:2]}STRESU" if left else ""


def check_units(rows: pl.DataFrame, dataset: DatasetPlan, faults: Faults) -> pl.DataFrame:
    """The finished records without their units, which are noted by parameter.

    Parts of a build, and pooled studies, each have their own.
    """
    rows = _check_limits(rows, dataset, faults)
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


def _check_limits(rows: pl.DataFrame, dataset: DatasetPlan, faults: Faults) -> pl.DataFrame:
    """The finished records without the units of their limits, which are noted beside that of AVAL."""
    if _LIMITS not in rows.columns or "PARAMCD" not in rows.columns:
        return rows.drop(_LIMITS, strict=False)
    for block in dataset.blocks:
        target, left = _limits(block)
        for line in left:
            mine = pl.col(line.variable).is_not_null() & (pl.col("PARAMCD") == _code(block))
            name = f"{dataset.name}.{line.variable}"
            message = f"AVAL of {_code(block)} and {name} beside it are in the units {VALUES}"
            hint = f"convert {getattr(line.tree, 'name', '')} too"
            for unit in rows.filter(mine)[_LIMITS].drop_nulls().unique().sort():
                if conversion(unit, target) != _ALIKE:
                    faults.add("CED855", message, line.where, hint, values={unit, target})
    return rows.drop(_LIMITS)


def _code(block: Block) -> str | None:
    """The parameter that the records of a block are of, where a line says it."""
    line = next((one for one in block.lines if one.variable == "PARAMCD"), None)
    value = line.tree.value if line is not None and isinstance(line.tree, tree.Literal) else None
    return value if isinstance(value, str) else None
