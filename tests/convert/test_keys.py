"""The keys that define.xml declares, proven on the records while they are built."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ced_cdisc
from ced_cdisc.core.findings import Stage, Stopped
from small_study import write_study

TE = """\
domain: TE
origin: Protocol
sort: [ETCD]
rows:
  - {ETCD: SCRN, ELEMENT: Screening, TESTRL: Informed consent}
  - {ETCD: TRT, ELEMENT: Treatment, TESTRL: First dose}
"""
ADSL = "mappings/adam/adsl.yaml"


def faults(folder: Path) -> list[str]:
    try:
        ced_cdisc.build(
            folder / "raw",
            folder / "out",
            mappings=folder / "mappings",
            define=folder / "define",
            check=False,
        )
    except Stopped as stopped:
        assert {finding.stage for finding in stopped.findings.errors} == {Stage.CHECK}
        return [str(finding).replace(f"{folder}/", "") for finding in stopped.findings.errors]
    return []


def test_records_of_raw_tables_that_share_their_keys_are_named(tmp_path: Path) -> None:
    write_study(tmp_path, {ADSL: ("from: DM\n", "from: AE\n")})
    assert faults(tmp_path) == [
        "mappings/adam/adsl.yaml:1:10 CED548 ADSL: the keys do not identify 2 records, the first with "
        "STUDYID 'T1', USUBJID 'T1-001'; add what tells them apart to `sort`, or remove what is there twice\n"
        "    ae.csv line 2, subject T1-001\n"
        "    ae.csv line 3, subject T1-001"
    ]


SOURCES, EVENTS = "mappings/sources.yaml", "raw/ae.csv"
KEPT = {SOURCES: ("trim: yes", "trim: no")}


def test_keys_that_differ_in_blanks_at_the_end_only_are_none(tmp_path: Path) -> None:
    twice = ("SUBJ,BRTHDAT,SEX,ICFDT\n", "SUBJ,BRTHDAT,SEX,ICFDT\n001 ,05-JUN-1970,1,01-FEB-2020\n")
    write_study(tmp_path, {**KEPT, "raw/demog.csv": twice})
    assert faults(tmp_path) == [
        f"{place}: the keys do not identify 2 records, the first with STUDYID 'T1', USUBJID 'T1-001'; blanks "
        "at the end tell them apart, which files do not hold; `trim: yes` takes these away\n"
        "    demog.csv line 2, subject T1-001 \n    demog.csv line 3, subject T1-001"
        for place in ("mappings/adam/adsl.yaml:1:10 CED548 ADSL", "mappings/sdtm/dm.yaml:1:9 CED548 DM")
    ]


def test_texts_that_end_in_blanks_are_told(tmp_path: Path) -> None:
    # AETERM = 'Headache' holds for both in files, and for one of them in the lines of the specs.
    supp = {"mappings/sdtm/ae.yaml": ("variables:", "supp: {AEX: {collect: ae.TERM, label: X}}\nvariables:")}
    write_study(tmp_path, {**KEPT, **supp, EVENTS: ("Bone pain", "Headache ")})
    (tmp_path / EVENTS).write_text((tmp_path / EVENTS).read_text().replace("Nausea", "  "))
    told = (
        "the text of 2 records ends in a blank, which transport files do not hold, the first with {0} '  '; "
        "`trim: yes` of the raw table takes blanks away, and so does trim(..) in this line\n"
        "    ae.csv line 3, subject T1-001\n    ae.csv line 4, subject T1-002"
    )
    places = {name: tmp_path / name for name in ("mappings", "define")}
    found = ced_cdisc.build(tmp_path / "raw", tmp_path / "out", **places).findings.sorted()
    texts = [str(one).replace(f"{tmp_path}/", "") for one in found]
    assert [text for text in texts if "CED872" in text] == [
        f"mappings/sdtm/ae.yaml:{place} CED872 {owner}.{name}: {told.format(name)}"
        for place, owner, name in (
            ("4:13", "SUPPAE", "AEX"),
            ("7:13", "AE", "AETERM"),
            ("10:13", "AE", "AEDECOD"),
        )
    ]


def test_a_key_of_define_tells_records_apart_without_blanks_at_the_end(tmp_path: Path) -> None:
    sort = {"mappings/sdtm/ae.yaml": ("sort: [AESTDTC, AETERM]", "sort: [AETERM]")}
    write_study(tmp_path, {**KEPT, **sort, EVENTS: ("Bone pain", "Headache ")})
    assert faults(tmp_path) == []
    define = (tmp_path / "out/sdtm/define.xml").read_text()
    group = define[define.index('Name="AE"') :].partition("</ItemGroupDef>")[0]
    keys = re.findall(r'ItemOID="IT.AE.(\w+)"[^>]* KeySequence', group)
    assert keys == ["STUDYID", "USUBJID", "AESEQ", "AETERM"]


@pytest.mark.parametrize(
    ("second", "found"),
    [
        ("TRT", []),
        (
            "SCRN",
            [
                "mappings/sdtm/te.yaml:1:9 CED548 TE: the keys do not identify 2 records, the first with "
                "STUDYID 'T1', ETCD 'SCRN'; "
                "add what tells them apart to `sort`, or remove what is there twice"
            ],
        ),
    ],
)
def test_written_records_that_share_their_keys_are_named(
    tmp_path: Path, second: str, found: list[str]
) -> None:
    write_study(tmp_path)
    (tmp_path / "mappings/sdtm/te.yaml").write_text(TE.replace("ETCD: TRT", f"ETCD: {second}"))
    assert faults(tmp_path) == found
    assert (tmp_path / "out").exists() == (not found)
