"""Look-ups by a key that find nothing: what is told, and what is usual."""

# ruff: noqa: E501 - whole messages
from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.pipeline import build
from small_study import AE, write_study

SOURCES = "  aex: {file: aex.csv, key: [SUBJ, AENO], page: 4, columns: [SUBJ, AENO, ACT]}\n"
TABLES = "with: {aex: [subject, AENO]}"
PLACE = "mappings/sdtm/ae.yaml:3:8"


def notes(folder: Path, actions: str, with_: str = TABLES, *, also: str = "") -> list[str]:
    """What a build says of look-ups: AEACN is looked up in a table of actions."""
    write_study(folder)
    sources = (folder / "mappings/sources.yaml").read_text()
    (folder / "mappings/sources.yaml").write_text(sources + SOURCES)
    spec = AE.replace("from: ae\n", f"from: ae\n{with_}\n").replace(
        'AEACN:    {absent: "Not collected"}',
        "AEACN: {collect: aex.ACT, ct: {R: DOSE REDUCED, N: DOSE NOT CHANGED}}",
    )
    (folder / "mappings/sdtm/ae.yaml").write_text(spec)
    (folder / "raw/aex.csv").write_text(f"SUBJ,AENO,ACT\n{actions}")
    if also:
        (folder / "mappings/sdtm/ce.yaml").write_text(also)
    made = build(
        folder / "raw", folder / "out", mappings=folder / "mappings", define=folder / "define", check=False
    )
    found = [f for f in made.findings.sorted() if f.code in ("CED853", "CED854")]
    return [str(finding).replace(f"{folder}/", "") for finding in found]


@pytest.mark.parametrize("spelling", ["01", "1.0", " 1", "0001"])
def test_a_key_in_another_spelling(tmp_path: Path, spelling: str) -> None:
    shown = spelling.strip()
    said = notes(tmp_path, f"001,{spelling},R\n001,2,N\n002,1,N\n")
    if shown == "1":  # trim: yes
        assert said == []
        return
    assert said == [
        f"{PLACE} CED853 AE: aex has no record for 1 record of ae, the first with AENO '1', where aex has AENO '{shown}'; "
        "write the keys alike, or accept it with unmatched: accept\n    ae.csv line 2, subject T1-001",
        f"{PLACE} CED854 AE: ae has no record for 1 record of aex, which nothing else reads, the first with AENO '{shown}'; "
        "correct the keys, or accept it with unmatched: accept\n    aex.csv line 2, subject T1-001",
    ]


def test_a_record_that_no_record_looks_up_is_lost(tmp_path: Path) -> None:
    """Also one without a key; the other way round nothing is lost: the form is optional."""
    assert notes(tmp_path, "001,7,R\n001,,R\n") == [
        f"{PLACE} CED854 AE: ae has no record for 2 records of aex, which nothing else reads, the first with no AENO; "
        "correct the keys, or accept it with unmatched: accept\n"
        "    aex.csv line 2, subject T1-001\n    aex.csv line 3, subject T1-001"
    ]
    assert notes(tmp_path, "001,1,R\n") == []


def test_what_is_accepted(tmp_path: Path) -> None:
    accepted = "with: {aex: {on: [subject, AENO], unmatched: accept}}"
    assert notes(tmp_path, "001,01,R\n001,7,R\n", accepted) == []


def test_of_a_table_that_is_read_elsewhere_nothing_is_lost(tmp_path: Path) -> None:
    also = """\
domain: CE
from: aex
sort: [CETERM, CESPID]
variables: {CESPID: aex.AENO, CETERM: aex.ACT, CESTDTC: {absent: none}, CEENDTC: {absent: none}}
"""
    assert notes(tmp_path, "001,7,R\n", also=also) == []


def test_another_subject_has_another_key(tmp_path: Path) -> None:
    """002 has no second event: 02 is no other spelling of what 001 has."""
    said = notes(tmp_path, "001,1,R\n002,02,R\n002,1,N\n")
    assert [line.split()[1] for line in said] == ["CED854"]
