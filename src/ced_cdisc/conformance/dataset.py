"""A dataset as the rules see it: its frame and metadata, and the words that rules are made of.

A rule asks three kinds of question of a dataset, and each gives a :class:`~ced_cdisc.conformance.look.Look`:

* :meth:`Dataset.records`: which records are wrong (a polars expression over the columns);
* :meth:`Dataset.values_wrong`: which values of one variable are wrong (looked at once each, however many
  records have them; the fast way for everything that depends on the value alone);
* :meth:`Dataset.fact`: whether the dataset or its metadata are wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import polars as pl

from ced_cdisc.conformance.dates import day
from ced_cdisc.conformance.look import ROW, Answer, Look, Question
from ced_cdisc.standards.ig import IgDataset, IgVariable

if TYPE_CHECKING:
    from ced_cdisc.check.define.document import DefineDocument, Element

Kind = Literal["SDTM", "ADaM", "other"]
_SMALL = 50_000
"""Records of a dataset whose texts may stand in memory twice."""


@dataclass(frozen=True)
class Column:
    """A variable as its file describes it; ``length`` in bytes, 0 where the file does not say."""

    name: str
    label: str
    type: Literal["Char", "Num"]
    length: int = 0
    format: str = ""


@dataclass(eq=False)
class Dataset:
    """One dataset of the submission.

    Attributes:
        name: as its file says, such as ``AE`` or ``QSCS``.
        label: its label.
        file: the file, below the folder.
        format: ``xpt`` or ``dataset-json``.
        frame: the records: String and Float64 columns, null where empty.
        columns: the variables in order.
        kind: SDTM, ADaM or other.
        domain: the domain code that prefixes its variables (``QS`` of QSCS, ``MH`` of APMH); empty in ADaM.
        class_name: the SDTM class as SDTMIG spells it (``Events``), or the ADaM structure (``ADSL``, ``BDS``,
            ``TTE``, ``OCCDS``), or empty.
        ig: the dataset of the guide (also SUPP-- and AP--), or None for a custom one or ADaM.
        define: its ItemGroupDef and the document, where a define.xml has it.
    """

    name: str
    label: str
    file: str
    format: Literal["xpt", "dataset-json"]
    frame: pl.DataFrame
    columns: dict[str, Column]
    kind: Kind = "other"
    domain: str = ""
    class_name: str = ""
    ig: IgDataset | None = None
    define: tuple[DefineDocument, Element] | None = None
    expected: dict[str, IgVariable] = field(default_factory=dict[str, IgVariable])
    """What the guide or the model says of the variables that the dataset has."""
    _values: dict[str, pl.DataFrame] = field(default_factory=dict[str, pl.DataFrame])
    _parsed: dict[str, pl.Series] = field(default_factory=dict[str, pl.Series])
    _days: dict[str, pl.Series] = field(default_factory=dict[str, pl.Series])

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
        return self.frame.height

    @cached_property
    def is_supplemental(self) -> bool:
        """Whether it is a SUPP-- or SQ-- dataset."""
        return self.kind == "SDTM" and {"RDOMAIN", "QNAM"} <= set(self.columns)

    @cached_property
    def define_keys(self) -> tuple[str, ...]:
        """The key variables in key order as define.xml says; none where no define.xml has the dataset."""
        if self.define is None:
            return ()
        document, element = self.define
        keyed: list[tuple[int, str]] = []
        for ref in element.iterfind("{*}ItemRef"):
            place, item = ref.get("KeySequence", ""), document.items.get(ref.get("ItemOID", ""))
            if place.isdecimal() and item is not None:
                keyed.append((int(place), item.get("Name", "")))
        return tuple(name for _, name in sorted(keyed))

    def values(self, name: str) -> pl.DataFrame:
        """Each value of a variable once: columns ``value`` and ``count``; missing ones left out."""
        if name not in self._values:
            series = self.frame[name].drop_nulls()
            self._values[name] = series.alias("value").value_counts(name="count")
        return self._values[name]

    def number(self, name: str) -> pl.Series:
        """The finite numbers that the texts of a variable are, ``--`` allowed, as ``number``; else null."""
        full = self.v(name)
        if full not in self._parsed:
            made = self.frame[full].cast(pl.Float64, strict=False).alias("number")
            self._parsed[full] = made.set(~made.is_finite(), None)
        return self._parsed[full]

    def day(self, name: str) -> pl.Series:
        """The days of a variable of dates, ``--`` allowed, as Dates named ``day``; null where not whole."""
        full = self.v(name)
        if full not in self._days:
            self._days[full] = self.frame.select(day(pl.col(full)).alias("day")).to_series()
        return self._days[full]

    # Looks

    def fact(self, wrong: bool, variable: str = "", **words: str) -> Look:
        """A look at the dataset itself, or at the metadata of a variable."""
        return Answer(self, self.v(variable), 1, wrong, None, words)

    def records(
        self,
        wrong: pl.Expr,
        variable: str,
        *show: str,
        of: pl.Expr | None = None,
        frame: pl.DataFrame | None = None,
        **words: str,
    ) -> Look:
        """A look at records.

        Args:
            wrong: true for a record at fault; null is no fault.
            variable: the variable at fault; it is shown.
            show: further variables whose values are shown.
            of: the records that are looked at; by default those where ``variable`` is filled.
            frame: records with further columns (a join), in the order of the dataset and as many.
        """
        name = self.v(variable)
        data = self.frame if frame is None else frame
        if of is None:
            of = pl.col(name).is_not_null() if name in data.columns else pl.lit(True)
        if frame is not None or self.height > _SMALL:
            # A large frame is not kept for later, nor are many columns of its length made at once.
            both = data.select(of.fill_null(False).alias("of"), wrong.fill_null(False).alias("wrong"))
            looked, bad = int(both["of"].sum()), both["of"] & both["wrong"]
            if not bad.any():
                return Answer(self, name, looked, False, None, words)
            return Answer(self, name, looked, True, self._shown(data, bad, name, *show), words)
        of = pl.int_range(pl.len()) >= 0 if of.meta.is_literal() else of.fill_null(False)

        def answer(looked: int, failed: bool) -> Answer:
            if not failed:
                return Answer(self, name, looked, False, None, words)
            bad = data.select((of & wrong).fill_null(False).alias("bad")).to_series()
            return Answer(self, name, looked, True, self._shown(data, bad, name, *show), words)

        return Question(data, of, wrong, answer)

    def _shown(self, data: pl.DataFrame, bad: pl.Series, *show: str) -> pl.DataFrame:
        """The records at fault with the variables that tell which they are and what is wrong."""
        wanted = ["USUBJID", "APID", self.v("--SEQ"), "ASEQ", *(self.v(name) for name in show)]
        names = [name for name in dict.fromkeys(wanted) if name in data.columns]
        rows = (bad.arg_true() + 1).cast(pl.Int64).alias(ROW)
        return data.select(names).filter(bad).insert_column(0, rows)

    def values_wrong(
        self,
        variable: str,
        wrong: pl.Expr | Callable[[str], bool] | Collection[str],
        *show: str,
        **words: str,
    ) -> Look:
        """A look at the values of one variable.

        Args:
            variable: the variable.
            wrong: an expression over ``pl.col("value")``, a function of a value, or the wrong values.
            show: further variables whose values are shown for the records at fault.
        """
        name = self.v(variable)
        looked = self.height - self.frame[name].null_count()
        if isinstance(wrong, pl.Expr):
            expression = wrong

            def answer(_: int, failed: bool) -> Answer:
                bad = self.values(name).filter(expression)["value"] if failed else None
                return self._with_values(name, looked, bad, show, words)

            if self.height <= _SMALL:
                stacked = self._texts if self.columns[name].type == "Char" else self._numbers
                return Question(stacked, pl.col("variable") == name, expression, answer)
            return Question(self.values(name), pl.col("value").is_not_null(), expression, answer).ask()
        values = self.values(name)["value"]
        chosen = [v for v in values.to_list() if wrong(v)] if callable(wrong) else sorted(wrong)
        bad = pl.Series("value", chosen, values.dtype) if chosen else None
        return self._with_values(name, looked, bad, show, words)

    def _with_values(
        self, name: str, looked: int, bad: pl.Series | None, show: tuple[str, ...], words: dict[str, str]
    ) -> Answer:
        """The records that have one of these values."""
        if bad is None:
            return Answer(self, name, looked, False, None, words)
        rows = self.frame.select(pl.col(name).is_in(bad.implode()).fill_null(False)).to_series()
        return Answer(
            self, name, looked, True, self._shown(self.frame, rows, name, *map(self.v, show)), words
        )

    def texts_wrong(self, wrong: pl.Expr) -> Iterator[Look]:
        """A look at the values of each character variable; ``wrong`` is an expression over ``value``."""
        if self.height > _SMALL:
            yield from (self.values_wrong(name, wrong) for name in self.texts())
            return
        bad = set(self._texts.filter(wrong.fill_null(False))["variable"])
        for name in self.texts():
            looked = self.height - self.frame[name].null_count()
            yield self.values_wrong(name, wrong) if name in bad else Answer(self, name, looked, False)

    @cached_property
    def _texts(self) -> pl.DataFrame:
        """The values of all character variables of a small dataset, once each: ``variable``, ``value``."""
        return self._stacked(self.texts()).unique()

    @cached_property
    def _numbers(self) -> pl.DataFrame:
        """Those of its numeric variables."""
        return self._stacked(self.numbers())

    def _stacked(self, names: list[str]) -> pl.DataFrame:
        return self.frame.select(names).unpivot().filter(pl.col("value").is_not_null())
