"""The number behind a comparator, such as <0.04, is not rounded to one that was never found."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.pipeline import build
from lab_study import lab_study

ROW = "001,CRP,2020-02-10,>=200,mg/L,,5\n"
STANDARD = "CRP:   {standard: mg/L}"
CASES = [
    ("<0.04", "mg/L", "1", "<0.04"),
    (">0.04", "mg/L", "0", ">0.04"),
    ("<0.04", "mg/dL", "1", "<0.4"),
    ("<0.0047", "mg/dL", "0", "<0.047"),
    ("<0.00047", "g/L", "0", "<0.47"),
    ("<2.345", "mg/dL", "1", "<23.5"),  # two digits or more are left: as planned
    ("<120", "mg/L", "0", "<120"),
    ("<120.4", "mg/L", "0", "<120"),
]


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize(("result", "unit", "decimals", "expected"), CASES)
def test_a_limit_keeps_its_digits(
    tmp_path: Path, result: str, unit: str, decimals: str, expected: str, fixed: bool
) -> None:
    """With the unit in a column of its own, and with one that the spec names."""
    named = f"unit: {{assign: {unit}}}, " if fixed else ""
    folder = lab_study(
        tmp_path,
        ("raw/lab.csv", ROW, f"001,CRP,2020-02-10,{result},{unit},,5\n"),
        ("mappings/sdtm/lb.yaml", STANDARD, f"CRP:   {{{named}standard: mg/L, decimals: {decimals}}}"),
    )
    made = build(
        folder / "raw",
        folder / "out",
        mappings=folder / "mappings",
        define=folder / "define",
        only="LB",
        verify=True,
        check=False,
    )
    (found,) = (row for row in made.frames["LB"].to_dicts() if row["LBTESTCD"] == "CRP")
    assert (found["LBORRES"], found["LBSTRESC"], found["LBSTRESN"]) == (result, expected, None)
