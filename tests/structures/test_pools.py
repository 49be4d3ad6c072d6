"""Pools of several studies, as of an integrated summary of safety."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from test_pool import ADSL, FILES, STUDY

from ced_cdisc.cli import main
from structures import Files, made, rows, said, unchecked, written


def _second(files: Files) -> Files:
    """The files of the pooled study as those of another one, whose subject is another person."""
    named = {name: text for name, text in files.items() if "/controls/" in name}
    second = {name.replace("/controls/", "/second/"): text for name, text in named.items()}
    return {**second, "mappings/second/study.yaml": STUDY.replace("T1", "S2")}


THREE = {**FILES, **_second(FILES), "mappings/study.yaml": "pool: [controls, second]\n" + STUDY}


def test_both_engines_read_a_domain_that_only_the_pooled_studies_have(tmp_path: Path) -> None:
    done = made(tmp_path, {**THREE, "raw/second/echo.csv": "ID,DONE,EF\n001,02-FEB-2010,48\n"})
    assert rows(done, "ADSL", "USUBJID", "EF") == [
        ("HC-001", 61.0),
        ("S2-001", 48.0),
        ("T1-001", None),
        ("T1-002", None),
    ]


def test_a_subject_of_two_pooled_studies_is_told_with_both(tmp_path: Path) -> None:
    files = {**THREE, "mappings/second/study.yaml": STUDY.replace("T1", "S2").replace("'S2'", "'HC'")}
    assert said(tmp_path, files) == [
        "mappings/second/sdtm/dm.yaml:1:9 CED249 subject HC-001 is in DM of controls and of second; "
        "write persons: {studies: accept} in study.yaml, or give each study subjects of its own\n"
        "    second/people.csv line 2, subject HC-001"
    ]


EXTENSION = {
    **THREE,
    "mappings/study.yaml": "pool: [controls, second]\npersons: {studies: accept}\n" + STUDY,
    "mappings/second/study.yaml": STUDY.replace("T1", "S2").replace("'S2'", "'HC'"),
    "raw/second/echo.csv": "ID,DONE,EF\n001,02-FEB-2020,48\n",
    "mappings/adam/adsl.yaml": ADSL.replace(
        "from: DM\n", 'from: DM\nwhere: "DM.STUDYID = first(DM.STUDYID order by DM.RFICDTC, DM.STUDYID)"\n'
    ).replace("date(DM.RFXSTDTC)", "date(min(EX.EXSTDTC))"),
}


@pytest.mark.parametrize("way", [{"processes": 1}, {"processes": 2}, {"parts": 3}])
def test_a_person_of_several_studies_is_one(tmp_path: Path, way: dict[str, Any]) -> None:
    done = made(tmp_path / "both", EXTENSION)
    assert rows(done, "ADSL", "STUDYID", "USUBJID", "EF") == [
        ("HC", "HC-001", 48.0),
        ("T1", "T1-001", None),
        ("T1", "T1-002", None),
    ]
    unchecked(written(tmp_path / "way", EXTENSION), **way)
    both, other = ((tmp_path / name / "out/adam/adsl.xpt").read_bytes() for name in ("both", "way"))
    assert both == other


def test_what_two_studies_say_of_a_person_is_told(tmp_path: Path) -> None:
    text = ADSL.replace("date(DM.RFXSTDTC)", "date(min(EX.EXSTDTC))").replace(
        "sort:", "  SEXES: {derive: DM.SEX, label: Sex}\nsort:"
    )
    found = said(tmp_path, {**EXTENSION, "mappings/adam/adsl.yaml": text})
    assert found == [
        "mappings/adam/adsl.yaml:11:10 CED256 ADSL: only(DM.SEX) finds more than one record with a value; first, "
        "last, min or max choose one\n    controls/people.csv line 2, subject HC-001\n"
        "    second/people.csv line 2, subject HC-001"
    ]


def test_persons_of_several_studies_are_those_of_a_pool(tmp_path: Path) -> None:
    files = {"mappings/study.yaml": STUDY + "persons: {studies: accept}\n"}
    assert said(tmp_path, files) == [
        "mappings/study.yaml:6:10 CED018 'studies' does not go with a study that pools no others; "
        "write it in the study that does"
    ]


def test_a_study_that_only_pools_has_no_raw_table(tmp_path: Path) -> None:
    written(
        tmp_path, {**THREE, "mappings/adam/adsl.yaml": ADSL.replace("count(AE.AESEQ)", "count(CV.CVSEQ)")}
    )
    for path in (*(tmp_path / "mappings/sdtm").iterdir(), *(tmp_path / "raw").glob("*.csv")):
        path.unlink()
    (tmp_path / "mappings/sources.yaml").write_text("tables: {}\n", encoding="utf-8")
    assert rows(unchecked(tmp_path), "ADSL", "USUBJID", "NAE") == [("HC-001", 1.0), ("S2-001", 1.0)]


def test_a_test_gives_records_of_a_domain_that_only_pooled_studies_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = """\
dataset: ADSL
tests:
  - name: the last ejection fraction counts
    given:
      DM: [{USUBJID: P, STUDYID: HC}, {USUBJID: Q, STUDYID: HC}]
      CV: [{USUBJID: P, CVSTRESN: 50, CVDTC: 2020-01-02}, {USUBJID: P, CVSTRESN: 40, CVDTC: 2020-01-01}]
    expect: [{USUBJID: P, EF: 50}, {USUBJID: Q, EF: ""}]
"""
    monkeypatch.chdir(written(tmp_path, {**THREE, "mappings/tests/adsl.yaml": test}))
    result = CliRunner().invoke(main, ["test"], prog_name="ced-cdisc")
    assert result.output.splitlines()[1:] == [
        "passed  ADSL: the last ejection fraction counts",
        "1 test passed",
    ]
