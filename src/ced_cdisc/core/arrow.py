"""Frames in bytes of Arrow IPC.

polars reads and writes an Arrow file by threads of its own, to and from which it goes sixteen times. A frame
of some thousand cells, of which a study has dozens, so takes four to ten times as long as in an Arrow stream,
which is gone through at once. A large frame is sooner read as a file, and some of its columns much sooner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO

import polars as pl

FEW_CELLS = 1 << 18
"""Up to so many cells a frame is a stream: from there on both take as long."""
_FILE = b"ARROW1"
_TYPES = {
    str(one): one
    for one in (pl.String(), pl.Float64(), pl.Int64(), pl.Date(), pl.Datetime("us"), pl.Boolean())
}
"""The types that columns of datasets have, by their names."""


def to_bytes(frame: pl.DataFrame) -> bytes:
    """A frame in bytes, the same for the same columns and values in the same blocks of memory."""
    stream = BytesIO()
    if frame.height * frame.width <= FEW_CELLS:
        frame.write_ipc_stream(stream, compression="lz4")
    else:
        frame.write_ipc(stream, compression="lz4")
    return stream.getvalue()


def of_bytes(body: bytes, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """The frame of bytes; of some columns these alone, in their order.

    Raises:
        PolarsError, OSError: the bytes hold none.
    """
    wanted = None if columns is None else list(columns)
    read = pl.read_ipc if body.startswith(_FILE) else pl.read_ipc_stream
    found = read(body, columns=wanted)
    return found if wanted is None else found.select(wanted)


def schema_of(body: bytes) -> Mapping[str, pl.DataType]:
    """The columns of a frame in bytes.

    Raises:
        PolarsError, OSError: the bytes hold none.
    """
    if body.startswith(_FILE):
        return dict(pl.read_ipc_schema(BytesIO(body)))
    return dict(pl.read_ipc_stream(body).schema)  # of which polars tells no schema alone


def schema_to_json(schema: Mapping[str, pl.DataType]) -> list[list[str]] | None:
    """The columns of a frame as a JSON value, which is read sooner; None where one has another type."""
    named = [[name, str(kind)] for name, kind in schema.items()]
    return named if all(kind in _TYPES for _, kind in named) else None


def schema_of_json(value: Iterable[Sequence[str]]) -> Mapping[str, pl.DataType]:
    """The columns of a JSON value.

    Raises:
        LookupError, TypeError, ValueError: it is none.

    >>> schema_of_json(schema_to_json({"AETERM": pl.String(), "ASTDT": pl.Date()}) or [])
    {'AETERM': String, 'ASTDT': Date}
    """
    return {str(name): _TYPES[kind] for name, kind in value}
