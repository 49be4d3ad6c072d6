"""Persons who have several numbers in one study: one USUBJID, by way of a raw table that tells of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ced_cdisc.pipeline import Build
from small_study import DM, RAW, SOURCES, STUDY
from structures import Files, made, rows, said, unchecked, written, xml

TABLES = """\
  vital: {file: vital.csv, key: [SUBJ, DT], page: 4, columns: [SUBJ, DT, SYS]}
  again: {file: again.csv, key: [SUBJ, FIRST], page: 5, columns: [SUBJ, FIRST]}
"""
USUBJID = "join('-', 'T1', coalesce(again.FIRST, SUBJECT))"
LAST = "from: demog\nwhere: demog.SUBJ = last(demog.SUBJ order by number(demog.SUBJ))\n"
VS = """\
domain: VS
from: vital
sort: [VSTESTCD, VSDTC]
long: [{test: SYSBP, result: vital.SYS, unit: mmHg}]
variables:
  VISITNUM: {absent: No visits}
  VSDTC: {collect: vital.DT, date: ISO}
"""
SE = """\
domain: SE
from: DM
same_day: begun
for:
  - {etcd: SCRN, element: Screening, order: 1, epoch: SCREENING, start: DM.RFICDTC}
  - {etcd: TRT, element: Treatment, order: 2, epoch: TREATMENT, start: DM.RFXSTDTC}
sort: [TAETORD]
variables:
  ETCD: {protocol: "{etcd}"}
  ELEMENT: {protocol: "{element}"}
  TAETORD: {derive: "number('{order}')"}
  EPOCH: {protocol: "{epoch}"}
  SESTDTC: {derive: "{start}"}
  SEENDTC: {absent: Not collected}
  SEUPDES: {absent: "No subject went through an unplanned element"}
"""
HINT = "write persons: {%s} in study.yaml"


def files(again: str = "003,001\n", persons: str = "", usubjid: str = USUBJID, source: str = LAST) -> Files:
    """Subject 001 came back as 003; 002 is another person."""
    study = STUDY.replace("join('-', 'T1', SUBJECT)", usubjid)
    return {
        "mappings/study.yaml": study + (f"persons: {{{persons}}}\n" if persons else ""),
        "mappings/sdtm/dm.yaml": DM.replace("from: demog\n", source),
        "mappings/sdtm/vs.yaml": VS,
        "mappings/sdtm/se.yaml": SE,
        "raw/demog.csv": RAW["demog.csv"] + "003,05-JUN-1970,1,20-FEB-2020\n",
        "raw/dose.csv": "SUBJ,DAY,DOSDT,DOSE\n002,1,12-FEB-2020,2.5\n003,1,25-FEB-2020,5\n",
        "raw/ae.csv": RAW["ae.csv"].replace("001,2,", "003,1,"),
        "raw/vital.csv": "SUBJ,DT,SYS\n001,2020-02-01,120\n002,2020-02-03,110\n003,2020-02-20,130\n003,2020-02-26,140\n",
        "raw/again.csv": f"SUBJ,FIRST\n{again}",
    }


def test_all_records_of_both_numbers_are_those_of_one_person(tmp_path: Path) -> None:
    done = made(tmp_path, files(), TABLES)
    assert rows(done, "DM", "USUBJID", "SUBJID", "RFICDTC", "RFSTDTC") == [
        ("T1-001", "003", "2020-02-20", "2020-02-25"),
        ("T1-002", "002", "2020-02-03", "2020-02-12"),
    ]
    assert rows(done, "VS", "USUBJID", "VSSEQ", "VSDTC", "VSDY", "VSLOBXFL", "EPOCH") == [
        ("T1-001", 1, "2020-02-01", -24, None, None),
        ("T1-001", 2, "2020-02-20", -5, "Y", "SCREENING"),
        ("T1-001", 3, "2020-02-26", 2, None, "TREATMENT"),
        ("T1-002", 1, "2020-02-03", -9, "Y", "SCREENING"),
    ]
    assert rows(done, "AE", "USUBJID", "AESEQ", "AESPID", "AESTDY") == [
        ("T1-001", 1, "1", None),
        ("T1-001", 2, "1", -15),
        ("T1-002", 1, "1", 3),
    ]
    assert rows(done, "SE", "USUBJID", "SESEQ", "ETCD", "SESTDTC") == [
        ("T1-001", 1, "SCRN", "2020-02-20"),
        ("T1-001", 2, "TRT", "2020-02-25"),
        ("T1-002", 1, "SCRN", "2020-02-03"),
        ("T1-002", 2, "TRT", "2020-02-12"),
    ]
    assert rows(done, "ADSL", "USUBJID", "SUBJID", "NAE") == [("T1-001", "003", 2), ("T1-002", "002", 1)]
    method = (
        "&quot;T1&quot; and (again.FIRST or, if missing, the subject identifier) joined with a hyphen. "
        "Of again, the record with the subject identifier is read."
    )
    assert method.replace("&quot;", '"') in xml(tmp_path)
    assert done.raw_columns["again"]["FIRST"].read_by == ("key", "USUBJID")


def test_a_look_up_of_the_table_keeps_no_wrong_number_quiet(tmp_path: Path) -> None:
    study = files(OTHERS, source=f"{LAST}with: {{again: [subject, SUBJ]}}\n")
    study["mappings/sdtm/dm.yaml"] += "supp: {SUBJID1: {collect: again.FIRST, label: Number Before}}\n"
    found = said(tmp_path, study, TABLES)
    assert any("CED849 again.csv: no other raw table has subject 007" in line for line in found)


def test_the_first_enrolment_may_be_that_of_dm(tmp_path: Path) -> None:
    done = made(tmp_path, files(source=LAST.replace("last(", "first(")), TABLES)
    assert rows(done, "DM", "USUBJID", "SUBJID", "RFSTDTC") == [
        ("T1-001", "001", "2020-02-25"),
        ("T1-002", "002", "2020-02-12"),
    ]


def test_dm_chooses_no_enrolment_by_itself(tmp_path: Path) -> None:
    found = said(tmp_path, files(source="from: demog\n"), TABLES)
    assert next(line for line in found if " DM: " in line) == (
        "mappings/sdtm/dm.yaml:1:9 CED548 DM: the keys do not identify 2 records, the first with STUDYID 'T1', "
        "USUBJID 'T1-001'; choose one enrolment of each person with `where`\n"
        "    demog.csv line 2, subject T1-001\n    demog.csv line 4, subject T1-001"
    )


CHAIN = "003,002\n002,001\n"


def test_a_chain_is_followed_where_the_spec_says_so(tmp_path: Path) -> None:
    done = made(tmp_path, files(CHAIN, "chain: follow"), TABLES)
    assert rows(done, "DM", "USUBJID", "SUBJID") == [("T1-001", "003")]
    assert rows(done, "AE", "USUBJID", "AESEQ") == [("T1-001", 1), ("T1-001", 2), ("T1-001", 3)]
    assert "Where that leads to an identifier that has an earlier one itself, the earliest counts." in xml(
        tmp_path
    )


UNKNOWN, OTHERS = "003,0O1\n", "003,001\n007,001\n"
AGAIN = "mappings/sources.yaml:7:17"
EARLIER = "leads to a number that has an earlier one itself; name the first number of all, or "
FAULTS = {
    (CHAIN, ""): [
        f"CED851 again.csv: FIRST '002' of subject 003 {EARLIER}{HINT % 'chain: follow'}",
        2,
        "003",
    ],
    ("003,001\n001,001\n002,003\n", ""): [
        f"CED851 again.csv: FIRST '003' of subject 002 {EARLIER}{HINT % 'chain: follow'}",
        *(4, "002"),
    ],
    ("003,002\n002,003\n", "chain: follow"): [
        "CED851 again.csv: FIRST '002' of subject 003 leads round in a circle; one of the numbers is the first",
        *(2, "003"),
        "CED851 again.csv: FIRST '003' of subject 002 leads round in a circle; one of the numbers is the first",
        *(3, "002"),
    ],
    (UNKNOWN, ""): [
        "CED849 again.csv: FIRST '0O1' of subject 003 is the subject of no raw table; correct the number, or "
        + HINT % "unmatched: accept",
        *(2, "003"),
    ],
    (OTHERS, ""): [
        "CED849 again.csv: no other raw table has subject 007; correct the number, or "
        + HINT % "unmatched: accept",
        *(3, "007"),
    ],
    ("003,\n", ""): [
        f"CED850 again.csv: FIRST of subject 003 is empty; name the number, or {HINT % 'empty: accept'}",
        *(2, "003"),
    ],
    ("003,001\n003,002\n", ""): [
        "CED852 again.csv: lines 2 and 3 lead from subject 003 to different persons; "
        "usubjid looks up one record of a subject",
        *(3, "003"),
    ],
}


@pytest.mark.parametrize(("again", "persons"), FAULTS)
def test_what_is_not_right_in_the_table_is_a_fault(tmp_path: Path, again: str, persons: str) -> None:
    found = said(tmp_path, files(again, persons), TABLES)
    wanted = FAULTS[again, persons]
    assert [line for line in found if " CED8" in line] == [
        f"mappings/sources.yaml:7:17 {message}\n    again.csv line {row}, subject {subject}"
        for message, row, subject in zip(wanted[::3], wanted[1::3], wanted[2::3], strict=True)
    ]


@pytest.mark.parametrize(
    ("again", "persons", "people"),
    [
        (UNKNOWN, "unmatched: accept", ["T1-001", "T1-002", "T1-0O1"]),
        (OTHERS, "unmatched: accept", ["T1-001", "T1-002"]),
        ("003,001\n009,008\n", "unmatched: accept", ["T1-001", "T1-002"]),
        ("003,\n", "empty: accept", ["T1-001", "T1-002", "T1-003"]),
    ],
)
def test_a_word_accepts_it(tmp_path: Path, again: str, persons: str, people: list[str]) -> None:
    study = files(again, persons)
    study["raw/dose.csv"] += "001,1,10-FEB-2020,5\n"
    assert [one for (one,) in rows(made(tmp_path, study, TABLES), "DM", "USUBJID")] == people


def test_a_form_of_all_subjects_may_tell_it(tmp_path: Path) -> None:
    study = files(persons="chain: follow, empty: accept", usubjid=USUBJID.replace("again.", "demog."))
    study["mappings/sdtm/dm.yaml"] += "supp: {SUBJID1: {collect: demog.FIRST, label: Number Before}}\n"
    study["raw/demog.csv"] = (
        "SUBJ,BRTHDAT,SEX,ICFDT,FIRST\n001,,1,01-FEB-2020,\n002,,1,03-FEB-2020,001\n003,,1,20-FEB-2020,002\n"
        "004,,2,20-FEB-2020,\n"
    )
    study["raw/dose.csv"] += "004,1,25-FEB-2020,5\n"
    sources = SOURCES + TABLES.splitlines(keepends=True)[0]
    study["mappings/sources.yaml"] = sources.replace("SEX, ICFDT]", "SEX, ICFDT, FIRST]")
    del study["raw/again.csv"]
    done = made(tmp_path, study)
    assert rows(done, "DM", "USUBJID", "SUBJID") == [("T1-001", "003"), ("T1-004", "004")]
    assert rows(done, "SUPPDM", "USUBJID", "QVAL") == [("T1-001", "002")]


def test_who_is_in_no_table_is_nobody_unless_the_expression_says_who(tmp_path: Path) -> None:
    found = said(tmp_path, files(usubjid="join('-', 'T1', again.FIRST)"), TABLES)
    assert found[0] == (
        "mappings/sources.yaml:3:17 CED258 demog.csv: usubjid gives subject 001 no USUBJID; "
        "say in study.yaml who that is, as coalesce(table.FIRST, SUBJECT) does\n    demog.csv line 2"
    )


def test_another_study_may_have_given_the_usubjid(tmp_path: Path) -> None:
    study = files("003,S0-17\n", "unmatched: accept", "coalesce(again.FIRST, join('-', 'T1', SUBJECT))")
    study["raw/dose.csv"] += "001,1,10-FEB-2020,5\n"
    done = made(tmp_path, study, TABLES)
    assert rows(done, "DM", "USUBJID", "SUBJID") == [("S0-17", "003"), ("T1-001", "001"), ("T1-002", "002")]


WORDS = {
    "join('-', 'T1', coalesce(again.FRIST, SUBJECT))": (
        "4:36 CED012 unknown column again.FRIST; did you mean again.FIRST?"
    ),
    "coalesce(last(again.FIRST order by number(again.FIRST)), SUBJECT)": (
        "4:20 CED155 usubjid reads one record of a raw table, and this goes over several; "
        "name the column alone: the record of the subject is looked up"
    ),
    "join('-', 'T1', SUBJECT)": ("6:10 CED018 'chain' does not go with a usubjid that reads no raw table"),
}


@pytest.mark.parametrize("usubjid", WORDS)
def test_words_that_say_nothing(tmp_path: Path, usubjid: str) -> None:
    found = said(tmp_path, files(usubjid=usubjid, persons="chain: follow"), TABLES)
    assert found == [f"mappings/study.yaml:{WORDS[usubjid]}"]


def _files(done: Path) -> dict[str, bytes]:
    kinds = (".xpt", ".xml", ".html")
    return {one.name: one.read_bytes() for one in (done / "out").rglob("*") if one.suffix in kinds}


@pytest.mark.parametrize("way", [{"parts": 2}, {"workers": 2, "parts": 2}])
def test_a_person_is_in_one_part(tmp_path: Path, way: dict[str, int]) -> None:
    written(tmp_path, files(CHAIN, "chain: follow") | {"raw/again.csv": "SUBJ,FIRST\n003,001\n"}, TABLES)
    unchecked(tmp_path)
    whole = _files(tmp_path)
    unchecked(tmp_path, **way)
    assert _files(tmp_path) == whole


def test_another_number_of_a_person_makes_anew_all_that_hangs_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))

    def built(**way: bool) -> Build:
        return unchecked(tmp_path, **way)

    written(tmp_path, files(), TABLES)
    built(incremental=True)
    assert set(built(incremental=True).reasons.values()) == {"kept"}
    (tmp_path / "raw/again.csv").write_text("SUBJ,FIRST\n003,002\n")
    (tmp_path / "raw/dose.csv").write_text((tmp_path / "raw/dose.csv").read_text() + "001,1,10-FEB-2020,5\n")
    done = built(incremental=True)
    assert "raw/again.csv changed" in done.reasons["VS"]
    assert "kept" not in done.reasons.values()
    kept = _files(tmp_path)
    built()
    assert _files(tmp_path) == kept


def test_messages_and_reasons_know_both_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from click.testing import CliRunner

    from ced_cdisc.cli import main

    written(tmp_path, files(), TABLES)
    specs = ["--mappings", f"{tmp_path}/mappings", "--define", f"{tmp_path}/define"]
    asked = [*specs, "--raw", f"{tmp_path}/raw"]

    def run(*words: str) -> str:
        return CliRunner().invoke(main, words).output

    assert "'003'  line 4 of demog.csv" in run("why", "DM", "USUBJID=T1-001", "SUBJID", *asked)
    assert "ADSL.NAE = 2  the count of 2 records" in run("why", "ADSL", "USUBJID=T1-001", "NAE", *asked)
    cells = "  ae.SUBJ = '003'  line 3 of ae.csv\n  again.FIRST = '001'  line 2 of again.csv\n"
    assert cells in run("why", "AE", "USUBJID=T1-001", "AESEQ=1", "USUBJID", *asked)
    hint = "no raw table has a record of USUBJID 003; did you mean T1-001?"
    assert hint in run("why", "DM", "USUBJID=003", "SUBJID", *asked)
    assert "from demog.SUBJ, again.FIRST" in run("explain", "DM.USUBJID", *specs)
    assert "read by key, USUBJID" in run("explain", "again.FIRST", *specs)
    (tmp_path / "raw/ae.csv").write_text(RAW["ae.csv"].replace("001,1,Headache,1", "003,1,Headache,9"))
    wrong = (tmp_path / "raw/ae.csv").read_text() + "001,3,Cough,9,10-FEB-2020,\n"
    (tmp_path / "raw/ae.csv").write_text(wrong)
    told = run("build", f"{tmp_path}/raw", f"{tmp_path}/out", *specs)
    masked = re.findall(r"ae.csv line [25], subject (#[0-9a-f]{6})", told)
    assert len(masked) == 2
    assert len(set(masked)) == 1
