"""Records that point at others: RELREC's relations, and the proof that every reference finds a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ced_cdisc.convert.faults import ROW, SUBJECT, TABLE, Faults, records_of
from ced_cdisc.convert.sources import ORDER, World
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import Argument, computed
from ced_cdisc.plan.model import DatasetPlan, Relation, Side, StudyPlan

_KEY, _ID, _GROUP = "__key", "__id", "__group"
_HINT = "a reference must find one record at least"
_OPEN = "look whether that record was left out; 'where', or 'when' at RDOMAIN and IDVAR, says what then holds"


def add_related(frame: pl.DataFrame, dataset: DatasetPlan, world: World) -> pl.DataFrame:
    """The frame of RELREC with the records of its relations at the end."""
    if not dataset.relations:
        return frame
    parts = [_related(relation, world) for relation in dataset.relations]
    made = pl.concat([frame, *parts], how="diagonal")
    return made.with_columns(
        pl.lit(world.plan.study_id).alias("STUDYID"), pl.int_range(pl.len(), dtype=pl.Int64).alias(ORDER)
    )


def _related(relation: Relation, world: World) -> pl.DataFrame:
    one = _side(relation.one, world)
    named = _side(relation.other, world)
    other = _each_part(named, relation.separator)
    keys = [SUBJECT, _KEY]
    lost = other.join(one, on=keys, how="anti", maintain_order="left")
    label, target = _shown(relation.other), _shown(relation.one)
    hint = _HINT
    if lost.height and _refers(_each_part(one, relation.separator), named):
        hint = f"each {target} is one of {label}: write from: {label}, to: {target}"
    for (value,), rows in lost.group_by(_KEY, maintain_order=True):
        message = f"{label}: no record of the subject has {target} '{value}'"
        world.faults.add("CED298", message, relation.where, hint, records_of(rows))
    linked = one.join(other, on=keys, how="semi", maintain_order="left")
    groups = linked.group_by(keys, maintain_order=True).agg(pl.col("__at").min())
    numbered = groups.with_columns(pl.col("__at").cast(pl.String).alias(_GROUP))
    sides: list[pl.DataFrame] = []
    for side, rows in ((relation.one, linked), (relation.other, other)):
        members = rows.drop("__at").join(numbered, on=keys, how="inner", maintain_order="left")
        unknown = members.filter(pl.col(_ID).is_null())
        if unknown.height:
            message = f"{side.dataset}.{side.idvar} is missing, which is to identify the record in RELREC"
            world.faults.add("CED298", message, relation.where, _HINT, records_of(unknown))
        sides.append(
            members.select(
                TABLE,
                ROW,
                pl.lit(side.domain).alias("RDOMAIN"),
                SUBJECT,
                pl.lit(side.idvar).alias("IDVAR"),
                pl.col(_ID).alias("IDVARVAL"),
                (pl.lit(relation.id) + pl.col(_GROUP)).alias("RELID"),
            )
        )
    return pl.concat(sides).unique(
        ["RDOMAIN", SUBJECT, "IDVARVAL", "RELID"], keep="first", maintain_order=True
    )


def _refers(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Whether it is the first side that refers to the second: to records that it names, some of them twice.

    Where each names the other once, it is not known which of them refers.
    """
    keys = [SUBJECT, _KEY]
    is_found = not one.is_empty() and one.join(other, on=keys, how="anti").is_empty()
    return is_found and one.select(keys).is_duplicated().any() and other.select(keys).is_unique().all()


def _shown(side: Side) -> str:
    return f"{side.dataset}.{side.column.rpartition('.')[2]}"


def _each_part(rows: pl.DataFrame, separator: str) -> pl.DataFrame:
    """The rows of a side, once for each identifier that stands in its text."""
    if not separator:
        return rows
    parts = pl.col(_KEY).str.split(separator, literal=True)
    rows = rows.with_columns(parts).explode(_KEY, empty_as_null=True, keep_nulls=True)
    return rows.with_columns(pl.col(_KEY).str.strip_chars(" ")).filter(pl.col(_KEY) != "")


def _side(side: Side, world: World) -> pl.DataFrame:
    """The records of a side with an identifier: subject, ``__key``, ``__id`` (IDVARVAL), ``__at`` (--SEQ)."""
    plan = world.plan.dataset(side.dataset)
    kinds = {v.name: v.kind for v in plan.variables}
    frame = world.frames[side.dataset].with_columns(pl.col(plan.sequence).cast(pl.Int64).alias("__at"))

    def shown(name: str) -> pl.Expr:
        return text([Argument(pl.col(name), kinds.get(name, Type.TEXT))])

    rows = frame.select(
        TABLE, ROW, SUBJECT, "__at", shown(side.column).alias(_KEY), shown(side.idvar).alias(_ID)
    )
    return rows.filter(pl.col(_KEY).is_not_null())


def check_references(plan: StudyPlan, data: Mapping[str, Blocks], faults: Faults) -> None:
    """CED298: a record with RDOMAIN (CO, RELREC) whose reference finds no record.

    With IDVARVAL a record of that value is needed, without one that IDVAR has values at all, and without
    IDVAR that the domain has records; each of the same subject where the record has one. A comment (CO)
    with IDVAR needs IDVARVAL: only relations between datasets are without one.
    """
    for dataset in plan.datasets:
        if dataset.kind != "sdtm" or not set(_REFERENCE) <= set(data[dataset.name].schema):
            continue
        found = data[dataset.name]
        names = [name for name in (SUBJECT, *_REFERENCE, TABLE, ROW) if name in found.schema]
        rows = found.frame(names).filter(pl.col("RDOMAIN").is_not_null())
        if SUBJECT not in names:
            rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias(SUBJECT))
        if dataset.domain == "CO":
            is_open = pl.col("IDVAR").is_not_null() & pl.col("IDVARVAL").is_null()
            for (domain, name), own in rows.filter(is_open).group_by("RDOMAIN", "IDVAR", maintain_order=True):
                message = (
                    f"{dataset.name}: IDVARVAL is missing, which is to say which {name} of {domain} is meant"
                )
                faults.add("CED298", message, dataset.where, _OPEN, records_of(own))
            rows = rows.filter(~is_open)
        for (domain, name), own in rows.group_by("RDOMAIN", "IDVAR", maintain_order=True):
            for row in _lost(own, str(domain), None if name is None else str(name), plan, data).iter_slices(
                1
            ):
                message = f"{dataset.name}: {_worded(row.row(0, named=True))}"
                faults.add("CED298", message, dataset.where, _HINT, records_of(row))


_REFERENCE = ("RDOMAIN", "IDVAR", "IDVARVAL")


def _lost(
    rows: pl.DataFrame, domain: str, name: str | None, plan: StudyPlan, data: Mapping[str, Blocks]
) -> pl.DataFrame:
    """The rows whose reference to a domain, by IDVAR if it has a name, finds no record."""
    for other in plan.datasets:
        held = data.get(other.name)
        if other.kind != "sdtm" or domain not in (other.domain, other.name) or held is None:
            continue
        if name is not None and name not in held.schema:
            continue
        kind = next((v.kind for v in other.variables if v.name == name), Type.TEXT)
        if name is None:  # that the domain is there answers a row that names neither subject nor value
            rows = rows.filter(pl.col(SUBJECT).is_not_null() | pl.col("IDVARVAL").is_not_null())
        wanted = [n for n in dict.fromkeys((SUBJECT, name)) if n is not None and n in held.schema]
        for block in held.blocks(wanted or [held.columns[0]]):
            if rows.is_empty():
                return rows
            value = text([Argument(pl.col(name), kind)]) if name is not None else pl.lit(None, pl.String)
            subject = pl.col(SUBJECT) if SUBJECT in wanted else pl.lit(None, pl.String)
            known = block.lazy().select(subject.alias(SUBJECT), value.alias("IDVARVAL"))
            if name is not None:
                known = known.filter(pl.col("IDVARVAL").is_not_null())
            rows = _without(rows, computed(known))
    return rows


def _without(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The rows that none of the known records answers; what a row leaves open, any record answers."""
    if known.is_empty():
        return rows
    left: list[pl.LazyFrame] = []
    for has_subject in _whether(rows[SUBJECT]):
        for has_value in _whether(rows["IDVARVAL"]):
            own = rows.lazy().filter(
                pl.col(SUBJECT).is_not_null() == has_subject, pl.col("IDVARVAL").is_not_null() == has_value
            )
            keys = [SUBJECT] * has_subject + ["IDVARVAL"] * has_value
            if keys:
                left.append(own.join(known.lazy(), on=keys, how="anti", maintain_order="left"))
    return computed(pl.concat(left)) if left else rows.clear()


def _whether(values: pl.Series) -> list[bool]:
    """Whether values are there: in some rows they are, in others not."""
    missing = values.null_count()
    return [True] * (missing < len(values)) + [False] * (missing > 0)


def _worded(row: Mapping[str, Any]) -> str:
    whose = " of the subject" if row.get(SUBJECT) is not None else ""
    if row["IDVAR"] is None:
        return f"{row['RDOMAIN']} has no record{whose}"
    if row["IDVARVAL"] is None:
        return f"no record{whose} in {row['RDOMAIN']} has a value of {row['IDVAR']}"
    return f"no record{whose} in {row['RDOMAIN']} has {row['IDVAR']} '{row['IDVARVAL']}'"
