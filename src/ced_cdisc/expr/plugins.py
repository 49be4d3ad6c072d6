"""Plug-ins on polars columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from ced_cdisc.derivations.record import Derivation
from ced_cdisc.derivations.run import RUNNER, Outcome
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import DTYPES, Faulty

KIND = "plug-in"
"""The kind of the fault of a plug-in; its value is what went wrong."""


def plugin(derivation: Derivation, columns: Sequence[pl.Expr], kind: Type) -> Faulty:
    """The values of a plug-in that looks at single records.

    Each distinct set of inputs is computed once, for the value, for whether it is at fault and for the words.
    """
    packed = pl.struct(column.alias(f"c{number}") for number, column in enumerate(columns))

    def each(pick: Callable[[Outcome], Any], made: Type) -> pl.Expr:
        def over(series: pl.Series) -> pl.Series:
            outcomes = RUNNER.rows(derivation, series.struct.unnest().rows())
            return pl.Series(series.name, [pick(one) for one in outcomes], dtype=DTYPES[made])

        return packed.map_batches(over, return_dtype=DTYPES[made], is_elementwise=True)

    return Faulty(
        each(lambda one: one.value, kind),
        KIND,
        each(lambda one: one.trouble != "", Type.TRUTH),
        each(lambda one: one.trouble or None, Type.TEXT),
    )


def plugin_groups(
    derivation: Derivation, groups: Sequence[Sequence[int]], rows: Sequence[tuple[Any, ...]]
) -> list[Outcome]:
    """The outcome for each row of a plug-in that is called once for each group of rows."""
    made = [Outcome()] * len(rows)
    for places in groups:
        for place, outcome in zip(
            places, RUNNER.group(derivation, [rows[place] for place in places]), strict=True
        ):
            made[place] = outcome
    return made
