"""Where a large transport file is split, and the files of its pieces."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from ced_cdisc.core.findings import one_of
from ced_cdisc.core.sizes import shown_bytes
from ced_cdisc.core.xpt import NAME_BYTES, RECORD, XptMember
from ced_cdisc.read.xpt import XptFile
from ced_cdisc.write.xpt_headers import header_bytes

_BLOCK_BYTES = 1 << 22
_BLANK = ord(" ")


class Piece(NamedTuple):
    """Some records of a dataset, from ``first`` on and before ``last``, as a dataset of its own."""

    name: str
    first: int
    last: int


class Refused(Exception):
    """A dataset that cannot be split as asked; the code, what is wrong, and what to do."""

    def __init__(self, code: str, what: str, hint: str) -> None:
        super().__init__(code, what, hint)
        self.code, self.what, self.hint = code, what, hint


def pieces_of(
    file: XptFile, limit: int, taken: Collection[str], *, within_subjects: bool
) -> tuple[list[Piece], list[tuple[str, str]]]:
    """The pieces, and the first and last subject of each where they hold whole subjects.

    Raises:
        Refused: the dataset cannot be split as asked.
    """
    member = file.member
    room = (limit - len(header_bytes(member))) // RECORD * RECORD // member.record_length
    if room < 1:
        size = f"{member.record_length:,} bytes"
        what = f"has records of {size}, of which a file of {shown_bytes(limit)} holds none"
        raise Refused("CED418", what, "name a greater --split-over")
    ends, names = _subjects(file)
    fault = _fault(ends, names, room)
    if fault and not within_subjects:
        raise Refused("CED417", fault, "allow pieces that end within a subject with --split-within-subjects")
    whole = bool(names) and not fault
    cuts = [0]
    while cuts[-1] < file.rows:
        end = min(cuts[-1] + room, file.rows)
        if whole:
            end = int(ends[np.searchsorted(ends, end, "right") - 1])
        # A blank record at the end would be taken for the padding of the file.
        while cuts[-1] + 1 < end < file.rows and np.all(file.data[end - 1] == _BLANK):
            end -= 1
        cuts.append(end)
    pieces = [
        Piece(name, first, last)
        for name, first, last in zip(_names(member, len(cuts) - 1, taken), cuts[:-1], cuts[1:], strict=True)
    ]
    if not whole:
        return pieces, []
    starts = np.searchsorted(ends, cuts[:-1], "right").tolist()
    stops = np.searchsorted(ends, cuts[1:], "left").tolist()
    return pieces, [(names[first], names[last]) for first, last in zip(starts, stops, strict=True)]


def _subjects(file: XptFile) -> tuple[NDArray[np.int64], list[str]]:
    """Where the records of each subject end, and who they are; a subject in two places comes twice."""
    placed = zip(file.member.variables, file.member.positions, strict=True)
    field = next((slice(at, at + v.length) for v, at in placed if v.name == "USUBJID"), None)
    if field is None:
        return np.empty(0, np.int64), []
    size = max(1, _BLOCK_BYTES // file.member.record_length)
    ends: list[NDArray[np.int64]] = []
    for first in range(0, file.rows, size):
        part = file.data[first : min(first + size + 1, file.rows), field]
        ends.append(np.flatnonzero((part[1:] != part[:-1]).any(axis=1)) + first + 1)
        file.release()
    found = np.unique(np.concatenate([*ends, np.array([file.rows])]))
    names = [file.data[end - 1, field].tobytes().decode(file.encoding).rstrip(" ") for end in found.tolist()]
    return found, names


def _fault(ends: NDArray[np.int64], names: list[str], room: int) -> str:
    """Why no piece can end between two subjects; empty if each can."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return f"has the records of subject {name} in several places, so that no piece holds all of them"
        seen.add(name)
    counts = np.diff(ends, prepend=0)
    if len(counts) and int(counts.max()) > room:
        place = int(counts.argmax())
        return f"has {counts[place]:,} records of subject {names[place]}, a piece holds {room:,}"
    return ""


def _names(member: XptMember, count: int, taken: Collection[str]) -> list[str]:
    """The names of the pieces: that of the dataset with a number, in eight characters.

    Raises:
        Refused: a dataset of the package has such a name.
    """
    digits = len(str(count))
    stem = member.name[: NAME_BYTES - digits]
    names = [f"{stem}{number:0{digits}}" for number in range(1, count + 1)]
    if used := sorted({*names} & {*taken}):
        what = f"would have pieces named {one_of(used, 5)}, as other datasets are"
        raise Refused("CED416", what, "name another --split-over, or rename the dataset")
    return names


def bytes_of(file: XptFile, piece: Piece) -> Iterator[bytes]:
    """The transport file of a piece, in blocks."""
    yield header_bytes(replace(file.member, name=piece.name))
    size = max(1, _BLOCK_BYTES // file.member.record_length)
    for first in range(piece.first, piece.last, size):
        yield file.block(first, min(first + size, piece.last)).tobytes()
    yield b" " * (-(piece.last - piece.first) * file.member.record_length % RECORD)
