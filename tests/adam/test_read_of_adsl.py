"""Derived records and computed parameters that read ADSL, which no other line of the dataset has fetched."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from analysis_study import BDS, build, rows

from small_study import FILES

ADSL = FILES["mappings/adam/adsl.yaml"].replace(
    "sort:", '  RESCDT: {derive: "add_days(TRTSDT, 10)", when: "USUBJID = \'T1-001\'", label: Rescue}\nsort:'
)
BEFORE = "(ADT <= ADSL.RESCDT or ADSL.RESCDT is missing)"
WEEKS = """\
windows:
  on: ADY
  unit: DAYS
  visits: {Baseline: {number: 0, days: "..0"}, Week 1: {number: 1, days: 1..10}, Week 2: {number: 2, days: 11..20}, Week 8: {number: 8, days: 21..}}
records:
"""
LOCF = f'  - {{dtype: LOCF, take: last, order: [ADT], where: "AVISITN > 0 and {BEFORE}", fill: [Week 2, Week 8]}}\n'
ENTRIES = {
    "fill": LOCF,
    "take": f'  - {{dtype: LOV, take: last, order: [ADT], where: "{BEFORE}"}}\n',
    "order": '  - {dtype: LOV, take: last, order: ["days_between(ADSL.RESCDT, ADT)", ADT]}\n',
    "value": f'  - {{dtype: AVERAGE, where: "{BEFORE}", value: mean(AVAL)}}\n',
    "in value": f'  - {{dtype: AVERAGE, value: "mean(AVAL where {BEFORE})"}}\n',
    "variables": '  - {dtype: LOV, take: last, order: [ADT], variables: {ADY: {derive: "days_between(ADSL.RESCDT, ADT)"}}}\n',
}
EXPECTED = {
    "fill": [("T1-001", 140.0, "Week 8")],
    "take": [("T1-001", 140.0, "Week 1"), ("T1-002", 155.0, "Week 8")],
    "order": [("T1-001", 130.0, "Week 2"), ("T1-002", 155.0, "Week 8")],
    "value": [("T1-001", 128.0, None), ("T1-002", 138.33333333333334, None)],
    "in value": [("T1-001", 128.0, None), ("T1-002", 138.33333333333334, None)],
    "variables": [("T1-001", 130.0, "Week 2"), ("T1-002", 155.0, "Week 8")],
}


def made_of(tmp_path: Path, records: str, spec: str = BDS) -> list[tuple[object, ...]]:
    text = spec.replace("study_day(ADT, ADSL.TRTSDT)", "days_between(date('2020-02-10'), ADT)")
    made = build(tmp_path, {"ADVS": text.replace("variables:", f"{WEEKS}{records}variables:"), "ADSL": ADSL})
    derived = (pl.col("PARAMCD") == "SYSBP") & pl.col("DTYPE").is_not_null()
    return rows(made, "ADVS", "USUBJID", "AVAL", "AVISIT", where=derived)


@pytest.mark.parametrize("entry", ENTRIES)
def test_records_may_read_what_no_line_has_fetched(tmp_path: Path, entry: str) -> None:
    assert made_of(tmp_path, ENTRIES[entry]) == EXPECTED[entry]


def test_records_that_an_earlier_entry_made_are_read_like_all_others(tmp_path: Path) -> None:
    """Subject 1 has 120, 124, 140 until the rescue, and 140 carried to week 8 with the date of that record."""
    mean = "  - {dtype: AVERAGE, where: \"DTYPE = 'LOCF' and ADT <= ADSL.RESCDT\", value: mean(AVAL)}\n"
    assert made_of(tmp_path, LOCF + mean) == [
        ("T1-001", 140.0, "Week 8"),
        ("T1-001", 140.0, "Week 8"),
    ]


def test_computed_parameters_may_read_what_no_line_has_fetched(tmp_path: Path) -> None:
    rescue = "ADT <= ADSL.RESCDT"
    computed = (
        f"  UNTIL: {{param: Until Rescue, computed: \"mean(AVAL where PARAMCD = 'SYSBP' and {rescue})\"}}\n"
        f'  AFTER: {{param: Mean, rows: "not ({rescue})", computed: "mean(AVAL where PARAMCD = \'SYSBP\')"}}\n'
    )
    text = BDS.replace("study_day(ADT, ADSL.TRTSDT)", "days_between(date('2020-02-10'), ADT)")
    made = build(tmp_path, {"ADVS": text.replace("variables:", f"{computed}variables:"), "ADSL": ADSL})
    found = rows(
        made, "ADVS", "USUBJID", "PARAMCD", "AVAL", where=pl.col("PARAMCD").is_in(["UNTIL", "AFTER"])
    )
    assert found == [("T1-001", "AFTER", 128.5), ("T1-001", "UNTIL", 128.0)]
