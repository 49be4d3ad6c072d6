"""``sequence: pinned``: late and lost raw rows do not renumber what was reviewed."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import polars as pl
import pyreadstat
import pytest
from command_line import AE, RAW_AE, SPECS, STUDY, given, spoil, tree
from pinned_study import (
    FIRST,
    LATE,
    LOCK,
    SIX,
    STARTED,
    TITLE,
    built,
    given_pinned,
    lock,
    recomputed,
    refused,
)

import ced_cdisc
from ced_cdisc.recompute import compare


def column(dataset: str, *names: str) -> list[tuple[object, ...]]:
    folder = "adam" if dataset.startswith("AD") else "sdtm"
    frame, _ = pyreadstat.read_xport(f"out/{folder}/{dataset.lower()}.xpt")
    return [tuple(row) for row in frame[list(names)].itertuples(index=False)]


def numbers() -> dict[tuple[str, str], float]:
    """AESEQ by subject and number of the raw record."""
    found = column("AE", "USUBJID", "AESPID", "AESEQ")
    return {(str(subject), str(raw)): float(str(number)) for subject, raw, number in found}


def test_the_first_build_numbers_by_order_and_writes_the_lock() -> None:
    given_pinned()
    assert built() == STARTED + SIX
    assert lock() == FIRST
    assert numbers() == {("T1-001", "2"): 1, ("T1-001", "1"): 2, ("T1-002", "1"): 1}
    inputs = json.loads(Path("out/build.json").read_text())["inputs"]
    assert inputs[LOCK] == hashlib.sha256(FIRST.encode()).hexdigest()
    before = tree("out")
    assert built() == STARTED + SIX
    assert tree("out") == before
    assert lock() == FIRST


def test_the_first_build_has_the_records_of_a_build_that_keeps_no_numbers() -> None:
    given_pinned()
    built()
    pinned = tree("out")
    spoil(STUDY, "sequence: pinned\n", "sequence: sorted\n")
    Path(LOCK).unlink()
    built()
    different = {name for name, digest in tree("out").items() if pinned[name] != digest}
    assert different == {"build.json", "sdtm/define.html", "sdtm/define.xml"}
    assert not Path(LOCK).exists()


def test_a_late_row_gets_the_next_number_and_changes_no_other() -> None:
    given_pinned()
    built()
    before, notes = numbers(), column("SUPPAE", "USUBJID", "IDVARVAL", "QVAL")
    traced = column("ADAE", "USUBJID", "AETERM", "SRCSEQ")
    spoil(RAW_AE, LATE, "001,9,Anaemia,1,01-FEB-2020,\n" + LATE)
    assert built() == STARTED + SIX
    assert numbers() == before | {("T1-001", "9"): 3}
    assert column("AE", "USUBJID", "AESEQ") == [
        ("T1-001", 1),
        ("T1-001", 3),
        ("T1-001", 2),
        ("T1-002", 1),
    ]
    assert set(column("SUPPAE", "USUBJID", "IDVARVAL", "QVAL")) - set(notes) == {("T1-001", "3", "Anaemia")}
    assert set(notes) < set(column("SUPPAE", "USUBJID", "IDVARVAL", "QVAL"))
    assert set(column("ADAE", "USUBJID", "AETERM", "SRCSEQ")) - set(traced) == {("T1-001", "Anaemia", 3)}
    assert lock() == FIRST.replace("AE\tT1-002", "AE\tT1-001\t3\tused\tae SUBJ=001 AENO=9\nAE\tT1-002")


GONE = (
    "1 note in the raw data\n"
    f"{LOCK} CED294 AE: 1 record is no longer in the data; a number once given is not given again\n"
    "    subject T1-001, number 1: ae SUBJ=001 AENO=2\n"
)


def test_a_lost_row_leaves_a_gap_and_its_number_is_not_given_again() -> None:
    given_pinned()
    built()
    row = "001,2,Bone pain,2,UN-FEB-2020,\n"
    spoil(RAW_AE, row, "")
    assert built() == STARTED + GONE + SIX
    assert numbers() == {("T1-001", "1"): 2, ("T1-002", "1"): 1}
    retired = FIRST.replace("1\tused\tae SUBJ=001 AENO=2", "1\tretired\tae SUBJ=001 AENO=2")
    assert lock() == retired
    spoil(RAW_AE, LATE, "001,9,Anaemia,1,01-FEB-2020,\n" + LATE)
    assert built() == STARTED + GONE + SIX
    assert numbers() == {("T1-001", "9"): 3, ("T1-001", "1"): 2, ("T1-002", "1"): 1}
    spoil(RAW_AE, LATE, row + LATE)
    assert built() == STARTED + SIX
    assert numbers()["T1-001", "2"] == 1


def test_the_order_of_raw_rows_says_nothing() -> None:
    given_pinned()
    spoil(RAW_AE, LATE, "001,9,Bone pain,2,UN-FEB-2020,\n001,10,Bone pain,2,UN-FEB-2020,\n" + LATE)
    built()
    first, said = tree("out"), lock()
    head, *rows = Path(RAW_AE).read_text().splitlines()
    for seed in (1, 2, 3):
        random.Random(seed).shuffle(rows)
        Path(RAW_AE).write_text("\n".join([head, *rows]) + "\n")
        if seed == 3:
            Path(LOCK).unlink()
        built()
        assert lock() == said
        changed = {name for name, digest in tree("out").items() if first[name] != digest}
        assert changed <= {"build.json"}


def test_renumber_starts_anew() -> None:
    given_pinned()
    built()
    spoil(RAW_AE, LATE, "001,9,Anaemia,1,01-FEB-2020,\n" + LATE)
    spoil(RAW_AE, "001,2,Bone pain,2,UN-FEB-2020,\n", "")
    built()
    assert built("--renumber") == STARTED + SIX
    assert numbers() == {("T1-001", "9"): 1, ("T1-001", "1"): 2, ("T1-002", "1"): 1}
    assert "retired" not in lock()
    Path(LOCK).write_text("what is this\n")
    assert built("--renumber") == STARTED + SIX


def test_a_part_keeps_the_numbers_of_the_rest() -> None:
    given_pinned()
    built()
    spoil(RAW_AE, LATE, "001,9,Anaemia,1,01-FEB-2020,\n" + LATE)
    Path("out").rename("full")
    built("--only", "EX")
    assert lock() == FIRST
    built("--only", "EX", "--renumber")
    assert lock() == FIRST
    Path(LOCK).write_text(FIRST + "AE\tT1-001\tx\tused\t\n")
    assert "CED290" in refused("--only", "EX", "--renumber")


def test_renumber_without_numbers_to_keep() -> None:
    given()
    assert refused("--renumber", code=10) == (
        f"{SPECS}1 error in the specs\n"
        "--renumber CED045 this study numbers its records by their order in each "
        "build; `sequence: pinned` in study.yaml keeps numbers\n"
    )


RESTORE = "take the file back from version control, or number anew with --renumber"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            FIRST.replace(TITLE, ""),
            f"{LOCK} CED290 this is not the whole of a lock: its first two lines or "
            f"its last line end are missing; {RESTORE}",
        ),
        (
            FIRST[:-1],
            f"{LOCK} CED290 this is not the whole of a lock: its first two lines or "
            f"its last line end are missing; {RESTORE}",
        ),
        (
            FIRST.replace("\t2\tused\tae", "\t02\tused\tae"),
            f"{LOCK}:4:1 CED290 "
            f"'AE\\tT1-001\\t02\\tused\\tae SUBJ=001 AENO=1' is no line of a lock; {RESTORE}",
        ),
        (
            FIRST.replace("1\tused\tdose SUBJ=002 DAY=1", "1\tfree\tdose"),
            f"{LOCK}:8:1 CED290 'EX\\tT1-002\\t1\\tfree\\tdose' is no line of a lock; {RESTORE}",
        ),
        ("\u00e9".encode("latin-1"), f"{LOCK} CED290 byte 1 is not UTF-8"),
        (
            FIRST.replace("AE\tT1-002", "<<<<<<< ours\nAE\tT1-002").replace(
                "EX", "=======\n>>>>>>> late\nEX", 1
            ),
            f"{LOCK}:5:1 CED291 a merge was left unfinished: conflict markers in lines 5, 7, 8; "
            "take the lock of one side; the next build numbers the records of the other",
        ),
        (
            FIRST.replace("\t2\tused\tae", "\t1\tused\tae"),
            f"{LOCK}:4:1 CED292 AE, subject T1-001: number 1 stands twice, first in line 3; "
            "delete the later line; the next build numbers its record",
        ),
        (
            FIRST.replace("AENO=1\nAE\tT1-002", "AENO=2\nAE\tT1-002"),
            f"{LOCK}:4:1 CED292 AE, subject T1-001: the record ae SUBJ=001 AENO=2 stands twice, "
            "first in line 3; "
            "delete the later line; the next build numbers its record",
        ),
    ],
    ids=["head", "cut", "number", "state", "bytes", "merge", "number twice", "record twice"],
)
def test_a_damaged_lock(content: str | bytes, said: str) -> None:
    given_pinned()
    data = content if isinstance(content, bytes) else content.encode()
    Path(LOCK).write_bytes(data)
    assert refused() == f"{SPECS}1 error in the raw data\n{said}\n"
    assert Path(LOCK).read_bytes() == data
    assert not Path("out").exists()


def test_a_lock_that_is_a_folder() -> None:
    given_pinned()
    Path(LOCK).mkdir()
    assert refused() == (
        f"{SPECS}1 error in the raw data\n{LOCK} CED290 the file cannot be read: Is a directory\n"
    )


def test_line_ends_of_windows_are_read() -> None:
    given_pinned()
    built()
    Path(LOCK).write_bytes(FIRST.replace("\n", "\r\n").encode())
    assert built() == STARTED + SIX
    assert lock() == FIRST


def test_records_that_are_one_by_their_key() -> None:
    given_pinned()
    spoil("mappings/sources.yaml", "key: [SUBJ, AENO]", "key: []")
    assert refused() == (
        f"{SPECS}1 error in the raw data\n{AE}:1:9 CED293 AE: 2 records are one by their identity ae; "
        "numbers can be pinned where the key of the raw table tells its records apart\n"
        "    ae.csv line 2, subject T1-001\n    ae.csv line 3, subject T1-001\n"
    )
    _, _, faults = recomputed()
    assert faults == ["a second record has the identity ae"]


def test_both_engines_keep_the_same_numbers() -> None:
    given_pinned()
    built()
    spoil(RAW_AE, LATE, "001,9,Anaemia,1,01-FEB-2020,\n001,8,Anaemia,1,,\n" + LATE)
    spoil(RAW_AE, "002,1,Nausea", "002,3,Nausea")
    plan, rows, faults = recomputed()
    build = ced_cdisc.build("raw", "out", check=False)
    assert faults == []
    for dataset in plan.datasets:
        frame: pl.DataFrame = build.frames[dataset.name]
        assert compare(frame.to_dicts(), rows[dataset.name], frame.columns, dataset.name) == []
    assert [row["AESEQ"] for row in rows["AE"]] == [3, 1, 4, 2, 2]


CE = """\
domain: CE
sort: [CETERM, CECAT]
stack:
  - from: ae
    for: [{n: A}, {n: B}]
    variables: {CETERM: ae.TERM, CECAT: {assign: "{n}"}}
  - from: AE
    variables: {CETERM: {copy: AE.AETERM}}
variables:
  CEDECOD: {absent: Not coded}
"""


def test_blocks_of_one_source_and_tests_are_told_apart() -> None:
    given_pinned()
    Path("mappings/sdtm/ce.yaml").write_text(CE)
    built()
    mine = [line.split("\t")[2:] for line in lock().splitlines() if line.startswith("CE\tT1-002")]
    assert mine == [
        ["1", "used", "AE ae SUBJ=002 AENO=1"],
        ["2", "used", "ae SUBJ=002 AENO=1"],
        ["3", "used", "ae #2 SUBJ=002 AENO=1"],
    ]


def related() -> list[tuple[object, ...]]:
    return column("RELREC", "USUBJID", "RDOMAIN", "IDVARVAL", "RELID")


def test_a_late_row_changes_no_relation_between_records() -> None:
    given_pinned()
    spoil("mappings/sources.yaml", "DOSDT, DOSE]", "DOSDT, DOSE, AENO]")
    spoil("mappings/sdtm/ex.yaml", "  EXTRT:", "  EXREFID:  dose.AENO\n  EXTRT:")
    Path("raw/dose.csv").write_text(
        "SUBJ,DAY,DOSDT,DOSE,AENO\n001,1,10-FEB-2020,5,1\n001,2,11-FEB-2020,5,2\n002,1,12-FEB-2020,2.5,\n"
    )
    Path("mappings/sdtm/relrec.yaml").write_text(
        "domain: RELREC\nrelate: [{id: AEEX, from: AE.AESPID, to: EX.EXREFID}]\n"
    )
    built()
    before = related()
    assert before == [
        ("T1-001", "AE", "1", "AEEX1"),
        ("T1-001", "AE", "2", "AEEX2"),
        ("T1-001", "EX", "1", "AEEX2"),
        ("T1-001", "EX", "2", "AEEX1"),
    ]
    spoil(RAW_AE, LATE, "001,9,Anaemia,1,01-FEB-2020,\n" + LATE)
    built()
    assert numbers()["T1-001", "9"] == 3
    assert related() == before
    spoil(STUDY, "sequence: pinned\n", "sequence: sorted\n")
    built()
    assert related() != before
