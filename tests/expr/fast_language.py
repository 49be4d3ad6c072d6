"""Expressions over small tables: a specification reads ``values("A + 1", A=[1, None]) == [2, None]``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import polars as pl

from ced_cdisc.derive.catalogue import FUNCTIONS as SIGNATURES
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.expr import tree
from ced_cdisc.expr.compile import Compiled, compile_node
from ced_cdisc.expr.parse import parse
from ced_cdisc.expr.resolve import resolve
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.expr.values import DTYPES

KINDS = {
    "D": Type.DTC,
    "N": Type.NUMBER,
    "T": Type.TEXT,
    "X": Type.DATE,
    "Y": Type.DATETIME,
    "U": Type.NUMBER,
}
"""The first letter of a name is its type: D1 ISO 8601, N1 number, T1 text, X1 date, Y1 date-time."""


class Names:
    def find(self, name: str, inside: str | None) -> tuple[Scope, Type] | None:
        return Scope.VARIABLE, KINDS[name[0]]

    def known(self, name: str, inside: str | None) -> Iterable[str]:
        return ()

    def is_dataset(self, owner: str) -> bool:
        return False

    def is_own(self, owner: str) -> bool:
        return False


def frame_of(columns: dict[str, list[Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        {name: pl.Series(values, dtype=DTYPES[KINDS[name[0]]]) for name, values in columns.items()}
    )


def compiled(text: str | tree.Node, columns: dict[str, list[Any]]) -> tuple[pl.DataFrame, Compiled]:
    node = resolve(parse(text) if isinstance(text, str) else text, Names(), SIGNATURES)
    frame = frame_of(columns or {"N_": [0.0]})
    return frame, compile_node(node, FUNCTIONS, frame.columns)


def values(text: str | tree.Node, **columns: list[Any]) -> list[Any]:
    frame, made = compiled(text, columns)
    return frame.with_columns(made.expr.alias("__"))["__"].to_list()


def value(text: str) -> Any:
    """The value of an expression without columns."""
    return values(text)[0]


def faults(text: str | tree.Node, **columns: list[Any]) -> list[tuple[str, list[bool], list[str | None]]]:
    """Kind, rows at fault and shown values of each possible fault."""
    frame, made = compiled(text, columns)
    rows = [frame.with_columns(f.bad.alias("b"), f.shown.alias("s")) for f in made.faults]
    return [(f.kind, r["b"].to_list(), r["s"].to_list()) for f, r in zip(made.faults, rows, strict=True)]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
