"""The historic controls: a study of their own, pooled in ADSL and ADCF."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import openpyxl
import pytest
from example_study import RAW
from scipy import stats
from transport_files import Dataset

Files = dict[str, Dataset]
CONTROLS = RAW / "controls"
TARGETS = RAW.parent / "targets" / "controls.csv"


def people() -> dict[str, dict[str, str]]:
    """The chart abstraction forms, by USUBJID."""
    with (CONTROLS / "hc_demog.csv").open(newline="", encoding="utf-8") as stream:
        return {f"IMPROVECED-HC-{row['SUBJ']}": row for row in csv.DictReader(stream)}


def studies() -> list[dict[str, Any]]:
    """The coronary studies as the workbook has them."""
    book = openpyxl.load_workbook(io.BytesIO((CONTROLS / "hc_cathlab.xlsx").read_bytes()))
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def targets() -> dict[str, tuple[float, float]]:
    with TARGETS.open(newline="", encoding="utf-8") as stream:
        return {
            f"IMPROVECED-HC-{row['SUBJID']}": (float(row["CBFPCT_BL"]), float(row["CBFPCT_FU"]))
            for row in csv.DictReader(stream)
        }


def response(files: Files, visit: str) -> dict[str, float]:
    rows = files["ADCF"].where(PARAMCD="CBFPCT", AVISIT=visit, ANL01FL="Y", HCFL="Y")
    return {row["USUBJID"]: row["AVAL"] for row in rows}


def test_the_response_of_each_control_is_that_of_the_targets(files: Files) -> None:
    baseline, later = response(files, "Baseline"), response(files, "Month 6")
    assert {subject: (baseline[subject], later[subject]) for subject in later} == targets()


def test_the_response_of_the_controls_does_not_change(files: Files) -> None:
    baseline, later = response(files, "Baseline"), response(files, "Month 6")
    pairs = np.array([(baseline[subject], later[subject]) for subject in sorted(baseline)])
    assert pairs.shape == (51, 2)
    assert np.percentile(pairs[:, 0], [50, 25, 75]).round(1).tolist() == [2.6, -27.0, 20.2]
    assert np.percentile(pairs[:, 1], [50, 25, 75]).round(1).tolist() == [6.8, -21.2, 28.2]
    assert stats.wilcoxon(pairs[:, 0], pairs[:, 1]).pvalue == pytest.approx(0.32, abs=0.005)


def test_the_change_of_the_treated_differs_from_that_of_the_controls(files: Files) -> None:
    changes = {
        group: [row["CHG"] for row in files["ADCF"].where(PARAMCD="CBFPCT", AVISIT="Month 6", TRTA=group)]
        for group in ("CD34+ cells", "Historic control")
    }
    assert [len(values) for values in changes.values()] == [20, 51]
    assert stats.mannwhitneyu(*changes.values()).pvalue == pytest.approx(0.0225, abs=0.00005)


def test_the_controls_have_no_arm_and_no_treatment(files: Files, controls: Files) -> None:
    assert {row["ARMNRS"] for row in controls["DM"].rows} == {"NOT ASSIGNED"}
    for row in controls["DM"].rows:
        assert [row[name] for name in ("ARMCD", "ARM", "ACTARMCD", "ACTARM", "RFXSTDTC", "RFXENDTC")] == [
            None
        ] * 6
    assert not {"EX", "EC", "TA", "SE"} & controls.keys()
    assert "IMPROVECED-HC" not in {row["STUDYID"] for name in ("TA", "DM") for row in files[name].rows}
    for row in files["ADSL"].where(HCFL="Y"):
        assert (row["TRT01P"], row["TRT01PN"], row["SAFFL"], row["CELLFL"]) == (
            "Historic control",
            0,
            "N",
            "N",
        )


def test_people_are_as_abstracted(files: Files, controls: Files) -> None:
    forms = people()
    assert {row["USUBJID"] for row in controls["DM"].rows} == forms.keys()
    analysed = {row["USUBJID"]: row for row in files["ADSL"].where(HCFL="Y")}
    for row in controls["DM"].rows:
        form, adsl = forms[row["USUBJID"]], analysed[row["USUBJID"]]
        assert (row["AGE"], row["SEX"]) == (float(form["AGE"].split()[0]), form["SEX"][0].upper())
        assert {
            name: adsl[name] for name in ("HTNFL", "DMFL", "HLDFL", "ACEIFL", "BBFL", "CCBFL", "STATINFL")
        } == {f"{name}FL": form[name] for name in ("HTN", "DM", "HLD", "ACEI", "BB", "CCB", "STATIN")}
        assert adsl["SMOKER"] == form["SMOKE"]


def test_medication_has_the_name_that_the_form_asks_for(controls: Files) -> None:
    names = {
        "ACEI": ("ACE INHIBITORS", "ACE INHIBITORS"),
        "BB": ("BETA BLOCKING AGENTS", "BETA BLOCKING AGENTS"),
        "CCB": ("CALCIUM CHANNEL BLOCKERS", "CALCIUM CHANNEL BLOCKERS"),
        "STATIN": ("STATINS", "LIPID MODIFYING AGENTS"),
        "NITRATE": ("NITRATES", "NITRATES"),
    }
    for subject, form in people().items():
        asked = {
            (row["CMTRT"], row["CMCLAS"], row["CMOCCUR"]) for row in controls["CM"].where(USUBJID=subject)
        }
        assert asked == {(*names[column], form[column]) for column in names}


def test_each_study_has_a_procedure_an_agent_and_a_result(controls: Files) -> None:
    printed = {}
    for study in studies():
        subject = f"IMPROVECED-HC-{study['SUBJ'].upper()}"
        number = {"INDEX": 1.0, "FOLLOW-UP": 2.0}[study["VISITNM"]]
        printed[subject, number] = float(str(study["PCT_CBF"]).replace("%", "").replace(",", ".").strip())
    found = {(row["USUBJID"], row["VISITNUM"]): row for row in controls["XR"].rows}
    assert {key: row["XRSTRESN"] for key, row in found.items()} == printed and len(printed) == 102
    for name, link in (("PR", "PRLNKID"), ("AG", "AGLNKGRP"), ("XR", "XRLNKGRP")):
        assert {(row["USUBJID"], row["VISITNUM"]): row[link] for row in controls[name].rows} == {
            (subject, number): f"CATH-{number:.0f}" for subject, number in printed
        }


def test_every_reference_of_the_controls_finds_records(controls: Files) -> None:
    for row in controls["RELREC"].rows:
        assert any(record[row["IDVAR"]] for record in controls[row["RDOMAIN"]].rows)
    numbers = {(row["USUBJID"], f"{row['PRSEQ']:.0f}"): row["PRSTDTC"] for row in controls["PR"].rows}
    (remark,) = controls["CO"].rows
    assert (remark["RDOMAIN"], remark["IDVAR"], remark["COVAL"]) == (
        "PR",
        "PRSEQ",
        "Report scanned, second page missing",
    )
    assert numbers[remark["USUBJID"], remark["IDVARVAL"]] == remark["CODTC"]


def test_no_protocol_planned_the_visits_of_the_controls(controls: Files) -> None:
    for name in ("SV", "AG", "PR", "XR"):
        assert "VISITDY" not in controls[name].labels
    assert {(row["SVPRESP"], row["SVOCCUR"]) for row in controls["SV"].rows} == {(None, None)}
