"""Studies of their own whose SDTM the analysis datasets read too."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import ced_cdisc
from ced_cdisc.conformance import check as conformance_check
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.planning import make_plan
from small_study import DM, SOURCES, STUDY
from structures import Files, made, rows, said, unchecked, written

HC_SOURCES = """\
defaults: {subject: ID, trim: yes}
tables:
  demog: {file: people.csv, key: [ID], page: 1, columns: [ID, BORN, SEX, SIGNED]}
  echo:  {file: echo.csv, key: [ID], page: 2, columns: [ID, DONE, EF]}
"""
HC_DM = DM.replace("demog.SUBJ", "demog.ID").replace("BRTHDAT", "BORN").replace("ICFDT", "SIGNED")
for name in ("RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC"):
    start = HC_DM.index(f"  {name}:")
    HC_DM = HC_DM[:start] + f'  {name}: {{absent: "Not treated"}}\n' + HC_DM[HC_DM.index("\n", start) + 1 :]
HC_CV = """\
domain: CV
from: echo
sort: [CVTESTCD]
long: [{test: LVEF, result: echo.EF, unit: "%"}]
variables:
  CVDTC: {collect: echo.DONE, date: edc}
  VISITNUM: {absent: "No visits"}
  CVLOBXFL: {absent: "Not treated"}
"""
ADSL = """\
dataset: ADSL
label: Subject-Level Analysis Dataset
class: ADSL
from: DM
copy: [DM.SUBJID, DM.SEX, DM.AGE, DM.AGEU]
variables:
  TRTSDT: {derive: "date(DM.RFXSTDTC)"}
  NAE:    {derive: "count(AE.AESEQ)", label: Number of Adverse Events}
  HCFL:   {cases: [{when: "STUDYID = 'HC'", then: "'Y'"}, {else: "'N'"}], label: Control Flag}
  EF:     {derive: "last(CV.CVSTRESN order by CV.CVDTC)", label: Ejection Fraction}
sort: [USUBJID]
"""
DEFINE = "documents:\n  acrf: {title: Annotated CRF, href: acrf.pdf, kind: acrf, package: sdtm}\n"
FILES = {
    "mappings/study.yaml": "pool: controls\n" + STUDY,
    "mappings/adam/adsl.yaml": ADSL,
    "mappings/controls/study.yaml": STUDY.replace("T1", "HC"),
    "mappings/controls/sources.yaml": HC_SOURCES,
    "mappings/controls/sdtm/dm.yaml": HC_DM,
    "mappings/controls/sdtm/cv.yaml": HC_CV,
    "define/controls/define.yaml": DEFINE,
    "raw/controls/people.csv": "ID,BORN,SEX,SIGNED\n001,05-JUN-1960,2,01-FEB-2010\n",
    "raw/controls/echo.csv": "ID,DONE,EF\n001,02-FEB-2010,61\n",
}


def test_analysis_datasets_read_the_records_of_all_studies(tmp_path: Path) -> None:
    done = made(tmp_path, FILES)
    assert rows(done, "ADSL", "STUDYID", "USUBJID", "SEX", "NAE", "HCFL", "EF") == [
        ("HC", "HC-001", "F", 0.0, "Y", 61.0),
        ("T1", "T1-001", "M", 2.0, "N", None),
        ("T1", "T1-002", "F", 1.0, "N", None),
    ]
    assert rows(done, "DM", "USUBJID") == [("T1-001",), ("T1-002",)]
    assert rows(done, "controls/DM", "USUBJID", "AGE") == [("HC-001", 49.0)]


def test_a_pooled_study_has_a_folder_of_its_own(tmp_path: Path) -> None:
    made(tmp_path, FILES)
    out = tmp_path / "out"
    assert sorted(path.name for path in (out / "controls/sdtm").iterdir()) == [
        "cv.xpt",
        "define.html",
        "define.xml",
        "define2-1.xsl",
        "dm.xpt",
    ]
    manifest = json.loads((out / "build.json").read_bytes())
    assert manifest["datasets"]["controls/DM"] == {"rows": 1, "columns": 25}
    assert {"raw/controls/echo.csv", "mappings/controls/sdtm/cv.yaml", "define/controls/define.yaml"} <= set(
        manifest["inputs"]
    )
    assert manifest["raw"]["tables"]["controls/echo"]["columns"]["EF"]["read by"][-1] == "CV.CVORRES"
    assert "<StudyName>HC</StudyName>" in (out / "controls/sdtm/define.xml").read_text(encoding="utf-8")


def test_two_processes_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    ced_cdisc.build("raw", "alone", check=False)
    command = [sys.executable, "-m", "ced_cdisc.cli", "build", "raw", "two", "--no-check"]
    subprocess.run(command, check=True)
    files = [{p.relative_to(d): p.read_bytes() for p in Path(d).rglob("*.*")} for d in ("alone", "two")]
    assert files[0] == files[1] and len(files[0]) > 10


def test_a_part_takes_what_it_needs_of_the_pooled_study(tmp_path: Path) -> None:
    written(tmp_path, FILES)
    study = find_study(tmp_path / "mappings", tmp_path / "define", Path())
    plan, _ = make_plan(study, Findings(), ["ADSL"])
    assert [d.name for d in plan.pooled[0].datasets] == ["DM", "CV"]
    plan, _ = make_plan(study, Findings(), ["controls/CV"])
    assert ([d.name for d in plan.datasets], [d.name for d in plan.pooled[0].datasets]) == ([], ["DM", "CV"])
    with pytest.raises(Stopped) as found:
        make_plan(study, Findings(), ["control/CV"])
    assert [str(f) for f in found.value.findings] == [
        "--only CED031 there is no dataset control/CV in this study; did you mean controls/CV?"
    ]


def test_a_fault_of_a_pooled_study_names_its_files(tmp_path: Path) -> None:
    files = {**FILES, "raw/controls/people.csv": "ID,BORN,SEX,SIGNED\n001,05-JUN-1960,3,01-FEB-2010\n"}
    assert said(tmp_path, files) == [
        "mappings/controls/sdtm/dm.yaml:17:23 CED250 DM.SEX: raw value '3' of demog.SEX has no term in ct; "
        "ct has 1, 2\n    controls/people.csv line 2, subject HC-001"
    ]


def test_a_check_of_pooled_records_names_their_raw_rows(tmp_path: Path) -> None:
    files = {**FILES, "mappings/adam/adsl.yaml": ADSL + "checks: [\"AGE < 45 or SEX = 'M'\"]\n"}
    found = said(tmp_path, files)
    assert found == [
        "mappings/adam/adsl.yaml:12:10 CED265 ADSL: the check AGE < 45 or SEX = 'M' fails on 1 record\n"
        "    controls/people.csv line 2, subject HC-001"
    ]


def test_a_subject_belongs_to_one_study(tmp_path: Path) -> None:
    files = {**FILES, "mappings/controls/study.yaml": STUDY.replace("T1", "HC").replace("'HC'", "'T1'")}
    assert said(tmp_path, files) == [
        "mappings/controls/sdtm/dm.yaml:1:9 CED249 subject T1-001 is in DM of this study and of controls; "
        "write persons: {studies: accept} in study.yaml, or give each study subjects of its own\n    controls/people.csv line 2, subject T1-001"
    ]


def vital_signs(table: str, unit: str) -> str:
    return f"""\
domain: VS
from: {table}
sort: [VSTESTCD]
omit: [EPOCH]
long: [{{test: WEIGHT, result: {table}.WT, unit: {unit}}}, {{test: HEIGHT, result: {table}.HT, unit: cm}}]
variables:
  VSDTC: {{collect: {table}.DT, date: edc}}
  VISITNUM: {{absent: No visits}}
  VSLOBXFL: {{absent: Not asked for}}
"""


ADVS = """\
dataset: ADVS
label: Vital Signs Analysis Dataset
class: BDS
from: VS
rows:
  ADT: {derive: "date(VS.VSDTC)"}
parameters:
  WEIGHT: {param: Weight (kg), rows: "VS.VSTESTCD = 'WEIGHT'", value: VS.VSSTRESN}
sort: [PARAMCD, ADT]
"""
HEIGHTS = ADVS.replace("WEIGHT", "HEIGHT")
WEIGHTS = {
    **FILES,
    "mappings/sources.yaml": SOURCES
    + "  vit: {file: vit.csv, key: [SUBJ], page: 4, columns: [SUBJ, DT, WT, HT]}\n",
    "raw/vit.csv": "SUBJ,DT,WT,HT\n001,09-FEB-2020,80,180\n",
    "mappings/sdtm/vs.yaml": vital_signs("vit", "kg"),
    "mappings/controls/sources.yaml": HC_SOURCES
    + "  v: {file: v.csv, key: [ID], page: 4, columns: [ID, DT, WT, HT]}\n",
    "raw/controls/v.csv": "ID,DT,WT,HT\n001,09-FEB-2010,160,180\n",
    "mappings/controls/sdtm/vs.yaml": vital_signs("v", "LB"),
    "mappings/adam/advs.yaml": ADVS,
}


def with_value(text: str) -> Files:
    return {**WEIGHTS, "mappings/adam/advs.yaml": ADVS.replace("value: VS.VSSTRESN", f"value: {text}")}


@pytest.mark.parametrize("way", [{"processes": 1}, {"processes": 2}, {"parts": 3}])
def test_numbers_of_two_units_are_not_taken_for_those_of_one(tmp_path: Path, way: dict[str, Any]) -> None:
    written(tmp_path, WEIGHTS)
    with pytest.raises(Stopped) as stopped:
        unchecked(tmp_path, **way)
    assert [str(one).replace(f"{tmp_path}/", "") for one in stopped.value.findings.sorted()] == [
        "mappings/adam/advs.yaml:8:71 CED855 ADVS.AVAL of WEIGHT is in the units LB, kg; make a parameter of "
        "each, give the tests one 'standard' unit, or read VS.VSSTRESU too"
    ]


@pytest.mark.parametrize("way", [{"processes": 1}, {"processes": 2}, {"parts": 3}])
def test_numbers_of_two_units_are_not_summed_up_as_those_of_one(tmp_path: Path, way: dict[str, Any]) -> None:
    largest = "max(VS.VSSTRESN where VS.VSTESTCD = 'WEIGHT')"
    lines = ADSL.replace("last(CV.CVSTRESN order by CV.CVDTC)", largest)
    written(tmp_path, {**WEIGHTS, "mappings/adam/adsl.yaml": lines, "mappings/adam/advs.yaml": HEIGHTS})
    with pytest.raises(Stopped) as stopped:
        unchecked(tmp_path, **way)
    assert [str(one).replace(f"{tmp_path}/", "") for one in stopped.value.findings.sorted()] == [
        "mappings/adam/adsl.yaml:10:11 CED855 ADSL reads VS.VSSTRESN, which of WEIGHT is in kg in this study and "
        "in LB in controls; give the test one 'standard' unit in both, or read VS.VSSTRESU too"
    ]


def test_numbers_of_two_units_are_read_with_their_unit_or_not_at_all(tmp_path: Path) -> None:
    done = made(tmp_path / "converted", with_value("\"convert(VS.VSSTRESN, VS.VSSTRESU, 'kg')\""))
    assert rows(done, "ADVS", "USUBJID", "AVAL") == [("HC-001", 72.5747792), ("T1-001", 80.0)]
    done = made(tmp_path / "another", {**WEIGHTS, "mappings/adam/advs.yaml": HEIGHTS})
    assert rows(done, "ADVS", "USUBJID", "AVAL") == [("HC-001", 180.0), ("T1-001", 180.0)]


def test_a_domain_that_one_study_has_in_parts_is_told(tmp_path: Path) -> None:
    lines = ADSL.replace("last(CV.CVSTRESN order by CV.CVDTC)", "count(VS.VSSEQ)")
    part = vital_signs("vit", "kg").replace("domain: VS", "domain: VS\ndataset: VSAA")
    files = {**WEIGHTS, "mappings/sdtm/vsaa.yaml": part}
    del files["mappings/sdtm/vs.yaml"]
    found = said(tmp_path, {**files, "mappings/adam/adsl.yaml": lines})
    hint = "a name means the datasets of that name alone; read both, as with 'stack'"
    assert found == [
        "mappings/adam/adsl.yaml:1:10 CED164 ADSL reads VS, and nothing of VS in this study, which has it in "
        f"the parts VSAA; {hint}",
        "mappings/adam/advs.yaml:1:10 CED164 ADVS reads VS, and nothing of VS in this study, which has it in "
        f"the parts VSAA; {hint}",
    ]
    both = "count(VS.VSSEQ) + count(VSAA.VSSEQ)"
    done = made(
        tmp_path / "both",
        {**files, "mappings/adam/adsl.yaml": lines.replace("count(VS.VSSEQ)", both)},
    )
    assert rows(done, "ADSL", "USUBJID", "EF") == [("HC-001", 2.0), ("T1-001", 2.0), ("T1-002", 0.0)]
    assert [one.where.file.rpartition("/")[2] for one in done.findings if one.code == "CED164"] == [
        "advs.yaml"
    ]


def test_what_cannot_be_pooled_is_said(tmp_path: Path) -> None:
    numbers = count()

    def of(name: str, text: str) -> list[str]:
        return said(tmp_path / f"{next(numbers)}", {**FILES, name: text})

    assert of("mappings/study.yaml", "pool: control\n" + STUDY) == [
        "mappings/study.yaml:1:7 CED046 there is no mappings/control/study.yaml of a study to pool; "
        "did you mean controls?"
    ]
    assert of("mappings/study.yaml", "pool: [controls, controls, ../x]\n" + STUDY) == [
        "mappings/study.yaml:1:18 CED029 the study controls is pooled twice",
        "mappings/study.yaml:1:28 CED046 '../x' is no folder below mappings: letters, digits, - and _",
    ]
    assert of("mappings/controls/study.yaml", STUDY) == [
        "mappings/adam/adsl.yaml:9:38 CED110 ADSL.STUDYID is never 'HC'; it has T1",
        "mappings/study.yaml:1:7 CED046 the pooled study controls has the id of this one: T1; "
        "each study has a STUDYID of its own",
    ]
    assert of("mappings/controls/study.yaml", "sequence: pinned\n" + STUDY.replace("T1", "HC")) == [
        "mappings/study.yaml:1:7 CED046 the pooled study controls pins its numbers, which only the study "
        "that pools it can; take 'sequence: pinned' out of it"
    ]
    assert of("mappings/controls/study.yaml", "pool: more\n" + STUDY.replace("T1", "HC")) == [
        "mappings/controls/study.yaml:1:7 CED046 there is no mappings/controls/more/study.yaml of a study "
        "to pool"
    ]
    assert of("mappings/controls/adam/adsl.yaml", ADSL) == [
        "mappings/controls/adam/adsl.yaml:1:10 CED046 the analysis datasets of the pooled study controls "
        "are those of the study that pools it; move the spec to mappings/adam"
    ]

    more = {
        "mappings/controls/study.yaml": "pool: more\n" + STUDY.replace("T1", "HC"),
        "mappings/controls/more/study.yaml": STUDY.replace("T1", "MORE"),
        "mappings/controls/more/sources.yaml": HC_SOURCES,
    }
    assert said(tmp_path / "more", {**FILES, **more})[:1] == [
        "mappings/controls/study.yaml:1:7 CED046 the pooled study controls pools others itself; "
        "name them all in the study that has the analysis datasets"
    ]


def test_a_changed_spec_of_a_pooled_study_is_planned_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("ced_cdisc.spec.installed._TICK", 0)  # specs that were just written are believed
    written(tmp_path, FILES)
    study = find_study(tmp_path / "mappings", tmp_path / "define", Path())
    assert make_plan(study, Findings())[0] == make_plan(study, Findings())[0]
    assert len(list((tmp_path / "cache/plans").iterdir())) == 1
    path = tmp_path / "mappings/controls/sdtm/cv.yaml"
    path.write_text(HC_CV.replace("No visits", "There are no visits"), encoding="utf-8")
    plan, _ = make_plan(study, Findings())
    comments = [v.comment.text for v in plan.pooled[0].dataset("CV").variables if v.comment is not None]
    assert "There are no visits" in comments


def test_the_check_of_a_pooled_study_is_taken_while_nothing_in_its_folder_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("ced_cdisc.spec.installed._TICK", 0)  # specs that were just written are believed
    written(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    looked_at = list[str]()
    read_folder = conformance_check.read_folder

    def reading(folder: Path, *arguments: Any, **options: Any) -> Any:
        looked_at.append(folder.as_posix())
        return read_folder(folder, *arguments, **options)

    monkeypatch.setattr(conformance_check, "read_folder", reading)

    def checked_after(path: str, old: str, new: str) -> list[str]:
        looked_at.clear()
        text = Path(path).read_text(encoding="utf-8")
        assert old in text
        Path(path).write_text(text.replace(old, new, 1), encoding="utf-8")
        built = ced_cdisc.build("raw", "out", incremental=True)
        folders = list(looked_at)
        assert built.checked == ced_cdisc.build("raw", "out", incremental=False).checked
        return folders

    own, controls = "out", "out/controls"
    mapping, pooled = "mappings/adam/adsl.yaml", "mappings/controls/sdtm/cv.yaml"
    assert checked_after(mapping, "Adverse Events", "Adverse Events") == [own, controls]
    assert checked_after(mapping, "Adverse Events", "Adverse Events") == []
    assert checked_after(mapping, "Number of Adverse Events", "Count of Adverse Events") == [own]
    assert checked_after("raw/controls/echo.csv", "61", "62") == [own, controls]
    # The data stay as they are, and findings name another line.
    assert checked_after(pooled, "domain: CV", "\ndomain: CV") == [own, controls]


@pytest.mark.parametrize("way", [{"processes": 1}, {"processes": 2}, {"parts": 2}])
def test_a_value_that_no_file_holds_is_told_with_its_origin(tmp_path: Path, way: dict[str, Any]) -> None:
    line = '  CVSPID: {derive: "echo.EF", length: 1}\n'
    cv = HC_CV.replace("variables:\n", "variables:\n" + line)
    written(tmp_path, FILES | {"mappings/controls/sdtm/cv.yaml": cv})
    with pytest.raises(Stopped) as stopped:
        ced_cdisc.build(
            tmp_path / "raw",
            tmp_path / "out",
            mappings=tmp_path / "mappings",
            define=tmp_path / "define",
            **way,
        )
    assert [str(one).replace(f"{tmp_path}/", "") for one in stopped.value.findings.sorted()] == [
        'mappings/controls/sdtm/cv.yaml:6:11 CED306 CV.CVSPID: text of 2 bytes, the planned length is 1: "61"\n'
        "    controls/echo.csv line 2, subject HC-001"
    ]
