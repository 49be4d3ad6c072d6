"""The raw tables of the example study: reproducible, and carrying the target values.

Read here with csv and openpyxl only, so that nothing of ced_cdisc checks itself.
"""

import csv
import io
import math
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from example_study import contents
from scipy import stats

STUDY = Path(__file__).resolve().parents[2] / "examples" / "improve_ced"
RAW = STUDY / "raw"
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
ITEMS = [*(f"Q1{letter}" for letter in "ABCDEFGHI"), *(f"Q{number}" for number in range(2, 12))]
KEYS = {
    "demog": ("SUBJ",),
    "consent": ("SUBJ", "ICFDT"),
    "gcsf": ("SUBJ", "DOSEDAY"),
    "apheresis": ("SUBJ", "APHDT", "STTM"),
    "infusion": ("SUBJ", "INFDT", "STTM"),
    "extest": ("SUBJ", "EXDT"),
    "ecg": ("SUBJ", "ECGDT", "REP"),
    "saq": ("SUBJ", "SAQDT"),
    "ccs": ("SUBJ", "CCSDT"),
    "ntg_diary": ("SUBJ", "DIARYDT"),
    "ae": ("SUBJ", "AENO"),
    "conmeds": ("SUBJ", "CMNO"),
    "vitals": ("SUBJ", "VISITNM", "VSDT", "VSTM"),
    "dispo": ("SUBJ",),
    "medhist": ("SUBJ", "MHNO"),
    "contacts": ("SUBJ", "CONTDT"),
    "deviations": ("SUBJ", "DVNO"),
    "physexam": ("SUBJ", "PEDT", "BODYSYS"),
}
# Planted: a copy of the form that was modified later.
TWICE = {"demog": [("01-016",)], "ae": [("01-014", "2")], "gcsf": [("01-008", "2")]}
FORM_DATE = {
    "consent": "ICFDT",
    "gcsf": "DOSDT",
    "apheresis": "APHDT",
    "infusion": "INFDT",
    "extest": "EXDT",
    "ecg": "ECGDT",
    "saq": "SAQDT",
    "ccs": "CCSDT",
    "vitals": "VSDT",
    "dispo": "EOSDT",
    "contacts": "CONTDT",
    "physexam": "PEDT",
}
NOT_ASCII = {"ae", "conmeds", "contacts", "gcsf", "infusion", "medhist", "physexam"}

Row = dict[str, str]


def table(name: str) -> list[Row]:
    with (RAW / f"{name}.csv").open(newline="", encoding="utf-8-sig") as stream:
        return [{**row, "SUBJ": row["SUBJ"].strip()} for row in csv.DictReader(stream)]


def cathlab() -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(io.BytesIO((RAW / "cathlab.xlsx").read_bytes()))["CATHLAB"]
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def studies() -> list[dict[str, object]]:
    """The rows of cathlab.xlsx without repeated acquisitions, numbers with a decimal comma as numbers."""
    return [
        {name: pointed(cell) for name, cell in row.items()} for row in cathlab() if str(row["ACQNO"]) == "1"
    ]


def pointed(cell: object) -> object:
    number = isinstance(cell, str) and re.fullmatch(r"-?\d+,\d+", cell)
    return float(cell.replace(",", ".")) if number else cell


def targets(name: str) -> list[Row]:
    with (STUDY / "targets" / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def day(text: str) -> date:
    number, month, year = text.split("-")
    return date(int(year), MONTHS.index(month) + 1, int(number))


def diary_day(row: Row) -> date:
    month, number, year = map(int, row["DIARYDT"].split("/"))
    return date(year, month, number)


def subjects() -> dict[str, Row]:
    return {f"01-{row['SUBJID']}": row for row in targets("subjects")}


def doses() -> list[Row]:
    """The forms of the doses, of a dose entered twice the later one."""
    latest = {
        (row["SUBJ"], row["DOSEDAY"]): row for row in sorted(table("gcsf"), key=lambda r: r["MODIFIED"])
    }
    return list(latest.values())


def treatment_start() -> dict[str, date]:
    return {row["SUBJ"]: day(row["DOSDT"]) for row in table("gcsf") if row["DOSEDAY"] == "1"}


def first_consent() -> dict[str, date]:
    given: dict[str, date] = {}
    for row in table("consent"):
        given[row["SUBJ"]] = min(day(row["ICFDT"]), given.get(row["SUBJ"], date.max))
    return given


def infusion_day() -> dict[str, date]:
    return {row["SUBJ"]: day(row["INFDT"]) for row in table("infusion")}


def blood_flow(row: dict[str, object], step: int) -> float:
    velocity, diameter = float(str(row[f"S{step}_APV"])), float(str(row[f"S{step}_DMID"]))
    return math.pi * (velocity / 2) * (diameter / 20) ** 2 * 60


def flow_change(row: dict[str, object]) -> float:
    return 100 * (blood_flow(row, 3) / blood_flow(row, 0) - 1)


def grade(text: str) -> int:
    word = text.lower().replace("class", "").strip()
    return ROMAN[word] if word in ROMAN else int(word)


def seconds(text: str) -> float:
    if ":" in text:
        minutes, rest = text.split(":")
        return int(minutes) * 60 + int(rest)
    number, unit = text.split()
    return round(float(number) * {"sec": 1, "min": 60}[unit], 6)


def by_visit(rows: list[Row], visit: str) -> dict[str, Row]:
    return {row["SUBJ"]: row for row in rows if row["VISITNM"] == visit}


@pytest.mark.parametrize(
    "setting", [{}, {"OPENPYXL_LXML": "False", "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}]
)
def test_the_generator_writes_the_committed_bytes(tmp_path: Path, setting: dict[str, str]) -> None:
    command = [sys.executable, str(STUDY / "make_raw.py"), str(tmp_path)]
    subprocess.run(command, check=True, env=os.environ | setting)
    written, committed = contents(tmp_path), contents(RAW)
    assert sorted(written) == sorted(committed)
    assert [name for name in written if written[name] != committed[name]] == []


def test_the_generator_does_not_use_the_tool() -> None:
    for path in STUDY.rglob("*.py"):
        assert not re.search(r"^\s*(from|import) ced_cdisc", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", KEYS)
def test_the_natural_key_is_unique(name: str) -> None:
    counts = Counter(tuple(row[column] for column in KEYS[name]) for row in table(name))
    assert [key for key, count in counts.items() if count > 1] == TWICE.get(name, [])


def test_texts_are_ascii_but_where_planted_and_only_demog_has_a_byte_order_mark() -> None:
    for path in RAW.glob("*.csv"):
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf") == (path.name == "demog.csv")
        assert content.removeprefix(b"\xef\xbb\xbf").isascii() == (path.stem not in NOT_ASCII)


def test_the_visit_date_is_the_date_of_the_form() -> None:
    for name, column in FORM_DATE.items():
        assert [row for row in table(name) if row[column] != row["VISITDT"]] == []
    assert [row for row in table("ntg_diary") if diary_day(row) != day(row["VISITDT"])] == []


def test_coronary_flow_reproduces_the_targets() -> None:
    measured = {(row["SUBJID"], row["VISIT"], row["STEP"]): row for row in targets("cath_steps")}
    steps = ("BASELINE", "ACH 1E-6", "ACH 1E-5", "ACH 1E-4", "NTG 200 UG", "ADENOSINE PRE", "ADENOSINE PEAK")
    change: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for row in studies():
        number = str(row["SUBJ"]).strip()[3:]
        if number == "021":
            continue
        visit = {"SCREENING": "BASELINE", "MONTH 6": "MONTH 6"}[str(row["VISITNM"])]
        for step, name in enumerate(steps):
            target = measured[number, visit, name]
            assert row[f"S{step}_APV"] == float(target["APV_CMS"])
            assert row[f"S{step}_DMID"] == (float(target["DIAM_MM"]) if target["DIAM_MM"] else None)
        target, suffix = subjects()[f"01-{number}"], {"BASELINE": "BL", "MONTH 6": "M6"}[visit]
        assert round(flow_change(row), 2) == float(target[f"CBFPCT_{suffix}"])
        assert abs(float(str(row["PCT_CBF"])) - flow_change(row)) <= 0.05 + 1e-9
        assert row["PCT_DIAM"] == float(target[f"CADPCT_{suffix}"])
        assert row["CFR"] == float(target[f"CFR_{suffix}"])
        assert row["DX_MICRO"] == ("Y" if flow_change(row) <= 50 else "N")
        change[visit][number] = flow_change(row)
    before, after = (np.array([change[visit][key] for key in sorted(change[visit])]) for visit in change)
    assert np.percentile(before, [50, 25, 75]).round(1).tolist() == [7.2, -18.0, 32.4]
    assert np.percentile(after, [50, 25, 75]).round(1).tolist() == [57.6, 16.3, 98.3]
    assert round(stats.wilcoxon(before, after, method="exact").pvalue, 3) == 0.014


def test_angina_class_reproduces_the_targets() -> None:
    rows = table("ccs")
    grades = {
        visit: {s: grade(r["CCSCLS"]) for s, r in by_visit(rows, visit).items()}
        for visit in ("SCREENING", "MONTH 6")
    }
    for subject, target in subjects().items():
        assert grades["SCREENING"][subject] == int(target["CCS_BL"])
        assert grades["MONTH 6"][subject] == int(target["CCS_M6"])
    pairs = [(grades["SCREENING"][subject], grades["MONTH 6"][subject]) for subject in subjects()]
    test = stats.wilcoxon(*zip(*pairs, strict=True), correction=True, method="asymptotic")
    assert f"{test.pvalue:.2g}" == "0.00018"


@pytest.mark.parametrize(("period", "column"), [("BASE", "NTGTABS14_BL"), ("M6", "NTGTABS14_M6")])
def test_the_diary_reproduces_the_targets(period: str, column: str) -> None:
    month6 = {row["SUBJ"]: day(row["SAQDT"]) for row in table("saq") if row["VISITNM"] == "MONTH 6"}
    until = treatment_start() if period == "BASE" else month6
    rows = [row for row in table("ntg_diary") if row["PERIOD"] == period]
    for subject, target in subjects().items():
        mine = [row for row in rows if row["SUBJ"] == subject]
        answered = [int(row["TABS"]) for row in mine if row["TABS"]]
        assert (len(answered), sum(answered)) == (14, int(target[column]))
        days = [diary_day(row) for row in mine]
        assert days == [until[subject] - timedelta(days=len(days) - index) for index in range(len(days))]
    assert sum(not row["TABS"] for row in rows) > 3


def test_exercise_time_reproduces_the_targets() -> None:
    rows = table("extest")
    for subject, target in subjects().items():
        assert seconds(by_visit(rows, "SCREENING")[subject]["DUR"]) == int(target["EXTIME_BL"])
        assert seconds(by_visit(rows, "MONTH 6")[subject]["DUR"]) == int(target["EXTIME_M6"])
    assert {re.sub(r"[\d.]+", "", row["DUR"]) for row in rows} == {":", " sec", " min", ""}


def test_questionnaire_items_reproduce_the_targets() -> None:
    rows = table("saq")
    for target in targets("saq_items"):
        visit = {"BASELINE": "SCREENING", "MONTH 6": "MONTH 6"}[target["VISIT"]]
        collected = by_visit(rows, visit)[f"01-{target['SUBJID']}"]
        assert [collected[item] for item in ITEMS] == list(target.values())[2:]


def test_the_planted_questionnaire_gaps() -> None:
    rows = table("saq")
    month3 = by_visit(rows, "MONTH 3")
    assert subjects().keys() - month3.keys() == {"01-011"}
    assert {
        row["SUBJ"]: [item for item in ITEMS if not row[item]]
        for row in rows
        if not all(row[i] for i in ITEMS)
    } == {"01-015": ["Q1E", "Q7"]}
    assert [(row["SUBJ"], row["VISITNM"]) for row in rows if "99" in (row[i] for i in ITEMS)] == [
        ("01-018", "MONTH 3")
    ]
    (repeat,) = (row for row in rows if row["VISITNM"] == "UNSCHEDULED")
    planned, unplanned = (
        (day(row["SAQDT"]) - infusion_day()["01-006"]).days for row in (month3["01-006"], repeat)
    )
    assert 61 <= planned < unplanned <= 135
    assert abs(planned - 90) < abs(unplanned - 90)


def test_age_and_sex_reproduce_the_targets() -> None:
    consent = first_consent()
    partial = 0
    for row in table("demog"):
        given = consent[row["SUBJ"]]
        if row["BRTHDAT"].startswith("UN"):
            partial += 1
            assert given.year - int(row["BRTHDAT"][-4:]) - int(row["AGE"]) in (0, 1)
        else:
            birth = day(row["BRTHDAT"])
            assert given.year - birth.year - ((given.month, given.day) < (birth.month, birth.day)) == int(
                row["AGE"]
            )
        target = subjects().get(row["SUBJ"])
        if target:
            assert (row["AGE"], row["SEX"]) == (target["AGE"], {"M": "1", "F": "2"}[target["SEX"]])
    assert partial == 2


def test_doses_follow_the_weight() -> None:
    given = [row for row in doses() if not row["NOTGIVEN"]]
    assert (len(given), len(table("gcsf"))) == (99, 101)
    for row in given:
        micrograms = float(row["DOSE"]) * {"mcg": 1, "ug": 1, "µg": 1, "mg": 1000}[row["DOSEU"]]
        assert abs(micrograms / float(row["WTKG"]) - 5) < 0.02
    weights = by_visit(table("vitals"), "INFUSION")
    for row in table("infusion"):
        mantissa, exponent = row["CELLS"].replace("×", "x").replace("⁶", "^6").split("x10^")
        assert 0.9 <= float(mantissa) * 10 ** int(exponent) / float(row["WTKG"]) / 1e5 <= 1.1
        vital = weights[row["SUBJ"]]
        kilograms = float(vital["WT"]) * {"kg": 1, "lb": 0.45359237}[vital["WTU"]]
        assert round(kilograms, 1) == float(row["WTKG"])


def test_visits_follow_the_calendar_of_the_study() -> None:
    start, infused = treatment_start(), infusion_day()
    assert len(start) == len(infused) == 20
    windows = {"MONTH 1": (15, 60), "MONTH 3": (61, 135), "MONTH 6": (136, 270)}
    baseline = [
        (subject, day(row["VISITDT"]))
        for name in ("saq", "ccs", "extest", "vitals")
        for subject, row in by_visit(table(name), "SCREENING").items()
        if subject in start
    ]
    later = [
        (row["SUBJ"], row["VISITNM"], day(row["VISITDT"]))
        for name in ("saq", "ccs", "extest", "vitals", "ae")
        for row in table(name)
        if row["VISITNM"] in windows
    ]
    for row in cathlab():
        subject, visited = str(row["SUBJ"]).strip(), day(str(row["CATHDT"]))
        if row["VISITNM"] == "MONTH 6":
            later.append((subject, "MONTH 6", visited))
        elif subject in start:
            baseline.append((subject, visited))
    assert [entry for entry in baseline if not 7 <= (start[entry[0]] - entry[1]).days <= 21] == []
    for subject, visit, visited in later:
        low, high = windows[visit]
        assert low <= (visited - infused[subject]).days <= high
    for subject in start:
        assert infused[subject] - start[subject] == timedelta(days=5)
    aphereses = {row["SUBJ"]: day(row["APHDT"]) for row in table("apheresis")}
    assert all(infused[subject] - aphereses[subject] == timedelta(days=1) for subject in start)


def test_nothing_happens_before_consent_or_after_the_last_contact() -> None:
    consent = first_consent()
    last = {row["SUBJ"]: day(row["LASTCONT"]) for row in table("dispo")}
    assert (min(consent.values()), max(last.values())) == (date(2018, 6, 15), date(2020, 10, 2))
    before: list[str] = []
    for subject, happened in _dates_of_participation():
        assert happened <= last[subject]
        before += [subject] if happened < consent[subject] else []
    assert before == ["01-015"]  # planted: an adverse event that began the day before


def _dates_of_participation() -> Iterator[tuple[str, date]]:
    for name in KEYS:
        for row in table(name):
            yield row["SUBJ"], day(row["VISITDT"])
    events = [row[column] for row in table("ae") for column in ("AESTDT", "AEENDT")]
    assert sum(text.startswith("UN") for text in events) == 4
    for name, columns in (
        ("ae", ("AESTDT", "AEENDT")),
        ("conmeds", ("CMEN",)),
        ("contacts", ("HOSPST", "HOSPEN")),
        ("deviations", ("DVST", "DVEN")),
    ):
        for row in table(name):
            for column in columns:
                if row[column] and not row[column].startswith("UN"):
                    yield row["SUBJ"], day(row[column])
    for row in cathlab():
        yield str(row["SUBJ"]).strip(), day(str(row["CATHDT"]))


def test_adverse_events_are_coherent() -> None:
    rows = table("ae")
    assert 40 <= len(rows) <= 60
    assert {row["SUBJ"] for row in rows} == subjects().keys()
    assert [row["SUBJ"] for row in rows if row["SER"] == "Y"] == ["01-010"]
    for row in rows:
        assert (row["AEONGO"] == "1") == (row["AEENDT"] == "") == (row["OUT"] in ("2", "3"))
        assert (row["SER"] == "Y") == (row["SAEHOSP"] == "1")
        assert (row["SER"] == "N") == (row["SAEDTH"] == "")
    known = {(row["SUBJ"], row["AENO"]) for row in rows}
    assert {(row["SUBJ"], row["AENO"]) for row in table("conmeds") if row["AENO"]} <= known


def test_no_page_was_modified_before_it_was_entered() -> None:
    for name in KEYS:
        for row in table(name):
            assert datetime.fromisoformat(row["MODIFIED"]).date() > day(row["VISITDT"])


def test_some_subject_numbers_have_a_leading_blank() -> None:
    found = {path.stem for path in RAW.glob("*.csv") if b",01, 01-" in path.read_bytes()}
    assert found == {"demog", "ccs", "conmeds", "vitals"}
    assert [row["SUBJ"] for row in cathlab() if str(row["SUBJ"]).startswith(" ")] == [" 01-016"]
