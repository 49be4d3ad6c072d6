"""The writer of SAS transport files, versions 5 and 8.

Data are encoded in blocks of a few megabytes, so memory does not grow with the rows. Same input, same
bytes: all stamps come from the member.

Source: SAS technical papers TS-140, see :mod:`ced_cdisc.core.xpt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import BinaryIO

import polars as pl

from ced_cdisc.core.datafile import Rows
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.core.xpt import RECORD, XptMember
from ced_cdisc.write.xpt_check import check_block, check_last_row, check_member, check_xpt
from ced_cdisc.write.xpt_headers import header_bytes, rows_record
from ced_cdisc.write.xpt_rows import RowWriter
from ced_cdisc.write.xpt_small import FEW, small_rows


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
    is_small = frame.height <= FEW and member.encoding == "ascii" and not special_missing
    if is_small and not check_member(member) and (rows := small_rows(frame, member)) is not None:
        stream.write(header_bytes(member) + rows_record(member, frame.height) + rows)
        _write_padding(stream, len(rows))
        return
    _stop_on(Findings(check_xpt(frame, member, special_missing)))
    stream.write(header_bytes(member) + rows_record(member, frame.height))
    with RowWriter(stream, member) as writer:
        writer.write(frame, special_missing or {})
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
    with RowWriter(stream, member) as writer:
        for one in blocks:
            block = one if isinstance(one, Rows) else Rows(one)
            _stop_on(Findings(check_block(block.frame, member, block.codes, rows + 1)))
            rows += block.frame.height
            if not block.frame.is_empty():
                if held_back is not None:
                    writer.write(held_back.frame, held_back.codes)
                held_back = block
        if held_back is not None:
            frame = held_back.frame
            _stop_on(Findings(check_last_row(frame, member, rows - frame.height + 1)))
            writer.write(frame, held_back.codes)
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


def _write_padding(stream: BinaryIO, data_bytes: int) -> None:
    stream.write(b" " * (-data_bytes % RECORD))
