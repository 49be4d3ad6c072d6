"""Frames on disk while a build goes on: Arrow files in a temporary folder.

Their columns are compressed, and so are read, not mapped: what is not looked at is not in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from msgspec import Struct, field
from msgspec.structs import replace

from ced_cdisc.core.blocks import as_held, rises
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.write.spill_folder import no_room

Key = tuple[tuple[bool, Any], ...]
"""Values of a record so that missing ones come first."""


class FileBlock(Struct, frozen=True, eq=False):
    """Some rows of a dataset in a file: a block of :class:`ced_cdisc.core.blocks.Blocks`.

    Attributes:
        path: an Arrow file.
        height: its rows.
        schema: its columns.
        edges: by the columns that the rows are sorted by, the first and the last of them; None for no rows.
        apart: columns of which no two rows agree in all; none where that is not known.
        known: by columns, what they hold side by side, as far as that is little.
    """

    path: Path
    height: int
    schema: Mapping[str, pl.DataType]
    edges: tuple[Key, Key] | None = None
    apart: frozenset[str] = frozenset()
    known: Mapping[tuple[str, ...], pl.DataFrame] = field(default_factory=dict[tuple[str, ...], pl.DataFrame])

    @property
    def columns(self) -> Sequence[str]:
        """Its columns."""
        return tuple(self.schema)

    def read(self, names: Sequence[str]) -> pl.DataFrame:
        """The rows with the named columns."""
        if not names:
            return pl.DataFrame()
        return pl.read_ipc(self.path, columns=list(names)).select(names)

    def values(self, names: tuple[str, ...]) -> pl.DataFrame | None:
        """What these columns hold side by side, if that was noted as the rows were written."""
        return self.known.get(names)

    def tells_apart(self, names: Sequence[str]) -> bool:
        """Whether it was seen as the rows were written that no two agree in all of these columns."""
        return bool(self.apart) and self.apart.issubset(names)


def write_block(
    folder: Path,
    name: str,
    frame: pl.DataFrame,
    sort: Sequence[str] = (),
    known: Mapping[tuple[str, ...], pl.DataFrame] | None = None,
) -> FileBlock:
    """Write some rows of a dataset.

    Args:
        folder: of a :class:`ced_cdisc.write.spill_folder.Spill`.
        name: the name of the file, without its ending.
        frame: the rows.
        sort: the columns that they are sorted by.
        known: by columns, what they hold side by side, each once in the order in which it first comes.

    Raises:
        Stopped: the file cannot be written (CED451).
    """
    path = folder / f"{name.replace('/', '.')}.arrow"
    try:
        frame.write_ipc(path, compression="lz4")
    except (OSError, pl.exceptions.ComputeError) as error:
        raise Stopped(Findings([no_room(folder.as_posix(), error)])) from error
    keys = [column for column in sort if column in frame.columns]
    edges = (_key(frame, keys, 0), _key(frame, keys, -1)) if frame.height and keys else None
    apart = frozenset(keys) if rises(as_held(frame.select(keys))) else frozenset[str]()
    return FileBlock(path, frame.height, frame.schema, edges, apart, known or {})


def keep_bytes(folder: Path, block: FileBlock, content: bytes) -> FileBlock:
    """A block of another machine, its file written here.

    Raises:
        Stopped: the file cannot be written (CED451).
    """
    path = folder / block.path.name
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Stopped(Findings([no_room(folder.as_posix(), error)])) from error
    return replace(block, path=path)


def _key(frame: pl.DataFrame, keys: Sequence[str], row: int) -> Key:
    return tuple((value is not None, value) for value in frame.select(keys).row(row))
