"""The reader of SAS transport files, version 5.

Files come from outside: sizes in the headers are compared with the bytes that are there before anything
is allocated, and every fault is one finding.

Source: SAS technical paper TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format".
"""

from __future__ import annotations

import codecs
import mmap
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ced_cdisc.core.ibm import MISSING, ibm_to_ieee
from ced_cdisc.core.threads import threads
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

    @property
    def data(self) -> NDArray[np.uint8]:
        """The bytes of all rows, shape (rows, record length), in the file."""
        return self._data

    @property
    def encoding(self) -> str:
        """The encoding in which texts are read."""
        return self._encoding

    def block(self, first: int, last: int, rows: NDArray[np.uint32] | None = None) -> NDArray[np.uint8]:
        """The bytes of the rows from ``first`` on and before ``last``, or of those places of ``rows``."""
        if rows is None:
            block = np.array(self._data[first:last])
            _release(self._data)
            return block
        return np.take(np.asarray(self._data), rows[first:last].astype(np.intp), axis=0)

    def release(self) -> None:
        """Give back the memory of what was read here and there; it stays in the file."""
        _release(self._data)

    def read(
        self, names: Collection[str] | None = None, rows: NDArray[np.uint32] | None = None
    ) -> tuple[pl.DataFrame, XptMember]:
        """Some variables (None: all) in their order, and the headers, as :func:`read_xpt` says.

        Args:
            names: the variables.
            rows: the rows that are read, from 0, in this order; None for all.
        """
        member = self.member
        chosen = [
            (variable, start)
            for variable, start in zip(member.variables, member.positions, strict=True)
            if names is None or variable.name in names
        ]
        is_ascii = all(text.isascii() for text in (member.label, *(v.label for v in member.variables)))
        count = self.rows if rows is None else len(rows)
        columns = [column_of(variable, count, self._encoding) for variable, _ in chosen]

        def fill(block: NDArray[np.uint8], first: int, number: int) -> bool:
            variable, start = chosen[number]
            try:
                return columns[number].fill(block[:, start : start + variable.length], first)
            except Undecodable as fault:
                row = first + fault.row if rows is None else int(rows[first + fault.row])
                where = f"{member.name}.{variable.name} row {row + 1}"
                what = f"has at {where} the text {fault.text!r}, which is not {self._encoding}"
                hint = "read it with the encoding of the file, such as windows-1252"
                raise stopped("CED337", self._file, what, hint) from None

        places = range(len(chosen))
        if count * member.record_length <= _BLOCK_BYTES:
            for block, first in _blocks(self._data, rows):
                filled = [fill(block, first, number) for number in places]
                is_ascii &= all(filled)
        else:
            # Side by side; of several faults the one is told that comes first without threads.
            with ThreadPoolExecutor(threads()) as pool:
                for block, first in _blocks(self._data, rows):
                    filled = list(pool.map(partial(fill, block, first), places))
                    is_ascii &= all(filled)
        frame = pl.DataFrame([column.series() for column in columns])
        return frame, replace(member, encoding="ascii" if is_ascii else self._encoding)

    def special_missing(
        self, names: Collection[str] | None = None, rows: NDArray[np.uint32] | None = None
    ) -> dict[str, pl.Series]:
        """The special missing values of some variables (None: all), as :func:`read_special_missing` says;
        ``rows`` as in :meth:`read`.
        """
        found: dict[str, pl.Series] = {}
        for variable, start in zip(self.member.variables, self.member.positions, strict=True):
            if variable.type == "Num" and (names is None or variable.name in names):
                end = start + variable.length
                parts = [ibm_to_ieee(ibm(block[:, start:end]))[1] for block, _ in _blocks(self._data, rows)]
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


def _blocks(
    data: NDArray[np.uint8], rows: NDArray[np.uint32] | None = None
) -> Iterator[tuple[NDArray[np.uint8], int]]:
    """Blocks of rows (None: all) that fit into the cache, with the place from 0 that they begin with."""
    size = max(1, _BLOCK_BYTES // max(1, data.shape[1]))
    plain = np.asarray(data)  # each slice of a memory map costs time
    if rows is not None:
        for start in range(0, len(rows), size):
            yield plain[rows[start : start + size]], start
        _release(data)
        return
    for start in range(0, len(data), size):
        yield plain[start : start + size], start
        _release(data)


def _release(data: NDArray[np.uint8]) -> None:
    """Give back the memory of what was read of a large file; it stays in the file."""
    source: Any = getattr(data, "_mmap", None)
    if source is not None and hasattr(mmap, "MADV_DONTNEED"):
        source.madvise(mmap.MADV_DONTNEED)
