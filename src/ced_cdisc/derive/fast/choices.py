"""Functions that choose among the values of one record."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import Argument


def least(args: Sequence[Argument]) -> pl.Expr:
    """``least(values...)`` of those that are not missing; ISO 8601 text by character code."""
    return pl.min_horizontal(_present(args))


def greatest(args: Sequence[Argument]) -> pl.Expr:
    """``greatest(values...)`` of those that are not missing; ISO 8601 text by character code."""
    return pl.max_horizontal(_present(args))


def _present(args: Sequence[Argument]) -> list[pl.Expr]:
    return [a.expr for a in args if a.type is not Type.MISSING] or [args[0].expr]
