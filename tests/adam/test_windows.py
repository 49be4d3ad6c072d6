"""Analysis windows: days, targets alone, and the record that counts."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from analysis_study import BDS, build, messages, rows, variable
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.core.findings import Findings, Location
from ced_cdisc.plan.adam.windows import with_days
from ced_cdisc.spec.analysis import Window, WindowsSpec
from ced_cdisc.spec.source import Text


def spec(windows: str, flags: str = "") -> dict[str, str]:
    return {
        "ADVS": BDS.replace(
            "variables:\n", f"windows:\n  on: ADY\n  unit: DAYS\n{windows}variables:\n{flags}"
        )
    }


def test_a_window_is_told_by_its_target_alone(tmp_path: Path) -> None:
    windows = (
        '  nearest: later\n  visits:\n    Baseline: {number: 0, where: "ADY < 1"}\n'
        "    Week 1: {number: 1, target: 8}\n    Week 3: {number: 3, target: 22}\n    Week 5: {number: 5, target: 36}\n"
    )
    made = build(tmp_path, spec(windows))
    names = ("ADY", "AVISIT", "AWTARGET", "AWTDIFF", "AWLO", "AWHI", "AWRANGE", "AWU")
    found = rows(made, "ADVS", *names, where=pl.col("PARAMCD") == "SYSBP")
    # Day 15 is seven days from both 8 and 22: the later target.
    assert found[2:4] == [
        (8.0, "Week 1", 8.0, 0.0, None, 14.0, "to 14", "DAYS"),
        (15.0, "Week 3", 22.0, 7.0, 15.0, 28.0, "15 to 28", "DAYS"),
    ]
    assert found[5:] == [
        (30.0, "Week 5", 36.0, 6.0, 29.0, None, "29 to", "DAYS"),
        (32.0, "Week 5", 36.0, 4.0, 29.0, None, "29 to", "DAYS"),
    ]
    assert [variable(made, "ADVS", name).method.text for name in names[2:]] == [
        "Target day of the analysis window of AVISIT: 8 for Week 1, 22 for Week 3 and 36 for Week 5; missing for "
        "the others.",
        "Absolute difference of ADY and AWTARGET.",
        "First day of the analysis window of AVISIT; missing where the window has none.",
        "Last day of the analysis window of AVISIT; missing where the window has none.",
        "First and last day of the analysis window of AVISIT with 'to' between them; an end that it does not have is "
        "left out.",
        "DAYS where the analysis window of AVISIT is one of days, otherwise missing.",
    ]


def test_a_window_may_be_one_day_and_have_a_number_between_others(tmp_path: Path) -> None:
    windows = (
        '  visits:\n    Baseline: {number: 0, where: "ADY < 1"}\n'
        "    Day 8: {number: 0.5, days: 8..8, target: 8}\n    Later: {number: 1, days: 9..90}\n"
    )
    made = build(tmp_path, spec(windows))
    found = rows(made, "ADVS", "ADY", "AVISIT", "AVISITN", where=pl.col("PARAMCD") == "SYSBP")
    assert found[2:4] == [(8.0, "Day 8", 0.5), (15.0, "Later", 1.0)]
    assert variable(made, "ADVS", "AVISIT").method.text == (
        "Analysis window, the first that applies: Baseline if ADY is below 1; Day 8 if ADY is 8; Later if ADY is "
        "from 9 to 90."
    )
    listed = variable(made, "ADVS", "AVISITN").codelist
    assert (listed.data_type, [(term.value, term.decode) for term in listed.terms]) == (
        "float",
        [("0", "Baseline"), ("0.5", "Day 8"), ("1", "Later")],
    )


def test_a_day_between_two_windows_is_told(tmp_path: Path) -> None:
    windows = (
        '  visits:\n    Baseline: {number: 0, where: "ADY < 1"}\n    Week 1: {number: 1, days: 1..8}\n'
        "    Week 2: {number: 2, days: 9..15}\n    Later: {number: 3, days: 31..}\n"
    )
    texts = spec(windows.replace("ADY", "ADYF"))
    texts["ADVS"] = (
        texts["ADVS"]
        .replace("on: ADY\n", "on: ADYF\n")
        .replace("variables:\n", "variables:\n  ADYF: {derive: ADY + 0.5, label: Relative Day}\n")
    )
    made = build(tmp_path, texts)
    found = rows(made, "ADVS", "ADYF", "AVISIT", where=pl.col("ADYF").is_between(8, 16))
    assert found == [(8.5, None), (15.5, None), (8.5, None), (15.5, None)]
    # Day 15.5 is after the last day of Week 2, and there is no window that begins on day 16.
    assert [str(one).replace(f"{tmp_path}/", "") for one in made.findings if one.code == "CED856"] == [
        "mappings/adam/advs.yaml:11:7 CED856 ADVS: ADYF lies between two windows and is in none, on 2 records; "
        "windows take whole days: round ADYF, or write the windows with 'where'\n"
        "    vitals.csv line 4, subject T1-001"
    ]


WHERE = Location("x")
TARGETS = st.lists(st.integers(-50, 400), min_size=2, max_size=6, unique=True).map(sorted)


@given(TARGETS, st.sampled_from(["earlier", "later"]), st.integers(-60, 420))
def test_each_day_is_in_the_window_of_the_nearest_target(targets: list[int], tie: str, day: int) -> None:
    visits = {Text(f"V{t}", WHERE): Window(number=float(i), target=t) for i, t in enumerate(targets)}
    windows = WindowsSpec(on=Text("ADY", WHERE), unit=Text("DAYS", WHERE), nearest=tie, visits=visits)
    findings = Findings()
    made = with_days(windows, findings)
    assert made is not None
    hit: list[int | None] = []
    for window in made.visits.values():
        low, _, high = str(window.days).partition("..")
        if (not low or int(low) <= day) and (not high or day <= int(high)):
            hit.append(window.target)
    least = min(abs(t - day) for t in targets)
    nearest = [t for t in targets if abs(t - day) == least]
    assert hit == [nearest[0] if tie == "earlier" else nearest[-1]]
    assert not findings.errors


def test_of_several_records_in_a_window_one_is_flagged(tmp_path: Path) -> None:
    windows = "  visits:\n    Week 4: {number: 4, days: 1..60, target: 31}\n"
    flags = (
        '  ANL01FL: {flag: first, where: "AVISIT is present", by: [PARAMCD, AVISIT], order: [AWTDIFF, ADT desc]}\n'
        '  ANL02FL: {flag: first, where: "AVISIT is present", by: [PARAMCD, AVISIT], order: [AWTDIFF, ADT]}\n'
        '  ANL03FL: {flag: first, where: "AVISIT is present", by: [PARAMCD, AVISIT], order: [AVAL]}\n'
    )
    made = build(tmp_path, spec(windows, flags))
    of = (pl.col("PARAMCD") == "SYSBP") & (pl.col("USUBJID") == "T1-002")
    # Days 30 and 32 are one day from the target: the later, the earlier, the lowest value.
    assert rows(made, "ADVS", "ADY", "ANL01FL", "ANL02FL", "ANL03FL", where=of) == [
        (-9.0, None, None, None),
        (30.0, None, "Y", "Y"),
        (32.0, "Y", None, None),
    ]


FAULTS = [
    (
        "    A: {number: 1, days: 1..10}\n    B: {number: 2, days: 10..20}\n",
        "15:26 CED033 the windows A and B share day 10",
    ),
    ("    A: {number: 1, days: 10..1}\n", "14:26 CED033 the days 10..1 of A end before they begin"),
    (
        "    A: {number: 1, target: 1}\n",
        "14:8 CED017 window A needs 'days' or 'where'; nearest: later takes the days from the targets",
    ),
    (
        "    A: {number: 1, days: 1-10}\n",
        "14:26 CED023 '1-10' is no range of days; write from..to, such as 15..60",
    ),
]


@pytest.mark.parametrize(("visits", "wanted"), FAULTS)
def test_windows_that_cannot_be_are_told(tmp_path: Path, visits: str, wanted: str) -> None:
    assert messages(tmp_path, spec(f"  visits:\n{visits}")) == [f"mappings/adam/advs.yaml:{wanted}"]


def test_targets_must_rise(tmp_path: Path) -> None:
    visits = "  nearest: later\n  visits:\n    A: {number: 1, target: 9}\n    B: {number: 2, target: 8}\n"
    assert messages(tmp_path, spec(visits)) == [
        "mappings/adam/advs.yaml:16:5 CED033 the target of B is not after that of the window before it"
    ]
