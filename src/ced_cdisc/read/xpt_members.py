"""The datasets of a SAS transport file: mostly one, and where the rows of each stand.

Version 5 does not say how many rows there are: they end where the next dataset begins, or the file. Version 8
says it, mostly.
"""

from __future__ import annotations

import mmap
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ced_cdisc.core.findings import did_you_mean, one_of
from ced_cdisc.core.xpt import RECORD, SECTIONS, XptMember, header_record
from ced_cdisc.read.xpt_headers import MARK, Headers, stopped

_SCANNED = 1 << 16
"""Records that are looked through at a time."""
_BLANK = ord(" ")


class Placed(NamedTuple):
    """A dataset with its rows, shape (rows, record length), still in the file."""

    member: XptMember
    rows: NDArray[np.uint8]


def map_file(path: Path, file: str) -> NDArray[np.uint8]:
    """The bytes of a file, which stay in it.

    Raises:
        Stopped: it cannot be read (CED330).
    """
    try:
        if not path.is_file():
            what = "is not a file" if path.exists() else "does not exist"
            raise stopped("CED330", file, what)
        # An empty file cannot be mapped.
        return np.memmap(path, np.uint8, "r") if path.stat().st_size else np.empty(0, np.uint8)
    except OSError as error:
        raise stopped("CED330", file, f"cannot be read: {error.strerror or error}") from None


def place_members(data: NDArray[np.uint8], file: str, encoding: str) -> list[Placed]:
    """The datasets in the order of the file.

    Raises:
        Stopped: as :func:`.xpt.read_xpt` says.
    """
    headers = Headers(data, file, encoding)
    library = headers.library()
    found: list[Placed] = []
    while not found or headers.position < len(data):
        member, count = headers.member(library)
        begin = headers.position
        if count is None:
            end = _next_member(data, begin, header_record(SECTIONS[headers.version].member)[:MARK])
            rows = _rows(data[begin:end], member.record_length, file)
        else:
            end = begin + -(-count * member.record_length // RECORD) * RECORD
            if end > len(data):
                what = f"is cut: {count} rows of {member.record_length} bytes and their padding are"
                what += f" {end - begin} bytes, it has {len(data) - begin}"
                raise stopped("CED335", file, what, "copy it anew")
            size = count * member.record_length
            rows = data[begin : begin + size].reshape(count, member.record_length)
        found.append(Placed(member, rows))
        headers.position = end
    names = Counter(one.member.name.upper() for one in found)
    if twice := [name for name, times in names.items() if times > 1]:
        raise stopped("CED340", file, f"holds two datasets named {one_of(twice)}", "export it again")
    return found


def choose(found: list[Placed], name: str, file: str) -> Placed:
    """The dataset of that name; without one, that of a file that holds no other.

    Raises:
        Stopped: there are several (CED336), or none of that name (CED339).
    """
    names = [one.member.name for one in found]
    for one in found:
        if (len(found) == 1 and not name) or (name and one.member.name.upper() == name.upper()):
            return one
    if not name:
        what = f"holds {len(found)} datasets: {', '.join(names)}"
        raise stopped("CED336", file, what, f"take them apart: ced-cdisc convert {file} FOLDER/")
    hint = did_you_mean(name, names) or f"there {'are' if len(names) > 1 else 'is'} {', '.join(names)}"
    raise stopped("CED339", file, f"holds no dataset {name}", hint)


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
    if rest >= RECORD or np.any(padding != _BLANK):
        raise stopped("CED335", file, f"is cut within row {count + 1} of {length} bytes", "copy it anew")
    rows = data[: count * length].reshape(count, length)
    # Short rows: the padding of up to 79 bytes may hold whole rows of blanks.
    while count and len(data) - (count - 1) * length < RECORD and np.all(rows[count - 1] == _BLANK):
        count -= 1
    return rows[:count]


def _next_member(data: NDArray[np.uint8], begin: int, mark: bytes) -> int:
    """Where the record stands that announces the next dataset; else the end of the data [bytes]."""
    plain = np.asarray(data)  # each slice of a memory map costs time
    start = np.frombuffer(mark[:8], np.uint64)[0]
    records = (len(plain) - begin) // RECORD
    for first in range(0, records, _SCANNED):
        count = min(_SCANNED, records - first)
        words = np.ndarray(count, np.uint64, plain.data, begin + first * RECORD, (RECORD,))
        for record in np.flatnonzero(words == start).tolist():
            place = begin + (first + record) * RECORD
            if plain[place : place + len(mark)].tobytes() == mark:
                return place
        release(data)
    return len(plain)


def release(data: NDArray[np.uint8]) -> None:
    """Give back the memory of what was read of a large file; it stays in the file."""
    source: Any = getattr(data, "_mmap", None)
    if source is not None and hasattr(mmap, "MADV_DONTNEED"):
        source.madvise(mmap.MADV_DONTNEED)
