"""The verdict, the pairs and the differing records against a slow comparison in plain Python."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from compared_sides import Side, compared
from hypothesis import given, settings
from hypothesis import strategies as st

Row = dict[str, Any]
NUMBERS = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 1.0 + 1e-13, 1.0 + 1e-9, -1.0, 100.0, 1e300, -2.5]))
TEXTS = st.one_of(st.none(), st.sampled_from(["", "A", "a", "A ", " A", "B", "1", "1.0", "Ä", "A\tB"]))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "K": st.sampled_from(["x", "y", "z", None, ""]),
            "L": st.sampled_from([1.0, 2.0, None]),
            "N": NUMBERS,
            "T": TEXTS,
        }
    ),
    max_size=7,
)


def equal(a: Any, b: Any, relative: float, absolute: float) -> bool:
    a, b = (None if value == "" else value for value in (a, b))
    if a is None or b is None:
        return a is b
    if isinstance(a, float):
        return a == b or abs(a - b) <= max(absolute, relative * max(abs(a), abs(b)))
    return a == b


def slowly(a: list[Row], b: list[Row], keys: list[str], relative: float, absolute: float) -> dict[str, Any]:
    """Pairs, one-sided rows, and the rows of A that differ, by variable."""
    rows: defaultdict[tuple[Any, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, table in enumerate((a, b)):
        for number, row in enumerate(table):
            rows[tuple(row[key] or None for key in keys)][side].append(number)
    pairs = sorted(pair for one, other in rows.values() for pair in zip(one, other, strict=False))
    differing = {
        name: [i for i, j in pairs if not equal(a[i][name], b[j][name], relative, absolute)]
        for name in ("N", "T", *sorted({"K", "L"} - set(keys)))
    }
    return {
        "paired": len(pairs),
        "only in A": len(a) - len(pairs),
        "only in B": len(b) - len(pairs),
        "repeated": any(len(group) > 1 for both in rows.values() for group in both),
        "differing": {name: len(found) for name, found in differing.items()},
    }


def side(rows: list[Row], shown: str) -> Side:
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in ("K", "L", "N", "T")}
    made = Side(columns, shown)
    for name in ("K", "T"):  # a column without a single text is one of texts nevertheless
        made._columns[name] = made._columns[name].cast(__import__("polars").String)
        made.variables = [
            v if v.name not in ("K", "T") else type(v)(v.name, "Char", length=8) for v in made.variables
        ]
    return made


@settings(max_examples=300, deadline=None)
@given(
    ROWS,
    ROWS,
    st.sampled_from([["K"], ["K", "L"], ["L"]]),
    st.sampled_from([(0.0, 0.0), (1e-12, 0.0), (0.0, 0.5)]),
)
def test_the_verdict_is_that_of_the_slow_comparison(
    a: list[Row], b: list[Row], keys: list[str], limits: tuple[float, float]
) -> None:
    from ced_cdisc.compare.model import Tolerance

    expected = slowly(a, b, keys, *limits)
    found = compared(side(a, "a.xpt"), side(b, "b.xpt"), *keys, tolerance=Tolerance(*limits))
    assert found.paired == expected["paired"]
    for cause in ("only in A", "only in B"):
        counts = [d.count for d in found.differences if d.code == "CED701" and d.cause == cause]
        assert sum(counts) == expected[cause]
    assert any(d.code == "CED709" for d in found.differences) == expected["repeated"]
    for name, count in expected["differing"].items():
        assert sum(d.count for d in found.differences if d.code == "CED700" and d.variable == name) == count
    left = expected["only in A"] + expected["only in B"] + sum(expected["differing"].values())
    values_equal = not any(
        d.code in ("CED700", "CED701") and d.severity.value == "error" for d in found.differences
    )
    assert values_equal == (left == 0)


@settings(max_examples=100, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_a_table_is_equal_to_itself_in_any_order_if_its_keys_are_unique(rows: list[Row], random: Any) -> None:
    unique = list({(row["K"] or None, row["L"]): row for row in rows}.values())
    shuffled = random.sample(unique, len(unique))
    assert compared(side(unique, "a.xpt"), side(shuffled, "b.xpt"), "K", "L").equal
