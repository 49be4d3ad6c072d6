"""Values over several records: which records, in which order, and what of the missing."""

from __future__ import annotations

import pytest
from recompute_language import block, dataset, line, lines, raw, study, tree_of

from ced_cdisc.recompute import Value, recompute


def _rows(*rows: str) -> list[dict[str, str | None]]:
    """Raw rows of SUBJ NO VIS RES NOTE; a dot is missing."""
    names = ("SUBJ", "NO", "VIS", "RES", "NOTE")
    return [{n: None if c == "." else c for n, c in zip(names, row.split(), strict=True)} for row in rows]


ROWS = _rows("1 1 A 10 x", "1 2 A . x", "1 3 B 30 x", "1 4 . 20 y", "2 1 A 5 z")


def _one_per_subject(expression: str, rows: list[dict[str, str | None]] = ROWS) -> list[Value]:
    """The value of an aggregate over VS for subjects 1, 2 and 3, of whom 3 has no record."""
    vs = dataset(
        "VS",
        block(
            1, "vs", lines=lines(USUBJID="USUBJID", VISIT="vs.VIS", AVAL="number(vs.RES)", sNOTE="vs.NOTE")
        ),
        sort=("USUBJID",),
    )
    dm = dataset("DM", block(1, "dm", lines=lines(USUBJID="USUBJID", VISIT="dm.VIS", X=expression)))
    plan = study([raw("vs", "SUBJ NO VIS RES NOTE", key="SUBJ NO"), raw("dm", "SUBJ VIS")], vs, dm)
    people: list[dict[str, str | None]] = [
        {"SUBJ": s, "VIS": v} for s, v in (("1", "A"), ("2", None), ("3", "A"))
    ]
    done, faults = recompute(plan, {"vs": rows, "dm": people})
    assert faults == []
    return [row["X"] for row in done["DM"]]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count(VS.AVAL)", [3.0, 1.0, 0.0]),
        ("count(VS.AVAL where VS.AVAL > 10)", [2.0, 0.0, 0.0]),
        ("sum(VS.AVAL)", [60.0, 5.0, None]),
        ("mean(VS.AVAL)", [20.0, 5.0, None]),
        ("min(VS.AVAL)", [10.0, 5.0, None]),
        ("max(VS.AVAL)", [30.0, 5.0, None]),
        ("max(VS.VISIT)", ["B", "A", None]),
        ("first(VS.AVAL order by VS.VISIT)", [20.0, 5.0, None]),
        ("last(VS.AVAL order by VS.VISIT)", [30.0, 5.0, None]),
        ("last(VS.AVAL order by VS.VISIT desc)", [20.0, 5.0, None]),
        ("first(VS.VISIT order by VS.AVAL)", ["A", "A", None]),
        ("last(VS.AVAL order by VS.sNOTE)", [20.0, 5.0, None]),
        ("first(VS.AVAL where VS.sNOTE = 'x' order by VS.sNOTE)", [10.0, None, None]),
        ("only(VS.AVAL where VS.VISIT = 'A')", [10.0, 5.0, None]),
        ("sum(VS.AVAL on VISIT)", [10.0, None, None]),
        ("count(VS.AVAL on VISIT)", [1.0, 0.0, 0.0]),
        ("count(VS.AVAL where VS.VISIT = VISIT)", [1.0, 0.0, 0.0]),
        ("same(VS.sNOTE where VS.VISIT is present)", ["x", "z", None]),
        ("same(VS.sNOTE)", [None, "z", None]),
        ("same(VS.AVAL on VISIT)", [None, None, None]),
        ("count(vs.RES where vs.NOTE = 'x')", [2.0, 0.0, 0.0]),
    ],
)
def test_over_the_records_of_another_dataset(expression: str, expected: list[Value]) -> None:
    assert _one_per_subject(expression) == expected


def test_the_order_of_the_raw_rows_changes_nothing() -> None:
    for expression in (
        "first(VS.AVAL order by VS.sNOTE)",
        "sum(VS.AVAL)",
        "last(VS.VISIT order by VS.sNOTE)",
    ):
        assert _one_per_subject(expression) == _one_per_subject(expression, ROWS[::-1])


def _own(
    trees: dict[str, str], rows: list[dict[str, str | None]] = ROWS
) -> tuple[list[dict[str, Value]], list[str]]:
    vs = dataset(
        "VS",
        block(1, "vs", lines=lines(USUBJID="USUBJID", SPID="vs.NO", VISIT="vs.VIS", AVAL="number(vs.RES)")),
        lines=lines(**trees),
        sort=("USUBJID", "SPID"),
    )
    done, faults = recompute(study([raw("vs", "SUBJ NO VIS RES NOTE", key="SUBJ NO")], vs), {"vs": rows})
    return done["VS"], [fault.message for fault in faults]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rank(order by SPID)", [1.0, 2.0, 3.0, 4.0, 1.0]),
        ("rank(order by SPID desc)", [4.0, 3.0, 2.0, 1.0, 1.0]),
        ("rank(order by AVAL)", [2.0, 1.0, 4.0, 3.0, 1.0]),
        ("rank(order by AVAL desc)", [3.0, 4.0, 1.0, 2.0, 1.0]),
        ("rank(where AVAL is present order by SPID)", [1.0, None, 2.0, 3.0, 1.0]),
        ("rank(where AVAL > 10 order by SPID)", [None, None, 1.0, 2.0, None]),
        ("rank(on VISIT order by SPID)", [1.0, 2.0, 1.0, 1.0, 1.0]),
        ("count(AVAL)", [3.0, 3.0, 3.0, 3.0, 1.0]),
        ("count()", [4.0, 4.0, 4.0, 4.0, 1.0]),
        ("count(on VISIT)", [2.0, 2.0, 1.0, 1.0, 1.0]),
        ("first(AVAL where SPID != '1' order by SPID)", [30.0, 30.0, 30.0, 30.0, None]),
        ("only(AVAL where SPID = '4' on VISIT)", [None, None, None, 20.0, None]),
        ("max(AVAL) - AVAL", [20.0, None, 0.0, 10.0, 0.0]),
    ],
)
def test_over_the_records_of_the_own_dataset_missing_groups_together(
    expression: str, expected: list[Value]
) -> None:
    rows, faults = _own({"X": expression})
    assert faults == []
    assert [row["X"] for row in rows] == expected


def test_rank_breaks_ties_by_key() -> None:
    rows, _ = _own({"X": "rank(order by VISIT)"}, ROWS[::-1])
    assert [row["X"] for row in rows] == [2.0, 3.0, 4.0, 1.0, 1.0]


def test_a_line_sees_the_lines_before_it_and_not_itself() -> None:
    rows, _ = _own({"AVAL": "if(SPID = '1', 99, AVAL)", "X": "max(AVAL)"})
    assert [row["X"] for row in rows] == [99.0, 99.0, 99.0, 99.0, 99.0]
    rows, _ = _own({"AVAL": "max(AVAL)"})
    assert [row["AVAL"] for row in rows] == [30.0, 30.0, 30.0, 30.0, 5.0]


def test_one_tree_in_two_lines_sees_what_changed_between_them() -> None:
    total = tree_of("sum(AVAL)")
    of = (line("X", total), line("AVAL", "if(SPID = '1', 99, AVAL)"), line("Y", total))
    vs = dataset(
        "VS",
        block(1, "vs", lines=lines(USUBJID="USUBJID", SPID="vs.NO", AVAL="number(vs.RES)")),
        lines=of,
        sort=("USUBJID", "SPID"),
    )
    done, _ = recompute(study([raw("vs", "SUBJ NO VIS RES NOTE", key="SUBJ NO")], vs), {"vs": ROWS})
    assert [(row["X"], row["Y"]) for row in done["VS"]] == [(60.0, 149.0)] * 4 + [(5.0, 99.0)]


def test_only_of_several_values_is_a_fault_of_the_data() -> None:
    rows, faults = _own({"X": "only(AVAL)"})
    assert [row["X"] for row in rows] == [None, None, None, None, 5.0]
    assert faults == ["3 records have a value where only one may"] * 4
