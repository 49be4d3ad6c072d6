"""What a rule says of one dataset: how much it looked at, and which records or facts are wrong.

A rule yields looks before any record is read; :mod:`ced_cdisc.conformance.answer` then goes through the
records of each dataset once, block by block, for the looks of all rules together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl
from msgspec import Struct, field

if TYPE_CHECKING:
    from ced_cdisc.conformance.dataset import Dataset
    from ced_cdisc.conformance.records import Block

ROW = "__row"
"""The row of a record in its file, from 1."""

Beside: TypeAlias = "Callable[[Block], pl.DataFrame | None]"
"""Gives the records of a block with further columns, in their order; None where that cannot be."""

Told: TypeAlias = Callable[[int, int], bool]
"""Whether so many records that follow a way, of so many that it can be said of, make it that of all."""


class Answer(Struct, eq=False):
    """One look of a rule at a dataset and a variable.

    Attributes:
        variable: the variable at fault, or empty.
        looked: how many records were looked at, or 1 for the dataset itself.
        failed: whether something is wrong.
        bad: the records at fault, with ROW and the variables to show; None where no record is.
        words: what fills the braces of the rule's sentence besides dataset and variable.
    """

    dataset: Dataset
    variable: str
    looked: int
    failed: bool
    bad: pl.DataFrame | None = None
    words: Mapping[str, str] = field(default_factory=dict[str, str])


class Question(Struct, eq=False):
    """A look at the records of a dataset, or, where it has a way, at what nearly all of them do.

    Attributes:
        of: true for what is looked at; None in a question with a way: wherever that can be said.
        wrong: true for what is wrong among that.
        show: the variables whose values are shown.
        beside: what gives the further columns that it asks for. Questions with the same one share them.
        way: true for the records that follow a way, null where that cannot be said.
        told: whether it is the way of the dataset; where it is not, there is no answer.
        instead_of: ways of which none must be the way of the dataset, if this one is to count.
        in_order: whether it compares a record with the one before it in the file.
        looked: how many records are looked at, where that is known before one is read.
    """

    dataset: Dataset
    variable: str
    of: pl.Expr | None
    wrong: pl.Expr
    show: tuple[str, ...]
    words: Mapping[str, str]
    beside: Beside | None = None
    way: pl.Expr | None = None
    told: Told | None = None
    instead_of: tuple[Question, ...] = ()
    in_order: bool = False
    looked: int | None = None


Wrong: TypeAlias = "pl.Expr | Callable[[Any], bool] | Collection[str]"


class ValueQuestion(Struct, eq=False):
    """A look at the values of variables, each once, however many records have it; an answer a variable.

    Attributes:
        variables: one, or all character variables of the dataset.
        wrong: an expression over ``value``, a function of a value, or the wrong values.
        show: further variables whose values are shown for the records at fault.
    """

    dataset: Dataset
    variables: tuple[str, ...]
    wrong: Wrong
    show: tuple[str, ...]
    words: Mapping[str, str]


class Gathered(Struct, eq=False):
    """Something small of all records, on which the looks at them hang.

    Attributes:
        gather: takes it out of a block.
        merge: makes one of those of several blocks, one below the other.
        then: gives the looks.
    """

    dataset: Dataset
    gather: Callable[[Block], pl.DataFrame]
    merge: Callable[[pl.DataFrame], pl.DataFrame]
    then: Callable[[pl.DataFrame], Iterable[Look]]


Look: TypeAlias = Answer | Question | ValueQuestion | Gathered
