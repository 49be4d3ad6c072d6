"""Logarithms and powers of e on columns: the doubles nearest to the exact values, on every machine.

The libraries of systems, and polars, differ in the last bit. Decimals of more digits than a double tells
apart are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context, Decimal

import polars as pl

from ced_cdisc.derive.fast.text import text
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import Argument, Faulty, each, missing

_MORE = Context(prec=34)
_FARTHEST = 1000.0
"""From this power of e on there is no double, and below its negative only 0."""


def log(args: Sequence[Argument]) -> pl.Expr | Faulty:
    """``log(number)``; 0 and a negative number are faults."""
    return _logarithm(args, _MORE.ln)


def log10(args: Sequence[Argument]) -> pl.Expr | Faulty:
    """``log10(number)``; 0 and a negative number are faults."""
    return _logarithm(args, _MORE.log10)


def _logarithm(args: Sequence[Argument], exact: Callable[[Decimal], Decimal]) -> pl.Expr | Faulty:
    of = args[0].expr
    if args[0].type is Type.MISSING:
        return missing(Type.NUMBER)
    value = each(of, lambda number: float(exact(Decimal(number))) if number > 0 else None, Type.NUMBER)
    return Faulty(value, "logarithm", of <= 0, text(args))


def exp(args: Sequence[Argument]) -> pl.Expr:
    """``exp(number)``; missing where it is beyond the largest double."""
    if args[0].type is Type.MISSING:
        return missing(Type.NUMBER)
    power = each(args[0].expr, _power, Type.NUMBER)
    return pl.when(power.is_finite()).then(power)


def _power(number: float) -> float:
    return float(_MORE.exp(Decimal(max(-_FARTHEST, min(number, _FARTHEST)))))
