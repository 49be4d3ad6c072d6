"""A `when` inside a test that is true for no record is told as that of any other line."""

from __future__ import annotations

from pathlib import Path

import pytest

from structures import said

LAB = "  lab: {file: lab.csv, key: [SUBJ, DT], page: 5, columns: [SUBJ, DT, VAL, U, LO, HI, WHY]}\n"
CSV = "SUBJ,DT,VAL,U,LO,HI,WHY\n001,10-FEB-2020,1,mg/dL,0,9,\n002,11-FEB-2020,,mg/dL,0,9,broken\n"
PLACES = {
    "result": ("6:38", "LB.LBORRES"),
    "unit": ("7:34", "LB.LBORRESU"),
    "low": ("9:36", "LB.LBORNRLO"),
    "high": ("10:37", "LB.LBORNRHI"),
    "reason": ("13:36", "LB.LBREASND"),
}


def told(folder: Path, of: str, when: str) -> list[str]:
    """What a build tells of LB, where one line of its test has a condition."""
    lines = {name: f", when: {when}" if name == of else "" for name in PLACES}
    spec = f"""\
domain: LB
from: lab
sort: [LBTESTCD, LBDTC]
long:
  - test: GLUC
    result: {{collect: lab.VAL{lines["result"]}}}
    unit: {{collect: lab.U{lines["unit"]}}}
    range:
      low: {{collect: lab.LO{lines["low"]}}}
      high: {{collect: lab.HI{lines["high"]}}}
    standard: mg/dL
not_done:
  reason: {{collect: lab.WHY{lines["reason"]}}}
  when: "lab.VAL is missing"
variables:
  LBDTC: {{collect: lab.DT, date: edc}}
  LBCAT: {{assign: CHEMISTRY}}
  VISITNUM: {{absent: "Not collected"}}
"""
    found = said(folder, {"raw/lab.csv": CSV, "mappings/sdtm/lb.yaml": spec}, LAB)
    return [text for text in found if "CED880" in text or " CED0" in text]


@pytest.mark.parametrize("of", PLACES)
def test_a_condition_in_a_test_that_is_never_true_is_told(tmp_path: Path, of: str) -> None:
    place, variable = PLACES[of]
    assert told(tmp_path, of, "\"lab.LO = 'X'\"") == [
        f"mappings/sdtm/lb.yaml:{place} CED880 {variable}: 'when' is true for no record, so that the line gives no "
        "value; correct the condition, or accept it with never: accept"
    ]


@pytest.mark.parametrize("of", PLACES)
@pytest.mark.parametrize("when", ["\"lab.LO = '0'\"", "\"lab.LO = 'X'\", never: accept"])
def test_one_that_is_true_or_accepted_is_not(tmp_path: Path, of: str, when: str) -> None:
    assert told(tmp_path, of, when) == []


@pytest.mark.parametrize(
    ("when", "places"),
    [
        (("lab.LO = '0'", "lab.LO = '0'", "lab.LO = '0'"), []),
        (("lab.LO = '0'", "lab.LO = 'X'", "lab.LO = '0'"), [6]),
        (("lab.LO = 'X'", "lab.LO = '0'", "lab.LO = 'X'"), [5, 7]),
    ],
)
def test_of_tests_side_by_side_each_is_told_by_itself(
    tmp_path: Path, when: tuple[str, ...], places: list[int]
) -> None:
    """Those that say the same of other columns are computed as one."""
    tests = [
        f'  - {{test: {test}, result: lab.{column}, unit: {{assign: g/L, when: "{one}"}}, standard: g/L}}'
        for test, column, one in zip(("ALB", "PROT", "HGB"), ("VAL", "LO", "HI"), when, strict=True)
    ]
    lines = "\n".join(tests)
    limits = ("LBORNRLO", "LBORNRHI", "LBSTNRLO", "LBSTNRHI", "LBNRIND")
    absent = "\n".join(f'  {name}: {{absent: "Not collected"}}' for name in limits)
    spec = f"""\
domain: LB
from: lab
sort: [LBTESTCD, LBDTC]
long:
{lines}
variables:
  LBDTC: {{collect: lab.DT, date: edc}}
  LBCAT: {{assign: CHEMISTRY}}
  VISITNUM: {{absent: "Not collected"}}
{absent}
"""
    csv = "SUBJ,DT,VAL,LO,HI\n001,10-FEB-2020,1,0,9\n"
    table = LAB.replace(", U,", ",").replace(", WHY", "")
    found = said(tmp_path, {"raw/lab.csv": csv, "mappings/sdtm/lb.yaml": spec}, table)
    assert [int(text.split(":")[1]) for text in found if "CED880" in text] == places
