"""The writer of SAS transport files, versions 5 and 8.

Data are encoded in blocks of a few megabytes, so memory does not grow with the rows. Same input, same
bytes: all stamps come from the member.

Source: SAS technical papers TS-140, see :mod:`ced_cdisc.core.xpt`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO, NamedTuple, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.core.datafile import Rows
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.core.ibm import SPECIAL_MISSING, ieee_to_ibm
from ced_cdisc.core.threads import threads
from ced_cdisc.core.xpt import LONGEST_NUMBER, RECORD, XptMember
from ced_cdisc.write.xpt_check import check_block, check_last_row, check_member, check_xpt
from ced_cdisc.write.xpt_headers import header_bytes, rows_record
from ced_cdisc.write.xpt_texts import Texts
from ced_cdisc.write.xpt_values import sas_numbers, sas_text

_BLOCK_BYTES = 1 << 21
_BLOCKS = 8
"""Blocks of rows that are made ready for encoding together."""
_CODES = {code: ord(code) for code in SPECIAL_MISSING}


def write_xpt(
    stream: BinaryIO,
    frame: pl.DataFrame,
    member: XptMember,
    special_missing: Mapping[str, pl.Series] | None = None,
) -> None:
    """Write one dataset as a complete transport file.

    Dates become days and datetimes seconds since 1960-01-01, times seconds since midnight; their SAS
    formats are those of the member. A null number is the missing value ``.``; a null text is blanks, as
    is an empty one.

    Args:
        stream: a binary stream; it is not closed.
        frame: the data, one column per variable of the member in any order.
        member: the headers.
        special_missing: by numeric variable, one text per row: ``A`` to ``Z`` or ``_`` where the value is
            null and shall be the special missing value, else null.

    Raises:
        Stopped: the version cannot hold the data, see :func:`.xpt_check.check_xpt`; nothing is written.
    """
    if findings := check_xpt(frame, member, special_missing):
        raise Stopped(Findings(findings))
    stream.write(header_bytes(member) + rows_record(member, frame.height))
    _write_rows(stream, frame, member, special_missing or {})
    _write_padding(stream, frame.height * member.record_length)


def write_xpt_blocks(stream: BinaryIO, blocks: Iterable[pl.DataFrame | Rows], member: XptMember) -> int:
    """Write a dataset that comes in blocks of rows, such as one per group of subjects.

    The bytes are those of :func:`write_xpt` with the whole dataset. Each block is checked before it is
    written. A block is a frame, or one with its special missing values. In version 8 the number of rows
    stands before them: the stream goes back to it at the end, so it must be seekable.

    Returns:
        The number of rows.

    Raises:
        Stopped: the version cannot hold the data; the stream may hold the headers and earlier blocks.
    """
    _stop_on(Findings(check_member(member)))
    stream.write(header_bytes(member))
    counted = stream.tell() if member.version == 8 else None
    stream.write(rows_record(member, 0))
    rows = 0
    held_back: Rows | None = None
    for one in blocks:
        block = one if isinstance(one, Rows) else Rows(one)
        _stop_on(Findings(check_block(block.frame, member, block.codes, rows + 1)))
        rows += block.frame.height
        if not block.frame.is_empty():
            if held_back is not None:
                _write_rows(stream, held_back.frame, member, held_back.codes)
            held_back = block
    if held_back is not None:
        frame = held_back.frame
        _stop_on(Findings(check_last_row(frame, member, rows - frame.height + 1)))
        _write_rows(stream, frame, member, held_back.codes)
    _write_padding(stream, rows * member.record_length)
    if counted is not None:
        end = stream.tell()
        stream.seek(counted)
        stream.write(rows_record(member, rows))
        stream.seek(end)
    return rows


def _stop_on(findings: Findings) -> None:
    if findings:
        raise Stopped(findings)


def _write_rows(
    stream: BinaryIO, frame: pl.DataFrame, member: XptMember, special_missing: Mapping[str, pl.Series]
) -> None:
    """Encode the rows block by block, each block by the next of some threads, and write them in order."""
    rows = max(1, _BLOCK_BYTES // member.record_length)
    fields = [
        slice(start, start + v.length) for v, start in zip(member.variables, member.positions, strict=True)
    ]

    def encoded(part: _Part, first: int, buffer: NDArray[np.uint8]) -> memoryview:
        block = buffer[: min(rows, part.rows - first)]
        for field, column in zip(fields, part.columns, strict=True):
            column.write(block[:, field], first)
        return block.data.cast("B")

    def buffer() -> NDArray[np.uint8]:
        return np.empty((min(rows, frame.height), member.record_length), np.uint8)

    parts = _parts(frame, member, special_missing, rows * _BLOCKS)
    if frame.height <= rows:
        for part in parts:
            stream.write(encoded(part, 0, buffer()))
        return
    workers = threads()
    free = deque(buffer() for _ in range(workers + 1))
    underway: deque[tuple[Future[memoryview], NDArray[np.uint8]]] = deque()

    def write_first() -> None:
        made, used = underway.popleft()
        stream.write(made.result())
        free.append(used)

    with ThreadPoolExecutor(workers) as pool:
        for part in parts:
            for first in range(0, part.rows, rows):
                if not free:
                    write_first()
                used = free.popleft()
                underway.append((pool.submit(encoded, part, first, used), used))
        while underway:
            write_first()


def _write_padding(stream: BinaryIO, data_bytes: int) -> None:
    stream.write(b" " * (-data_bytes % RECORD))


class _Column(Protocol):
    def write(self, field: NDArray[np.uint8], first: int) -> None:
        """Write values from the row ``first`` on into the field of their rows, shape (n, length)."""
        ...


class _Part(NamedTuple):
    """Some rows, made ready for encoding: polars takes as long for a small block as for many."""

    rows: int
    columns: list[_Column]


def _parts(
    frame: pl.DataFrame, member: XptMember, special_missing: Mapping[str, pl.Series], rows: int
) -> Iterator[_Part]:
    for start in range(0, frame.height, rows):
        part = frame.slice(start, rows)
        columns: list[_Column] = []
        for variable in member.variables:
            series = part[variable.name]
            if variable.type == "Char":
                columns.append(Texts(sas_text(series), member.encoding))
            else:
                codes = special_missing.get(variable.name)
                columns.append(_Numbers(series, None if codes is None else codes.slice(start, rows)))
        yield _Part(part.height, columns)


class _Numbers:
    def __init__(self, series: pl.Series, codes: pl.Series | None) -> None:
        self._values, self._codes = sas_numbers(series).to_numpy(), None
        if codes is not None:
            found = codes.replace_strict(_CODES, default=0, return_dtype=pl.UInt8)
            self._codes = found.fill_null(0).to_numpy()

    def write(self, field: NDArray[np.uint8], first: int) -> None:
        rows, length = slice(first, first + len(field)), field.shape[1]
        numbers = ieee_to_ibm(self._values[rows], None if self._codes is None else self._codes[rows])
        if length == LONGEST_NUMBER:
            field.view(">u8")[:, 0] = numbers
        else:
            field[:] = numbers.astype(">u8").view(np.uint8).reshape(-1, 8)[:, :length]
