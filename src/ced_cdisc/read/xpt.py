"""The reader of SAS transport files, version 5.

Files come from outside: sizes in the headers are compared with the bytes that are there before anything
is allocated, and every fault is one finding.

Source: SAS technical paper TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format".
"""

from __future__ import annotations

import codecs
import mmap
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.core.ibm import MISSING, ibm_to_ieee
from ced_cdisc.core.xpt import RECORD, XptMember
from ced_cdisc.read.xpt_columns import Undecodable, column_of, ibm
from ced_cdisc.read.xpt_headers import LONGEST_HEADERS, MEMBER_MARK, Headers, stopped

_BLOCK_BYTES = 1 << 21


def read_xpt(
    source: Path | str | bytes, *, encoding: str = "utf-8", shown: str = ""
) -> tuple[pl.DataFrame, XptMember]:
    """Read a transport file of one dataset.

    Numbers become Float64 (dates and times stay SAS numbers, their format is in the member) and null
    where missing, ordinary or special. Texts lose their trailing blanks; an empty one is null.

    Args:
        source: a path, or the bytes of a file.
        encoding: of texts that are not ASCII, an ASCII superset such as ``windows-1252``.
        shown: the name of the file in messages; by default the path.

    Returns:
        The data, and all that the headers say; the encoding of the member is ``ascii`` if that is enough.

    Raises:
        Stopped: the file is unreadable or no transport file of version 5 (CED330, CED331), cut (CED332,
            CED335), damaged (CED333, CED334), holds several datasets (CED336) or texts of another
            encoding (CED337).
        LookupError: Python knows no such encoding.
    """
    return XptFile(source, encoding=encoding, shown=shown).read()


class XptFile:
    """An open transport file, of which one reads some columns at a time; the bytes stay in the file.

    Arguments and errors are those of :func:`read_xpt`; those of texts (CED337) arise when a column is read.
    """

    def __init__(self, source: Path | str | bytes, *, encoding: str = "utf-8", shown: str = "") -> None:
        self._file, self.member, self._data = _open(source, encoding, shown)
        self._encoding = encoding

    @property
    def rows(self) -> int:
        """How many records it holds."""
        return len(self._data)

    def read(self, names: Collection[str] | None = None) -> tuple[pl.DataFrame, XptMember]:
        """Some variables (None: all) in their order, and the headers, as :func:`read_xpt` says."""
        member = self.member
        chosen = [
            (variable, start)
            for variable, start in zip(member.variables, member.positions, strict=True)
            if names is None or variable.name in names
        ]
        is_ascii = all(text.isascii() for text in (member.label, *(v.label for v in member.variables)))
        columns = [column_of(variable, self.rows, self._encoding) for variable, _ in chosen]
        for block, first in _blocks(self._data):
            for (variable, start), column in zip(chosen, columns, strict=True):
                try:
                    is_ascii &= column.fill(block[:, start : start + variable.length], first)
                except Undecodable as fault:
                    where = f"{member.name}.{variable.name} row {first + fault.row + 1}"
                    what = f"has at {where} the text {fault.text!r}, which is not {self._encoding}"
                    hint = "read it with the encoding of the file, such as windows-1252"
                    raise stopped("CED337", self._file, what, hint) from None
        frame = pl.DataFrame([column.series() for column in columns])
        return frame, replace(member, encoding="ascii" if is_ascii else self._encoding)

    def same_bytes(self, other: XptFile) -> frozenset[str]:
        """The variables whose bytes are the same in all rows of another file; none unless both have the same
        number of rows, and the same variables at the same places.
        """
        layouts = [[(v.name, v.type, v.length) for v in file.member.variables] for file in (self, other)]
        if layouts[0] != layouts[1] or self.rows != other.rows or self._encoding != other._encoding:
            return frozenset()
        unequal = np.zeros(self._data.shape[1], np.bool_)
        for (block, _), (theirs, _) in zip(_blocks(self._data), _blocks(other._data), strict=True):
            unequal |= np.any(block != theirs, axis=0)
        return frozenset(
            variable.name
            for variable, start in zip(self.member.variables, self.member.positions, strict=True)
            if not unequal[start : start + variable.length].any()
        )

    def special_missing(self, names: Collection[str] | None = None) -> dict[str, pl.Series]:
        """The special missing values of some variables (None: all), as :func:`read_special_missing` says."""
        found: dict[str, pl.Series] = {}
        for variable, field in zip(self.member.variables, _fields(self._data, self.member), strict=True):
            if variable.type == "Num" and (names is None or variable.name in names):
                parts = [ibm_to_ieee(ibm(block))[1] for block, _ in _blocks(field)]
                codes = np.concatenate(parts) if parts else np.empty(0, np.uint8)
                if np.any((codes != 0) & (codes != MISSING)):
                    texts = [chr(code) if code not in (0, MISSING) else None for code in codes.tolist()]
                    found[variable.name] = pl.Series(variable.name, texts, pl.String)
        return found


def read_xpt_member(source: Path | str | bytes, *, encoding: str = "utf-8") -> XptMember:
    """The headers of a transport file alone; arguments and errors are those of :func:`read_xpt`."""
    return _open(source, encoding)[1]


def read_special_missing(source: Path | str | bytes, *, encoding: str = "utf-8") -> dict[str, pl.Series]:
    """The special missing values ``._`` and ``.A`` to ``.Z``, which :func:`read_xpt` gives as null.

    Returns:
        By numeric variable that has any: one text per row, the code (``_``, ``A`` to ``Z``) or null. The
        writer takes the same form. Arguments and errors are those of :func:`read_xpt`.
    """
    return XptFile(source, encoding=encoding).special_missing()


def _open(
    source: Path | str | bytes, encoding: str, shown: str = ""
) -> tuple[str, XptMember, NDArray[np.uint8]]:
    """The name of the file, its headers and its rows, shape (rows, record length), still in the file."""
    codecs.lookup(encoding)
    file = shown or ("<bytes>" if isinstance(source, bytes) else str(source))
    data = np.frombuffer(source, np.uint8) if isinstance(source, bytes) else _map(Path(source), file)
    headers = Headers(data[:LONGEST_HEADERS].tobytes(), file, encoding)
    member = headers.read()
    return file, member, _rows(data[headers.position :], member.record_length, file)


def _map(path: Path, file: str) -> NDArray[np.uint8]:
    try:
        if not path.is_file():
            what = "is not a file" if path.exists() else "does not exist"
            raise stopped("CED330", file, what)
        # An empty file cannot be mapped.
        return np.memmap(path, np.uint8, "r") if path.stat().st_size else np.empty(0, np.uint8)
    except OSError as error:
        raise stopped("CED330", file, f"cannot be read: {error.strerror or error}") from None


def _rows(data: NDArray[np.uint8], length: int, file: str) -> NDArray[np.uint8]:
    """The rows without the blanks that pad the last record."""
    count, rest = divmod(len(data), length)
    padding = data[count * length :]
    if len(data) % RECORD:
        raise stopped(
            "CED335",
            file,
            f"is cut: its data have {len(data)} bytes, no multiple of {RECORD}",
            "copy it anew",
        )
    _refuse_further_members(data, file)
    if rest >= RECORD or np.any(padding != ord(" ")):
        raise stopped("CED335", file, f"is cut within row {count + 1} of {length} bytes", "copy it anew")
    rows = data[: count * length].reshape(count, length)
    # Short rows: the padding of up to 79 bytes may hold whole rows of blanks.
    while count and len(data) - (count - 1) * length < RECORD and np.all(rows[count - 1] == ord(" ")):
        count -= 1
    return rows[:count]


def _refuse_further_members(data: NDArray[np.uint8], file: str) -> None:
    mark = np.frombuffer(MEMBER_MARK, np.uint8)
    for records, _ in _blocks(data.reshape(-1, RECORD)):
        candidates = np.flatnonzero(records[:, :8].copy().view("V8")[:, 0] == mark[:8].view("V8")[0])
        if any(np.array_equal(records[index, : len(mark)], mark) for index in candidates):
            raise stopped("CED336", file, "holds more than one dataset", "export one dataset per file")


def _blocks(rows: NDArray[np.uint8]) -> Iterator[tuple[NDArray[np.uint8], int]]:
    """Blocks of rows that fit into the cache, with the row from 0 that they begin with."""
    size = max(1, _BLOCK_BYTES // max(1, rows.shape[1]))
    source: Any = getattr(rows, "_mmap", None)
    plain = np.asarray(rows)  # each slice of a memory map costs time
    for start in range(0, len(rows), size):
        yield plain[start : start + size], start
        if source is not None and hasattr(mmap, "MADV_DONTNEED"):
            source.madvise(mmap.MADV_DONTNEED)  # what was read of a large file needs no memory any more


def _fields(rows: NDArray[np.uint8], member: XptMember) -> Iterator[NDArray[np.uint8]]:
    """The bytes of each variable, shape (rows, length)."""
    for variable, start in zip(member.variables, member.positions, strict=True):
        yield rows[:, start : start + variable.length]
