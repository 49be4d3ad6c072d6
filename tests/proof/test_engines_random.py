"""Both engines on random expressions and data. ``CED_PROOF_PAIRS=10000`` asks for more than the usual run."""

from __future__ import annotations

import os
from typing import Any

from engine_pairs import Rows, carried_out, compiled, tables
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from random_expressions import OWN, expressions

from ced_cdisc.expr.parse import ExpressionError
from ced_cdisc.expr.tree import Aggregate, Call, Type, walk
from ced_cdisc.plan.language.names import RowNames

PAIRS = int(os.environ.get("CED_PROOF_PAIRS", "1000"))
EACH = 5
"""Expressions that share the data of one study."""
NAMES = (*OWN, "DM.T1", "DM.N1", "DM.D1")


@st.composite
def written(draw: Any) -> list[tuple[str, Type, str]]:
    """Expressions that the language takes."""
    from engine_pairs import CATALOGUE, VARIABLES

    made: list[tuple[str, Type, str]] = []
    for number in range(EACH):
        kind, text = draw(expressions(NAMES))
        try:
            node = compiled(text, RowNames(CATALOGUE, "XX", VARIABLES))
        except ExpressionError as error:
            event(f"refused: {error.code}")
            continue
        for below in walk(node):
            if isinstance(below, Aggregate):
                event(f"over records: {below.func} {'own' if not below.dataset else 'other'}")
            elif isinstance(below, Call):
                event(f"function: {below.name}")
        made.append((f"E{number}", kind, text))
    assume(made)
    return made


@settings(
    max_examples=max(PAIRS // EACH, 1),
    derandomize=PAIRS == 1000,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(written(), tables())
def test_both_engines_agree_on_random_expressions_and_data(
    given_lines: list[tuple[str, Type, str]], rows: dict[str, Rows]
) -> None:
    done = carried_out(given_lines, rows)
    event(f"expressions with faults: {len(done.slow)}")
    event(f"records compared: {done.records}")
    assert (done.fast, done.differences) == (done.slow, ())
