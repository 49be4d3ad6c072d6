"""The reader of SAS transport files, version 5.

Files come from outside: sizes in the headers are compared with the bytes that are there before anything
is allocated, and every fault is one finding.

Source: SAS technical paper TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format".
"""

from __future__ import annotations

import codecs
import mmap
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
import pyarrow as _pyarrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.compute as _compute  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from ced_cdisc.core.ibm import MISSING, ibm_to_ieee
from ced_cdisc.core.xpt import RECORD, XptMember
from ced_cdisc.read.xpt_headers import LONGEST_HEADERS, MEMBER_MARK, Headers, stopped

pa: Any = cast(Any, _pyarrow)  # pyarrow has no types
pc: Any = cast(Any, _compute)
_BLOCK_BYTES = 1 << 23


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
        parts: list[list[Any]] = [[] for _ in chosen]
        for block, first_row in _blocks(self._data):
            for (variable, start), into in zip(chosen, parts, strict=True):
                field = block[:, start : start + variable.length]
                if variable.type == "Num":
                    values, codes = ibm_to_ieee(_ibm(field))
                    into.append(_arrow(pa.float64(), len(block), [values], codes == 0))
                    continue
                data = field.tobytes()
                is_ascii = is_ascii and data.isascii()
                try:
                    into.append(_texts(data, variable.length, self._encoding))
                except _Undecodable as fault:
                    where = f"{member.name}.{variable.name} row {first_row + fault.row}"
                    what = f"has at {where} the text {fault.text!r}, which is not {self._encoding}"
                    hint = "read it with the encoding of the file, such as windows-1252"
                    raise stopped("CED337", self._file, what, hint) from None
        columns: list[pl.Series] = []
        for (variable, _), arrays in zip(chosen, parts, strict=True):
            kind = pa.float64() if variable.type == "Num" else pa.large_string()
            column = cast(Any, pl).from_arrow(pa.chunked_array(arrays, kind))
            columns.append(cast(pl.Series, column).alias(variable.name))
            arrays.clear()
        return pl.DataFrame(columns), replace(member, encoding="ascii" if is_ascii else self._encoding)

    def same_bytes(self, other: XptFile) -> frozenset[str]:
        """The variables whose bytes are the same in all rows of another file; none unless both have the same
        number of rows, and the same variables at the same places.
        """
        layouts = [[(v.name, v.type, v.length) for v in file.member.variables] for file in (self, other)]
        if layouts[0] != layouts[1] or self.rows != other.rows or self._encoding != other._encoding:
            return frozenset()
        unequal = np.zeros(self._data.shape[1], np.bool_)
        for block, first_row in _blocks(self._data):
            unequal |= np.any(block != other._data[first_row - 1 : first_row - 1 + len(block)], axis=0)
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
                parts = [ibm_to_ieee(_ibm(block))[1] for block, _ in _blocks(field)]
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


class _Undecodable(Exception):
    def __init__(self, row: int, text: bytes) -> None:
        super().__init__(row, text)
        self.row = row
        self.text = text


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
    records = data.reshape(-1, RECORD)
    mark = np.frombuffer(MEMBER_MARK, np.uint8)
    candidates = np.flatnonzero(records[:, :8].copy().view("V8")[:, 0] == mark[:8].view("V8")[0])
    if any(np.array_equal(records[index, : len(mark)], mark) for index in candidates):
        raise stopped("CED336", file, "holds more than one dataset", "export one dataset per file")


def _blocks(rows: NDArray[np.uint8]) -> Iterator[tuple[NDArray[np.uint8], int]]:
    """Blocks of rows that fit into the cache, with the 1-based row they begin with."""
    size = max(1, _BLOCK_BYTES // max(1, rows.shape[1]))
    source: Any = getattr(rows, "_mmap", None)
    for start in range(0, len(rows), size):
        yield rows[start : start + size], start + 1
        if source is not None and hasattr(mmap, "MADV_DONTNEED"):
            source.madvise(mmap.MADV_DONTNEED)  # what was read of a large file needs no memory any more


def _fields(rows: NDArray[np.uint8], member: XptMember) -> Iterator[NDArray[np.uint8]]:
    """The bytes of each variable, shape (rows, length)."""
    for variable, start in zip(member.variables, member.positions, strict=True):
        yield rows[:, start : start + variable.length]


def _ibm(field: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Numbers of up to eight bytes as integers; a short one lacks the last bytes of the fraction."""
    if field.shape[1] == 8:
        return field.view(">u8")[:, 0].astype(np.uint64)
    whole = np.zeros((len(field), 8), np.uint8)
    whole[:, : field.shape[1]] = field
    return whole.view(">u8")[:, 0].astype(np.uint64)


def _texts(data: bytes, length: int, encoding: str) -> Any:
    """An arrow array of the texts of one variable, without trailing blanks, null where empty."""
    rows = len(data) // length
    if data.isascii():
        offsets = np.arange(0, (rows + 1) * length, length, dtype=np.int64)
        texts = pc.ascii_rtrim(_arrow(pa.large_string(), rows, [offsets, data]), characters=" ")
    else:
        texts = pa.array(list(_decoded(data, length, encoding)), pa.large_string())
    _, offsets, characters = texts.buffers()
    ends = np.frombuffer(offsets, np.int64)[: rows + 1]
    return _arrow(pa.large_string(), rows, [offsets, characters or b""], np.diff(ends) > 0)


def _decoded(data: bytes, length: int, encoding: str) -> Iterator[str]:
    for row in range(len(data) // length):
        text = data[row * length : (row + 1) * length].rstrip(b" ")
        try:
            yield text.decode(encoding)
        except UnicodeDecodeError:
            raise _Undecodable(row, text) from None


def _arrow(kind: Any, rows: int, buffers: Sequence[object], present: NDArray[np.bool_] | None = None) -> Any:
    mask = None if present is None else pa.py_buffer(np.packbits(present, bitorder="little"))
    return pa.Array.from_buffers(kind, rows, [mask, *(pa.py_buffer(buffer) for buffer in buffers)])
