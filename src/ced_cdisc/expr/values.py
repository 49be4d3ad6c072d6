"""The types of the language as polars types, and functions of one value carried over a whole column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import polars as pl
from msgspec import Struct

from ced_cdisc.expr.tree import Type

DTYPES: dict[Type, pl.DataType] = {
    Type.TEXT: pl.String(),
    Type.DTC: pl.String(),
    Type.NUMBER: pl.Float64(),
    Type.DATE: pl.Date(),
    Type.DATETIME: pl.Datetime("us"),
    Type.TRUTH: pl.Boolean(),
    Type.MISSING: pl.String(),
}
"""How values of each type are held. Missing is null; a text is never empty, a number always finite."""


class Argument(Struct, frozen=True):
    """An argument of a function: its column, its type, and its value where it is written out."""

    expr: pl.Expr
    type: Type
    value: str | float | None = None


class Faulty(Struct, frozen=True):
    """The result of a function that can meet a value it cannot take, or one that is not certain.

    Attributes:
        value: the result; null where the value could not be taken, what is certain of one in doubt.
        kind: the kind of the fault, such as ``unit``.
        bad: true exactly where the value could not be taken.
        shown: the value for the message, as text.
    """

    value: pl.Expr
    kind: str
    bad: pl.Expr
    shown: pl.Expr


_MANY = 4096
"""Rows from which on polars finds the different values faster than plain Python."""

Function = Callable[[Sequence[Argument]], pl.Expr | Faulty]
"""A function of one record on columns."""


@lru_cache(maxsize=16)
def missing(kind: Type | None) -> pl.Expr:
    """The missing value of a type."""
    return pl.lit(None, dtype=DTYPES[kind or Type.MISSING])


@lru_cache(maxsize=4096)
def text_of(value: str) -> pl.Expr:
    """A text as a value of all rows."""
    return pl.lit(value)


@lru_cache(maxsize=4096)
def _number_of(value: float) -> pl.Expr:
    return pl.lit(value)


def written(value: str | float | None, kind: Type | None) -> pl.Expr:
    """What an expression writes out, as a value of all rows."""
    if value is None or value == "":
        return missing(kind)
    return text_of(value) if isinstance(value, str) else _number_of(float(value))


@lru_cache(maxsize=4096)
def column(name: str) -> pl.Expr:
    """A column of the rows."""
    return pl.col(name)


def each(expr: pl.Expr, change: Callable[[Any], Any], kind: Type) -> pl.Expr:
    """The column with ``change`` applied once to each distinct value; missing stays missing."""

    def over(series: pl.Series) -> pl.Series:
        if len(series) > _MANY:
            old = series.drop_nulls().unique(maintain_order=True)
            new = pl.Series([change(value) for value in old.to_list()], dtype=DTYPES[kind])
            return series.replace_strict(old, new, default=None, return_dtype=DTYPES[kind])
        values = series.to_list()
        known = {value: change(value) for value in set(values) if value is not None}
        return pl.Series(series.name, [known.get(value) for value in values], dtype=DTYPES[kind])

    return expr.map_batches(over, return_dtype=DTYPES[kind], is_elementwise=True)


def each_pair(left: pl.Expr, right: pl.Expr, change: Callable[[Any, Any], Any], kind: Type) -> pl.Expr:
    """As :func:`each` for two columns; ``change`` also sees missing values, as None."""

    def over(series: pl.Series) -> pl.Series:
        if len(series) > _MANY:
            return _each_distinct_pair(series)
        rows = list(zip(*(column.to_list() for column in series.struct.unnest()), strict=True))
        known = {row: change(*row) for row in set(rows)}
        return pl.Series(series.name, [known[row] for row in rows], dtype=DTYPES[kind])

    def _each_distinct_pair(series: pl.Series) -> pl.Series:
        frame = series.struct.unnest()
        pairs = frame.unique(maintain_order=True)
        made = pl.Series("made", [change(*row) for row in pairs.iter_rows()], dtype=DTYPES[kind])
        found = frame.join(
            pairs.with_columns(made), on=["l", "r"], how="left", nulls_equal=True, maintain_order="left"
        )
        return found["made"].rename(series.name)

    packed = pl.struct(left.alias("l"), right.alias("r"))
    return packed.map_batches(over, return_dtype=DTYPES[kind], is_elementwise=True)


def each_row(columns: Sequence[pl.Expr], change: Callable[..., Any], kind: Type) -> pl.Expr:
    """As :func:`each_pair` for any number of columns, one argument of ``change`` for each."""

    def over(series: pl.Series) -> pl.Series:
        rows = series.struct.unnest().rows()
        known = {row: change(*row) for row in set(rows)}
        return pl.Series(series.name, [known[row] for row in rows], dtype=DTYPES[kind])

    packed = pl.struct(column.alias(f"c{number}") for number, column in enumerate(columns))
    return packed.map_batches(over, return_dtype=DTYPES[kind], is_elementwise=True)


def quotient(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """``left / right``, each the double nearest to the exact quotient.

    polars multiplies by the reciprocal of a single divisor (3 / 10 becomes 0.30000000000000004), and so
    differs between one row and many.
    """

    def over(series: pl.Series) -> pl.Series:
        import numpy as np  # loaded where something is divided

        above, below = (column.to_numpy() for column in series.struct.unnest().get_columns())
        with np.errstate(all="ignore"):
            return pl.Series(series.name, above / below, dtype=pl.Float64)

    packed = pl.struct(left.alias("l"), right.alias("r"))
    return packed.map_batches(over, return_dtype=pl.Float64, is_elementwise=True)


def each_list(expr: pl.Expr, change: Callable[[list[Any]], Any], kind: Type) -> pl.Expr:
    """``change`` applied to each list of a column of lists."""

    def over(series: pl.Series) -> pl.Series:
        return pl.Series(series.name, [change(values) for values in series.to_list()], dtype=DTYPES[kind])

    return expr.map_batches(over, return_dtype=DTYPES[kind], is_elementwise=True)


_AS_WRITTEN = pl.QueryOptFlags.none(comm_subexpr_elim=True)


def computed(rows: pl.LazyFrame) -> pl.DataFrame:
    """What a query of several steps gives: in the order written, what stands twice in a step once.

    The other optimizations of polars take longer than small data, and find nothing in steps that are few.
    """
    return rows.collect(optimizations=_AS_WRITTEN, engine="in-memory")


_FALSE = pl.lit(value=False)


def true(condition: pl.Expr) -> pl.Expr:
    """The condition with unknown taken as false."""
    return condition.fill_null(_FALSE)


def power(base: float | None, exponent: float | None) -> float | None:
    """``base ** exponent``; missing where it has no finite real value."""
    if base is None or exponent is None:
        return None
    try:
        value = base**exponent
    except (ZeroDivisionError, OverflowError):
        return None
    return value if isinstance(value, float) and abs(value) != float("inf") and value == value else None
