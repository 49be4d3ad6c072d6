"""The second example: another study, another language, other units, mapped with the same language."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from statistics import fmean
from typing import Any

import pyreadstat
import pytest

from ced_cdisc.core.findings import Findings, Severity
from ced_cdisc.pipeline import Build
from ced_cdisc.read.tables import ROW
from ced_cdisc.recompute import compare, recompute
from ced_cdisc.stages.reading import read_raw
from method_review import differences
from shared_builds import Made

HOME = Path(__file__).resolve().parents[2] / "examples" / "vitals_labs"
TESTS = {
    "Glukose": "GLUC",
    "Kreatinin": "CREAT",
    "Cholesterin": "CHOL",
    "Kalium": "K",
    "Hämoglobin": "HGB",
    "Leukozyten": "WBC",
    "GPT": "ALT",
    "CRP": "CRP",
    "Eiweiß": "PROT",
}
FACTORS = {  # of the standard unit, from molar masses [g/mol] and prefixes, by hand
    ("GLUC", "mg/dl"): Fraction(10, 1) / Fraction("180.156"),
    ("CREAT", "mg/dl"): Fraction(10000, 1) / Fraction("113.12"),
    ("CHOL", "mg/dl"): Fraction(10, 1) / Fraction("386.664"),
    ("HGB", "g/dl"): Fraction(10),
    ("WBC", "/µl"): Fraction(1, 1000),
}
DECIMALS = {"GLUC": 2, "CREAT": 0, "CHOL": 2, "K": 1, "HGB": 0, "WBC": 1, "ALT": 0, "CRP": 1}


@pytest.fixture(scope="module")
def out(second_example: Made) -> Path:
    return second_example[1]


@pytest.fixture(scope="module")
def build(second_example: Made) -> Build:
    return second_example[0]


def records(out: Path, path: str) -> list[dict[str, Any]]:
    """A transport file as pyreadstat reads it; empty texts and missing numbers are None."""
    frame, _ = pyreadstat.read_xport(str(out / path))
    return [
        {k: None if v == "" or (isinstance(v, float) and math.isnan(v)) else v for k, v in row.items()}
        for row in frame.to_dict("records")
    ]


def laboratory() -> list[dict[str, str]]:
    with (HOME / "raw" / "labor.txt").open(encoding="cp1252", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="|"))


def converted(text: str, test: str, unit: str) -> float | None:
    """A German number in the standard unit."""
    if not text or text == "neg.":
        return None
    exact = Fraction(text.replace(",", ".")) * FACTORS.get((test, unit), Fraction(1))
    return rounded(exact, DECIMALS[test])


def rounded(exact: Fraction, decimals: int) -> float:
    """Half away from zero."""
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    return float(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def test_nothing_is_left_to_say_and_every_raw_column_is_accounted_for(build: Build) -> None:
    assert [str(finding) for finding in build.findings] == []
    statuses = {column.status for table in build.raw_columns.values() for column in table.values()}
    assert statuses == {"mapped"}


def test_the_generator_writes_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(HOME / "make_raw.py"), str(tmp_path)], check=True)
    kept = {path.name: path.read_bytes() for path in (HOME / "raw").iterdir()}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == kept


def test_both_engines_agree_on_every_value(build: Build) -> None:
    tables = read_raw(HOME / "raw", build.plan, Findings())
    texts = {name: table.frame.drop(ROW).to_dicts() for name, table in tables.items()}
    rows, faults = recompute(build.plan, texts)
    assert faults == []
    for plan in build.plan.datasets:
        frame = build.frames[plan.name]
        assert compare(frame.to_dicts(), rows[plan.name], frame.columns, plan.name) == []


def test_the_check_has_nothing_to_say_but_notes(build: Build) -> None:
    (result,) = build.checked
    assert [rule.rule.id for rule in result.failed if rule.rule.severity is not Severity.NOTE] == []
    assert len(result.with_status("passed")) > 150


@pytest.mark.usefixtures("build")
def test_every_laboratory_value_and_limit_is_converted(out: Path) -> None:
    made = {(r["USUBJID"], r["VISIT"], r["LBTESTCD"]): r for r in records(out, "sdtm/lb.xpt")}
    visits = {"Screening": "SCREENING", "Woche 4": "WEEK 4", "Woche 8": "WEEK 8", "Woche 12": "WEEK 12"}
    raw = laboratory()
    assert len(made) == len(raw)
    for row in raw:
        test, unit = TESTS[row["ANALYT"]], row["EINHEIT"]
        found = made["VL-77-" + row["PATNR"], visits[row["BESUCH"]], test]
        result = row["WERT"].removesuffix(" H")
        if result.startswith("<"):
            assert (found["LBSTRESC"], found["LBSTRESN"]) == ("<0.6", None)
        elif test == "PROT":
            assert (found["LBSTRESC"], found["LBSTRESN"]) == (result, None)
        else:
            assert found["LBSTRESN"] == converted(result, test, unit)
            assert found["LBSTNRLO"] == (converted(row["NORM_VON"], test, unit) if result else None)
            assert found["LBSTNRHI"] == (converted(row["NORM_BIS"], test, unit) if result else None)
        assert found["LBSTAT"] == (None if result else "NOT DONE")


@pytest.mark.usefixtures("build")
def test_one_standard_unit_for_each_test(out: Path) -> None:
    units: dict[str, set[str]] = {}
    for row in records(out, "sdtm/lb.xpt"):
        if row["LBSTRESU"] is not None:
            units.setdefault(row["LBTESTCD"], set()).add(row["LBSTRESU"])
    assert units == {
        "GLUC": {"mmol/L"},
        "CREAT": {"umol/L"},
        "CHOL": {"mmol/L"},
        "K": {"mmol/L"},
        "HGB": {"g/L"},
        "WBC": {"10^9/L"},
        "ALT": {"U/L"},
        "CRP": {"mg/L"},
    }


@pytest.mark.usefixtures("build")
def test_blood_pressure_is_the_mean_of_its_repetitions(out: Path) -> None:
    taken: dict[tuple[str, str], list[float]] = {}
    averages: dict[tuple[str, str], float] = {}
    for row in records(out, "adam/advs.xpt"):
        if row["PARAMCD"] == "SYSBP":
            place = (row["USUBJID"], row["ADT"])
            if row["DTYPE"] is None:
                taken.setdefault(place, []).append(row["AVAL"])
            elif row["DTYPE"] == "AVERAGE":
                averages[place] = row["AVAL"]
    assert averages == {place: rounded(Fraction(fmean(values)), 1) for place, values in taken.items()}
    assert sorted({len(values) for values in taken.values()}) == [2, 3]


@pytest.mark.usefixtures("build")
def test_who_left_early_is_carried_forward_to_the_last_visit(out: Path) -> None:
    carried = [r for r in records(out, "adam/advs.xpt") if r["DTYPE"] == "LOCF"]
    assert {(r["USUBJID"], r["AVISIT"], r["VISIT"]) for r in carried} == {("VL-77-305", "Week 12", "WEEK 4")}
    assert {r["PARAMCD"] for r in carried} == {"SYSBP", "DIABP", "PULSE", "TEMP", "WEIGHT"}
    assert all(r["SRCSEQ"] is None for r in carried)


@pytest.mark.usefixtures("build")
def test_shifts_go_from_the_baseline_indicator_to_that_of_the_visit(out: Path) -> None:
    rows = records(out, "adam/adlb.xpt")
    baseline = {(r["USUBJID"], r["PARAMCD"]): r["ANRIND"] for r in rows if r["ABLFL"] == "Y"}
    seen = set[str]()
    for row in rows:
        start = baseline.get((row["USUBJID"], row["PARAMCD"]))
        shifted = row["AVISIT"] != "Baseline" and start is not None and row["ANRIND"] is not None
        assert row["SHIFT1"] == (f"{start} to {row['ANRIND']}" if shifted else None)
        seen |= {row["SHIFT1"]} - {None}
    assert {"NORMAL to HIGH", "HIGH to NORMAL", "NORMAL to NORMAL"} <= seen


@pytest.mark.usefixtures("build")
def test_partial_dates_of_birth_are_imputed_with_a_flag(out: Path) -> None:
    born = {r["USUBJID"]: (r["BRTHDT"].isoformat(), r["BRTHDTF"]) for r in records(out, "adam/adsl.xpt")}
    assert born["VL-77-103"] == ("1966-01-01", "D")
    assert born["VL-77-207"] == ("1980-07-01", "M")
    assert born["VL-77-106"] == ("1974-03-01", None)


@pytest.mark.usefixtures("build")
def test_the_trial_summary_has_the_dates_of_the_data(out: Path) -> None:
    told = {r["TSPARMCD"]: r["TSVAL"] for r in records(out, "sdtm/ts.xpt")}
    subjects = records(out, "sdtm/dm.xpt")
    assert told["SSTDTC"] == min(r["RFICDTC"] for r in subjects)
    assert told["SENDTC"] == max(r["RFPENDTC"] for r in subjects)
    assert told["ACTSUB"] == str(sum(r["ARMCD"] is not None for r in subjects))
    assert told["NARMS"] == str(len({r["ARMCD"] for r in records(out, "sdtm/ta.xpt")}))
    doses = {f"{r['EXDOSE']:.0f}" for r in records(out, "sdtm/ex.xpt")} - {"0"}
    assert {r["TSVAL"] for r in records(out, "sdtm/ts.xpt") if r["TSPARMCD"] == "DOSE"} == doses


@pytest.mark.usefixtures("build")
def test_participation_ends_with_the_last_visit_or_after_it(out: Path) -> None:
    ends = {r["USUBJID"]: r["RFPENDTC"] for r in records(out, "sdtm/dm.xpt")}
    for name, date in (("lb", "LBDTC"), ("vs", "VSDTC"), ("sv", "SVENDTC"), ("se", "SEENDTC")):
        for row in records(out, f"sdtm/{name}.xpt"):
            assert (row[date] or "")[:10] <= ends[row["USUBJID"]], row


@pytest.mark.usefixtures("build")
def test_a_screening_failure_has_its_criterion(out: Path) -> None:
    (failed,) = records(out, "sdtm/ie.xpt")
    (criterion,) = records(out, "sdtm/ti.xpt")
    assert (failed["USUBJID"], failed["IEORRES"]) == ("VL-77-109", "Y")
    for name in ("IETESTCD", "IETEST", "IECAT"):
        assert failed[name] == criterion[name]
    assert "HbA1c" in criterion["IETEST"] and criterion["IECAT"] == "EXCLUSION"


@pytest.mark.usefixtures("build")
def test_every_method_and_comment_was_read(out: Path) -> None:
    assert differences("vitals_labs", out) == [], "run scripts/review_methods.py and read the new texts"
