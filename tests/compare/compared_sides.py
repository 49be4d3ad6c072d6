"""A side of a comparison in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from ced_cdisc.compare.datasets import Settings, compare_tables
from ced_cdisc.compare.model import (
    ATTRIBUTES,
    Attribute,
    ComparedTable,
    ComparedVariable,
    DatasetComparison,
    Rows,
)
from ced_cdisc.core.findings import Severity


class Side:
    """A table of plain columns; numbers are Float64, texts String."""

    knows: frozenset[Attribute] = frozenset(ATTRIBUTES)

    def __init__(
        self,
        columns: dict[str, list[Any]],
        shown: str = "a.xpt",
        name: str = "XX",
        label: str = "",
        variables: Sequence[ComparedVariable] | None = None,
        special: dict[str, list[str | None]] | None = None,
    ) -> None:
        self.shown, self.name, self.label = shown, name, label
        made: list[ComparedVariable] = []
        self._columns: dict[str, pl.Series] = {}
        for column, values in columns.items():
            is_text = any(isinstance(value, str) for value in values)
            self._columns[column] = pl.Series(column, values, pl.String if is_text else pl.Float64)
            made.append(ComparedVariable(column, "Char" if is_text else "Num", length=8))
        self.variables = made if variables is None else list(variables)
        self.rows = len(next(iter(columns.values()), []))
        self._special = special or {}

    def column(self, name: str, rows: Rows = None) -> pl.Series:
        return self._columns[name] if rows is None else self._columns[name].gather(pl.Series(rows))

    def unequal(self, other: ComparedTable, mine: Rows = None, theirs: Rows = None) -> dict[str, Any]:
        return {}

    def special_missing(self, name: str, rows: Rows = None) -> pl.Series | None:
        if name not in self._special:
            return None
        codes = pl.Series(self._special[name], dtype=pl.String)
        return codes if rows is None else codes.gather(pl.Series(rows))


def compared(
    a: dict[str, list[Any]] | Side, b: dict[str, list[Any]] | Side, *keys: str, **settings: Any
) -> DatasetComparison:
    one = a if isinstance(a, Side) else Side(a)
    other = b if isinstance(b, Side) else Side(b, "b.xpt")
    return compare_tables(one, other, Settings(**settings), keys)


def said(comparison: DatasetComparison) -> list[str]:
    """Messages with their details, errors as they are and others with their severity."""
    made: list[str] = []
    for d in comparison.differences:
        word = "" if d.severity is Severity.ERROR else f"{d.severity.value}: "
        made.append("; ".join((word + d.message, *d.details)))
    return made
