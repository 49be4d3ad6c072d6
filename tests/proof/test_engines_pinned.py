"""Cases that random expressions found, kept: both engines agree on them."""

from __future__ import annotations

from typing import Any

import pytest
from engine_pairs import COLUMNS, carried_out

from ced_cdisc.expr.tree import Type


def row(subject: str, number: int, **cells: str) -> dict[str, Any]:
    return {"SUBJ": subject, "NO": str(number), **{name: cells.get(name) for name in COLUMNS[2:]}}


ROWS: dict[str, list[dict[str, Any]]] = {
    "dm": [row("1", 1), row("2", 1)],
    "xx": [row("1", 0), row("1", 1), row("1", 2, T1="a"), row("2", 0, T1="b", T2="2 weeks")],
    "yy": [row("1", 0, D1="2020-01-02"), row("2", 0, D1="2020-02-03", T1="a")],
}
"""Neither ``a`` nor ``b`` is a duration."""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        # the pairs of rows at hand with records of another dataset
        ("if(T1 in ('a', 'b'), D1, min(until(YY.D1, T1)))", False),
        ("if(T1 = 'a', D1, min(until(YY.D1, T1)))", True),
        ("if(T1 is missing, min(until(YY.D1, T1)), D1)", False),
        ("if(T1 in ('a', 'b'), D1, min(YY.D1 where duration_of(T1) is missing))", False),
        ("if(T1 is missing, D1, min(YY.D1 where duration_of(T1) is missing))", True),
        # records of another dataset alone: those of the subjects who take the branch
        ("if(T1 = 'b', D1, min(YY.D1 where duration_of(YY.T1) is missing))", False),
        ("if(T1 = 'a', D1, min(YY.D1 where duration_of(YY.T1) is missing))", True),
        # the dataset's own records
        ("if(T1 is present or T1 is missing, D1, first(D1 order by duration_of(T1)))", False),
        ("if(T1 = 'a', D1, max(D1 where duration_of(T1) is missing))", True),
        # the first value that is present, and a condition that itself is taken over records
        ("coalesce(D1, '2020-01-01', min(until(YY.D1, T1)))", False),
        ("coalesce(D1, min(until(YY.D1, T1)))", True),
        ("if(min(YY.D1) is present, D1, min(until(YY.D1, T1)))", False),
        ("if(min(YY.D1) is missing, D1, min(until(YY.D1, T1)))", True),
    ],
)
def test_faults_inside_an_aggregate_count_only_on_rows_that_take_its_branch(text: str, fault: bool) -> None:
    kind = Type.DATE if "date(" in text else Type.DTC
    done = carried_out([("E0", kind, text)], ROWS)
    assert (done.fast, done.slow, done.differences) == (
        frozenset({"E0"} if fault else ()),
        frozenset({"E0"} if fault else ()),
        (),
    )


def test_each_line_with_the_same_aggregate_is_at_fault_by_itself() -> None:
    of = "min(until(YY.D1, T1))"
    texts = (of, f"if(T1 in ('a', 'b'), D1, {of})", f"if(T1 = 'c', D1, {of})")
    done = carried_out([(f"E{i}", Type.DTC, text) for i, text in enumerate(texts)], ROWS)
    assert done.fast == done.slow == {"E0", "E2"}


@pytest.mark.parametrize("rows", [[], ROWS["xx"][:1], ROWS["xx"]])
@pytest.mark.parametrize(
    "text", ["if((missing + N1) in (0), 'in', 'out')", "if(not (missing + N1) in (0), 'out', 'unknown')"]
)
def test_a_value_that_is_the_same_for_all_rows_fits_any_number_of_rows(
    text: str, rows: list[dict[str, Any]]
) -> None:
    done = carried_out([("E0", Type.TEXT, text)], {**ROWS, "xx": rows})
    assert (done.fast, done.slow, done.differences, done.records) == (frozenset(), frozenset(), (), len(rows))
