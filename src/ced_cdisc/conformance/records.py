"""The records of a dataset, whole where they are few, else in blocks of whole subjects.

What a rule says of a record, or of the records of a subject, it says block by block, so that a check takes
no more memory for more records. A large dataset stays in its file: it is gone through once to see where the
records of each subject stand, and read for all rules together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
import polars as pl
from msgspec import Struct, field
from numpy.typing import NDArray

from ced_cdisc.core.threads import ahead

FEW = 50_000
"""Records of a dataset that are looked at as a whole."""
BLOCK = 1 << 16
"""Records of a block; more only where a subject has more."""
SUBJECT = "USUBJID"

T = TypeVar("T")

Places: TypeAlias = "range | NDArray[np.uint32]"
"""Rows of a file, from 0, in ascending order."""


class Source(Protocol):
    """What holds records: a frame, or a file."""

    @property
    def height(self) -> int:
        """How many records."""
        ...

    def read(self, names: Sequence[str] | None, places: Places) -> pl.DataFrame:
        """Some records with the named variables, or with all."""
        ...

    def profile(self, places: range) -> Profile:
        """What some records tell of each variable."""
        ...


class Profile(Struct, frozen=True):
    """What a reading of records tells of each variable: records without a value, bytes of the longest."""

    missing: Mapping[str, int]
    longest: Mapping[str, int]

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Profile:
        """What those of a frame tell."""
        texts = [name for name, kind in frame.schema.items() if kind == pl.String]
        longest = frame.select(pl.col(texts).str.len_bytes().max()).row(0, named=True) if texts else {}
        return cls(frame.null_count().row(0, named=True), {n: most or 0 for n, most in longest.items()})


class Held(Struct, frozen=True):
    """Records in memory."""

    frame: pl.DataFrame

    @property
    def height(self) -> int:
        """How many records."""
        return self.frame.height

    def read(self, names: Sequence[str] | None, places: Places) -> pl.DataFrame:
        """Some records with the named variables, or with all."""
        chosen = self.frame if names is None else self.frame[list(names)]
        if isinstance(places, range):
            return chosen.slice(places.start, len(places))
        return chosen[pl.Series(places)]

    def profile(self, places: range) -> Profile:
        """What some records tell of each variable."""
        return Profile.of(self.read(None, places))


class Block(Struct, eq=False, dict=True, weakref=True):
    """Records that are looked at together: all of a dataset, or those of some of its subjects.

    Attributes:
        frame: the records, all variables.
        places: their rows in the file, from 0.
        is_whole: whether they are all records of the dataset.
    """

    frame: pl.DataFrame
    places: Places
    is_whole: bool
    _made: dict[str, Any] = field(default_factory=dict[str, Any])

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What several rules make of the block, made once."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def rows(self, chosen: pl.Series) -> pl.Series:
        """The rows in the file, from 1, of the records for which a column of the block is true."""
        found = chosen.arg_true().cast(pl.Int64)
        if isinstance(self.places, range):
            return found + (self.places.start + 1)
        return pl.Series(self.places).gather(found).cast(pl.Int64) + 1

    def part_of(self, column: pl.Series) -> pl.Series:
        """Of a column of the whole dataset that of these records."""
        if isinstance(self.places, range):
            return column.slice(self.places.start, len(self.places))
        return column.gather(pl.Series(self.places))

    def values(self, name: str) -> pl.Series:
        """Each value of a variable once; missing ones left out."""
        if self.frame.height > FEW:
            return self.once(f"values {name}", lambda: self.frame[name].drop_nulls().unique())
        return self.once(
            f"values {name}", lambda: pl.Series(name, list(self.listed(name)), self.frame.schema[name])
        )

    def listed(self, name: str) -> Collection[Any]:
        """The same as objects of Python, in any order."""
        if self.frame.height > FEW:
            return self.once(f"list {name}", lambda: self.values(name).to_list())
        # Of few records a set is made sooner than a query.
        return self.once(f"list {name}", lambda: set(self.frame.get_column(name).to_list()) - {None})

    def texts(self, names: Iterable[str]) -> pl.Series:
        """What some character variables hold, each text once."""
        found: set[str] = set()
        return pl.Series("value", list(found.union(*map(self.listed, names))), pl.String)

    @cached_property
    def subjects(self) -> pl.Series:
        """The subjects of the records, each once."""
        return self.frame[SUBJECT].unique()


class Records:
    """The records of a dataset.

    Attributes:
        height: how many there are.
        is_large: whether they are looked at in blocks.
        is_at_hand: whether it is here that they are looked at; else by a partner, who tells of them.
    """

    def __init__(self, source: Source, names: Sequence[str]) -> None:
        self._source, self._names = source, names
        self.height = source.height
        self.is_large = self.height > FEW
        self.is_at_hand = True
        self._different: dict[tuple[str, ...], pl.DataFrame] = {}
        self._columns: dict[str, pl.Series] = {}
        self._told: Profile | None = None

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Records:
        """Those of a frame."""
        return cls(Held(frame), frame.columns)

    @cached_property
    def _whole(self) -> pl.DataFrame:
        return self._source.read(None, range(self.height))

    def read(self, *names: str) -> pl.DataFrame:
        """All records, with these variables or with all: of what is small, or few variables."""
        if not self.is_large or isinstance(self._source, Held):
            return self._some(names) if names else self._whole
        return self._source.read(names or None, range(self.height))

    def _some(self, names: Sequence[str]) -> pl.DataFrame:
        """These variables of all records; where no rule has looked at them yet, they alone are read."""
        if "_whole" in vars(self):
            return self._whole[list(names)]
        if lacking := [name for name in dict.fromkeys(names) if name not in self._columns]:
            found = self._source.read(lacking, range(self.height))
            self._columns |= {one.name: one for one in found.get_columns()}
        return pl.DataFrame([self._columns[name] for name in names])

    def blocks(self) -> Iterator[Block]:
        """The records in blocks of whole subjects; a dataset without subjects in blocks of rows."""
        if not self.is_large:
            yield self._small
            return
        yield from ahead(self._block, self._cut)

    def _block(self, places: Places) -> Block:
        return Block(self._source.read(None, places), places, is_whole=len(places) == self.height)

    @property
    def _cut(self) -> Iterable[Places]:
        return self._subjects.blocks() if SUBJECT in self._names else _cut(self.height)

    @cached_property
    def _small(self) -> Block:
        return Block(self._whole, range(self.height), is_whole=True)

    def in_order(self, names: Sequence[str]) -> Iterator[tuple[Block, int]]:
        """The records as they stand in the file, block by block.

        Before a block stand so many records of the one before, which are there to be compared with.
        """
        for places in _cut(self.height):
            before = min(places.start, 1)
            places = range(places.start - before, places.stop)
            yield Block(self._source.read(names, places), places, is_whole=False), before

    def of_subjects(self, block: Block, names: Sequence[str]) -> pl.DataFrame:
        """Records that take in all of the subjects of a block of this or another dataset."""
        if not self.is_large:
            return self._some(names)
        return self._source.read(names, self._subjects.places_of(block.subjects))

    def different(self, *names: str) -> pl.DataFrame:
        """All that these variables hold side by side, each once, in the order in which it first comes."""
        if names not in self._different:
            if self.is_large:
                parts = [
                    self._source.read(names, places).unique(maintain_order=True)
                    for places in _cut(self.height)
                ]
                made = pl.concat(parts).unique(maintain_order=True)
            else:
                made = self._some(names).unique(maintain_order=True)
            self._different[names] = made
        return self._different[names]

    def values(self, name: str) -> pl.Series:
        """Each value of a variable once, sorted, as ``value``; missing ones left out."""
        if self.is_large:
            return self.different(name)[name].drop_nulls().sort().alias("value")
        column = self._some([name])[name]
        listed = self._small.listed(name) if "_small" in vars(self) else set(column.to_list()) - {None}
        return pl.Series("value", sorted(listed), column.dtype)

    def missing(self, name: str) -> int:
        """How many records lack a value of a variable."""
        return self.profile.missing[name]

    def longest(self, name: str) -> int:
        """The bytes of the longest value of a character variable; 0 where there is none."""
        return self.profile.longest.get(name, 0)

    def look_through(self, known: Profile | None = None) -> None:
        """Read all of it once, so that what cannot be read is known; a file that was read before need not be.

        Args:
            known: what an earlier reading of the same bytes told.

        Raises:
            Stopped: the file cannot be read.
        """
        self._told = known
        if known is None:
            _ = self._profile

    @property
    def profile(self) -> Profile:
        """What a reading of all of it tells."""
        if self._told is None:
            self._told = Profile(self._profile.missing, self._profile.longest)
        return self._told

    @cached_property
    def _profile(self) -> _Profile:
        made = _Profile()
        if not self.is_large:
            made.add_listed(self._small)
            return made
        for places in _cut(self.height):
            made.add(self._source.profile(places))
            if SUBJECT in self._names:
                made.add_subjects(self._source.read([SUBJECT], places)[SUBJECT])
        return made

    @cached_property
    def _subjects(self) -> _Subjects:
        return _Subjects(self._profile)


class _Profile:
    """What one reading of all records tells: missing values, lengths, and where each subject stands."""

    def __init__(self) -> None:
        self.missing: dict[str, int] = {}
        self.longest: dict[str, int] = {}
        self.known: dict[str | None, int] = {}
        """The number of each subject, by first appearance."""
        self.runs: list[tuple[NDArray[np.uint32], NDArray[np.uint32]]] = []
        """Records of one subject that follow each other: its number, and how many they are."""

    def add(self, some: Profile) -> None:
        """What some more records tell."""
        for name, number in some.missing.items():
            self.missing[name] = self.missing.get(name, 0) + number
        for name, number in some.longest.items():
            self.longest[name] = max(self.longest.get(name, 0), number)

    def add_subjects(self, of_records: pl.Series) -> None:
        """The subjects of these records."""
        runs = of_records.rle().struct.unnest()
        numbers = [self.known.setdefault(one, len(self.known)) for one in runs["value"].to_list()]
        self.runs.append((np.array(numbers, np.uint32), runs["len"].to_numpy().astype(np.uint32)))

    def add_listed(self, block: Block) -> None:
        """All records, where they are few: what they hold is listed for the rules, too."""
        for column in block.frame.get_columns():
            self.missing[column.name] = column.null_count()
            if column.dtype == pl.String:
                texts = block.listed(column.name)
                self.longest[column.name] = max((len(text.encode()) for text in texts), default=0)


class _Subjects:
    """Where the records of each subject stand.

    In a dataset that is sorted by subjects these follow each other; in another one the rows are sorted here.
    """

    def __init__(self, profile: _Profile) -> None:
        numbers = np.concatenate([one for one, _ in profile.runs])
        lengths = np.concatenate([one for _, one in profile.runs])
        self._known = profile.known
        sizes = np.bincount(numbers, lengths, len(self._known)).astype(np.int64)
        self._starts = np.concatenate([[0], np.cumsum(sizes)])
        self._order: NDArray[np.uint32] | None = None
        if np.any(numbers[1:] < numbers[:-1]):
            self._order = np.argsort(np.repeat(numbers, lengths), kind="stable").astype(np.uint32)

    def blocks(self) -> Iterator[Places]:
        """The rows of whole subjects, about as many as a block has."""
        ends = self._starts[1:]
        block = (ends - 1) // BLOCK
        last = np.flatnonzero(np.append(block[1:] != block[:-1], True))
        first = 0
        for subject in last.tolist():
            yield self._places(first, subject + 1)
            first = subject + 1

    def places_of(self, subjects: pl.Series) -> Places:
        """The rows of subjects; of one that is not known there are none."""
        numbers = sorted(self._known[one] for one in subjects.to_list() if one in self._known)
        if not numbers:
            return range(0)
        if numbers[-1] - numbers[0] + 1 == len(numbers):
            return self._places(numbers[0], numbers[-1] + 1)
        parts = [np.asarray(self._places(one, one + 1), np.uint32) for one in numbers]
        return np.sort(np.concatenate(parts))

    def _places(self, first: int, behind: int) -> Places:
        rows = range(int(self._starts[first]), int(self._starts[behind]))
        return rows if self._order is None else np.sort(self._order[rows.start : rows.stop])


def _cut(height: int) -> list[range]:
    """All rows in blocks, as they stand in the file; one empty block of none."""
    return [range(first, min(first + BLOCK, height)) for first in range(0, max(height, 1), BLOCK)]
