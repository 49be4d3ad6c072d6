"""Blocks of datasets (:mod:`ced_cdisc.core.blocks`) that are made when somebody looks at their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import polars as pl

from ced_cdisc.core.arrow import of_bytes, schema_of
from ced_cdisc.core.blocks import Blocks

_FEW_COLUMNS = 4
"""Up to so many columns are read for themselves, and not kept for whoever asks next."""


class _Unknown:
    """A block of which nothing is known before its rows are looked at."""

    def values(self, names: tuple[str, ...]) -> pl.DataFrame | None:
        """Nothing is known."""
        return None

    def tells_apart(self, names: Sequence[str]) -> bool:
        """Nothing is known."""
        return False


@dataclass(frozen=True)
class Later(_Unknown):
    """Rows that a function gives; it is asked once at most.

    Attributes:
        height: how many rows it will give.
        columns: the columns.
        make: gives the rows.
    """

    height: int
    columns: Sequence[str]
    make: Callable[[], pl.DataFrame] = field(repr=False, compare=False)

    @cached_property
    def _frame(self) -> pl.DataFrame:
        return self.make()

    def read(self, names: Sequence[str]) -> pl.DataFrame:
        """The rows with the named columns."""
        return self._frame.select(names)


@dataclass(frozen=True)
class Packed(_Unknown):
    """Rows in bytes of Arrow IPC, which take less memory than a frame.

    Attributes:
        height: how many rows.
        schema: the columns.
        body: the bytes.
    """

    height: int
    schema: Mapping[str, pl.DataType]
    body: bytes = field(repr=False, compare=False)

    @property
    def columns(self) -> Sequence[str]:
        """The columns."""
        return tuple(self.schema)

    @cached_property
    def _frame(self) -> pl.DataFrame:
        return of_bytes(self.body)

    def read(self, names: Sequence[str]) -> pl.DataFrame:
        """The rows with the named columns; all of them are read at once where many are asked for."""
        if "_frame" not in self.__dict__ and 0 < len(names) <= min(_FEW_COLUMNS, len(self.schema) // 2):
            return of_bytes(self.body, names)
        return self._frame.select(names)


class Stretches(Protocol):
    """Bytes of which any stretch can be read."""

    def read(self, start: int, size: int) -> bytes:
        """So many bytes from ``start`` on."""
        ...


@dataclass(frozen=True)
class Stretch(_Unknown):
    """Rows in a stretch of many bytes; nothing of it is held.

    Attributes:
        height: how many rows.
        schema: the columns.
        of: the bytes.
        start: where it begins in them.
        size: how many bytes it has.
    """

    height: int
    schema: Mapping[str, pl.DataType]
    of: Stretches = field(repr=False, compare=False)
    start: int
    size: int

    @property
    def columns(self) -> Sequence[str]:
        """The columns."""
        return tuple(self.schema)

    def read(self, names: Sequence[str]) -> pl.DataFrame:
        """The rows with the named columns."""
        if not names:
            return pl.DataFrame()
        return of_bytes(self.of.read(self.start, self.size), names)


def stretches(of: Stretches, sizes: Sequence[tuple[int, int]], start: int = 0) -> tuple[Stretch, ...]:
    """The blocks of a dataset that stand in bytes, one after the other.

    Args:
        of: the bytes.
        sizes: of each block, its rows and its bytes.
        start: where the first begins.

    Raises:
        PolarsError, OSError: the bytes are no frames.
    """
    found: list[Stretch] = []
    for height, size in sizes:
        found.append(Stretch(height, schema_of(of.read(start, size)), of, start, size))
        start += size
    return tuple(found)


def later(schema: Mapping[str, pl.DataType], height: int, make: Callable[[], pl.DataFrame]) -> Blocks:
    """A dataset that a function gives once somebody looks at it."""
    return Blocks(schema, (Later(height, tuple(schema), make),))


def packed(body: bytes, height: int, schema: Mapping[str, pl.DataType] | None = None) -> Blocks:
    """A dataset in bytes of Arrow IPC; where its columns are not told, they are read.

    Raises:
        PolarsError, OSError: the bytes are no frame.
    """
    part = Packed(height, schema_of(body) if schema is None else schema, body)
    return Blocks(part.schema, (part,))
