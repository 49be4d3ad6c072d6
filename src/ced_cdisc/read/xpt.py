"""The reader of SAS transport files, versions 5 and 8.

Files come from outside: sizes in the headers are compared with the bytes that are there before anything
is allocated, and every fault is one finding.

Source: SAS technical papers TS-140, see :mod:`ced_cdisc.core.xpt`.
"""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
from msgspec.structs import replace
from numpy.typing import NDArray

from ced_cdisc.core.ibm import MISSING, missing_codes
from ced_cdisc.core.threads import threads
from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.read.xpt_block import Block, Field
from ced_cdisc.read.xpt_columns import Taker, column_of, frame_of, ibm
from ced_cdisc.read.xpt_headers import stopped
from ced_cdisc.read.xpt_members import choose, map_file, place_members, release
from ced_cdisc.read.xpt_survey import XptSurvey
from ced_cdisc.read.xpt_texts import Undecodable

_BLOCK_BYTES = 1 << 22


def read_xpt(
    source: Path | str | bytes, *, member: str = "", encoding: str = "utf-8", shown: str = ""
) -> tuple[pl.DataFrame, XptMember]:
    """Read a dataset of a transport file.

    Numbers become Float64 (dates and times stay SAS numbers, their format is in the member) and null
    where missing, ordinary or special. Texts lose their trailing blanks; an empty one is null.

    Args:
        source: a path, or the bytes of a file.
        member: the name of the dataset; needed where the file holds several.
        encoding: of texts that are not ASCII, an ASCII superset such as ``windows-1252``.
        shown: the name of the file in messages; by default the path.

    Returns:
        The data, and all that the headers say; the encoding of the member is ``ascii`` if that is enough.

    Raises:
        Stopped: the file is unreadable or no transport file of version 5 or 8 (CED330, CED331), cut
            (CED332, CED335), damaged (CED333, CED334, CED340), holds several datasets (CED336), none of that
            name (CED339), or texts of another encoding (CED337).
        LookupError: Python knows no such encoding.
    """
    return XptFile(source, member=member, encoding=encoding, shown=shown).read()


class XptFile:
    """An open dataset, of which one reads some columns at a time; the bytes stay in the file.

    Arguments and errors are those of :func:`read_xpt`; those of texts (CED337) arise when a column is read.
    """

    def __init__(
        self, source: Path | str | bytes, *, member: str = "", encoding: str = "utf-8", shown: str = ""
    ) -> None:
        self._file, data = _bytes(source, encoding, shown)
        self.member, self._data = choose(place_members(data, self._file, encoding), member, self._file)
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
            release(self._data)
            return block
        return np.take(np.asarray(self._data), rows[first:last].astype(np.intp), axis=0)

    def release(self) -> None:
        """Give back the memory of what was read here and there; it stays in the file."""
        release(self._data)

    def read(
        self, names: Collection[str] | None = None, rows: NDArray[np.uint32] | range | None = None
    ) -> tuple[pl.DataFrame, XptMember]:
        """Some variables (None: all) in their order, and the headers, as :func:`read_xpt` says.

        Args:
            names: the variables.
            rows: the rows that are read, from 0, in this order; a range has no steps; None for all.
        """
        member, chosen = self.member, self._chosen(names)
        texts = (member.label, *(text for v in member.variables for text in (v.name, v.label)))
        count = self.rows if rows is None else len(rows)
        blocks = -(-count // self._size)
        columns = [column_of(variable, count, self._encoding, blocks) for variable, _ in chosen]
        is_ascii = self._go_through(chosen, columns, rows) and all(text.isascii() for text in texts)
        frame = frame_of((variable for variable, _ in chosen), columns)
        return frame, replace(member, encoding="ascii" if is_ascii else self._encoding)

    def survey(self, rows: range) -> tuple[dict[str, int], dict[str, int]]:
        """What some rows tell of each variable, without its values: in a third of the time.

        Returns:
            In how many rows it is missing, an empty text too; and of texts, the bytes of the longest.

        Raises:
            Stopped: as :meth:`read`.
        """
        chosen = self._chosen(None)
        found = [XptSurvey(variable, self._encoding) for variable, _ in chosen]
        self._go_through(chosen, found, rows)
        of_each = [(variable, one) for (variable, _), one in zip(chosen, found, strict=True)]
        missing = {variable.name: one.missing for variable, one in of_each}
        return missing, {variable.name: one.longest for variable, one in of_each if variable.type == "Char"}

    @property
    def _size(self) -> int:
        """Rows that are looked at together."""
        return max(1, _BLOCK_BYTES // max(1, self._data.shape[1]))

    def _go_through(
        self,
        chosen: Sequence[tuple[XptVariable, Field]],
        takers: Sequence[Taker],
        rows: NDArray[np.uint32] | range | None,
    ) -> bool:
        """Hand rows to what takes the fields of each variable, block by block; whether all is ASCII."""
        data, start = self._data, 0
        if isinstance(rows, range):
            data, start, rows = data[rows.start : rows.stop], rows.start, None
        count = len(data) if rows is None else len(rows)
        blocks = -(-count // self._size)
        fields = [field for _, field in chosen]

        def decode(numbers: range) -> bool:
            """Some blocks, one after the other."""
            decoders = [taker.decoder() for taker in takers]
            found = True
            for number, first, block in _blocks(data, fields, self._size, rows, numbers):
                for (variable, _), decoder, field in zip(chosen, decoders, block.fields, strict=True):
                    try:
                        found &= decoder.fill(block, field, first, number)
                    except Undecodable as fault:
                        row = start + first + fault.row if rows is None else int(rows[first + fault.row])
                        raise self._undecodable(variable, row, fault.text) from None
            return found

        workers = min(threads(), blocks)
        if workers < 2:
            return decode(range(blocks))
        # Each thread has its part of the file, so that the first fault of all is that of the first part.
        cuts = [blocks * worker // workers for worker in range(workers + 1)]
        with ThreadPoolExecutor(workers) as pool:
            return all(list(pool.map(decode, map(range, cuts, cuts[1:]))))

    def special_missing(
        self, names: Collection[str] | None = None, rows: NDArray[np.uint32] | None = None
    ) -> dict[str, pl.Series]:
        """The special missing values of some variables (None: all), as :func:`read_special_missing` says;
        ``rows`` as in :meth:`read`.
        """
        chosen = [(variable, field) for variable, field in self._chosen(names) if variable.type == "Num"]
        count = self.rows if rows is None else len(rows)
        parts: list[list[NDArray[np.uint8]]] = [[] for _ in chosen]
        blocks = range(-(-count // self._size) if chosen else 0)
        for _, _, block in _blocks(self._data, [field for _, field in chosen], self._size, rows, blocks):
            for part, field in zip(parts, block.fields, strict=True):
                part.append(missing_codes(ibm(block, field)))
        found: dict[str, pl.Series] = {}
        for (variable, _), part in zip(chosen, parts, strict=True):
            codes = np.concatenate(part) if part else np.empty(0, np.uint8)
            if np.any((codes != 0) & (codes != MISSING)):
                texts = [chr(code) if code not in (0, MISSING) else None for code in codes.tolist()]
                found[variable.name] = pl.Series(variable.name, texts, pl.String)
        return found

    def _chosen(self, names: Collection[str] | None) -> list[tuple[XptVariable, Field]]:
        placed = zip(self.member.variables, self.member.positions, strict=True)
        return [(v, Field(start, v.length)) for v, start in placed if names is None or v.name in names]

    def _undecodable(self, variable: XptVariable, row: int, text: bytes) -> Exception:
        where = f"{self.member.name}.{variable.name} row {row + 1}"
        what = f"has at {where} the text {text!r}, which is not {self._encoding}"
        hint = "read it with the encoding of the file, such as windows-1252"
        return stopped("CED337", self._file, what, hint, (repr(text)[1:],))


def read_xpt_members(
    source: Path | str | bytes, *, encoding: str = "utf-8", shown: str = ""
) -> tuple[XptMember, ...]:
    """The headers of all datasets of a file; arguments and errors are those of :func:`read_xpt`."""
    file, data = _bytes(source, encoding, shown)
    return tuple(placed.member for placed in place_members(data, file, encoding))


def read_special_missing(source: Path | str | bytes, *, encoding: str = "utf-8") -> dict[str, pl.Series]:
    """The special missing values ``._`` and ``.A`` to ``.Z``, which :func:`read_xpt` gives as null.

    Returns:
        By numeric variable that has any: one text per row, the code (``_``, ``A`` to ``Z``) or null. The
        writer takes the same form. Arguments and errors are those of :func:`read_xpt`.
    """
    return XptFile(source, encoding=encoding).special_missing()


def _bytes(source: Path | str | bytes, encoding: str, shown: str) -> tuple[str, NDArray[np.uint8]]:
    """The name of the file and its bytes."""
    codecs.lookup(encoding)
    file = shown or ("<bytes>" if isinstance(source, bytes) else str(source))
    return file, np.frombuffer(source, np.uint8) if isinstance(source, bytes) else map_file(
        Path(source), file
    )


def _blocks(
    data: NDArray[np.uint8],
    fields: Collection[Field],
    size: int,
    rows: NDArray[np.uint32] | None,
    numbers: range,
) -> Iterator[tuple[int, int, Block]]:
    """The blocks of those numbers, of ``size`` rows (of all, or of ``rows``), with the row of their first."""
    plain = np.asarray(data)  # each slice of a memory map costs time
    count = len(plain) if rows is None else len(rows)
    block = Block(plain, tuple(fields), min(size, count))
    for number in numbers:
        first = number * size
        block.load(first, min(first + size, count), rows)
        yield number, first, block
        release(data)
