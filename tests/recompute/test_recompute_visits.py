"""Visits: raw names to VISITNUM and VISIT, and which took place."""

from __future__ import annotations

from recompute_language import block, dataset, lines, raw, shown, study, table

from ced_cdisc.plan.raw import PlannedVisit, VisitPlan
from ced_cdisc.recompute import recompute

VISITS = VisitPlan(
    planned=(
        PlannedVisit(1.0, "SCREENING", -7.0, ("scr",), "IN PERSON"),
        PlannedVisit(2.0, "MONTH 1", 30.0, ("m1", "M1")),
        PlannedVisit(3.0, "MONTH 3", None, ("m3",)),
    ),
    unscheduled=("uns",),
    tables=(("vs", "VIS", "DAT"), ("lb", "VIS", "DAT")),
    formats=("DD/MM/YYYY",),
)
VISIT_TABLES = [raw("vs", "SUBJ NO VIS DAT", key="SUBJ NO"), raw("lb", "SUBJ VIS DAT", key="SUBJ VIS DAT")]


def _visits(
    vs: list[dict[str, str | None]], lb: list[dict[str, str | None]]
) -> tuple[dict[str, list[str]], list[str]]:
    names = "VISITNUM VISIT VISITDY MODE"
    of = lines(USUBJID="USUBJID", NO="vs.NO", **{name: f"visits.{name}" for name in names.split()})
    sv_of = lines(USUBJID="USUBJID", **{n: f"visits.{n}" for n in (names + " PLANNED START END").split()})
    plan = study(
        VISIT_TABLES,
        dataset("VS", block(1, "vs", lines=of, visit=("VIS", "DAT")), sort=("USUBJID", "NO")),
        dataset("SV", block(1, "visits", "visits", lines=sv_of), sort=("USUBJID", "VISITNUM")),
        visits=VISITS,
    )
    done, faults = recompute(plan, {"vs": vs, "lb": lb})
    return (
        {
            "VS": shown(done["VS"], f"NO {names}"),
            "SV": shown(done["SV"], f"USUBJID {names} PLANNED START END"),
        },
        [f"{fault.dataset}: {fault.message}" for fault in faults],
    )


def test_planned_visits_begin_and_end_over_all_witnesses() -> None:
    done, faults = _visits(
        table(
            "SUBJ NO VIS DAT",
            "1 1 scr 02/01/2018",
            "1 2 m1 03/02/2018",
            "1 3 M1 05/02/2018",
            "1 4 . .",
            "2 1 scr .",
        ),
        table("SUBJ VIS DAT", "1 scr 01/01/2018", "1 m3 01/04/2018"),
    )
    assert done["VS"] == [
        "1 1.0 SCREENING -7.0 IN PERSON",
        "2 2.0 MONTH 1 30.0 .",
        "3 2.0 MONTH 1 30.0 .",
        "4 . . . .",
        "1 1.0 SCREENING -7.0 IN PERSON",
    ]
    assert done["SV"] == [
        "S-1 1.0 SCREENING -7.0 IN PERSON Y 2018-01-01 2018-01-02",
        "S-1 2.0 MONTH 1 30.0 . Y 2018-02-03 2018-02-05",
        "S-1 3.0 MONTH 3 . . Y 2018-04-01 2018-04-01",
    ]
    assert faults == []


def test_unscheduled_visits_are_numbered_by_date_after_the_last_planned_one() -> None:
    done, faults = _visits(
        table(
            "SUBJ NO VIS DAT",
            "1 1 scr 02/01/2018",
            "1 2 uns 20/01/2018",
            "1 3 uns 01/01/2018",
            "1 4 uns 10/01/2018",
            "1 5 uns 10/01/2018",
            "1 6 uns 02/01/2018",
        ),
        table("SUBJ VIS DAT", "1 m1 03/02/2018", "1 uns 04/02/2018", "1 uns 05/01/2018"),
    )
    assert done["VS"][1:] == [
        "2 1.04 UNSCHEDULED 1.04 . .",
        "3 0.01 UNSCHEDULED 0.01 . .",
        "4 1.03 UNSCHEDULED 1.03 . .",
        "5 1.03 UNSCHEDULED 1.03 . .",
        "6 1.01 UNSCHEDULED 1.01 . .",
    ]
    assert done["SV"] == [
        "S-1 0.01 UNSCHEDULED 0.01 . . . 2018-01-01 2018-01-01",
        "S-1 1.0 SCREENING -7.0 IN PERSON Y 2018-01-02 2018-01-02",
        "S-1 1.01 UNSCHEDULED 1.01 . . . 2018-01-02 2018-01-02",
        "S-1 1.02 UNSCHEDULED 1.02 . . . 2018-01-05 2018-01-05",
        "S-1 1.03 UNSCHEDULED 1.03 . . . 2018-01-10 2018-01-10",
        "S-1 1.04 UNSCHEDULED 1.04 . . . 2018-01-20 2018-01-20",
        "S-1 2.0 MONTH 1 30.0 . Y 2018-02-03 2018-02-03",
        "S-1 2.01 UNSCHEDULED 2.01 . . . 2018-02-04 2018-02-04",
    ]
    assert faults == []


def test_visits_that_cannot_be_placed_are_faults() -> None:
    done, faults = _visits(
        table("SUBJ NO VIS DAT", "1 1 week9 02/01/2018", "1 2 uns .", "1 3 scr 2018-01-01"),
        table("SUBJ VIS DAT"),
    )
    assert done["VS"] == ["1 . . . .", "2 . . . .", "3 1.0 SCREENING -7.0 IN PERSON"]
    assert done["SV"] == []
    assert sorted({*faults}) == [
        "VS: visit 'uns' has no date to number it by",
        "VS: visit 'week9' is not planned",
        "visits: '2018-01-01' is no date of the form DD/MM/YYYY",
        "visits: visit 'week9' is not planned",
    ]
