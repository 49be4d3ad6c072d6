"""The rows of a transport file: encoded side by side by some threads, written in their order by one.

A block of rows is small enough for the memory next to a processor, as each variable puts its bytes into all
rows of it.
"""

from __future__ import annotations

import io
import os
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO, NamedTuple, Protocol, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.core.ibm import SPECIAL_MISSING, ieee_to_ibm
from ced_cdisc.core.threads import threads
from ced_cdisc.core.xpt import LONGEST_NUMBER, XptMember
from ced_cdisc.write.xpt_texts import Field, Texts
from ced_cdisc.write.xpt_values import sas_numbers, sas_text
from ced_cdisc.write.xpt_views import ROWS, Space

_BLOCK_BYTES = 1 << 22
_BLOCKS = 4
"""Blocks of rows that are made ready for encoding together."""
_CODES = {code: ord(code) for code in SPECIAL_MISSING}


class RowWriter:
    """Writes rows to the end of a stream; all stand there when it is left.

    Args:
        stream: a binary stream.
        member: the headers, which say how the rows are laid out.
    """

    def __init__(self, stream: BinaryIO, member: XptMember) -> None:
        self._stream, self._member = stream, member
        self._write_back = _WriteBack(stream)
        self._rows = max(1, min(ROWS, _BLOCK_BYTES // max(1, member.record_length)))
        self._workers = threads()
        self._pool: ThreadPoolExecutor | None = None
        self._free: list[_Desk] = []
        self._underway: deque[tuple[Future[memoryview], _Desk]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            while self._underway and kind is None:
                self._write_first()
        finally:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)

    def write(self, frame: pl.DataFrame, special_missing: Mapping[str, pl.Series]) -> None:
        """Write rows that were checked; some of them when the next ones are, or at the end."""
        if frame.is_empty():
            return
        if frame.height <= self._rows and self._pool is None:
            part = _part(frame, self._member, special_missing)
            desk = self._free.pop() if self._free else _Desk(self._rows, self._member)
            self._put(self._encoded(part, 0, desk))
            self._free.append(desk)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._workers)
            missing = self._workers + 2 - len(self._free)
            self._free += [_Desk(self._rows, self._member) for _ in range(missing)]
        for start, end in _cuts(frame, self._rows):
            codes = {name: one[start:end] for name, one in special_missing.items()}
            part = self._pool.submit(_part, frame[start:end], self._member, codes)
            for first in range(0, end - start, self._rows):
                if not self._free:
                    self._write_first()
                desk = self._free.pop()
                self._underway.append((self._pool.submit(self._encoded, part, first, desk), desk))

    def _write_first(self) -> None:
        made, desk = self._underway.popleft()
        self._put(made.result())
        self._free.append(desk)

    def _put(self, rows: memoryview) -> None:
        self._stream.write(rows)
        self._write_back.goes_on(len(rows))

    def _encoded(self, part: _Part | Future[_Part], first: int, desk: _Desk) -> memoryview:
        # The part was asked for before, so another thread makes it or has done so.
        ready = part.result() if isinstance(part, Future) else part
        rows = min(self._rows, ready.rows - first)
        for field, column in zip(desk.fields, ready.columns, strict=True):
            column.write(field, first, rows, desk.space)
        return desk.block[:rows].data.cast("B")


class _WriteBack:
    """Has the system bring what stands in a file to the disk while more is made.

    Who waits for the whole file to be there (``fsync``), as ``ced-cdisc convert`` does, then waits for its
    end alone. Nothing happens where the stream is no file, where the system does not know the call, or where
    the stream can also be read: a build reads it again for its digest, and waits for no disk.
    """

    _STEP = 1 << 24

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._waiting = 0
        self._is_possible = hasattr(os, "posix_fadvise") and isinstance(stream, io.BufferedWriter)

    def goes_on(self, size: int) -> None:
        """So many bytes more stand in the file."""
        self._waiting += size
        if not self._is_possible or self._waiting < self._STEP:
            return
        try:
            # It begins to write what is not on the disk; what is not there yet also stays in memory.
            begin = self._stream.tell() - self._waiting
            os.posix_fadvise(self._stream.fileno(), begin, self._waiting, os.POSIX_FADV_DONTNEED)
        except OSError:  # such as a pipe
            self._is_possible = False
        self._waiting = 0


class _Desk:
    """Memory for a block of rows, used by one thread at a time."""

    def __init__(self, rows: int, member: XptMember) -> None:
        self.block = np.empty((rows, member.record_length), np.uint8)
        self.space = Space()
        self.fields = [
            Field(self.block[:, start : start + v.length])
            for v, start in zip(member.variables, member.positions, strict=True)
        ]


class _Column(Protocol):
    def write(self, field: Field, first: int, rows: int, space: Space) -> None:
        """Write some values, from the row ``first`` on, into the first rows of their field."""
        ...


class _Part(NamedTuple):
    """Some rows, made ready for encoding: polars takes as long for a small block as for many."""

    rows: int
    columns: list[_Column]


def _cuts(frame: pl.DataFrame, rows: int) -> Iterator[tuple[int, int]]:
    """Parts of a frame: where possible within the pieces of memory that hold it, so that none is copied."""
    ends = {frame.height}
    for column in frame.iter_columns():
        if column.n_chunks() > 1:
            ends.update(np.cumsum(column.chunk_lengths()).tolist())
    start = 0
    for end in sorted(ends):
        if end - start < rows and end < frame.height:
            continue
        parts = -(-(end - start) // (rows * _BLOCKS))
        while start < end:
            cut = min(end, start + -(-(end - start) // (parts * rows)) * rows)
            yield start, cut
            start, parts = cut, parts - 1


def _part(frame: pl.DataFrame, member: XptMember, special_missing: Mapping[str, pl.Series]) -> _Part:
    columns: list[_Column] = []
    for variable in member.variables:
        series = frame[variable.name]
        if variable.type == "Char":
            columns.append(Texts(sas_text(series), member.encoding))
        else:
            columns.append(_Numbers(series, special_missing.get(variable.name)))
    return _Part(frame.height, columns)


class _Numbers:
    def __init__(self, series: pl.Series, codes: pl.Series | None) -> None:
        self._values, self._codes = sas_numbers(series).to_numpy(), None
        if codes is not None:
            found = codes.replace_strict(_CODES, default=0, return_dtype=pl.UInt8)
            self._codes = found.fill_null(0).to_numpy()

    def write(self, field: Field, first: int, rows: int, space: Space) -> None:
        values = self._values[first : first + rows]
        codes = None if self._codes is None else self._codes[first : first + rows]
        if codes is None and _are_equal(values, space):
            if not field.holds(value := values[:1].tobytes(), rows):
                item = int(ieee_to_ibm(values[:1])[0]).to_bytes(LONGEST_NUMBER)
                field.repeat(value, item[: field.length], rows)
            return
        numbers = ieee_to_ibm(values, codes, space.words).byteswap(inplace=True)
        field.put(np.ndarray(rows, f"V{field.length}", numbers.data, strides=(LONGEST_NUMBER,)))


def _are_equal(values: NDArray[np.float64], space: Space) -> bool:
    """Whether all have the same bits; most often the first, the middle and the last tell."""
    bits = values.view(np.uint64)
    if not bits[0] == bits[len(bits) // 2] == bits[-1]:
        return False
    return bool(np.equal(bits[1:], bits[:-1], out=space.flags[: len(bits) - 1]).all())
