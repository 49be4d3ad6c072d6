"""The worked examples of the language reference, computed by both engines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.derive.examples import EXAMPLES, Example
from ced_cdisc.derive.fast import FUNCTIONS as FAST
from ced_cdisc.expr.compile import compile_node
from ced_cdisc.expr.parse import parse
from ced_cdisc.expr.resolve import resolve
from ced_cdisc.expr.tree import Node, Scope, Type
from ced_cdisc.expr.values import DTYPES
from ced_cdisc.recompute import evaluate

ENDS = {"DTC": Type.DTC, "DTM": Type.DATETIME, "DT": Type.DATE}


class Names:
    def __init__(self, example: Example) -> None:
        self.kinds = {name: kind_of(name, example) for name in example.given}

    def find(self, name: str, inside: str | None) -> tuple[Scope, Type]:
        return Scope.VARIABLE, self.kinds[name]

    def unknown(self, name: str, inside: str | None) -> tuple[str, str]:
        raise AssertionError(name)

    def is_dataset(self, owner: str) -> bool:
        return False

    def is_own(self, owner: str) -> bool:
        return False


def kind_of(name: str, example: Example) -> Type:
    for end, kind in ENDS.items():
        if name.endswith(end):
            return kind
    values = [one.given[name] for one in EXAMPLES if name in one.given and one.given[name] is not None]
    return Type.TEXT if isinstance(values[0], str) else Type.NUMBER


def held(value: Any, kind: Type) -> Any:
    """A value as the engines hold it."""
    if kind is Type.DATE and value is not None:
        return dt.date.fromisoformat(value)
    return dt.datetime.fromisoformat(value) if kind is Type.DATETIME and value is not None else value


def shown(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def known(example: Example) -> tuple[Node, dict[str, Any], dict[str, Type]]:
    names = Names(example)
    values = {name: held(value, names.kinds[name]) for name, value in example.given.items()}
    return resolve(parse(example.expression), names, FUNCTIONS), values, names.kinds


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.expression} {e.result}")
def test_the_second_engine_gives_the_printed_result(example: Example) -> None:
    node, values, _ = known(example)
    assert shown(evaluate(node, values.__getitem__)) == example.result


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.expression} {e.result}")
def test_the_fast_engine_gives_the_printed_result(example: Example) -> None:
    node, values, kinds = known(example)
    frame = pl.DataFrame({n: pl.Series([v], dtype=DTYPES[kinds[n]]) for n, v in values.items()})
    (made,) = frame.select(compile_node(node, FAST, frame.columns).expr.alias("made"))["made"].to_list()
    assert shown(made) == example.result


def test_every_function_has_an_example() -> None:
    lacking = {name for name in FUNCTIONS if not any(e.expression.startswith(f"{name}(") for e in EXAMPLES)}
    assert lacking == set()
