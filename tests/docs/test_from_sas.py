"""The page for those who come from SAS or R: what it says is in the language, and no habit is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr.habits import FUNCTIONS as HABITS
from ced_cdisc.expr.parse import parse
from ced_cdisc.expr.resolve import resolve
from ced_cdisc.expr.tree import Scope, Type
from ced_cdisc.plan.language.lines import VERBS

PAGE = (Path(__file__).parents[2] / "docs" / "from-sas.md").read_text(encoding="utf-8")
NUMBERS = ("AGE", "AVAL", "BASE", "AVISITN")


class Names:
    """The type of a variable by its name."""

    def find(self, name: str, inside: str | None) -> tuple[Scope, Type]:
        if name.endswith("DTC"):
            return Scope.VARIABLE, Type.DTC
        if name.endswith("DTM"):
            return Scope.VARIABLE, Type.DATETIME
        kind = Type.DATE if name.endswith("DT") else Type.NUMBER if name in NUMBERS else Type.TEXT
        return Scope.VARIABLE, kind

    def unknown(self, name: str, inside: str | None) -> tuple[str, str]:
        raise AssertionError(name)

    def is_dataset(self, owner: str) -> bool:
        return False

    def is_own(self, owner: str) -> bool:
        return False


def rows(last: str) -> list[list[str]]:
    """The rows of the tables whose last column has that title."""
    found: list[list[str]] = []
    here = False
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not cells:
            here = False
        elif here and not line.startswith("|---"):
            found.append(cells)
        elif cells[-1] == last:
            here = True
    return found


@pytest.mark.parametrize("row", rows("here"), ids=lambda row: row[-1])
def test_an_expression_of_the_page_is_in_the_language(row: list[str]) -> None:
    assert resolve(parse(row[-1].strip("`")), Names(), FUNCTIONS).type is not None


def _texts(value: Any) -> Iterator[str]:
    """The expressions of a line, by the words that take them."""
    if isinstance(value, dict):
        for word, below in value.items():
            if word in ("derive", "when", "then", "else", "where") and isinstance(below, str):
                yield below
            else:
                yield from _texts(below)
    elif isinstance(value, list):
        for below in value:
            yield from _texts(below)


@pytest.mark.parametrize("row", rows("a line here"), ids=lambda row: row[-1])
def test_a_line_of_the_page_is_in_the_language(row: list[str]) -> None:
    [(word, line)] = yaml.safe_load(row[-1].strip("`")).items()
    for text in _texts({word: line}):
        assert resolve(parse(text), Names(), FUNCTIONS).type is not None
    assert word in ("where", "long", "stack", "sort") or sum(verb in line for verb in VERBS) == 1


def test_the_page_names_each_habit_that_a_message_knows() -> None:
    habits = " ".join(cell for row in (*rows("here"), *rows("a line here")) for cell in row[:2])
    named = {word.lower() for word in re.findall(r"[A-Za-z_][A-Za-z_0-9.]*", habits)}
    assert sorted(set(HABITS) - named) == []
