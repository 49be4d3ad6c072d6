"""Going through the records of datasets, once for the looks of all rules together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import polars as pl

from ced_cdisc.conformance.ask import AskedQuestion, AskedValues, Asking, ask_questions, ask_values
from ced_cdisc.conformance.dataset import Dataset
from ced_cdisc.conformance.look import Answer, Gathered, Look, Question, ValueQuestion
from ced_cdisc.conformance.records import Block

Given: TypeAlias = "list[Look] | pl.exceptions.PolarsError"
"""What came of a look: answers, or looks that have answers of their own, or why it could not be asked."""

_PARTS = 16
"""Blocks whose gatherings wait to be merged."""


def answered(looks: Iterable[Look]) -> dict[Look, Given]:
    """What came of all looks that are no answers yet, and of those that they lead to."""
    by_dataset: dict[int, list[Look]] = {}
    datasets: dict[int, Dataset] = {}
    for look in looks:
        if not isinstance(look, Answer):
            by_dataset.setdefault(id(look.dataset), []).append(look)
            datasets[id(look.dataset)] = look.dataset
    found: dict[Look, Given] = {}
    for key, waiting in by_dataset.items():
        while waiting:
            given = _gone_through(datasets[key], waiting)
            found |= given
            led_to = [one for each in given.values() if isinstance(each, list) for one in each]
            waiting = [one for one in led_to if not isinstance(one, Answer)]
    return found


def answers_of(look: Look, found: Mapping[Look, Given]) -> list[Answer | pl.exceptions.PolarsError]:
    """The answers to a look, in their order."""
    if isinstance(look, Answer):
        return [look]
    given = found[look]
    if isinstance(given, Exception):
        return [given]
    told: list[Answer | pl.exceptions.PolarsError] = []
    for each in given:
        told.extend([each] if isinstance(each, Answer) else answers_of(each, found))
    return told


def _gone_through(data: Dataset, looks: Sequence[Look]) -> dict[Look, Given]:
    """Looks at one dataset, whose records are read once, and once more for those that hang on their order."""
    asked = {one: AskedQuestion(one) for one in looks if isinstance(one, Question)}
    values = {one: AskedValues(one) for one in looks if isinstance(one, ValueQuestion)}
    gathered = {one: _Gathering(one) for one in looks if isinstance(one, Gathered)}
    large = data.records_held.is_large
    ordered = [one for one in asked.values() if one.look.in_order and large]
    others = [one for one in asked.values() if not (one.look.in_order and large)]
    if others or values or gathered:
        for block in data.records_held.blocks():
            ask_questions(block, others)
            ask_values(block, data, list(values.values()))
            for one in gathered.values():
                one.add(block)
    if ordered:
        _ask_in_order(data, ordered)
    every: dict[Look, AskedQuestion | AskedValues | _Gathering] = {**asked, **values, **gathered}
    return {look: every[look].given(asked) for look in looks}


def _ask_in_order(data: Dataset, asked: list[AskedQuestion]) -> None:
    names = {name for one in asked for name in one.needs}
    for block, before in data.records_held.in_order([name for name in data.columns if name in names]):
        ask_questions(block, asked, skipped=before)


class _Gathering(Asking):
    def __init__(self, look: Gathered) -> None:
        super().__init__()
        self._look = look
        self._parts: list[pl.DataFrame] = []

    def add(self, block: Block) -> None:
        """Take in a block."""
        if self.error is not None:
            return
        try:
            self._parts.append(self._look.gather(block))
            if len(self._parts) == _PARTS:
                self._parts = [self._merged()]
        except pl.exceptions.PolarsError as error:
            self.error = error

    def given(self, asked: Mapping[Question, AskedQuestion]) -> Given:
        """The looks that hang on it."""
        if self.error is not None:
            return self.error
        try:
            return list(self._look.then(self._merged()))
        except pl.exceptions.PolarsError as error:
            return error

    def _merged(self) -> pl.DataFrame:
        return self._parts[0] if len(self._parts) == 1 else self._look.merge(pl.concat(self._parts))
