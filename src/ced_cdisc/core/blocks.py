"""Finished datasets in blocks of rows, which need not be in memory together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

FEW = 4096
"""Rows up to which finding the different values takes longer than looking at all of them."""


class Block(Protocol):
    """Some rows of a dataset, in memory or in a file."""

    @property
    def height(self) -> int:
        """How many rows."""
        ...

    @property
    def columns(self) -> Sequence[str]:
        """The columns that it has; others of the dataset are missing in its rows."""
        ...

    def read(self, names: Sequence[str]) -> pl.DataFrame:
        """The rows with the named columns, which it has."""
        ...

    def values(self, names: tuple[str, ...]) -> pl.DataFrame | None:
        """What these columns hold side by side, each once as it first comes; None where that is not known."""
        ...

    def tells_apart(self, names: Sequence[str]) -> bool:
        """Whether it is known that no two rows agree in all of these columns."""
        ...


class InMemory(Struct, frozen=True):
    """Rows that are at hand."""

    frame: pl.DataFrame

    @property
    def height(self) -> int:
        """How many rows."""
        return self.frame.height

    @property
    def columns(self) -> Sequence[str]:
        """Its columns."""
        return self.frame.columns

    def read(self, names: Sequence[str]) -> pl.DataFrame:
        """The rows with the named columns, without a query, which takes longer than a small column."""
        return self.frame[:, list(names)]

    def values(self, names: tuple[str, ...]) -> pl.DataFrame | None:
        """Nothing is known of the rows before they are looked at."""
        return None

    def tells_apart(self, names: Sequence[str]) -> bool:
        """Nothing is known of the rows before they are looked at."""
        return False


class Blocks(Struct, frozen=True, eq=False):
    """One dataset: its columns, and its rows block by block.

    Attributes:
        schema: the types of the columns, in their order.
        parts: the blocks; together they hold the rows in their order.
        apart: a column of which no two blocks share a value, such as USUBJID; empty where that is not known.
    """

    schema: Mapping[str, pl.DataType]
    parts: tuple[Block, ...]
    apart: str = ""
    _held: dict[tuple[str, ...], pl.DataFrame] = field(default_factory=dict[tuple[str, ...], pl.DataFrame])

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Blocks:
        """A dataset that is a frame."""
        return cls(frame.schema, (InMemory(frame),))

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self.schema)

    @property
    def height(self) -> int:
        """How many rows."""
        return sum(part.height for part in self.parts)

    @property
    def is_small(self) -> bool:
        """Whether to look at all rows takes less time than to find the different ones first."""
        return self.height <= FEW

    def __len__(self) -> int:
        return self.height

    def select(self, names: Sequence[str]) -> Blocks:
        """The dataset with some of its columns."""
        return replace(self, schema={name: self.schema[name] for name in names})

    def blocks(self, names: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """The rows, each block read when it is its turn.

        Args:
            names: the columns; None takes all.
        """
        for part in self.parts:
            yield self._read(part, self.columns if names is None else names)

    def frame(self, names: Sequence[str] | None = None) -> pl.DataFrame:
        """All rows at once."""
        found = list(self.blocks(names))
        if len(found) == 1:
            return found[0]
        wanted = list(self.schema) if names is None else list(names)
        empty = pl.DataFrame(schema={name: self.schema[name] for name in wanted})
        return pl.concat([empty, *found])

    def values(self, *names: str) -> pl.DataFrame:
        """Rows with all that these columns hold side by side, in the order in which it first comes.

        Each combination stands there once, or, in a small dataset, as often as the dataset has it.
        """
        if names in self._held:
            return self._held[names]
        if self.is_small:
            return self.frame(names)
        found = [self._values(part, names) for part in self.parts]
        made = found[0] if len(found) == 1 else pl.concat(found).unique(maintain_order=True)
        if made.height <= FEW:
            self._held[names] = made
        return made

    def column(self, name: str) -> pl.Series:
        """The values of a column, each once as it first comes, or, in a small dataset, of every row."""
        part = self.parts[0] if len(self.parts) == 1 else None
        if isinstance(part, InMemory) and self.is_small and name in part.columns:
            return part.frame.get_column(name)
        return self.values(name)[name]

    def is_unique(self, names: Sequence[str]) -> bool:
        """Whether no two rows agree in all of these columns, as files hold them."""
        if self.apart and self.apart in names:
            return all(
                part.tells_apart(names) or is_unique(as_held(self._read(part, names))) for part in self.parts
            )
        return is_unique(as_held(self.frame(names)))

    def _values(self, part: Block, names: tuple[str, ...]) -> pl.DataFrame:
        known = part.values(names)
        return self._read(part, names).unique(maintain_order=True) if known is None else known

    def _read(self, part: Block, names: Sequence[str]) -> pl.DataFrame:
        """A block's rows with these columns; those that it lacks are missing."""
        known = part.columns
        held = [name for name in names if name in known]
        frame = part.read(held)
        if len(held) == len(names):
            return frame
        lacking = [pl.lit(None, self.schema[n]).alias(n) for n in names if n not in known]
        if not frame.columns:
            frame = pl.select(pl.repeat(None, part.height, dtype=pl.Null).alias("__none"))
        return frame.with_columns(lacking).select(names)


def as_held(frame: pl.DataFrame) -> pl.DataFrame:
    """Texts as files hold them, which pad with blanks: those at the end of a text say nothing.

    >>> as_held(pl.DataFrame({"A": ["x ", " x", "  ", ""]}))["A"].to_list()
    ['x', ' x', None, None]
    """
    texts = [one for one in frame if one.dtype == pl.String]
    padded = [one.name for one in texts if one.str.ends_with(" ").any() or (one == "").any()]
    return frame.with_columns(pl.col(padded).str.strip_chars_end(" ").replace("", None)) if padded else frame


def is_unique(frame: pl.DataFrame) -> bool:
    """Whether no two rows of a frame are equal; of a large one that rises by its columns, soon told."""
    return (frame.height > FEW and rises(frame)) or bool(frame.is_unique().all())


def rises(frame: pl.DataFrame) -> bool:
    """Whether each row is above the one before it, by its columns from left to right; null is lowest."""
    if not frame.columns:
        return frame.height < 2
    above = pl.lit(value=False)
    for name in reversed(frame.columns):
        here, before = pl.col(name), pl.col(name).shift(1)
        higher = (here > before).fill_null(before.is_null() & here.is_not_null())
        above = higher | (here.eq_missing(before) & above)
    return bool(frame.select(above.slice(1).all()).item())


class Frames(Mapping[str, pl.DataFrame]):
    """Datasets by name, each a frame that is put together when it is asked for.

    Attributes:
        blocks: the same datasets in blocks, which take no memory until they are read.
    """

    def __init__(self, blocks: Mapping[str, Blocks], held_by: object = None) -> None:
        self.blocks = blocks
        self._held_by = held_by  # the folder of the blocks stays as long as they may be read

    @classmethod
    def of(cls, frames: Mapping[str, pl.DataFrame]) -> Frames:
        """Datasets that are frames."""
        return cls({name: Blocks.of(frame) for name, frame in frames.items()})

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.blocks[name].frame()

    def __contains__(self, name: object) -> bool:
        return name in self.blocks  # a Mapping would read the dataset to see

    def __iter__(self) -> Iterator[str]:
        return iter(self.blocks)

    def __len__(self) -> int:
        return len(self.blocks)

    def shape(self, name: str) -> tuple[int, int]:
        """Rows and columns of a dataset; none of it is read."""
        return self.blocks[name].height, len(self.blocks[name].schema)
