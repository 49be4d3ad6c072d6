"""The laboratory, recomputed from its raw file: nothing of ced_cdisc is asked."""

from __future__ import annotations

import shutil
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from example_study import DEFINE, MAPPINGS, RAW
from raw_files import Raw, moment, rounded, subject, table
from transport_files import Dataset, Row, read_file

import ced_cdisc
from ced_cdisc.core.findings import Severity
from ced_cdisc.pipeline import Build

Files = dict[str, Dataset]

TESTS = {
    "Hemoglobin": ("HGB", "g/L", 0),
    "Leukocytes": ("WBC", "10^9/L", 1),
    "Platelet Count": ("PLAT", "10^9/L", 0),
    "Creatinine": ("CREAT", "umol/L", 0),
    "eGFR (Creatinine)": ("GFRE", "mL/min/1.73 m2", 0),
    "Sodium": ("SODIUM", "mmol/L", 0),
    "Potassium": ("K", "mmol/L", 1),
    "ALT (GPT)": ("ALT", "U/L", 0),
    "AST (GOT)": ("AST", "U/L", 0),
    "INR": ("INR", "RATIO", 1),
    "Troponin T, 5th Gen": ("TROPONT", "ng/L", 0),
    "CK-MB Mass": ("CKMB", "ug/L", 1),
}
# What one collected unit is in the standard unit; creatinine by its molar mass, 113.12 g/mol.
FACTORS = {("HGB", "g/dL"): Decimal(10), ("CREAT", "mg/dL"): Decimal(10000) / Decimal("113.12")}
UNITS = {
    "x10(9)/L": "10^9/L",
    "µmol/L": "umol/L",
    "mL/min/1.73m2": "mL/min/1.73 m2",
    "ng/mL": "ug/L",
    "": "RATIO",
}


def final_results() -> list[Raw]:
    """The results of the laboratory without those that were taken back by a later run."""
    last: dict[tuple[str, str], Raw] = {}
    for row in table("labs_central.txt"):
        key = row["ACCN"], row["TESTNM"]
        if key not in last or last[key]["RPTDTM"] < row["RPTDTM"]:
            last[key] = row
    return list(last.values())


def result_of(row: Raw) -> str:
    return row["RESULT"].removesuffix(" H").removesuffix(" L")


def standard(row: Raw, text: str) -> float | None:
    """A number of a row in the standard unit."""
    if not text or not text[0].isdigit():
        return None
    code, _, digits = TESTS[row["TESTNM"]]
    return rounded(Decimal(text) * FACTORS.get((code, row["UNIT"]), Decimal(1)), digits)


def indicator(row: Raw) -> str | None:
    """Where the result lies, by the numbers as collected."""
    text = result_of(row)
    if text == "HEMOLYZED" or not (row["LO"] or row["HI"]):
        return None
    number = float(text.removeprefix("<"))
    if text.startswith("<"):
        assert not row["LO"] and number <= float(row["HI"])
        return "NORMAL"
    if row["LO"] and number < float(row["LO"]):
        return "LOW"
    return "HIGH" if row["HI"] and number > float(row["HI"]) else "NORMAL"


# The laboratory


def test_every_final_result_is_one_record_with_its_converted_value_and_range(files: Files) -> None:
    records = {(r["USUBJID"], r["LBREFID"], r["LBTESTCD"]): r for r in files["LB"].rows}
    results = final_results()
    assert len(records) == len(files["LB"].rows) == len(results) == 1189
    converted = 0
    for row in results:
        code, unit, _ = TESTS[row["TESTNM"]]
        found = records[subject(row), row["ACCN"], code]
        done = row["RESULT"] != "HEMOLYZED"
        collected = UNITS.get(row["UNIT"], row["UNIT"]) if done else None
        number = standard(row, result_of(row))
        assert (found["LBORRES"], found["LBORRESU"]) == (result_of(row) if done else None, collected)
        assert (found["LBORNRLO"], found["LBORNRHI"]) == (row["LO"] or None, row["HI"] or None)
        assert (found["LBSTRESN"], found["LBSTRESU"]) == (number, unit if done else None)
        assert found["LBSTNRLO"] == standard(row, row["LO"])
        assert found["LBSTNRHI"] == standard(row, row["HI"])
        assert found["LBNRIND"] == indicator(row)
        assert found["LBSTAT"] == (None if done else "NOT DONE")
        assert found["LBDTC"] == moment(row["COLLDT"], row["COLLTM"])
        assert found["LBFAST"] == (row["FASTING"] or None)
        assert found["LBSPEC"] == {"Whole Blood": "BLOOD"}.get(row["SPECIMEN"], row["SPECIMEN"].upper())
        assert found["LBTMTHSN"] == ("HIGH SENSITIVITY" if code == "TROPONT" else None)
        if number is None and done:
            assert found["LBSTRESC"] == result_of(row) == "<6"
        converted += collected != unit and done
    assert converted > 100


def test_the_flags_of_the_laboratory_agree_with_the_ranges() -> None:
    flags = {"H": "HIGH", "L": "LOW"}
    rows = [row for row in table("labs_central.txt") if row["RESULT"] != "HEMOLYZED"]
    for row in rows:
        given = row["FLAG"] or row["RESULT"].partition(" ")[2]
        assert flags.get(given, "NORMAL") == indicator(row), row
        assert not (row["FLAG"] and " " in row["RESULT"])
    assert {row["COLLDT"][-4:] for row in rows if " " in row["RESULT"]} == {"2018"}


def test_ranges_go_by_sex(files: Files) -> None:
    sex = {row["USUBJID"]: row["SEX"] for row in files["DM"].rows}
    ranges: defaultdict[tuple[str, str], set[Any]] = defaultdict(set)
    for row in files["LB"].present("LBNRIND"):
        limits = row["LBSTNRLO"], row["LBSTNRHI"]
        ranges[row["LBTESTCD"], sex[row["USUBJID"]]].add(limits)
    assert all(len(found) == 1 for found in ranges.values())
    differ = {code for code, one in ranges if ranges[code, "F"] != ranges[code, "M"] and one == "F"}
    assert differ == {"HGB", "PLAT", "CREAT", "ALT", "AST", "TROPONT", "CKMB"}


def test_the_enrolled_met_the_laboratory_limits_and_the_screen_failure_did_not(files: Files) -> None:
    """Hemoglobin below 11 g/dL, GFR below 50, liver tests above twice the limit (EXCL04), INR above 2."""
    fate = {row["USUBJID"]: row["ARMNRS"] for row in files["DM"].rows}
    outside: set[str] = set()
    for row in files["LB"].where(VISIT="SCREENING"):
        number, code = row["LBSTRESN"], row["LBTESTCD"]
        if number is not None and (
            (code == "HGB" and number < 110)
            or (code == "GFRE" and number < 50)
            or (code in ("ALT", "AST") and number > 2 * row["LBSTNRHI"])
            or (code == "INR" and number > 2)
        ):
            outside.add(row["USUBJID"])
    assert outside == {"IMPROVECED-01-901"}
    assert fate["IMPROVECED-01-901"] == "SCREEN FAILURE"


def test_the_series_after_the_infusion_counts_from_its_end(files: Files) -> None:
    end = {subject(row): moment(row["INFDT"], row["ENTM"]) for row in table("infusion.csv")}
    series = list(files["LB"].present("LBTPTNUM"))
    assert len(series) == 20 * 3 * 2
    for row in series:
        hours = int(row["LBTPTNUM"])
        assert (row["LBTPTREF"], row["LBRFTDTC"]) == ("END OF CELL INFUSION", end[row["USUBJID"]])
        assert (row["LBTPT"], row["LBELTM"]) == (f"{hours} H POST INFUSION", f"PT{hours}H")
        apart = datetime.fromisoformat(row["LBDTC"]) - datetime.fromisoformat(row["LBRFTDTC"])
        assert timedelta(0) < apart - timedelta(hours=hours) < timedelta(minutes=15)
    assert {row["LBTESTCD"] for row in series} == {"TROPONT", "CKMB"}


def test_the_blood_count_of_day_1_is_before_the_dose_and_is_the_baseline(files: Files) -> None:
    start = {row["USUBJID"]: row["RFXSTDTC"] for row in files["DM"].rows if row["RFXSTDTC"] is not None}
    for code in ("HGB", "WBC", "PLAT"):
        flagged = files["LB"].where(LBTESTCD=code, LBLOBXFL="Y")
        assert {row["USUBJID"]: row["VISIT"] for row in flagged} == dict.fromkeys(start, "MOBILIZATION DAY 1")
        assert all(row["LBDTC"] < start[row["USUBJID"]] for row in flagged)
        analysed = files["ADLB"].where(PARAMCD=code, ABLFL="Y")
        assert {row["USUBJID"]: row["VISIT"] for row in analysed} == {
            **dict.fromkeys(start, "MOBILIZATION DAY 1"),
            "IMPROVECED-01-021": "SCREENING",
        }


# Laboratory, analysis


def test_the_analysis_has_every_result_of_the_enrolled_and_the_peaks(files: Files) -> None:
    enrolled = {row["USUBJID"] for row in files["ADSL"].rows}
    results = [r for r in final_results() if subject(r) in enrolled and r["RESULT"] != "HEMOLYZED"]
    rows = files["ADLB"].rows
    assert len(rows) == len(results) + 20
    expected: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for row in results:
        number = 3.0 if row["RESULT"] == "<6" else standard(row, result_of(row))
        assert number is not None
        expected[subject(row), TESTS[row["TESTNM"]][0]].append(number)
    found: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        if row["DTYPE"] != "MAXIMUM":
            found[row["USUBJID"], row["PARAMCD"]].append(row["AVAL"])
    assert {key: sorted(values) for key, values in found.items()} == {
        key: sorted(values) for key, values in expected.items()
    }


def test_the_peak_of_troponin_is_the_highest_of_the_series(files: Files) -> None:
    series: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for row in final_results():
        if row["TIMEPT"] and row["TESTNM"].startswith("Troponin"):
            number = 3.0 if row["RESULT"] == "<6" else float(result_of(row))
            series[subject(row)].append((number, moment(row["COLLDT"], row["COLLTM"])))
    peaks = files["ADLB"].where(DTYPE="MAXIMUM")
    assert len(peaks) == len(series) == 20
    for row in peaks:
        highest = max(number for number, _ in series[row["USUBJID"]])
        first = min(at for number, at in series[row["USUBJID"]] if number == highest)
        assert (row["PARAMCD"], row["AVISIT"], row["ATPTN"]) == ("TROPONT", "Infusion", 99.0)
        assert row["AVAL"] == highest
        since = datetime.fromisoformat(first) - datetime.fromisoformat("1960-01-01")
        assert row["ADTM"] == since.total_seconds()
        assert row["CHG"] == highest - row["BASE"]
        assert row["ANRIND"] == ("HIGH" if highest > row["ANRHI"] else "NORMAL")
        assert row["SRCDOM"] is row["SRCSEQ"] is None
    assert max(row["AVAL"] for row in peaks) > 20


def test_shifts_go_from_the_indicator_of_the_baseline(files: Files) -> None:
    rows = files["ADLB"].rows
    before = {(r["USUBJID"], r["PARAMCD"]): r["ANRIND"] for r in rows if r["ABLFL"] == "Y"}
    for row in rows:
        start = before.get((row["USUBJID"], row["PARAMCD"]))
        assert row["BNRIND"] == start
        shifted = row["CHG"] is not None and start is not None and row["ANRIND"] is not None
        assert row["SHIFT1"] == (f"{start} to {row['ANRIND']}" if shifted else None)
    white = files["ADLB"].where(PARAMCD="WBC", AVISIT="Mobilization Day 5")
    assert {row["SHIFT1"] for row in white} == {"NORMAL to HIGH"}


def grade(row: Row) -> str | None:
    """The grade of CTCAE v5.0 by the value alone: the worst one whose limit is passed."""
    value, low, high, base = row["AVAL"], row["ANRLO"], row["ANRHI"], row["BASE"]
    below = {"HGB": (low, 100, 80), "PLAT": (low, 75, 50, 25), "WBC": (low, 3, 2, 1)}
    if row["PARAMCD"] in below:
        return str(sum(value < limit for limit in below[row["PARAMCD"]]))
    if row["PARAMCD"] in ("ALT", "AST"):
        if base is not None and base > high:
            return str((value >= 1.5 * base) + sum(value > times * base for times in (3, 5, 20)))
        return str(sum(value > times * high for times in (1, 3, 5, 20)))
    if row["PARAMCD"] == "CREAT":
        worst = sum(value > times * high for times in (1, 1.5, 3, 6))
        return str(max(worst, 2 * (value > 1.5 * base), 3 * (value > 3 * base)))
    return None


def test_toxicity_grades_are_those_of_ctcae(files: Files) -> None:
    rows = files["ADLB"].rows
    before = {(row["USUBJID"], row["PARAMCD"]): grade(row) for row in rows if row["ABLFL"] == "Y"}
    for row in rows:
        start = before.get((row["USUBJID"], row["PARAMCD"]))
        assert (row["ATOXGR"], row["BTOXGR"]) == (grade(row), start), row
        shifted = row["CHG"] is not None and start is not None
        assert row["SHIFT2"] == (f"{start} to {grade(row)}" if shifted else None)
    assert {row["ATOXGR"] for row in rows if row["PARAMCD"] == "PLAT"} == {"0", "1", "2"}


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, Path]:
    """ADLB and what it needs, of other laboratory results.

    One normal result of a subject has a flag, and the month 6 results of five others are worse and worse.
    """
    normal = {"SUBJ": "01-009", "VISITNM": "MONTH 1", "TESTNM": "Sodium", "FLAG": ""}
    worse = {
        "Hemoglobin": (11.5, 10.0, 9.9, 7.9, 6.1),
        "Platelet Count": (75, 74, 49, 24, 25),
        "Leukocytes": (3.3, 2.9, 1.9, 0.9, 3.0),
        "ALT (GPT)": (56, 166, 280, 1200, 135),
        "AST (GOT)": (49, 150, 250, 1000, 48),
        "Creatinine": (1.2, 2.1, 4.2, 8.2, 1.36),
    }
    subjects = [f"01-00{n}" for n in range(1, 6)]

    def change(cells: Raw) -> Raw:
        if cells.items() >= normal.items():
            return cells | {"FLAG": "H"}
        if cells["VISITNM"] != "MONTH 6" or cells["SUBJ"] not in subjects or cells["TESTNM"] not in worse:
            return cells
        number = worse[cells["TESTNM"]][subjects.index(cells["SUBJ"])]
        number *= {"g/L": 10, "µmol/L": 88.4}.get(cells["UNIT"], 1)
        return cells | {"RESULT": f"{number:.4g}", "FLAG": ""}

    folder = tmp_path_factory.mktemp("labs")
    shutil.copytree(RAW, folder / "raw")
    rows = table("labs_central.txt")
    lines = ["|".join(rows[0]), *("|".join(change(row).values()) for row in rows)]
    text = "".join(line + "\n" for line in lines)
    (folder / "raw" / "labs_central.txt").write_bytes(text.encode("cp1252"))
    made = ced_cdisc.build(
        folder / "raw", folder / "out", mappings=MAPPINGS, define=DEFINE, only="ADLB", check=False
    )
    return made, folder / "out"


def test_a_flag_of_the_laboratory_that_contradicts_the_range_is_told(changed: tuple[Build, Path]) -> None:
    warnings = [one for one in changed[0].findings.sorted() if one.severity is Severity.WARNING]
    found = [one for one in warnings if one.code != "CED138"]  # a part of a study lacks documents
    assert [(one.code, "labs.FLAG = 'H'" in one.message) for one in found] == [("CED265", True)]
    assert found[0].records[0].endswith("subject IMPROVECED-01-009")


def test_all_grades_are_as_ctcae_has_them(changed: tuple[Build, Path]) -> None:
    made = read_file(changed[1] / "adam" / "adlb.xpt")
    for row in made.rows:
        assert row["ATOXGR"] == grade(row), row
    seen = {(row["PARAMCD"], row["ATOXGR"]) for row in made.rows if row["ATOXGR"] is not None}
    assert seen >= {(code, g) for code in ("PLAT", "WBC", "ALT", "AST", "CREAT") for g in "01234"}
    assert {g for code, g in seen if code == "HGB"} == set("0123")


@pytest.mark.parametrize(
    ("visit", "days"),
    [
        ("Mobilization Day 2", {-4}),
        ("Mobilization Day 5", {-1}),
        ("Infusion", {0, 1}),
        ("Month 1", set(range(15, 61))),
    ],
)
def test_windows_count_from_the_infusion(files: Files, visit: str, days: set[int]) -> None:
    found = {int(row["CFDY"]) for row in files["ADLB"].where(AVISIT=visit)}
    assert found and found <= days
    unscheduled = [row for row in files["ADLB"].rows if row["VISIT"].startswith("UNSCHEDULED")]
    assert len(unscheduled) == 6 and {row["AVISIT"] for row in unscheduled} == {None}


def test_no_sample_or_tracing_is_after_the_last_contact() -> None:
    last = {subject(row): moment(row["LASTCONT"], "") for row in table("dispo.csv")}
    drawn = [(subject(row), moment(row["COLLDT"], "")) for row in table("labs_central.txt")]
    drawn += [(subject(row), moment(row["ECGDT"], "")) for row in table("ecg.csv")]
    assert all(date.fromisoformat(at) <= date.fromisoformat(last[who]) for who, at in drawn)
