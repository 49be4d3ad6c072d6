"""--LOBXFL that is filled in, beside results of the day of the first dose of which no time is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from structures import LAB, made, said, written

LB = LAB.replace("date: edc}", "date: [DD-MON-YYYY], time: lab.TM, times: [HH:MM]}")
TABLE = "  lab: {file: lab.csv, key: [SUBJ, DT], page: 5, columns: [SUBJ, DT, TM, AL]}\n"
TOLD = (
    "mappings/sdtm/lb.yaml:1:9 CED874 LB.LBLOBXFL: LBDTC is the day of DM.RFXSTDTC, without a time in either, and the "
    "record counts as not before the first dose, on 1 record; say with 'baseline' which records come before "
    "treatment\n    lab.csv line 3, subject T1-001"
)


@pytest.mark.parametrize(
    ("spec", "time", "flags", "told"),
    [
        (LB, "", ["Y", None, None, "Y"], [TOLD]),
        (LB, "08:00", ["Y", None, None, "Y"], []),  # CED270 tells of it: 08:00 may be before
        (LB.replace("sort:", 'baseline: "LBDTC <= DM.RFXSTDTC"\nsort:'), "", [None, "Y", None, "Y"], []),
        (LB.replace("sort:", 'baseline: "LBDTC < DM.RFXSTDTC"\nsort:'), "", ["Y", None, None, "Y"], []),
    ],
    ids=["filled in", "with a time", "said to be before", "said not to be before"],
)
def test_a_result_of_the_day_of_the_first_dose(
    tmp_path: Path, spec: str, time: str, flags: list[str | None], told: list[str]
) -> None:
    """The first doses are on 10 and 12 February; a result that is missing is none of the day."""
    csv = f"SUBJ,DT,TM,AL\n001,09-FEB-2020,,40\n001,10-FEB-2020,{time},41\n001,11-FEB-2020,,42\n"
    csv += "002,11-FEB-2020,,43\n002,12-FEB-2020,,\n"
    done = made(written(tmp_path, {}), {"mappings/sdtm/lb.yaml": spec, "raw/lab.csv": csv}, TABLE)
    assert done["LB"]["LBLOBXFL"].fillna("").to_list() == [flag or "" for flag in flags]
    notes = [str(one).replace(f"{tmp_path}/", "") for one in done.findings if one.code == "CED874"]
    assert notes == told


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (
            '"LBDTC < min(EX.EXSTDTC)"',
            "3:20 CED014 min() cannot stand inside another function over several records; give it a line of its "
            "own, and name the variable of that here",
        ),
        ('"LBDT < DM.RFXSTDTC"', "3:12 CED012 unknown variable LBDT; did you mean LBDTC?"),
        (
            "'LBDTC < ''2020-02'' or LBDT < DM.RFXSTDTC'",
            "3:35 CED012 unknown variable LBDT; did you mean LBDTC?",
        ),
        (">-\n  LBDTC <\n  DM.RFXSTDT", "5:3 CED012 unknown variable DM.RFXSTDT; did you mean DM.RFXSTDTC?"),
    ],
)
def test_a_fault_of_baseline_stands_where_it_is_written(
    tmp_path: Path, condition: str, expected: str
) -> None:
    spec = LB.replace("sort:", f"baseline: {condition}\nsort:", 1)
    (found,) = [one for one in said(tmp_path, {"mappings/sdtm/lb.yaml": spec}, TABLE) if "/lb.yaml" in one]
    assert found == f"mappings/sdtm/lb.yaml:{expected}"
