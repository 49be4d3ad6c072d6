"""A dataset as the rules see it: its frame and metadata, and the words that rules are made of.

A rule asks some kinds of question of a dataset, and each gives a :class:`~ced_cdisc.conformance.look.Look`:

* :meth:`Dataset.records`: which records are wrong (a polars expression over the columns);
* :meth:`Dataset.values_wrong`: which values of one variable are wrong (looked at once each, however many
  records have them; the fast way for everything that depends on the value alone);
* :meth:`Dataset.fact`: whether the dataset or its metadata are wrong;
* :meth:`Dataset.habit`: which records do not do what nearly all do;
* :meth:`Dataset.combined`: what variables hold side by side in all records, and the looks that hang on it.

None of them reads a record: that is done for the looks of all rules together, block by block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import polars as pl
from msgspec import Struct, field

from ced_cdisc.conformance.beside import beside, with_columns
from ced_cdisc.conformance.column import Column
from ced_cdisc.conformance.dates import day
from ced_cdisc.conformance.follow import is_nearly_all
from ced_cdisc.conformance.look import (
    ROW,
    Answer,
    Beside,
    Gathered,
    Look,
    Question,
    Told,
    ValueQuestion,
    Wrong,
)
from ced_cdisc.conformance.records import SUBJECT, Block, Records
from ced_cdisc.conformance.repeated import again, repeated
from ced_cdisc.standards.ig import IgDataset, IgVariable

T = TypeVar("T")

if TYPE_CHECKING:
    from ced_cdisc.check.define.document import DefineDocument, Element

Kind = Literal["SDTM", "ADaM", "other"]
_EVERY = pl.lit(value=True)


class Dataset(Struct, eq=False, dict=True):
    """One dataset of the submission.

    Attributes:
        name: as its file says, such as ``AE`` or ``QSCS``.
        label: its label.
        file: the file, below the folder.
        format: ``xpt`` or ``dataset-json``.
        records_held: the records: String and Float64 columns, null where empty.
        columns: the variables in order.
        kind: SDTM, ADaM or other.
        domain: the domain code that prefixes its variables (``QS`` of QSCS, ``MH`` of APMH); empty in ADaM.
        class_name: the SDTM class as SDTMIG spells it (``Events``), or the ADaM structure (``ADSL``, ``BDS``,
            ``TTE``, ``OCCDS``), or empty.
        ig: the dataset of the guide (also SUPP-- and AP--), or None for a custom one or ADaM.
        described: its ItemGroupDef and the document, where a define.xml has it; rules read :attr:`define`.
        is_define_read: whether anybody did since it was set to false.
    """

    name: str
    label: str
    file: str
    format: Literal["xpt", "dataset-json"]
    records_held: Records
    columns: dict[str, Column]
    kind: Kind = "other"
    domain: str = ""
    class_name: str = ""
    ig: IgDataset | None = None
    described: tuple[DefineDocument, Element] | None = None
    expected: dict[str, IgVariable] = field(default_factory=dict[str, IgVariable])
    """What the guide or the model says of the variables that the dataset has."""
    is_define_read: bool = False
    _held: dict[str, Any] = field(default_factory=dict[str, Any])

    # What is there

    def v(self, name: str) -> str:
        """The name with the domain code: ``--DTC`` is AEDTC in AE; other names stay as they are."""
        return self.domain + name[2:] if name.startswith("--") else name

    def has(self, *names: str) -> bool:
        """Whether the dataset has all these variables, each of the type that the standard gives it.

        A variable of the wrong type counts as absent: the rule about types tells it, and no other rule
        stumbles over it.
        """
        return all(self._usable(self.v(name)) for name in names)

    def _usable(self, name: str) -> bool:
        column = self.columns.get(name)
        known = self.expected.get(name)
        return column is not None and (known is None or known.type == column.type)

    def texts(self) -> list[str]:
        """The names of the character variables."""
        return [c.name for c in self.columns.values() if c.type == "Char"]

    def numbers(self) -> list[str]:
        """The names of the numeric variables."""
        return [c.name for c in self.columns.values() if c.type == "Num"]

    def col(self, name: str) -> pl.Expr:
        """The column of a variable, ``--`` allowed; a column of nulls where the dataset lacks it."""
        full = self.v(name)
        return pl.col(full) if full in self.columns else pl.lit(None, pl.String)

    @property
    def height(self) -> int:
        """How many records there are."""
        return self.records_held.height

    @property
    def frame(self) -> pl.DataFrame:
        """All records, of a dataset that is small by its nature; see :meth:`read`."""
        return self.records_held.read()

    def read(self, *names: str) -> pl.DataFrame:
        """These variables of all records."""
        return self.records_held.read(*names)

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What several rules make of the dataset, made once."""
        if key not in self._held:
            self._held[key] = make()
        return self._held[key]

    def is_empty(self, name: str) -> bool:
        """Whether no record has a value of a variable."""
        return self.records_held.missing(name) == self.height

    @cached_property
    def is_supplemental(self) -> bool:
        """Whether it is a SUPP-- or SQ-- dataset."""
        return self.kind == "SDTM" and {"RDOMAIN", "QNAM"} <= set(self.columns)

    @property
    def define(self) -> tuple[DefineDocument, Element] | None:
        """Its ItemGroupDef and the document, where a define.xml has it; that it was read is noted."""
        self.is_define_read = True
        return self.described

    @property
    def define_keys(self) -> tuple[str, ...]:
        """The key variables in key order as define.xml says; none where no define.xml has the dataset."""
        if self.define is None:
            return ()
        document, element = self.define
        placed = ((ref.get("KeySequence", ""), item) for ref, item in document.pairs(element))
        keyed = [(int(place), item.get("Name", "")) for place, item in placed if place.isdecimal()]
        return tuple(name for _, name in sorted(keyed))

    def values(self, name: str) -> pl.Series:
        """Each value of a variable once, sorted; missing ones left out. It is for variables that have few."""
        return self.once(f"values {name}", lambda: self.records_held.values(name))

    # Looks

    def fact(self, wrong: bool, variable: str = "", **words: str) -> Look:
        """A look at the dataset itself, or at the metadata of a variable."""
        return Answer(self, self.v(variable), 1, failed=True, words=words) if wrong else self._holds

    @cached_property
    def _holds(self) -> Look:
        """That something is as it should be; nobody asks what, so that it is made once."""
        return Answer(self, "", 1, failed=False)

    def records(
        self,
        wrong: pl.Expr,
        variable: str,
        *show: str,
        of: pl.Expr | None = None,
        frame: Beside | None = None,
        **words: str,
    ) -> Look:
        """A look at records.

        Args:
            wrong: true for a record at fault; null is no fault. What it compares are records of one subject.
            variable: the variable at fault; it is shown.
            show: further variables whose values are shown.
            of: the records that are looked at; by default those where ``variable`` is filled.
            frame: gives the records of a block with further columns, in their order and as many.
        """
        name, looked = self.v(variable), None
        if of is None:
            looked = self._filled_in(name)
            # Where all records have a value, it is not asked of each whether it has.
            is_asked = name in self.columns and (looked < self.height or not looked)
            of = pl.col(name).is_not_null() if is_asked else _EVERY
        return Question(self, name, of, wrong, show, words, frame, looked=looked)

    def right(self, variable: str, *show: str, of: pl.Expr | None = None) -> Look:
        """A look at records of which it is known that none is wrong; as :meth:`records`."""
        if of is None:
            return Answer(self, self.v(variable), self._filled_in(self.v(variable)), failed=False)
        return self.records(pl.lit(value=False), variable, *show, of=of)

    def _filled_in(self, name: str) -> int:
        """In how many records a variable has a value; all, of one that the dataset lacks."""
        return self.height - (self.records_held.missing(name) if name in self.columns else 0)

    def repeated(
        self, names: Sequence[str], variable: str, *show: str, of: pl.Expr | None = None, **words: str
    ) -> Look:
        """A look at records, none of which may agree with another one of the dataset in all these variables.

        Args:
            names: the variables; missing values agree.
            variable, show, of: as in :meth:`records`.
        """
        is_large = self.records_held.is_large
        wrong = again(names) if is_large else pl.struct(names).is_duplicated()
        frame = self._again(names) if is_large else None
        return self.records(wrong, variable, *show, of=of, frame=frame, **words)

    def alone(self, names: Sequence[str], variable: str, *show: str) -> Look:
        """A look at records, each of which must agree with another one in all these variables."""
        if self.records_held.is_large:
            return self.records(~again(names), variable, *show, frame=self._again(names))
        return self.records(~pl.struct(names).is_duplicated(), variable, *show)

    def filled(self, variable: str) -> Look:
        """A look at all records, of which none may lack a value of a variable."""
        name = self.v(variable)
        if not self.records_held.missing(name):
            return Answer(self, name, self.height, failed=False)
        return self.records(pl.col(name).is_null(), name, of=_EVERY)

    def no_longer(self, variable: str, most: int, **words: str) -> Look:
        """A look at the values of a character variable, none of which may have more characters."""
        name = self.v(variable)
        if self.records_held.longest(name) <= most:  # bytes are never fewer than characters
            return Answer(self, name, self._filled_in(name), failed=False, words=words)
        return self.values_wrong(name, pl.col("value").str.len_chars() > most, **words)

    def habit(
        self,
        way: pl.Expr,
        variable: str,
        *show: str,
        of: pl.Expr | None = None,
        frame: Beside | None = None,
        told: Told = is_nearly_all,
        in_order: bool = False,
        instead_of: Iterable[Look] = (),
        **words: str,
    ) -> Look:
        """A look at what nearly all records do; where they do not, it is none.

        Args:
            way: true for a record that does, false for one at fault, null where that cannot be said.
            variable, show, frame: as in :meth:`records`.
            of: the records that are looked at; by default those of which the way can be said.
            told: whether so many of so many are nearly all.
            in_order: whether the way compares a record with the one before it in the file.
            instead_of: looks at other ways, of which none must be that of nearly all.
        """
        others = tuple(one for one in instead_of if isinstance(one, Question))
        return Question(self, self.v(variable), of, ~way, show, words, frame, way, told, others, in_order)

    def values_wrong(self, variable: str, wrong: Wrong, *show: str, **words: str) -> Look:
        """A look at the values of one variable.

        Args:
            variable: the variable.
            wrong: an expression over ``pl.col("value")``, a function of a value, or the wrong values.
            show: further variables whose values are shown for the records at fault.
        """
        return ValueQuestion(self, (self.v(variable),), wrong, show, words)

    def not_among(self, variable: str, known: Iterable[str], *show: str, **words: str) -> Look:
        """A look at the values of a character variable, which have to be among those that are known."""
        every, name = frozenset(known), self.v(variable)
        if self.columns[name].type == "Num":  # polars says why that cannot be
            return self.values_wrong(name, ~pl.col("value").is_in(sorted(every)), *show, **words)
        return self.values_wrong(name, lambda value: value not in every, *show, **words)

    def numbers_wrong(self, variable: str, wrong: Callable[[Any], Any], *show: str, **words: str) -> Look:
        """A look at the values of a numeric variable.

        Args:
            variable, show: as in :meth:`values_wrong`.
            wrong: arithmetic that can be done with a number as well as with a column; a large dataset is
                looked at in columns.
        """
        name = self.v(variable)
        is_column = self.records_held.is_large or self.columns[name].type == "Char"
        return self.values_wrong(name, wrong(pl.col("value")) if is_column else wrong, *show, **words)

    def texts_wrong(self, wrong: pl.Expr) -> Look:
        """A look at the values of each character variable; ``wrong`` is an expression over ``value``."""
        return ValueQuestion(self, tuple(self.texts()), wrong, (), {})

    def combined(self, names: Sequence[str], then: Callable[[pl.DataFrame], Iterable[Look]]) -> Look:
        """What these variables hold side by side, missing ones too: each once, with its ``count``."""
        names = list(dict.fromkeys(names))

        def gather(block: Block) -> pl.DataFrame:
            return block.once(f"combined {names}", lambda: _counted(block.frame, names))

        def merge(parts: pl.DataFrame) -> pl.DataFrame:
            return parts.group_by(names, maintain_order=True).agg(pl.col("count").sum())

        return Gathered(self, gather, merge, then)

    def combined_of(
        self, of: pl.Expr, names: Sequence[str], then: Callable[[pl.DataFrame], Iterable[Look]]
    ) -> Look:
        """As :meth:`combined`, of some records."""
        names = list(dict.fromkeys(names))

        def gather(block: Block) -> pl.DataFrame:
            return block.frame.lazy().filter(of).select(names).unique().collect()

        return Gathered(self, gather, lambda parts: parts.unique(), then)

    def at_fault(self, block: Block, frame: pl.DataFrame, bad: pl.Series, *show: str) -> pl.DataFrame:
        """The records at fault with the variables that tell which they are and what is wrong."""
        names = [name for name in self.shown(*show) if name in frame.columns]
        return frame.select(names).filter(bad).insert_column(0, block.rows(bad).alias(ROW))

    def shown(self, *show: str) -> list[str]:
        """The variables that tell which record it is, and those of a rule."""
        wanted = ["USUBJID", "APID", self.v("--SEQ"), "ASEQ", *(self.v(name) for name in show)]
        return list(dict.fromkeys(wanted))

    # Further columns

    def _again(self, names: Sequence[str]) -> Beside:
        """Gives the records :func:`.repeated.again` of these variables: whether another one agrees in all."""
        names, column = list(names), again(names).meta.output_name()
        whole: list[pl.Series] = []

        def found(block: Block) -> pl.DataFrame:
            if block.is_whole or SUBJECT in names:
                return with_columns(block.frame, [repeated(block.frame, names).alias(column)])
            if not whole:
                whole.append(repeated(self.read(*names), names).alias(column))
            return block.frame.with_columns(block.part_of(whole[0]))

        return self.once(f"again {names}", lambda: found)

    def beside(self, other: pl.DataFrame, on: str | Sequence[str], *, nulls_equal: bool = False) -> Beside:
        """Gives the records the further columns of a table, null where no key agrees."""
        return lambda block: beside(block.frame, other, on, nulls_equal=nulls_equal)

    def with_number(self, name: str) -> Beside:
        """Gives the records ``number``, the finite number that a text is, ``--`` allowed; else null."""
        full = self.v(name)
        number = pl.col(full).cast(pl.Float64, strict=False)
        made = pl.when(number.is_finite()).then(number).alias("number")

        def found(block: Block) -> pl.DataFrame:
            return with_columns(block.frame, [block.frame.select(made).to_series()])

        return self.once(f"number {full}", lambda: found)

    def day(self, name: str) -> pl.Expr:
        """The column that :meth:`with_day` gives, ``--`` allowed."""
        return pl.col(f"day of {self.v(name)}")

    def with_day(self, name: str, also: Beside | None = None) -> Beside:
        """Gives the records the day of a date, ``--`` allowed; null where it is not whole."""
        full = self.v(name)

        def made(block: Block) -> pl.DataFrame | None:
            frame = block.frame if also is None else also(block)
            column = day(pl.col(full)).alias(f"day of {full}")
            days = block.once(f"day {full}", lambda: block.frame.select(column).to_series())
            return None if frame is None else with_columns(frame, [days])

        return self.once(f"day {full} {id(also)}", lambda: made)


def _counted(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """What variables hold side by side, each once, in the order of its first record, with its ``count``."""
    return frame.group_by(names, maintain_order=True).agg(pl.len().cast(pl.Int64).alias("count"))
