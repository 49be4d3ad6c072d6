"""Functions of text on columns. A text is never empty: what comes out empty is missing."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from ced_cdisc.core.decimals import shortest
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import Argument, each


def text(args: Sequence[Argument]) -> pl.Expr:
    """``text(value)``: numbers as the shortest text, dates as ISO 8601."""
    (value,) = args
    if value.type is Type.NUMBER:
        return each(value.expr, shortest, Type.TEXT)
    if value.type is Type.DATE:
        return value.expr.dt.strftime("%Y-%m-%d")
    if value.type is Type.DATETIME:
        return value.expr.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f").str.replace(r"\.?0+$", "")
    return value.expr


def join(args: Sequence[Argument]) -> pl.Expr:
    """``join(separator, parts...)``: the non-missing parts; missing if all are."""
    separator, *parts = args
    columns = [text([part]) for part in parts]
    joined = pl.concat_str(columns, separator=str(separator.value or ""), ignore_nulls=True)
    return pl.when(pl.any_horizontal([column.is_not_null() for column in columns])).then(joined)


def upper(args: Sequence[Argument]) -> pl.Expr:
    """``upper(text)``."""
    return args[0].expr.str.to_uppercase()


def lower(args: Sequence[Argument]) -> pl.Expr:
    """``lower(text)``."""
    return args[0].expr.str.to_lowercase()


def trim(args: Sequence[Argument]) -> pl.Expr:
    """``trim(text)``: without blanks at both ends."""
    return _filled(args[0].expr.str.strip_chars())


def contains(args: Sequence[Argument]) -> pl.Expr:
    """``contains(text, part)``: literally, with case."""
    return args[0].expr.str.contains(_written(args[1]), literal=True)


def starts(args: Sequence[Argument]) -> pl.Expr:
    """``starts(text, part)``: literally, with case."""
    return args[0].expr.str.starts_with(_written(args[1]))


def ends(args: Sequence[Argument]) -> pl.Expr:
    """``ends(text, part)``: literally, with case."""
    return args[0].expr.str.ends_with(_written(args[1]))


def matches(args: Sequence[Argument]) -> pl.Expr:
    """``matches(text, pattern)``: whether the regular expression is found anywhere."""
    pattern = re.compile(_written(args[1]))
    return each(args[0].expr, lambda value: pattern.search(value) is not None, Type.TRUTH)


def extract(args: Sequence[Argument]) -> pl.Expr:
    """``extract(text, pattern)``: the first capturing group of the first match, missing if none or empty."""
    pattern = re.compile(_written(args[1]))

    def first(value: str) -> str | None:
        match = pattern.search(value)
        return (match.group(1) or None) if match else None

    return each(args[0].expr, first, Type.TEXT)


def replace(args: Sequence[Argument]) -> pl.Expr:
    """``replace(text, old, new)``: every literal occurrence."""
    old, new = _written(args[1]), _written(args[2])
    if not old:
        return args[0].expr
    return each(args[0].expr, lambda value: value.replace(old, new) or None, Type.TEXT)


def _written(argument: Argument) -> str:
    return str(argument.value) if argument.value is not None else ""


def _filled(expr: pl.Expr) -> pl.Expr:
    return pl.when(expr != "").then(expr)
