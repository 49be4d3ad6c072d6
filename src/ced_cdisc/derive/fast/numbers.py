"""Functions of numbers on columns, and what reads numbers from text. A number is finite or missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

import numpy as np
import polars as pl

from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import DTYPES, Argument, Faulty, each, missing
from ced_cdisc.standards.units import convert_factor

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
"""A number as collected texts have it: optional sign, digits, optional decimals."""
_NUMBER = f"^{NUMBER.pattern}$"
_CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,2}):([0-5][0-9])")
_LENGTH = re.compile(
    r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+) ?(?:(sec|secs|seconds|s)|(min|minutes)|(?:h|hours))", re.IGNORECASE
)
_EXACT = Context(prec=400)


def numeric(args: Sequence[Argument]) -> pl.Expr:
    """``numeric(text)``: the number where the text is one, else missing."""
    return _parsed(args[0].expr)


def number(args: Sequence[Argument]) -> Faulty:
    """``number(text)``: the number; a text that is none is a fault."""
    of = text([args[0]])
    value = _parsed(of)
    return Faulty(value, "number", of.is_not_null() & value.is_null(), of)


def _parsed(of: pl.Expr) -> pl.Expr:
    value = pl.when(of.str.contains(_NUMBER)).then(of).cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value + 0.0)


def in_seconds(value: str) -> float | None:
    """A duration in seconds; None where the text is none.

    >>> in_seconds("7:04"), in_seconds("1:02:03"), in_seconds("7.1 min"), in_seconds("long")
    (424.0, 3723.0, 426.0, None)
    """
    if match := _CLOCK.fullmatch(value):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        if match.group(1) is not None and (minutes > 59 or len(match.group(2)) != 2):
            return None
        return float(hours * 3600 + minutes * 60 + seconds)
    if match := _LENGTH.fullmatch(value):
        factor = 1 if match.group(2) else 60 if match.group(3) else 3600
        return float(_EXACT.multiply(Decimal(match.group(1)), Decimal(factor)))
    return None


def seconds(args: Sequence[Argument]) -> Faulty:
    """``seconds(text)``: a duration such as ``7:04``, ``1:02:03``, ``424 sec``, ``7.1 min`` or ``2 h``."""
    of = args[0].expr
    value = each(of, in_seconds, Type.NUMBER)
    return Faulty(value, "seconds", of.is_not_null() & value.is_null(), of)


def rounded(value: float, digits: int) -> float:
    """Half away from zero on the decimal value, after 15 significant digits have removed binary fuzz.

    >>> rounded(2.675, 2), rounded(4214.025, 2), rounded(-0.5, 0)
    (2.68, 4214.03, -1.0)
    """
    decimal = Decimal(f"{value:.14e}")
    if abs(decimal) >= Decimal(10) ** 300:
        return value
    return float(decimal.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _EXACT)) + 0.0


def round_(args: Sequence[Argument]) -> pl.Expr:
    """``round(number, digits)``."""
    if args[0].type is Type.MISSING or args[1].value is None:
        return missing(Type.NUMBER)
    digits = int(args[1].value)

    def over(series: pl.Series) -> pl.Series:
        if len(series) < 64 or not 0 <= digits <= 15:
            values = [None if value is None else rounded(value, digits) for value in series.to_list()]
            return pl.Series(series.name, values, dtype=pl.Float64)
        return _round_many(series, digits)

    return args[0].expr.map_batches(over, return_dtype=pl.Float64, is_elementwise=True)


def _round_many(series: pl.Series, digits: int) -> pl.Series:
    """As :func:`rounded`; values that lie clearly off a half are rounded at once.

    For a whole number below 1e10, dividing by a power of ten below 1e16 gives the double nearest to the
    decimal value, as reading the decimal text does.
    """
    numbers = series.to_numpy()
    with np.errstate(all="ignore"):
        scaled = np.abs(numbers) * 10.0**digits
        whole = np.floor(scaled)
        clear = (np.abs(scaled - whole - 0.5) > 1e-4) & (scaled < 1e10)
        easy = np.sign(numbers) * ((whole + (scaled - whole > 0.5)) / 10.0**digits) + 0.0
    for place in np.flatnonzero(~clear & ~np.isnan(numbers)):
        easy[place] = rounded(float(numbers[place]), digits)
    return pl.Series(series.name, easy, dtype=pl.Float64, nan_to_null=True)


def floor(args: Sequence[Argument]) -> pl.Expr:
    """``floor(number)``."""
    return _number(args[0]).floor()


def absolute(args: Sequence[Argument]) -> pl.Expr:
    """``abs(number)``."""
    return _number(args[0]).abs()


def sqrt(args: Sequence[Argument]) -> pl.Expr:
    """``sqrt(number)``; of a negative number missing."""
    of = _number(args[0])
    return pl.when(of >= 0).then(of.sqrt())


def convert(args: Sequence[Argument]) -> Faulty:
    """``convert(number, from, to)``: factor and offset of the units; a unit without conversion is a fault."""
    value, source, target = _number(args[0]), args[1].expr, str(args[2].value)

    def part(place: int):
        def of(unit: str) -> float | None:
            if unit == target:
                return (1.0, 0.0)[place]
            found = convert_factor(unit, target)
            return None if found is None else float(found[place])

        return each(source, of, Type.NUMBER)

    factor = part(0)
    result = pl.when(source == target).then(value).otherwise(value * factor + part(1))
    bad = value.is_not_null() & source.is_not_null() & factor.is_null()
    return Faulty(pl.when(result.is_finite()).then(result), "unit", bad, source)


def _number(argument: Argument) -> pl.Expr:
    return missing(Type.NUMBER) if argument.type is Type.MISSING else argument.expr.cast(DTYPES[Type.NUMBER])
