"""Visits by the day where no name was collected, unscheduled ones, and visits that a table has twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from structures import Files, made, rows, said, slow_faults

VISITS = """\
date: edc
unscheduled: [UNS]
day1: dose.DOSDT
visits:
  - {number: 1, visit: SCREENING, day: -3, raw: SCR, days: ..-1}
  - {number: 2, visit: DAY 1, day: 1, days: 1..2}
  - {number: 3, visit: WEEK 1, day: 8, days: 6..10}
"""
XA = """\
domain: XA
label: Extra
class: Findings
from: lab
visit: yes
sort: [XADTC]
long: [{test: A, label: Aa, result: lab.RES, unit: U/L}]
variables: {XADTC: {collect: lab.LBDT, date: edc}}
"""
SV = """\
domain: SV
from: visits
sort: [VISITNUM]
variables:
  VISITNUM: {derive: visits.VISITNUM}
  VISIT: {derive: visits.VISIT}
  SVPRESP: {derive: visits.PLANNED}
  SVOCCUR: {absent: Not asked}
  SVREASOC: {absent: Not asked}
  SVCNTMOD: {absent: Not asked}
  SVEPCHGI: {absent: Not asked}
  SVSTDTC: {derive: visits.START}
  SVENDTC: {derive: visits.END}
supp:
  SVX: {derive: visits.VISIT, label: Visit as Named, idvar: VISITNUM}
"""
TABLE = (
    "  lab: {file: lab.csv, key: [SUBJ, LBDT, RES], page: 4, visit: {name: VIS, date: LBDT}, "
    "columns: [SUBJ, LBDT, VIS, RES]}\n"
)
# day 1 is 10-FEB-2020 for 001 and 12-FEB-2020 for 002
RAW = (
    "SUBJ,LBDT,VIS,RES\n001,05-FEB-2020,,10\n001,11-FEB-2020,,20\n001,15-FEB-2020,,22\n"
    "001,14-FEB-2020,,23\n001,17-FEB-2020,UNS,24\n002,05-FEB-2020,SCR,30\n"
)


def files(raw: str = RAW, visits: str = VISITS) -> Files:
    return {
        "raw/lab.csv": raw,
        "mappings/visits.yaml": visits,
        "mappings/sdtm/xa.yaml": XA,
        "mappings/sdtm/sv.yaml": SV,
    }


def test_the_day_names_the_visit_where_no_name_was_collected(tmp_path: Path) -> None:
    done = made(tmp_path, files(), TABLE)
    assert rows(done, "XA", "USUBJID", "XADTC", "XADY", "VISITNUM", "VISIT", "VISITDY") == [
        ("T1-001", "2020-02-05", -5, 1, "SCREENING", -3),
        ("T1-001", "2020-02-11", 2, 2, "DAY 1", 1),
        ("T1-001", "2020-02-14", 5, 2.01, "UNSCHEDULED 2.01", None),
        ("T1-001", "2020-02-15", 6, 3, "WEEK 1", 8),
        ("T1-001", "2020-02-17", 8, 3.01, "UNSCHEDULED 3.01", None),
        ("T1-002", "2020-02-05", -7, 1, "SCREENING", -3),
    ]
    assert rows(done, "SV", "USUBJID", "VISITNUM", "SVPRESP", "SVSTDTC")[:3] == [
        ("T1-001", 1, "Y", "2020-02-05"),
        ("T1-001", 2, "Y", "2020-02-11"),
        ("T1-001", 2.01, None, "2020-02-14"),
    ]
    assert rows(done, "SUPPSV", "IDVAR", "IDVARVAL", "QVAL")[2] == ("VISITNUM", "2.01", "UNSCHEDULED 2.01")


def test_a_table_without_visit_names_goes_by_the_day_alone(tmp_path: Path) -> None:
    raw = RAW.replace("17-FEB-2020,UNS,", "25-FEB-2020,,").replace(",SCR,", ",,")
    done = made(tmp_path, files(raw), TABLE.replace("name: VIS, ", ""))
    assert [number for (number,) in rows(done, "XA", "VISITNUM")] == [1, 2, 2.01, 3, 3.01, 1]


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 29), min_size=1, max_size=6, unique=True))
def test_windows_hold_the_days_they_name(tmp_path: Path, days: list[int]) -> None:
    raw = "SUBJ,LBDT,VIS,RES\n" + "".join(f"001,{day:02}-FEB-2020,,{day}\n" for day in days)
    visits = VISITS.replace("}\n", ", repeats: yes}\n")
    done = made(tmp_path, files(raw, visits), TABLE)
    for date, number in rows(done, "XA", "XADTC", "VISITNUM"):
        study_day = int(date[-2:]) - 10 + (date >= "2020-02-10")
        expected = 1 if study_day < 0 else 2 if study_day <= 2 else 3 if 6 <= study_day <= 10 else None
        assert number == expected if expected else number % 1 > 0


@pytest.mark.parametrize(
    ("rows_added", "visits", "expected"),
    [
        (
            "002,20-FEB-2020,SCR,1\n",
            VISITS,
            "CED299 visit SCREENING of lab.VIS has the dates 2020-02-05 and 2020-02-20; "
            "write repeats: yes in visits.yaml, or correct the data\n"
            "    lab.csv line 7, subject T1-002\n"
            "    lab.csv line 8, subject T1-002",
        ),
        (
            "002,UN-FEB-2020,,1\n",
            VISITS,
            "CED299 lab.LBDT: there is neither a visit name nor a complete date; "
            "without a visit name the day must mean one visit of visits.yaml\n"
            "    lab.csv line 8, subject T1-002",
        ),
        (
            "",
            VISITS.replace("unscheduled: [UNS]\n", "").replace("raw: SCR", "raw: [SCR, UNS], repeats: yes"),
            "CED299 lab.LBDT: day 5 is in no window; "
            "without a visit name the day must mean one visit of visits.yaml\n"
            "    lab.csv line 5, subject T1-001",
        ),
        (
            "",
            VISITS.replace("dose.DOSDT", "lab.VIS"),
            "CED299 lab.LBDT: the subject has no day 1 in lab.VIS; "
            "without a visit name the day must mean one visit of visits.yaml, or `untreated` says which it is\n"
            "    lab.csv line 2, subject T1-001\n"
            "    lab.csv line 3, subject T1-001\n"
            "    lab.csv line 4, subject T1-001\n"
            "    and 1 more",
        ),
        (
            "",
            VISITS.replace("number: 3", "number: 2.005"),
            "CED299 the unscheduled visit of 2020-02-14 would have the number 2.01, after 2 and its others, "
            "but WEEK 1 is 2.005; leave more room between the numbers in visits.yaml, "
            "or list some of these visits there\n"
            "    lab.csv line 5, subject T1-001",
        ),
    ],
)
def test_visits_that_the_rules_do_not_settle(
    tmp_path: Path, rows_added: str, visits: str, expected: str
) -> None:
    found = [text for text in said(tmp_path, files(RAW + rows_added, visits), TABLE) if "CED270" not in text]
    assert found == [f"mappings/sources.yaml:6:15 {expected}"]


def test_unscheduled_days_of_a_table_that_witnesses_nothing_are_numbered_with_the_others(
    tmp_path: Path,
) -> None:
    """``made`` compares both engines."""
    table = TABLE.replace("name: VIS, date: LBDT", "date: LBDT, witness: no").replace(
        "LBDT, VIS, RES]", "LBDT, RES]"
    )
    vit = "  vit: {file: vit.csv, key: [SUBJ, DT], page: 5, visit: {name: VIS, date: DT}, columns: [SUBJ, VIS, DT]}\n"
    raw = {
        "raw/lab.csv": "SUBJ,LBDT,RES\n001,11-FEB-2020,20\n001,15-FEB-2020,22\n001,14-FEB-2020,23\n",
        "raw/vit.csv": "SUBJ,VIS,DT\n001,DAY 1,10-FEB-2020\n001,UNS,13-FEB-2020\n",
    }
    done = made(tmp_path, files() | raw, table + vit)
    assert rows(done, "XA", "XADTC", "VISITNUM") == [
        ("2020-02-11", 2),
        ("2020-02-14", 2.02),
        ("2020-02-15", 3),
    ]
    assert rows(done, "SV", "VISITNUM", "SVSTDTC") == [(2, "2020-02-10"), (2.01, "2020-02-13")]


def test_a_subject_without_day_1_has_the_visit_that_is_said(tmp_path: Path) -> None:
    visits = VISITS.replace("dose.DOSDT", "lab.VIS").replace("day1:", "untreated: SCR\nday1:")
    raw = "SUBJ,LBDT,VIS,RES\n001,05-FEB-2020,,10\n002,05-FEB-2020,UNS,30\n"
    done = made(tmp_path, files(raw, visits), TABLE)
    assert rows(done, "XA", "USUBJID", "VISITNUM", "VISIT") == [
        ("T1-001", 1, "SCREENING"),
        ("T1-002", 0.01, "UNSCHEDULED 0.01"),
    ]


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        (
            VISITS + "untreated: SRC\n",
            "mappings/visits.yaml:8:12 CED053 'SRC' is no raw name of a visit; did you mean SCR?",
        ),
        (
            VISITS.replace("day1: dose.DOSDT\n", "untreated: SCR\n").replace("days: ", "mode: "),
            "mappings/visits.yaml:3:12 CED053 'untreated' is of subjects without 'day1', which is not given; "
            "take it away",
        ),
    ],
)
def test_what_untreated_subjects_have_is_a_visit(tmp_path: Path, visits: str, expected: str) -> None:
    assert expected in said(tmp_path, files(RAW, visits), TABLE)


def test_a_visit_may_be_repeated_where_that_is_told(tmp_path: Path) -> None:
    visits = VISITS.replace("raw: SCR,", "raw: SCR, repeats: yes,")
    done = made(tmp_path, files(RAW + "002,20-FEB-2020,SCR,1\n", visits), TABLE)
    assert rows(done, "SV", "USUBJID", "VISIT", "SVSTDTC", "SVENDTC")[-1] == (
        "T1-002",
        "SCREENING",
        "2020-02-05",
        "2020-02-20",
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"6..10": "2..10", "day1: dose.DOSDT\n": ""},
            [
                "mappings/visits.yaml:4:60 CED053 windows of days need 'day1'; "
                "name the raw column of the first dose, such as day1: dose.DOSDT",
                "mappings/visits.yaml:6:46 CED053 the days 2..10 of WEEK 1 overlap those of DAY 1; "
                "a day means one visit",
            ],
        ),
        (
            {"6..10": "10..2", "dose.DOSDT": "dose.DOSD"},
            [
                "mappings/visits.yaml:3:7 CED012 unknown column dose.DOSD; did you mean dose.DOSDT?",
                "mappings/visits.yaml:7:46 CED023 '10..2' is no range of days; write from..to, such as -3..3",
            ],
        ),
    ],
)
def test_windows_at_fault(tmp_path: Path, changes: dict[str, str], expected: list[str]) -> None:
    visits = VISITS
    for old, new in changes.items():
        visits = visits.replace(old, new)
    assert said(tmp_path, files(RAW, visits), TABLE) == expected


def test_a_table_without_visit_names_needs_windows(tmp_path: Path) -> None:
    visits = "date: edc\nvisits:\n  - {number: 1, visit: SCREENING, raw: SCR}\n"
    assert said(tmp_path, files(RAW, visits), TABLE.replace("name: VIS, ", "")) == [
        "mappings/sources.yaml:6:8 CED053 table lab names no visit, and no visit in visits.yaml has 'days'; "
        "name the column of the visit, or give the days that mean each visit"
    ]


PLAIN = """\
date: edc
unscheduled: [UNS]
visits:
  - {number: 1, visit: SCREENING, day: -3, raw: SCR}
  - {number: 2, visit: DAY 1, day: 1}
  - {number: 3, visit: WEEK 1, day: 8, raw: WK1}
"""
UNDATED = (
    "  lab: {file: lab.csv, key: [SUBJ, LBDT, RES], page: 4, visit: {name: VIS}, "
    "columns: [SUBJ, LBDT, VIS, RES]}\n"
    "  vit: {file: vit.csv, key: [SUBJ, DT], page: 5, visit: {name: VIS, date: DT}, columns: [SUBJ, DT, VIS]}\n"
)
VIT = {"raw/vit.csv": "SUBJ,DT,VIS\n001,05-FEB-2020,SCR\n001,06-FEB-2020,UNS\n"}


def test_a_table_without_dates_of_its_visits_names_them_and_witnesses_none(tmp_path: Path) -> None:
    raw = "SUBJ,LBDT,VIS,RES\n001,15-FEB-2020,SCR,10\n001,16-FEB-2020,WK1,20\n001,17-FEB-2020,,22\n"
    done = made(tmp_path, files(raw, PLAIN) | VIT, UNDATED)
    assert rows(done, "XA", "XADTC", "VISITNUM", "VISIT", "VISITDY") == [
        ("2020-02-15", 1, "SCREENING", -3),
        ("2020-02-16", 3, "WEEK 1", 8),
        ("2020-02-17", None, None, None),
    ]
    assert rows(done, "SV", "VISITNUM", "SVSTDTC", "SVENDTC") == [
        (1, "2020-02-05", "2020-02-05"),
        (1.01, "2020-02-06", "2020-02-06"),
    ]


def test_an_unscheduled_visit_of_a_table_without_dates_is_a_fault(tmp_path: Path) -> None:
    raw = "SUBJ,LBDT,VIS,RES\n001,06-FEB-2020,UNS,10\n001,16-FEB-2020,WEEK,20\n"
    assert said(tmp_path, files(raw, PLAIN) | VIT, UNDATED) == [
        "mappings/sources.yaml:6:15 CED261 raw visit 'WEEK' of lab.VIS is no visit of visits.yaml\n"
        "    lab.csv line 3, subject T1-001",
        "mappings/sources.yaml:6:15 CED262 an unscheduled visit of lab.VIS needs a date, and table lab names none; "
        "name the column of the date under `visit`, or leave the rows out with `where`\n"
        "    lab.csv line 2, subject T1-001",
    ]
    assert sorted(set(slow_faults(tmp_path))) == [
        "visit 'UNS' has no date to number it by",
        "visit 'WEEK' is not planned",
    ]


def test_a_day_without_a_date_means_no_visit(tmp_path: Path) -> None:
    raw = "SUBJ,LBDT,VIS,RES\n001,05-FEB-2020,SCR,10\n001,11-FEB-2020,,20\n"
    assert said(tmp_path, files(raw) | VIT, UNDATED) == [
        "mappings/sources.yaml:6:15 CED299 lab.VIS: there is neither a visit name nor a complete date; "
        "without a visit name the day must mean one visit of visits.yaml\n"
        "    lab.csv line 3, subject T1-001",
    ]


def test_a_visit_has_a_name_or_a_date(tmp_path: Path) -> None:
    table = TABLE.replace("name: VIS, date: LBDT", "witness: no")
    assert said(tmp_path, files(), table) == [
        "mappings/sources.yaml:6:8 CED053 the visit of table lab has neither a name nor a date; "
        "name the column of the visit"
    ]


MISSED = "002,,D8,31\n002,,SCR,32\n"


def test_a_visit_that_is_named_without_a_date_did_not_take_place_and_is_told(tmp_path: Path) -> None:
    """The records of its form have its number; a form without a date of a visit with one is no news."""
    visits = VISITS.replace("day: 8, days: 6..10", "day: 8, raw: D8, days: 6..10")
    study = files(RAW + MISSED, visits)
    done = made(tmp_path / "built", study, TABLE)
    assert rows(done, "XA", "USUBJID", "XASTRESN", "VISITNUM")[-3:] == [
        ("T1-002", 31, 3), ("T1-002", 32, 1), ("T1-002", 30, 1),
    ]  # fmt: skip
    assert ("T1-002", 3) not in rows(done, "SV", "USUBJID", "VISITNUM")
    told = [text for text in said(tmp_path / "told", study, TABLE) if "CED848" in text]
    assert told == [
        "mappings/sources.yaml:6:15 CED848 visit WEEK 1 of lab has no date, so that 'visits' has no row of it; "
        "correct the data, or write the row in SV where the visit did not take place\n"
        "    lab.csv line 8, subject T1-002"
    ]
    without = {name: text for name, text in study.items() if not name.endswith("sv.yaml")}
    assert not any("CED848" in text for text in said(tmp_path / "no", without, TABLE))


def test_a_visit_with_a_partial_date_begins_and_ends_as_far_as_is_certain(tmp_path: Path) -> None:
    # DAY 1 was in February, be it after SCREENING or not: what came in March came after it
    visits = VISITS.replace("date: edc", "date: [DD-MON-YYYY, UN-MON-YYYY]").replace(
        ", days: 1..2}", ", raw: D1}"
    )
    raw = (
        "SUBJ,LBDT,VIS,RES\n001,01-FEB-2020,SCR,10\n001,UN-FEB-2020,D1,20\n"
        "001,12-FEB-2020,UNS,23\n001,02-MAR-2020,UNS,24\n"
    )
    vit = "  vit: {file: vit.csv, key: [SUBJ, DT], page: 5, visit: {name: VIS, date: DT}, columns: [SUBJ, VIS, DT]}\n"
    more = {"raw/vit.csv": "SUBJ,VIS,DT\n001,D1,10-FEB-2020\n"}
    done = made(tmp_path / "done", files(raw, visits) | more, TABLE + vit)
    assert rows(done, "SV", "VISITNUM", "SVSTDTC", "SVENDTC") == [
        (1, "2020-02-01", "2020-02-01"),
        (1.01, "2020-02-12", "2020-02-12"),
        (2, "2020-02", "2020-02"),
        (2.01, "2020-03-02", "2020-03-02"),
    ]
    found = [str(one) for one in done.findings.sorted() if one.code == "CED873"]
    assert [text.replace(f"{tmp_path}/done/", "") for text in found] == [
        "mappings/sources.yaml:6:15 CED873 the unscheduled visit of 2020-02-12 is numbered after 1, but may be after 2: "
        "a date of a planned visit is partial; complete that date, if it is known\n    lab.csv line 4, subject T1-001"
    ]
