"""The faults of values that a SAS transport file cannot hold, one finding per variable and kind.

Source: SAS technical papers TS-140, see :mod:`ced_cdisc.core.xpt`; FDA Study Data Technical Conformance Guide
(ASCII only).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
import polars as pl
from msgspec import Struct
from numpy.typing import NDArray

from ced_cdisc.core.findings import Finding, Location, Stage
from ced_cdisc.core.ibm import IBM_LIMIT, IBM_SMALLEST, SPECIAL_MISSING, ieee_to_ibm, in_range
from ced_cdisc.core.xpt import LONGEST_NUMBER, XptMember, XptVariable
from ced_cdisc.write.xpt_text_check import are_held
from ced_cdisc.write.xpt_values import FEW, sas_numbers, sas_text
from ced_cdisc.write.xpt_views import pieces

EXACT_INTEGERS = 2**53
"""Below this magnitude a double holds every whole number."""
_ROWS = 8192
"""Rows whose numbers are looked at together."""
_SHOWN = 40
RECORDS = 3
"""How many of the records at fault a finding names."""
_CONTROL = r"[\x00-\x1F\x7F]"


class Wrong(NamedTuple):
    """A variable with values at fault: their rows from 0, and what says of one of these what is wrong."""

    code: str
    variable: str
    rows: list[int]
    say: Callable[[int], str]
    hint: str


Tell = Callable[[Wrong], Iterable[Finding]]
"""Who knows where values come from, and makes findings of those at fault."""


class Block(Struct, frozen=True, weakref=True):
    """A part of a dataset under check; ``first_row`` is the 1-based row of its first record.

    Without ``tell``, findings name the rows.
    """

    frame: pl.DataFrame
    member: XptMember
    first_row: int
    tell: Tell | None = None

    def finding(
        self, code: str, name: str, wrong: pl.Series, say: Callable[[int], str], hint: str = ""
    ) -> Iterator[Finding]:
        """What is found of all rows where ``wrong`` is true; ``say`` describes one by index."""
        rows = wrong.fill_null(False).arg_true().to_list()
        if rows:
            yield from (self.tell or self._by_rows)(Wrong(code, name, rows, say, hint))

    def _by_rows(self, wrong: Wrong) -> Iterator[Finding]:
        """One finding, for all rows."""
        first, count = wrong.rows[0], len(wrong.rows)
        message = f"{self.member.name}.{wrong.variable} row {first + self.first_row}: {wrong.say(first)}"
        if count > 1:
            message += f", and {count - 1} more row{'s' if count > 2 else ''}"
        records: list[str] = []
        if "USUBJID" in self.frame.columns:
            subjects = self.frame["USUBJID"]
            records = [
                f"{self.member.name} row {row + self.first_row}, subject {subjects[row]}"
                for row in wrong.rows[:RECORDS]
            ]
        yield finding_of(self.member, wrong.code, message, wrong.hint, tuple(records))


def text_faults(block: Block, variable: XptVariable) -> Iterator[Finding]:
    """Texts too long (CED305, CED306) or with characters that do not belong there (CED307, CED308)."""
    name, length, encoding = variable.name, variable.length, block.member.encoding
    limits = block.member.limits
    text = sas_text(block.frame[name])
    if encoding == "ascii" and are_held(text, min(length, limits.texts)):
        return
    sizes, foreign = text.str.len_bytes(), text.str.contains(r"[^\x00-\x7F]")
    if encoding != "ascii":
        values = text.fill_null("").to_list()
        sizes = pl.Series([encoded_size(value, encoding) for value in values], dtype=pl.UInt32)
        foreign = pl.Series(
            [first_foreign(value, encoding) is not None for value in values], dtype=pl.Boolean
        )
    yield from block.finding(
        "CED305",
        name,
        sizes > limits.texts,
        lambda row: f"text of {sizes[row]} bytes, {limits.shown} holds {limits.texts}: {quoted(text[row])}",
        "move the rest to supplemental qualifiers or to a further variable",
    )
    yield from block.finding(
        "CED306",
        name,
        (sizes > length) & (sizes <= limits.texts),
        lambda row: f"text of {sizes[row]} bytes, the planned length is {length}: {quoted(text[row])}",
    )
    yield from block.finding(
        "CED307",
        name,
        foreign,
        lambda row: f"{character_of(first_foreign(text[row], encoding) or '')} in {quoted(text[row])}",
        ascii_only(block.member),
    )
    yield from block.finding(
        "CED308",
        name,
        text.str.contains(_CONTROL),
        lambda row: f"{character_of(text.str.extract(f'({_CONTROL})')[row])} in {quoted(text[row])}",
        ascii_only(block.member),
    )


def encoded_size(text: str, encoding: str) -> int:
    """Bytes of a text in the file; a character the encoding lacks counts as in UTF-8."""
    try:
        return len(text.encode(encoding))
    except UnicodeEncodeError:
        return len(text.encode())


def first_foreign(text: str, encoding: str) -> str | None:
    """The first character that the encoding of the file lacks."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        return text[error.start]
    return None


def number_faults(block: Block, variable: XptVariable) -> Iterator[Finding]:
    """Numbers out of range (CED309), not finite (CED310), or not held exactly (CED319, CED320)."""
    name, length = variable.name, variable.length
    if not _is_suspect_number(block.frame[name], length):
        return
    series = block.frame[name]
    numbers = sas_numbers(series)
    finite = numbers.is_finite()
    size = numbers.abs()
    held = (size == 0) | ((size >= IBM_SMALLEST) & (size < IBM_LIMIT))

    def value(row: int) -> str:
        return f"{series[row]}" if series.dtype.is_integer() else f"{numbers[row]!r}"

    yield from block.finding(
        "CED309",
        name,
        finite & ~held,
        lambda row: f"{value(row)} is outside the range of {block.member.limits.shown}, 5.4e-79 to 7.2e75",
    )
    yield from block.finding(
        "CED310",
        name,
        ~finite,
        lambda row: f"{value(row)} is not a number that SAS knows",
        "a missing value is null",
    )
    if series.dtype.is_integer():
        yield from block.finding(
            "CED319",
            name,
            size >= EXACT_INTEGERS,
            lambda row: f"{value(row)} is a whole number of 2**53 or more, SAS would round it",
            "plan it as text",
        )
    if length < LONGEST_NUMBER:
        exact = numbers.set(~(finite & held).fill_null(False), None).to_numpy()
        yield from block.finding(
            "CED320",
            name,
            pl.Series(_is_cut(exact, length)),
            lambda row: f"{value(row)} loses digits at the planned length of {length} bytes",
            f"plan {LONGEST_NUMBER} bytes",
        )


def _is_suspect_number(series: pl.Series, length: int) -> bool:
    limit = EXACT_INTEGERS if series.dtype.is_integer() else IBM_LIMIT
    if len(series) <= FEW:
        values: list[float] = [value for value in sas_numbers(series).to_list() if value is not None]
        if not all(value == 0 or IBM_SMALLEST <= abs(value) < limit for value in values):
            return True
        return length < LONGEST_NUMBER and bool(_is_cut(np.array(values, np.float64), length).any())
    space = np.empty((3, _ROWS), np.uint64)
    for piece in pieces(series):
        numbers = sas_numbers(piece.drop_nulls()).to_numpy()
        for first in range(0, len(numbers), _ROWS):
            some = numbers[first : first + _ROWS]
            if not in_range(some, limit, space):
                return True
            if length < LONGEST_NUMBER and bool(_is_cut(some, length, space).any()):
                return True
    return False


def _is_cut(
    numbers: NDArray[np.float64], length: int, space: NDArray[np.uint64] | None = None
) -> NDArray[np.bool_]:
    lost = np.uint64((1 << 8 * (LONGEST_NUMBER - max(length, 0))) - 1)
    return (ieee_to_ibm(numbers, space=space) & lost) != 0


def code_faults(block: Block, name: str, codes: pl.Series) -> Iterator[Finding]:
    """Special missing values that are none, or that stand where a value is (CED323)."""
    member, frame = block.member, block.frame
    if not any(v.name == name and v.type == "Num" for v in member.variables) or name not in frame.columns:
        message = f"special missing values are given for {member.name}.{name}, which is no numeric variable"
        yield finding_of(member, "CED323", message)
        return
    if len(codes) != frame.height:
        message = f"{member.name}.{name} has {frame.height} rows and {len(codes)} special missing values"
        yield finding_of(member, "CED323", message)
        return
    yield from block.finding(
        "CED323",
        name,
        ~codes.is_in(list(SPECIAL_MISSING)),
        lambda row: f"{quoted(codes[row])} is no special missing value, expected A to Z or _",
    )
    yield from block.finding(
        "CED323",
        name,
        codes.is_not_null() & frame[name].is_not_null(),
        lambda row: f"the value {frame[name][row]} has the special missing value {codes[row]} as well",
    )


def ascii_only(member: XptMember) -> str:
    """The hint where a character does not belong into the file."""
    return f"{member.limits.shown} holds printable ASCII characters only"


def finding_of(
    member: XptMember, code: str, message: str, hint: str = "", records: tuple[str, ...] = ()
) -> Finding:
    """A finding of stage OUTPUT about the file of the member."""
    where = Location(file_of(member.name))
    return Finding(code, message, where, hint=hint, stage=Stage.OUTPUT, records=records)


def file_of(dataset: str) -> str:
    """The file of a dataset, as findings name it."""
    return f"{dataset.lower()}.xpt"


def quoted(text: str, shown: int = _SHOWN) -> str:
    """A value for a message: in quotes, control characters escaped, cut after some characters."""
    return json.dumps(text if len(text) <= shown else text[:shown] + "...", ensure_ascii=False)


def character_of(character: str) -> str:
    """A character for a message, with its code point."""
    shown = f"'{character}' " if character.isprintable() else ""
    return f"the character {shown}(U+{ord(character):04X})"
