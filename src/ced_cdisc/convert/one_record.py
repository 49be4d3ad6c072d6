"""Look-ups in a table without subjects: the one record that goes with each row, by a condition.

A form may be optional, a reference range is not: a row that finds no record, or for which that is not known,
is told as one that finds several is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
from msgspec import Struct

from ced_cdisc.convert.faults import (
    COUNT,
    FIRST,
    ROW,
    SUBJECT,
    TABLE,
    Faults,
    Place,
    records_of,
    value_in_words,
)
from ced_cdisc.core.findings import Severity
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.expr.fault import Fault
from ced_cdisc.expr.lineage import columns
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import computed
from ced_cdisc.plan.model import Lookup

_AT, _HOLDS, _TRUE, _OPEN = "__looked", "__holds", "__true", "__open"


class Missed(Struct, frozen=True):
    """What a look-up reads of rows that it finds not one record for, and what it looked at for them.

    ``rows`` has a row for each combination of what is read, numbered, with how many records meet the
    condition and for how many that is unknown; ``pairs`` has each of the rows beside each record in question.
    """

    lookup: Lookup
    rows: pl.DataFrame
    pairs: pl.DataFrame
    faults: tuple[tuple[Fault, pl.DataFrame], ...]
    """What of the data the condition could not take, each with the pairs that show it."""
    equal: tuple[str, ...]
    """What of the row at hand the record has the same value of."""


def with_one(
    frame: pl.DataFrame, lookup: Lookup, records: pl.DataFrame, wanted: Sequence[str]
) -> tuple[pl.DataFrame, Missed]:
    """The rows with columns of the record that goes with each, and those that have not one.

    Rows that are alike in all that the look-up reads of them are looked at once.
    """
    read = list(lookup.reads)
    asked = frame[:, read].unique(maintain_order=True) if read else pl.DataFrame({"__all": [True]})
    asked = asked.with_row_index(_AT)
    pairs, rest = _pairs(lookup, asked.columns)
    mine, theirs, again = list[str](), list[str](), list[pl.Expr]()
    for one, other in pairs:  # a join takes each column once
        if one in mine or other in theirs:
            again.append(pl.col(one) == pl.col(other))
        else:
            mine.append(one)
            theirs.append(other)
    beside = (
        asked.join(
            records, left_on=mine, right_on=theirs, how="inner", coalesce=False, maintain_order="left_right"
        )
        if pairs
        else asked.join(records, how="cross")
    ).filter(*again)
    holds, faults = pl.lit(value=True), list[tuple[Fault, pl.DataFrame]]()
    for part in rest:
        compiled = compile_node(part, FUNCTIONS, beside.columns)
        holds &= compiled.expr
        faults += [(fault, beside.filter(fault.bad)) for fault in compiled.faults]
    held = computed(beside.lazy().with_columns(holds.alias(_HOLDS)))
    met = pl.col(_HOLDS)
    counted = held.group_by(_AT, maintain_order=True).agg(
        met.sum().alias(_TRUE), met.is_null().sum().alias(_OPEN)
    )
    state = asked.join(counted, on=_AT, how="left", maintain_order="left").with_columns(
        pl.col(_TRUE, _OPEN).fill_null(0).cast(pl.Int64)
    )
    found = (pl.col(_TRUE) == 1) & (pl.col(_OPEN) == 0)
    matched = held.filter(met).join(state.filter(found), on=_AT, how="semi", maintain_order="left")
    rows = _numbered(frame, asked, read).join(
        matched.select(_AT, *wanted), on=_AT, how="left", maintain_order="left"
    )
    missed = state.filter(~found)
    doubtful = held.filter(met.fill_null(value=True)).join(missed, on=_AT, how="semi", maintain_order="left")
    told = tuple((fault, rows) for fault, rows in faults if rows.height)
    equal = tuple(dict.fromkeys(one for one, _ in pairs))
    return rows.drop(_AT), Missed(lookup, missed, doubtful, told, equal)


def _numbered(frame: pl.DataFrame, asked: pl.DataFrame, read: Sequence[str]) -> pl.DataFrame:
    """The rows with the number of what is read of each."""
    if not read:
        return frame.with_columns(pl.lit(0, dtype=pl.UInt32).alias(_AT))
    return frame.join(
        asked.select(_AT, *read), on=list(read), how="left", nulls_equal=True, maintain_order="left"
    )


def _pairs(lookup: Lookup, columns: Sequence[str]) -> tuple[list[tuple[str, str]], list[tree.Node]]:
    """The columns that are equal, of the row at hand and of the other table, and the other conditions."""
    pairs = [(mine, f"{lookup.name}.{theirs}") for mine, theirs in lookup.on]
    rest: list[tree.Node] = []
    for part in tree.conjuncts(lookup.keep):
        pair = _equal(part, lookup.name, columns)
        if pair is None:
            rest.append(part)
        else:
            pairs.append(pair)
    return pairs, rest


def _equal(node: tree.Node, table: str, columns: Sequence[str]) -> tuple[str, str] | None:
    """The columns of ``ranges.SEX = DM.SEX``."""
    if not isinstance(node, tree.Compare) or node.op != "=":
        return None
    for mine, theirs in ((node.left, node.right), (node.right, node.left)):
        if not isinstance(mine, tree.Column) or not isinstance(theirs, tree.Column):
            return None
        texts = mine.type is Type.TEXT and theirs.type is Type.TEXT
        if texts and theirs.owner == table and mine.owner != table and mine.name in columns:
            return mine.name, theirs.name
    return None


def check_missed(frame: pl.DataFrame, missed: Missed, dataset: str, faults: Faults) -> None:
    """CED841, CED842 and CED257: rows for which a look-up finds no record, perhaps one, or several; and what
    of the data its condition cannot take."""
    lookup = missed.lookup
    if not missed.rows.height and not missed.faults:
        return
    read = list(lookup.reads)
    every = [missed.rows, *(pairs for _, pairs in missed.faults)]
    asked = pl.concat([one.select(_AT, *read) for one in every]).unique(maintain_order=True)
    rows = _numbered(frame, asked, read).drop_nulls(_AT)
    rows = rows.select([one for one in (_AT, TABLE, ROW, SUBJECT) if one in rows.columns])
    place, refused = Place(dataset, lookup.where, lookup.text), set[int]()
    for fault, pairs in missed.faults:
        pairs = pairs.join(rows, on=_AT, how="semi", maintain_order="left")
        if any(column.owner != lookup.name for column in columns(fault.node)):
            pairs = pairs.drop(TABLE, ROW).join(rows, on=_AT, how="inner", maintain_order="left")
        faults.in_rows(pairs, [(place, fault)], "" if SUBJECT not in pairs.columns else SUBJECT)
        if place.severity(fault) is Severity.ERROR:
            refused.update(pairs[_AT].to_list())
    for key, same in _by_key(missed, rows, refused):
        _tell(key, same, missed, rows, place, faults)


def _by_key(
    missed: Missed, rows: pl.DataFrame, refused: set[int]
) -> Iterator[tuple[tuple[object, ...], pl.DataFrame]]:
    """The rows that are to be told, together where what is equal, and what is told, is the same."""
    several, is_open = pl.col(_TRUE) > 1, pl.col(_OPEN) > 0
    what = pl.when(several).then(pl.lit("CED257")).when(is_open).then(pl.lit("CED842"))
    asked = missed.rows.join(rows, on=_AT, how="semi", maintain_order="left")
    asked = asked.filter(~pl.col(_AT).is_in(list(refused)))
    if missed.lookup.accepted:
        asked = asked.filter(pl.col(_TRUE) > 0)
    code = what.otherwise(pl.lit("CED841")).alias("__code")
    yield from asked.with_columns(code).group_by(["__code", *missed.equal], maintain_order=True)


def _tell(
    key: tuple[object, ...],
    same: pl.DataFrame,
    missed: Missed,
    rows: pl.DataFrame,
    place: Place,
    faults: Faults,
) -> None:
    lookup, (code, *values) = missed.lookup, key
    equal = ", ".join(value_in_words(name, value) for name, value in zip(missed.equal, values, strict=True))
    which = f"{COUNT} with {equal}" if equal else COUNT
    others = [name for name in lookup.reads if name not in missed.equal]
    least, at = min((tuple((v is not None, v) for v in row), at) for at, *row in same[[_AT, *others]].rows())
    first = ", ".join(value_in_words(name, value) for name, (_, value) in zip(others, least, strict=True))
    first = f"the first with {first}" if first else ""
    lines = missed.pairs.filter(pl.col(_AT) == at)[ROW].to_list()
    if lines:
        first = (
            f"{first}, " * bool(first) + f"in {faults.file(lookup.name)} {faults.lines(lookup.name, lines)}"
        )
    accept = "or accept it with unmatched: accept"
    if code == "CED841":
        message = f"{lookup.name} has no record for {which}"
        hint = f"add one, correct the condition, {accept}"
    elif code == "CED842":
        message = f"whether {lookup.name} has one record is unknown for {which}"
        hint = "say in 'where' what holds where a value is missing or partial"
        hint = hint if bool(same[_TRUE].sum()) else f"{hint}, {accept}"
    else:
        message = f"{lookup.name} has more than one record for {which}"
        hint = "correct the table, or say more in 'where'"
    found = records_of(rows.join(same, on=_AT, how="semi", maintain_order="left"))
    message = f"{place.label}: {message}" + f", {FIRST}" * bool(first)
    faults.add(str(code), message, lookup.where, hint, found, count=len(found), first=(least, first))
