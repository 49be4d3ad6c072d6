"""What a rule says of one dataset: how much it looked at, and which records or facts are wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

if TYPE_CHECKING:
    from ced_cdisc.conformance.dataset import Dataset

ROW = "__row"
"""The row of a record in its file, from 1."""


@dataclass(eq=False, slots=True)
class Answer:
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


@dataclass(eq=False, slots=True)
class Question:
    """A look at a small dataset that waits: the questions of all rules to one frame are one step of polars.

    Attributes:
        frame: the records of the dataset, or the values of its variables.
        of: true for what is looked at; a column, no literal.
        wrong: true for what is wrong among that.
        answer: makes the answer of the number of rows looked at and of whether one is wrong.
    """

    frame: pl.DataFrame
    of: pl.Expr
    wrong: pl.Expr
    answer: Callable[[int, bool], Answer]

    def ask(self) -> Answer:
        """The answer to this question alone.

        Raises:
            PolarsError: the data do not let it.
        """
        return _together([self])[0]


Look: TypeAlias = Answer | Question


def answered(looks: Iterable[Look]) -> dict[Question, Answer | pl.exceptions.PolarsError]:
    """The answers to all questions among looks; the error where a question cannot be asked of its frame."""
    by_frame: dict[int, list[Question]] = {}
    for look in looks:
        if isinstance(look, Question):
            by_frame.setdefault(id(look.frame), []).append(look)
    found: dict[Question, Answer | pl.exceptions.PolarsError] = {}
    for questions in by_frame.values():
        try:
            found.update(zip(questions, _together(questions), strict=True))
        except pl.exceptions.PolarsError:
            found.update((one, _or_error(one)) for one in questions)
    return found


def _or_error(question: Question) -> Answer | pl.exceptions.PolarsError:
    try:
        return question.ask()
    except pl.exceptions.PolarsError as error:
        return error


def _together(questions: list[Question]) -> list[Answer]:
    """The answers to questions to one frame."""
    asked: list[pl.Expr] = []
    for number, one in enumerate(questions):
        asked += one.of.sum().alias(f"of{number}"), (one.of & one.wrong).any().alias(f"bad{number}")
    told = questions[0].frame.select(asked).row(0)
    return [one.answer(int(told[2 * n]), bool(told[2 * n + 1])) for n, one in enumerate(questions)]
