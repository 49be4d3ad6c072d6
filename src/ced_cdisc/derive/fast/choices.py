"""Functions that choose among the values of one record."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ced_cdisc.expr.compile import IN_DOUBT
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.unsettled import extreme
from ced_cdisc.expr.values import Argument, Faulty, each_row


def least(args: Sequence[Argument]) -> pl.Expr | Faulty:
    """``least(values...)`` of those that are not missing; of ISO 8601 dates what is certain of it."""
    return _dated(args, latest=False) if _are_dates(args) else pl.min_horizontal(_present(args))


def greatest(args: Sequence[Argument]) -> pl.Expr | Faulty:
    """``greatest(values...)`` of those that are not missing; of ISO 8601 dates what is certain of it."""
    return _dated(args, latest=True) if _are_dates(args) else pl.max_horizontal(_present(args))


def _are_dates(args: Sequence[Argument]) -> bool:
    return any(arg.type is Type.DTC for arg in args)


def _dated(args: Sequence[Argument], *, latest: bool) -> Faulty:
    def found(*values: str | None) -> tuple[str | None, bool]:
        present = [value for value in values if value is not None]
        return extreme(present, latest=latest) if present else (None, False)

    columns = _present(args)
    value = each_row(columns, lambda *values: found(*values)[0], Type.DTC)
    return Faulty(value, IN_DOUBT, each_row(columns, lambda *values: found(*values)[1], Type.TRUTH), value)


def _present(args: Sequence[Argument]) -> list[pl.Expr]:
    return [a.expr for a in args if a.type is not Type.MISSING] or [args[0].expr]
