"""Functions of dates on columns. ISO 8601 text keeps its precision; a date is complete or missing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.intervals import lower, upper
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import Argument, missing

_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T|$)"
_MINUTE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?$"


def _date(argument: Argument) -> pl.Expr:
    """The date part where it is complete."""
    of = argument.expr
    if argument.type is Type.MISSING:
        return missing(Type.DATE)
    if argument.type is Type.DATE:
        return of
    if argument.type is Type.DATETIME:
        return of.dt.date()
    day = pl.when(of.str.contains(_DAY)).then(of.str.slice(0, 10))
    return day.str.to_date("%Y-%m-%d", strict=False)


def date(args: Sequence[Argument]) -> pl.Expr:
    """``date(dtc)``: missing where the date part is incomplete."""
    return _date(args[0])


def datetime(args: Sequence[Argument]) -> pl.Expr:
    """``datetime(dtc)``: needs hours and minutes; seconds default to 0."""
    of = args[0].expr
    complete = pl.when(of.str.contains(_MINUTE)).then((of + pl.lit(":00")).str.slice(0, 19))
    return complete.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us")


def day(args: Sequence[Argument]) -> pl.Expr:
    """``day(dtc)``: the text before the time."""
    return args[0].expr.str.split_exact("T", 1).struct.field("field_0")


def iso(args: Sequence[Argument]) -> pl.Expr:
    """``iso(date)``: ISO 8601 text."""
    return text(args)


def study_day(args: Sequence[Argument]) -> pl.Expr:
    """``study_day(date, reference)``: no day 0 (SDTMIG 3.4, 4.4.4)."""
    days = _days(args[1], args[0])
    return pl.when(days >= 0).then(days + 1).otherwise(days)


def days_between(args: Sequence[Argument]) -> pl.Expr:
    """``days_between(from, to)``."""
    return _days(args[0], args[1])


def _days(start: Argument, end: Argument) -> pl.Expr:
    return (_date(end) - _date(start)).dt.total_days().cast(pl.Float64)


def age(args: Sequence[Argument]) -> pl.Expr:
    """``age(birth, at)``: completed years where the earliest and latest reading of both agree, else missing.

    The anniversary of 29 February is 1 March in other years.
    """
    (born_first, born_last), (at_first, at_last) = _bounds(args[0]), _bounds(args[1])
    least, most = _years(born_last, at_first), _years(born_first, at_last)
    return pl.when(least == most).then(least)


def _bounds(argument: Argument) -> tuple[pl.Expr, pl.Expr]:
    """The earliest and the latest day, as text."""
    if argument.type in (Type.DATE, Type.DATETIME):
        day = argument.expr.dt.strftime("%Y-%m-%d")
        return day, day
    return lower(argument.expr).str.slice(0, 10), upper(argument.expr).str.slice(0, 10)


def _years(born: pl.Expr, at: pl.Expr) -> pl.Expr:
    years = _year(at) - _year(born)
    return years - (at.str.slice(5) < born.str.slice(5)).cast(pl.Float64)


def _year(day: pl.Expr) -> pl.Expr:
    return day.str.slice(0, 4).cast(pl.Float64, strict=False)


def starts_by(args: Sequence[Argument]) -> pl.Expr:
    """``starts_by(start, at)``: on or before, compared to the precision that both have."""
    start, at = args[0].expr, args[1].expr
    complete = start.str.contains(_DAY) & at.str.contains(_DAY)
    length = pl.min_horizontal(start.str.len_chars(), at.str.len_chars())
    by = start.str.slice(0, length) <= at.str.slice(0, length)
    return pl.when(complete).then(by)
