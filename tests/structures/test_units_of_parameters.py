"""Parameters whose records are numbers of several tests, and so may be in several units."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ced_cdisc.core.findings import Findings, Stopped
from small_study import FILES, SOURCES
from structures import Files, made, rows, unchecked, written

VS = """\
domain: VS
from: vit
sort: [VSTESTCD]
omit: [EPOCH]
long: [{test: WEIGHT, result: vit.WT, unit: kg}, {test: HEIGHT, result: vit.HT, unit: cm}]
variables:
  VSDTC: {collect: vit.DT, date: edc}
  VISITNUM: {absent: No visits}
  VSLOBXFL: {absent: Not asked for}
"""
ADVS = """\
dataset: ADVS
label: Vital Signs Analysis Dataset
class: BDS
from: VS
rows:
  ADT: {derive: "date(VS.VSDTC)"}
parameters:
  SIZE:   {param: Size, value: VS.VSSTRESN}
  HEIGHT: {param: Height (cm), rows: "VS.VSTESTCD = 'HEIGHT'", value: VS.VSSTRESN}
  DOUBLE: {param: Twice the Size, computed: "max(AVAL) * 2"}
sort: [PARAMCD, ADT, AVAL]
"""
ADVS_FILE = "mappings/adam/advs.yaml"
SIZES = {
    **FILES,
    "mappings/sources.yaml": SOURCES
    + "  vit: {file: vit.csv, key: [SUBJ], page: 4, columns: [SUBJ, DT, WT, HT]}\n",
    "raw/vit.csv": "SUBJ,DT,WT,HT\n001,09-FEB-2020,80,\n002,09-FEB-2020,,170\n",
    "mappings/sdtm/vs.yaml": VS,
    ADVS_FILE: ADVS,
}
TOLD = (
    f"{ADVS_FILE}:8:32 CED855 ADVS.AVAL of SIZE is in the units cm, kg; make a parameter of each, "
    "give the tests one 'standard' unit, or read VS.VSSTRESU too"
)


def refused(folder: Path, **way: Any) -> list[str]:
    with pytest.raises(Stopped) as stopped:
        unchecked(folder, **way)
    found: Findings = stopped.value.findings
    return [str(one).replace(f"{folder}/", "") for one in found.sorted() if one.code == "CED855"]


def with_size(text: str) -> Files:
    return {**SIZES, ADVS_FILE: ADVS.replace("value: VS.VSSTRESN}\n  HEIGHT", f"{text}}}\n  HEIGHT")}


@pytest.mark.parametrize(
    "way",
    [
        {"processes": 1},
        {"processes": 2},
        {"parts": 2},
        {"parts": 2, "workers": 2},
        {"incremental": True},
        {"parts": 2, "incremental": True},
    ],
)
def test_a_parameter_of_several_units_is_told(tmp_path: Path, way: dict[str, Any]) -> None:
    """Each subject has one unit: no part of a build has both. What is kept tells it again."""
    written(tmp_path, SIZES)
    assert refused(tmp_path, **way) == [TOLD]
    assert refused(tmp_path, **way) == [TOLD]


def test_numbers_without_a_unit_are_of_none(tmp_path: Path) -> None:
    text = VS.replace(", unit: cm", "")
    done = made(tmp_path, {**SIZES, "mappings/sdtm/vs.yaml": text})
    assert [row for row in rows(done, "ADVS", "PARAMCD", "AVAL") if row[0] == "SIZE"] == [
        ("SIZE", 80.0),
        ("SIZE", 170.0),
    ]


def test_a_block_that_reads_the_unit_may_mix_them_and_no_other_one(tmp_path: Path) -> None:
    converted = "value: VS.VSSTRESN, variables: {AVALCAT1: {derive: VS.VSSTRESU, label: Unit}}"
    done = made(tmp_path / "read", with_size(converted))
    assert [row for row in rows(done, "ADVS", "PARAMCD", "AVAL") if row[0] == "SIZE"] == [
        ("SIZE", 80.0),
        ("SIZE", 170.0),
    ]
    files = with_size(converted)
    files[ADVS_FILE] = files[ADVS_FILE].replace("rows: \"VS.VSTESTCD = 'HEIGHT'\", ", "")
    written(tmp_path / "other", files)
    assert refused(tmp_path / "other") == [TOLD.replace(":8:32", ":9:39").replace("SIZE", "HEIGHT")]


def test_a_parameter_of_several_blocks_is_one(tmp_path: Path) -> None:
    stacked = """\
stack:
  - from: VS
    where: VS.VSTESTCD = 'WEIGHT'
    parameters: {SIZE: {param: Size, value: VS.VSSTRESN}}
  - from: VS
    where: VS.VSTESTCD = 'HEIGHT'
    parameters: {SIZE: {param: Size, value: VS.VSSTRESN}}
"""
    text = ADVS.replace("from: VS\n", stacked)
    text = text[: text.index("parameters:\n  SIZE")] + "sort: [PARAMCD, ADT, AVAL]\n"
    written(tmp_path, {**SIZES, ADVS_FILE: text})
    assert refused(tmp_path) == [TOLD.replace(":8:32", ":7:45")]


LB = """\
domain: LB
from: lab
sort: [LBTESTCD]
omit: [EPOCH]
test: {collect: lab.TEST, ct: {GLU: GLUC}}
result: lab.RES
unit: lab.UNIT
range: {low: lab.LO, high: lab.HI}
tests: {GLUC: {standard: mg/dL, decimals: 0}}
variables:
  LBCAT:    {assign: CHEMISTRY}
  LBDTC:    {collect: lab.DT, date: edc}
  LBSPEC:   {absent: "Not delivered"}
  LBMETHOD: {absent: "Not delivered"}
  LBLOBXFL: {absent: "Not asked for"}
  VISITNUM: {absent: "No visits"}
"""
ADLB = """\
dataset: ADLB
label: Laboratory Analysis Dataset
class: BDS
from: LB
copy: [LB.LBSTNRLO]
rows:
  ADT:   {derive: "date(LB.LBDTC)"}
  ANRLO: {copy: LB.LBSTNRLO}
  ANRHI: {copy: LB.LBSTNRHI}
parameters:
  GLUC: {param: Glucose (mmol/L), value: "convert(LB.LBSTRESN, LB.LBSTRESU, 'mmol/L', 'GLUC')"}
sort: [PARAMCD, ADT]
"""
GLUCOSE = {
    **FILES,
    "mappings/sources.yaml": SOURCES
    + "  lab: {file: lab.csv, key: [SUBJ], recorded_by: Vendor, columns: [SUBJ, DT, TEST, RES, UNIT, LO, HI]}\n",
    "raw/lab.csv": "SUBJ,DT,TEST,RES,UNIT,LO,HI\n001,09-FEB-2020,GLU,99,mg/dL,70,110\n",
    "mappings/sdtm/lb.yaml": LB,
    "mappings/adam/adlb.yaml": ADLB,
}


def beside(name: str, line: int) -> str:
    return (
        f"mappings/adam/adlb.yaml:{line}:10 CED855 AVAL of GLUC and ADLB.{name} beside it are in the units mg/dL, "
        f"mmol/L; convert LB.LBST{name[1:]} too"
    )


@pytest.mark.parametrize("way", [{"processes": 1}, {"parts": 2}])
def test_limits_beside_a_converted_value_are_converted_too(tmp_path: Path, way: dict[str, Any]) -> None:
    written(tmp_path, GLUCOSE)
    assert refused(tmp_path, **way) == [beside("ANRLO", 8), beside("ANRHI", 9)]


@pytest.mark.parametrize(
    ("old", "new", "limits"),
    [
        ("mmol/L', 'GLUC')\"", "mg/dl')\"", (70.0, 110.0)),
        (
            "'GLUC')\"}",
            "'GLUC')\", variables: {"
            "ANRLO: {derive: \"convert(LB.LBSTNRLO, LB.LBSTRESU, 'mmol/L', 'GLUC')\"}, "
            "ANRHI: {derive: \"convert(LB.LBSTNRHI, LB.LBSTRESU, 'mmol/L', 'GLUC')\"}}}",
            (3.885521, 6.105819),
        ),
    ],
)
def test_limits_in_the_unit_of_the_value_are_not_told(
    tmp_path: Path, old: str, new: str, limits: tuple[float, ...]
) -> None:
    assert old in ADLB
    done = made(tmp_path, {**GLUCOSE, "mappings/adam/adlb.yaml": ADLB.replace(old, new)})
    (found,) = rows(done, "ADLB", "ANRLO", "ANRHI", "LBSTNRLO")
    assert found == pytest.approx((*limits, 70.0), abs=1e-6)
