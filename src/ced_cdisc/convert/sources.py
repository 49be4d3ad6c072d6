"""What the build knows so far: raw tables, in the order of their keys, and datasets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

import polars as pl
from msgspec import Struct, field

from ced_cdisc.convert.duplicates import shown_key, without_duplicates
from ced_cdisc.convert.faults import ROW, SUBJECT, TABLE, Faults, records_of
from ced_cdisc.convert.held import Held
from ced_cdisc.convert.persons import SUBJECT as NUMBER
from ced_cdisc.convert.persons import Persons, numbers_of
from ced_cdisc.core.blocks import FEW, Blocks, is_unique
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.expr.values import computed
from ced_cdisc.plan.model import SUPP, StudyPlan
from ced_cdisc.plan.persons import tables_of
from ced_cdisc.plan.raw import RawTable as TablePlan
from ced_cdisc.plan.texts import TextChanges

ORDER = "__order"
"""Number of a record in the order of the records' keys: breaks ties, never a place in a file."""
OWNER = "__subject"
"""USUBJID of a raw row; a raw table may have a column USUBJID of its own."""
HIDDEN = (ORDER, TABLE, ROW)
_NONE_OF_IT = "correct the data; rows that are none of the study are taken away with 'exclude_rows'"


class RawFrame(Protocol):
    """A raw table as read: a frame of text columns with ``__row``, and its file."""

    @property
    def frame(self) -> pl.DataFrame:
        """Text columns and ``__row``, the line or row of the file."""
        ...

    @property
    def file(self) -> str:
        """The file below the raw folder."""
        ...


Watch = Callable[[str, float], None]
"""Called for each finished dataset with its name and the seconds it took."""


class Records(Struct, frozen=True):
    """Records of a table or dataset: columns ``NAME.COLUMN`` and hidden ones, and the subject's column."""

    frame: pl.DataFrame
    subject: str | None


class World(Struct):
    """Everything that lines may look at; datasets are added as they are built."""

    plan: StudyPlan
    faults: Faults
    raw: Mapping[str, pl.DataFrame]
    changes: TextChanges = field(default_factory=TextChanges)
    frames: Held = field(default_factory=Held)
    noted: dict[str, Faults] = field(default_factory=dict[str, Faults])
    """What was found of each dataset while it was made and checked."""
    lent: Mapping[str, Blocks] = field(default_factory=dict[str, Blocks])
    """Finished SDTM datasets that are not built here, and are read by those that are."""
    _seen: dict[str, tuple[pl.DataFrame, Records]] = field(
        default_factory=dict[str, tuple[pl.DataFrame, Records]]
    )

    def records(self, name: str) -> Records:
        """The records of a raw table or dataset as they are known by now."""
        if name not in self.frames:
            frame = self.raw[name]
            return Records(frame, OWNER if OWNER in frame.columns else None)
        frame = self.frames[name]
        seen = self._seen.get(name)
        if seen is not None and seen[0] is frame:
            return seen[1]
        columns = [column for column in frame.columns if "." not in column and column not in HIDDEN]
        qualifiers = [column for column in frame.columns if column.startswith(SUPP)]
        shown = frame[:, [*HIDDEN, *columns, *qualifiers]]
        shown.columns = [*HIDDEN, *(f"{name}.{one.removeprefix(SUPP)}" for one in (*columns, *qualifiers))]
        made = Records(shown, f"{name}.{SUBJECT}" if SUBJECT in columns else None)
        self._seen[name] = (frame, made)
        return made


def raw_records(plan: StudyPlan, tables: Mapping[str, RawFrame], faults: Faults) -> dict[str, pl.DataFrame]:
    """The raw tables as records, without the duplicates that their contracts drop; rows without subject
    (CED258) and repeated keys (CED259, CED238) are faults."""
    made: dict[str, pl.DataFrame] = {}
    owner = _owners(plan, tables, faults)
    for name, table in plan.tables.items():
        if name in tables:
            frame = _prepared(table, tables[name].frame, owner)
            made[name] = frame
            _check_subjects(table, frame, faults)
            made[name] = frame = without_duplicates(table, frame, OWNER, faults)
            _check_key(table, frame, faults)
    return made


_Owner = Callable[[pl.Series], pl.Series]
"""The USUBJID of each subject of a column."""


def _owners(plan: StudyPlan, tables: Mapping[str, RawFrame], faults: Faults) -> _Owner:
    """What gives USUBJID: the expression of the study, by way of the raw tables that it looks up."""
    looked = tables_of(plan.usubjid, plan.tables)
    if not looked:
        return partial(_alone, compile_node(plan.usubjid, FUNCTIONS, (NUMBER,)).expr)
    numbers = {
        name: numbers_of(table, tables[name].frame)
        for name, table in plan.tables.items()
        if name in tables and table.subject
    }
    silent = Faults(plan.tables, {})  # what is left out is told when the table is made
    records = {
        name: without_duplicates(table, _prepared(table, tables[name].frame, lambda all: all), OWNER, silent)
        for name, table in looked.items()
    }
    return Persons(plan, numbers, records, faults).of


def _alone(owner: pl.Expr, subjects: pl.Series) -> pl.Series:
    known = pl.col(NUMBER).is_not_null()
    return subjects.alias(NUMBER).to_frame().select(pl.when(known).then(owner).alias(OWNER))[OWNER]


def _prepared(table: TablePlan, frame: pl.DataFrame, owner: _Owner) -> pl.DataFrame:
    names = [column for column in frame.columns if column != ROW]
    rows, owners = frame.lazy(), list[str]()
    if table.subject:
        rows = rows.with_columns(owner(numbers_of(table, frame)).alias(OWNER))
        owners = [OWNER]
    key = [column for column in (*table.key, *names) if column in names]
    rows = rows.sort([*dict.fromkeys(key), ROW], nulls_last=False, maintain_order=True)
    return computed(
        rows.select(
            *(pl.col(column).alias(f"{table.name}.{column}") for column in names),
            *(ROW, *owners),
            pl.int_range(pl.len(), dtype=pl.Int64).alias(ORDER),
            pl.lit(table.name).alias(TABLE),
        )
    )


def _check_subjects(table: TablePlan, frame: pl.DataFrame, faults: Faults) -> None:
    if not table.subject or not frame[OWNER].null_count():
        return
    rows = frame.filter(pl.col(OWNER).is_null())
    rows = rows.with_columns(numbers_of(table, rows))
    without = rows.filter(pl.col(NUMBER).is_null())
    if without.height:
        message = f"{faults.file(table.name)}: {table.subject} is empty, so the row has no subject"
        faults.add("CED258", message, table.where, _NONE_OF_IT, records_of(without, OWNER))
    for subject in rows[NUMBER].drop_nulls().unique(maintain_order=True):
        message = f"{faults.file(table.name)}: usubjid gives subject {subject} no USUBJID"
        found = records_of(rows.filter(pl.col(NUMBER) == subject), OWNER)
        hint = "say in study.yaml who that is, as coalesce(table.FIRST, SUBJECT) does"
        faults.add("CED258", message, table.where, hint, found)


def _check_key(table: TablePlan, frame: pl.DataFrame, faults: Faults) -> None:
    names = [f"{table.name}.{column}" for column in table.key]
    if table.duplicates is not None and table.duplicates.keep != "identical":
        return
    if not names or any(name not in frame.columns for name in names):
        return
    if is_unique(frame[:, names]):
        return
    several = frame.filter(pl.len().over(names) > 1)
    for values, rows in several.group_by(names, maintain_order=True):
        shown, lines = shown_key(table, values), faults.lines(table.name, rows[ROW].to_list())
        message = f"{faults.file(table.name)}: {lines} have the same key {shown}"
        hint = "the key of a table stands in sources.yaml"
        faults.add("CED259", message, table.where, hint, records_of(rows, OWNER))


def check_in_dm(world: World) -> None:
    """CED260: a raw row whose subject is not in DM, once for each subject and table.

    Where none of several subjects of a table is in DM, its identifiers are made otherwise: that is one fault.

    Of a table that only leads to persons CED849 tells whom no other table has, unless that is accepted.
    """
    if "DM" not in world.frames:
        return
    known = world.frames["DM"].select(pl.col(SUBJECT).alias(OWNER))
    subjects = {None, *known[OWNER].to_list()}
    leading = {
        name
        for name, table in tables_of(world.plan.usubjid, world.plan.tables).items()
        if not table.is_source
    }
    for name, frame in world.raw.items():
        if OWNER not in frame.columns or name in leading:
            continue
        if frame.height <= FEW and subjects.issuperset(frame[OWNER].to_list()):
            continue
        strange = frame.filter(pl.col(OWNER).is_not_null()).join(
            known, on=OWNER, how="anti", maintain_order="left"
        )
        first = strange.sort(ROW).unique(OWNER, keep="first", maintain_order=True)
        place, file = world.plan.tables[name].where, world.faults.file(name)
        if first.height > 1 and known.height and strange.height == frame[OWNER].drop_nulls().len():
            message = f"none of the {first.height} subjects of {file} is in DM"
            hint = "`subject` of the table has to name them as in the table that DM is made of"
            world.faults.add("CED260", message, place, hint, records_of(first, OWNER))
            continue
        for _, row, subject in records_of(first, OWNER):
            unit = world.plan.tables[name].counts_in
            message = f"subject {subject} of {file} {unit} {row} is not in DM"
            world.faults.add("CED260", message, place, _NONE_OF_IT)
