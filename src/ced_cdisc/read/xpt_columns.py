"""The bytes of one variable of a transport file as a column, block by block.

A column is allocated once and filled in place: 8 bytes a number and 16 bytes a text, which is the form in
which polars holds them (an Arrow string view: a text of up to 12 bytes stands in it, a longer one is pointed
to, and one that is repeated is held once). Nothing is copied afterwards. Several threads fill a column side
by side, each some blocks with a decoder of its own.

Source: Apache Arrow Columnar Format, "Variable-size Binary View Layout".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, cast

import numpy as np
import polars as pl
import pyarrow as _pyarrow  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from ced_cdisc.core.ibm import ibm_to_ieee
from ced_cdisc.core.xpt import LONGEST_NUMBER, XptVariable
from ced_cdisc.read.xpt_block import Block, Field
from ced_cdisc.read.xpt_texts import TextDecoder

pa: Any = cast(Any, _pyarrow)  # pyarrow has no types


class Decoder(Protocol):
    """What takes the field of some blocks, one after the other."""

    def fill(self, block: Block, field: Field, start: int, number: int) -> bool:
        """Decode the field of a block into the rows of the column from ``start`` on.

        Args:
            block: the rows.
            field: where the variable stands in them.
            start: the row of the column.
            number: of the block in the file, from 0.

        Returns:
            Whether all of it is ASCII.

        Raises:
            Undecodable: a text is not of the encoding.
        """
        ...


class Taker(Protocol):
    """What takes all blocks of a variable."""

    def decoder(self) -> Decoder:
        """A decoder for one thread."""
        ...


class XptColumn(Taker, Protocol):
    """A column that is filled in blocks of rows."""

    def array(self) -> Any:
        """The column as an Arrow array, null where missing; no block is filled after that."""
        ...


def column_of(variable: XptVariable, rows: int, encoding: str, blocks: int) -> XptColumn:
    """An empty column for so many rows of a variable that come in so many blocks."""
    if variable.type == "Num":
        return _Numbers(variable, rows)
    return _Texts(variable, rows, encoding, blocks)


class _Numbers:
    def __init__(self, variable: XptVariable, rows: int) -> None:
        self._values, self._present = np.empty(rows, np.float64), np.empty(rows, np.bool_)

    def decoder(self) -> Decoder:
        return self

    def fill(self, block: Block, field: Field, start: int, number: int) -> bool:
        rows = slice(start, start + block.rows)
        space = block.space
        values = ibm_to_ieee(ibm(block, field), self._values[rows], space.work[1:])
        np.equal(values, values, out=self._present[rows])
        return True

    def array(self) -> Any:
        return _array(pa.float64(), self._present, [self._values])


class _Texts:
    def __init__(self, variable: XptVariable, rows: int, encoding: str, blocks: int) -> None:
        self._length, self._encoding = variable.length, encoding
        self._views, self._present = np.empty((rows, 2), np.uint64), np.empty(rows, np.bool_)
        # Those of a block have its number, twice and one more, whichever thread decodes it first.
        self._characters: list[Any] = [None] * (2 * blocks)

    def decoder(self) -> Decoder:
        return TextDecoder(self._views, self._present, self._characters, self._encoding)

    def array(self) -> Any:
        used = max((number for number, held in enumerate(self._characters, 1) if held is not None), default=0)
        characters = [b"" if held is None else held for held in self._characters[:used]]
        return _array(pa.string_view(), self._present, [self._views, *characters])


def ibm(block: Block, field: Field) -> NDArray[np.uint64]:
    """The numbers of a field as integers, in the first words for the work of the block.

    One of less than eight bytes lacks the last of the fraction.
    """
    numbers = block.space.work[0, : block.rows]
    np.copyto(numbers, block.words(field, kind=">u8"))
    if field.length < LONGEST_NUMBER:
        unused = 8 * (LONGEST_NUMBER - field.length)
        numbers &= np.uint64((1 << 64) - (1 << unused))
    return numbers


def frame_of(variables: Iterable[XptVariable], columns: Iterable[XptColumn]) -> pl.DataFrame:
    """The columns of variables side by side; nothing is copied."""
    names = [variable.name for variable in variables]
    return pl.DataFrame(pa.RecordBatch.from_arrays([column.array() for column in columns], names=names))


def _array(kind: Any, present: NDArray[np.bool_], buffers: list[Any]) -> Any:
    count = np.count_nonzero(present)
    mask = None if count == len(present) else pa.py_buffer(np.packbits(present, bitorder="little"))
    return pa.Array.from_buffers(
        kind, len(present), [mask, *(pa.py_buffer(buffer) for buffer in buffers)], len(present) - count
    )
