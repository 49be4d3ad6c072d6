"""Visits: raw names, unscheduled numbers, the visits that took place."""

from __future__ import annotations

from convert_plan import Study, block

from ced_cdisc.plan.raw import PlannedVisit, VisitPlan

PLAN = VisitPlan(
    planned=(
        PlannedVisit(1, "SCREENING", -10, ("SCR", "Screening"), "SITE"),
        PlannedVisit(2, "DAY 1", 1, ("D1",)),
        PlannedVisit(3, "DAY 8", 8, ("D8",)),
    ),
    unscheduled=("UNS",),
    tables=(("vs", "VISIT", "DAY"), ("lb", "VISIT", "DAY")),
    formats=("YYYY-MM-DD", "YYYY-MM"),
)
VS = [
    ("1", "SCR", "2020-01-01"),
    ("1", "D1", "2020-01-10"),
    ("1", "UNS", "2020-01-12"),
    ("1", "UNS", "2019-12-01"),
    ("2", "D1", "2020-02-01"),
    ("2", None, "2020-02-02"),
]
LB = [
    ("1", "Screening", "2020-01-02"),
    ("1", "UNS", "2020-01-11"),
    ("1", "UNS", "2020-01-12"),
    ("1", "D8", "2020-01-20"),
    ("1", "UNS", "2020-01-20"),
    ("2", "D8", None),
]


def study_of(
    vs: list[tuple[str, str | None, str | None]], lb: list[tuple[str, str | None, str | None]]
) -> Study:
    study = Study(PLAN)
    for name, rows in (("vs", vs), ("lb", lb)):
        study.table(
            name, [{"SUBJ": s, "VISIT": v, "DAY": d} for s, v, d in rows], key=["SUBJ", "VISIT", "DAY"]
        )
    return study


def test_rows_get_number_name_day_and_mode() -> None:
    study = study_of(VS, LB)
    lines = {n: f"visits.{n}" for n in ("VISITNUM", "VISIT", "VISITDY")}
    study.add(
        "VS",
        [
            block(
                "vs",
                "raw",
                {**lines, "SVMODE": "visits.MODE", "VSDTC": "coalesce(missing, vs.DAY)"},
                visit=("VISIT", "DAY"),
            )
        ],
        sort=["USUBJID", "VSDTC"],
    )
    assert study.rows("VS") == [
        (0.01, "UNSCHEDULED 0.01", None, None, "2019-12-01"),
        (1.0, "SCREENING", -10.0, "SITE", "2020-01-01"),
        (2.0, "DAY 1", 1.0, None, "2020-01-10"),
        (2.02, "UNSCHEDULED 2.02", None, None, "2020-01-12"),
        (2.0, "DAY 1", 1.0, None, "2020-02-01"),
        (None, None, None, None, "2020-02-02"),
    ]


def test_visits_that_took_place() -> None:
    study = study_of(VS, LB)
    lines = {"USUBJID": "USUBJID"} | {
        n: f"visits.{n}" for n in ("VISITNUM", "VISIT", "PLANNED", "START", "END")
    }
    study.add("SV", [block("visits", "visits", lines)])
    assert study.rows("SV") == [
        ("S1-1", 0.01, "UNSCHEDULED 0.01", None, "2019-12-01", "2019-12-01"),
        ("S1-1", 1.0, "SCREENING", "Y", "2020-01-01", "2020-01-02"),
        ("S1-1", 2.0, "DAY 1", "Y", "2020-01-10", "2020-01-10"),
        ("S1-1", 2.01, "UNSCHEDULED 2.01", None, "2020-01-11", "2020-01-11"),
        ("S1-1", 2.02, "UNSCHEDULED 2.02", None, "2020-01-12", "2020-01-12"),
        ("S1-1", 3.0, "DAY 8", "Y", "2020-01-20", "2020-01-20"),
        ("S1-1", 3.01, "UNSCHEDULED 3.01", None, "2020-01-20", "2020-01-20"),
        ("S1-2", 2.0, "DAY 1", "Y", "2020-02-01", "2020-02-01"),
    ]


def test_faults_of_visits() -> None:
    study = study_of(
        [("1", "SCREENNING", "2020-01-01"), ("1", "UNS", None), ("1", "UNS", "2020-01")],
        [("1", "D1", "2020-02-30"), ("2", "D1", "soon")],
    )
    study.add("SV", [block("visits", "visits", {"VISIT": "visits.VISIT"})])
    assert study.faults() == [
        "sources.yaml:1 CED261 raw visit 'SCREENNING' of vs.VISIT is no visit of visits.yaml; "
        "did you mean Screening?\n"
        "    vs.csv line 2, subject S1-1",
        "sources.yaml:1 CED262 an unscheduled visit needs a complete date in vs.DAY\n"
        "    vs.csv line 3, subject S1-1\n"
        "    vs.csv line 4, subject S1-1",
        "sources.yaml:2 CED263 visit date '2020-02-30' of lb.DAY "
        "fits none of the formats YYYY-MM-DD, YYYY-MM\n"
        "    lb.csv line 2, subject S1-1",
        "sources.yaml:2 CED263 visit date 'soon' of lb.DAY fits none of the formats YYYY-MM-DD, YYYY-MM\n"
        "    lb.csv line 3, subject S1-2",
    ]


def test_a_table_that_witnesses_nothing_is_checked_where_its_rows_are_kept() -> None:
    study = Study(PLAN)
    study.table("vs", [], key=[])
    study.tables.clear()
    study.raw.clear()
    study.table("ce", [{"SUBJ": "1", "VISIT": v, "DAY": "2020-01-01"} for v in ("D11", "Lab", "UNS")])
    line = {"VISITNUM": "visits.VISITNUM"}
    study.add("CE", [block("ce", "raw", line, visit=("VISIT", "DAY"), keep="ce.VISIT != 'Lab'")])
    assert study.faults() == [
        "sources.yaml:1 CED261 raw visit 'D11' of ce.VISIT is no visit of visits.yaml; did you mean D1?\n"
        "    ce.csv line 2, subject S1-1"
    ]
