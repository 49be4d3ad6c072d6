"""Values over several records."""

from __future__ import annotations

from typing import Any

import pytest
from convert_plan import Study, block, raw, subjects

ROWS = [
    # subject, day, result
    ("1", "2020-01-03", "3"),
    ("1", "2020-01-01", "1"),
    ("1", None, "9"),
    ("1", "2020-01-02", None),
    ("2", "2020-01-01", "4"),
]


def study_of(expression: str, variable: str = "AVAL") -> list[Any]:
    """The expression for subjects 1, 2 and 3, over VS as in ROWS."""
    study = Study(demog=subjects("1", "2", "3", DAY=["2020-01-02", "2020-01-02", "2020-01-02"]))
    study.table(
        "vs", [{"SUBJ": s, "DAY": d, "RES": r, "NO": str(i)} for i, (s, d, r) in enumerate(ROWS)], key=["NO"]
    )
    study.add("VS", [raw("vs", VSDTC="coalesce(missing, vs.DAY)", VSTEST="vs.RES", AVAL="number(vs.RES)")])
    study.add(
        "DM",
        [raw("demog", RFSTDTC="coalesce(missing, demog.DAY)", SUBJID="demog.SUBJ")],
        {variable: expression},
    )
    return [value for (value,) in study.rows("DM", variable)]


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("first(VS.AVAL order by VS.VSDTC)", [9, 4, None]),
        ("last(VS.AVAL order by VS.VSDTC)", [3, 4, None]),
        ("first(VS.AVAL order by VS.VSDTC desc)", [3, 4, None]),
        ("last(VS.AVAL order by VS.VSDTC desc)", [9, 4, None]),
        ("first(VS.AVAL where VS.VSDTC is present order by VS.VSDTC)", [1, 4, None]),
        ("min(VS.AVAL)", [1, 4, None]),
        ("max(VS.AVAL)", [9, 4, None]),
        ("sum(VS.AVAL)", [13, 4, None]),
        ("mean(VS.AVAL where VS.AVAL < 9)", [2, 4, None]),
        ("count(VS.AVAL)", [3, 1, 0]),
        ("count(VS.USUBJID)", [4, 1, 0]),
        ("count(VS.AVAL where VS.AVAL > 100)", [0, 0, 0]),
        ("only(VS.AVAL where VS.AVAL = 9 or VS.AVAL = 4)", [9, 4, None]),
        ("same(VS.AVAL)", [None, 4, None]),
        ("same(VS.AVAL where VS.VSDTC = '2020-01-02')", [None, None, None]),
        ("max(VS.AVAL where VS.VSDTC <= RFSTDTC)", [1, 4, None]),
        ("max(VS.AVAL where VS.VSDTC <= RFSTDTC and VS.AVAL < 4)", [1, None, None]),
        ("count(VS.USUBJID where VS.VSDTC > RFSTDTC)", [1, 0, 0]),
        ("max(VS.AVAL where VS.VSTEST = SUBJID)", [1, None, None]),
        ("sum(VS.AVAL * number(SUBJID))", [13, 8, None]),
        ("sum(vs.RES_)", None),
        ("max(number(vs.RES))", [9, 4, None]),
        ("count(vs.RES where number(vs.RES) > 1)", [2, 1, 0]),
        ("max(VS.AVAL on USUBJID)", [9, 4, None]),
    ],
)
def test_over_another_dataset_or_table(expression: str, values: list[float | None] | None) -> None:
    if values is not None:
        assert study_of(expression) == values


def test_texts_and_dates_go_by_character_code() -> None:
    assert study_of("min(VS.VSDTC)", "RFENDTC") == ["2020-01-01", "2020-01-01", None]
    assert study_of("max(VS.VSTEST)", "ARM") == ["9", "4", None]


def test_own_records() -> None:
    rows = [("1", "a", "3"), ("1", "a", "1"), ("1", None, "9"), ("1", None, None), ("2", "a", "4")]
    study = Study()
    study.table(
        "vs", [{"SUBJ": s, "POS": p, "RES": r, "NO": str(i)} for i, (s, p, r) in enumerate(rows)], key=["NO"]
    )
    lines = {
        "TOTAL": "sum(AVAL)",
        "BASE": "sum(AVAL on VSPOS)",
        "RANK": "rank(order by AVAL)",
        "VSSEQ": "rank(where AVAL > 1 on VSPOS order by AVAL desc)",
        "N": "count(AVAL where AVAL > 3)",
    }
    study.add("VS", [raw("vs", VSPOS="vs.POS", AVAL="number(vs.RES)")], lines)
    assert study.rows("VS") == [
        ("a", 3.0, 13.0, 4.0, 3.0, 1.0, 1.0),
        ("a", 1.0, 13.0, 4.0, 2.0, None, 1.0),
        (None, 9.0, 13.0, 9.0, 4.0, 1.0, 1.0),
        (None, None, 13.0, 9.0, 1.0, None, 1.0),
        ("a", 4.0, 4.0, 4.0, 1.0, 1.0, 1.0),
    ]


def test_on_matches_the_same_values_and_missing_equals_nothing_elsewhere() -> None:
    study = Study(
        ae=subjects("1", "1", "1", POS=["a", "b", None]), vs=subjects("1", "1", "1", POS=["a", None, "a"])
    )
    study.add("VS", [raw("vs", POS="vs.POS", VSSPID="vs.SUBJ")])
    study.add("AE", [raw("ae", POS="ae.POS")], {"N": "count(VS.VSSPID on POS)"}, sort=["POS"])
    assert study.rows("AE") == [(None, 0.0), ("a", 2.0), ("b", 0.0)]


def test_a_dataset_without_subjects_is_for_all() -> None:
    study = Study(demog=subjects("1", "2"))
    study.add(
        "TV", [block("", "rows", {}, rows=({"VISIT": "A", "VISITNUM": 1.0}, {"VISIT": "B", "VISITNUM": 2.0}))]
    )
    study.add(
        "DM", [raw("demog", VISITNUM="2")], {"N": "max(TV.VISITNUM)", "VISIT": "only(TV.VISIT on VISITNUM)"}
    )
    assert study.rows("DM") == [(2.0, 2.0, "B"), (2.0, 2.0, "B")]


def test_a_sum_is_exact_before_its_rounding() -> None:
    study = Study(vs=subjects(*"1" * 11, RES=["0.1"] * 10 + ["-1"]))
    study.add(
        "VS", [raw("vs", AVAL="number(vs.RES)")], {"TOTAL": "sum(AVAL)", "BASE": "mean(AVAL where AVAL > 0)"}
    )
    assert study.rows("VS", "TOTAL", "BASE")[0] == (5.551115123125783e-17, 0.1)


def test_aggregates_in_one_expression() -> None:
    assert study_of("if(count(VS.AVAL) > 1, max(VS.AVAL) - min(VS.AVAL), missing)") == [8, None, None]
