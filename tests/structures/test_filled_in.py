"""What the standard fills in of itself: the last record before exposure, and the epoch."""

from __future__ import annotations

from pathlib import Path

from structures import Files, made, rows, said

VIT = "  vit: {file: vit.csv, key: [SUBJ, N], page: 4, columns: [SUBJ, N, DT, TM, TPT, POS, SYS]}\n"
VS = """\
domain: VS
from: vit
sort: [VSTESTCD, VSSPID]
long: [{test: SYSBP, result: vit.SYS, unit: mmHg}]
variables:
  VSSPID:   vit.N
  VSDTC:    {collect: vit.DT, date: ISO, time: vit.TM}
  VSTPT:    vit.TPT
  VSTPTNUM: {derive: "if(VSTPT = 'PREDOSE', 0, if(VSTPT = '2H', 2, missing))"}
  VSPOS:    vit.POS
  VISITNUM: {absent: No visits}
"""


def files(*records: str) -> Files:
    """A study with vital signs of a subject whose first dose is on 2020-02-10; ``date,time,point,position``."""
    lines = (f"001,{number},{record},{number}\n" for number, record in enumerate(records, 1))
    return {"raw/vit.csv": "SUBJ,N,DT,TM,TPT,POS,SYS\n" + "".join(lines), "mappings/sdtm/vs.yaml": VS}


def test_one_record_of_a_test_is_the_last_before_exposure_whatever_its_time_point(tmp_path: Path) -> None:
    study = files(
        "2020-02-01,09:00,,SITTING",
        "2020-02-08,07:00,PREDOSE,SITTING",
        "2020-02-08,10:00,2H,SITTING",
        "2020-02-08,11:00,2H,SUPINE",
        "2020-02-09,07:00,PREDOSE,SITTING",
        "2020-02-11,07:00,PREDOSE,SITTING",
    )
    done = made(tmp_path, study, VIT)
    assert rows(done, "VS", "VSSPID", "VSLOBXFL") == [
        ("1", None), ("2", None), ("3", None), ("4", "Y"), ("5", "Y"), ("6", None),
    ]  # fmt: skip
    define = (tmp_path / "out/sdtm/define.xml").read_text(encoding="utf-8")
    method = (
        "Y on the last record, in the order of VSDTC, of each subject, VSTESTCD and VSPOS, "
        "among the records where VSSTRESC is present and VSDTC is before DM.RFXSTDTC; otherwise missing."
    )
    assert method in define


def test_repeats_on_the_last_day_before_exposure(tmp_path: Path) -> None:
    """A line of the flag names what tells them apart."""
    study = files("2020-02-08,,,SITTING", "2020-02-08,,,SITTING")
    assert said(tmp_path, study, VIT) == [
        "mappings/sdtm/vs.yaml:1:9 CED833 VS.VSLOBXFL: several records are the last in the order, and their keys "
        "decide; a line of it, {flag: last, ..}, names more in its order; 'baseline' leaves records out\n"
        "    vit.csv line 2, subject T1-001\n    vit.csv line 3, subject T1-001"
    ]
    line = "{flag: last, where: VSDTC < DM.RFXSTDTC, by: [VSTESTCD], order: [VSDTC, VSSPID]}"
    study["mappings/sdtm/vs.yaml"] = f"{VS}  VSLOBXFL: {line}\n"
    done = made(tmp_path / "line", study, VIT)
    assert rows(done, "VS", "VSSPID", "VSLOBXFL") == [("1", None), ("2", "Y")]
    assert list(done.findings) == []


def test_baseline_says_which_of_the_records_with_a_result(tmp_path: Path) -> None:
    """An ``or`` in it lets no record in that has none."""
    study = files("2020-02-08,,,SITTING", "2020-02-11,,PREDOSE,SITTING")
    study["raw/vit.csv"] = study["raw/vit.csv"].replace("SITTING,2", "SITTING,")
    study["mappings/sdtm/vs.yaml"] = VS.replace(
        "from: vit\n",
        "from: vit\nbaseline: VSDTC < DM.RFXSTDTC or VSTPT = 'PREDOSE'\nnot_done: {when: vit.SYS is missing}\n",
    )
    done = made(tmp_path, study, VIT)
    assert rows(done, "VS", "VSSPID", "VSSTAT", "VSLOBXFL") == [("1", None, "Y"), ("2", "NOT DONE", None)]


def test_each_eye_has_a_last_record_before_exposure(tmp_path: Path) -> None:
    """FOCID tells tests apart, and the direction does, as the place and the side do."""
    eye = """\
domain: OE
from: vit
sort: [OETESTCD, OEDTC, OESPID]
long: [{test: THICK, result: vit.SYS, unit: um}]
variables:
  OESPID:   vit.N
  OEDTC:    {collect: vit.DT, date: ISO, time: vit.TM}
  FOCID:    vit.POS
  OEDIR:    vit.TPT
  OELOC:    {assign: RETINA}
  OELAT:    {absent: The eye is in FOCID}
  OEMETHOD: {absent: Not told}
  VISITNUM: {absent: No visits}
"""
    study = files(
        "2020-02-08,07:00,SUPERIOR,OD",
        "2020-02-08,08:00,INFERIOR,OD",
        "2020-02-08,09:00,SUPERIOR,OS",
        "2020-02-09,09:00,SUPERIOR,OS",
    )
    study["mappings/sdtm/oe.yaml"] = eye
    del study["mappings/sdtm/vs.yaml"]
    done = made(tmp_path, study, VIT)
    assert rows(done, "OE", "OESPID", "OELOBXFL") == [("1", "Y"), ("2", "Y"), ("3", None), ("4", "Y")]


LES = "  les: {file: les.csv, key: [SUBJ, N], page: 4, columns: [SUBJ, N, DT, LESION, READER, LEN]}\n"
TR = """\
domain: TR
from: les
long: [{test: LDIAM, result: les.LEN, unit: mm}]
variables:
  TRSPID:   les.N
  TRLNKID:  les.LESION
  TREVAL:   {assign: INDEPENDENT ASSESSOR}
  TREVALID: les.READER
  TRMETHOD: {assign: CT SCAN}
  TRDTC:    {collect: les.DT, date: ISO}
  VISITNUM: {absent: No visits}
"""
READINGS = """\
SUBJ,N,DT,LESION,READER,LEN
001,1,2020-02-01,T01,RADIOLOGIST 1,20
001,2,2020-02-08,T01,RADIOLOGIST 1,21
001,3,2020-02-08,T01,RADIOLOGIST 2,22
001,4,2020-02-01,T02,RADIOLOGIST 1,10
001,5,2020-03-08,T02,RADIOLOGIST 1,9
"""


def test_each_lesion_has_a_last_record_before_exposure_by_each_assessor(tmp_path: Path) -> None:
    study = {"raw/les.csv": READINGS, "mappings/sdtm/tr.yaml": TR}
    done = made(tmp_path, study, LES)
    assert rows(done, "TR", "TRSEQ", "TRSPID", "TRLNKID", "TREVALID", "TRLOBXFL") == [
        (1, "1", "T01", "RADIOLOGIST 1", None),
        (2, "2", "T01", "RADIOLOGIST 1", "Y"),
        (3, "3", "T01", "RADIOLOGIST 2", "Y"),
        (4, "4", "T02", "RADIOLOGIST 1", "Y"),
        (5, "5", "T02", "RADIOLOGIST 1", None),
    ]
    define = (tmp_path / "out/sdtm/define.xml").read_text(encoding="utf-8")
    assert "of each subject, TRTESTCD, TRMETHOD, TRLNKID, TREVAL and TREVALID, among the records" in define
    assert list(done.findings) == []
