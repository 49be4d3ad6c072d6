"""A codelist that is bound to the values of one test binds the collected values of that test alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.findings import Stopped
from structures import unchecked, written

FT = """\
domain: FT
from: walk
sort: [FTTESTCD, FTDTC]
long:
  - {test: PAIN, label: Pain While Walking, kind: text, result: walk.PAIN}
  - {test: STOP, label: Reason to Stop, kind: text, result: walk.STOP}
variables:
  FTDTC: {collect: walk.DT, date: edc}
  FTCAT: {assign: SIX MINUTE WALK}
  VISITNUM: {absent: "Not collected"}
"""
LISTS = "codelists:\n  NYES: {extends: C66742, subset: [N, Y], variables: FTORRES.PAIN}\n"
TABLES = "  walk: {file: walk.csv, key: [SUBJ, DT], page: 5, columns: [SUBJ, DT, PAIN, STOP]}\n"


@pytest.mark.parametrize("pain", ["Y", "yes"])
def test_a_list_of_one_test(tmp_path: Path, pain: str) -> None:
    csv = f"SUBJ,DT,PAIN,STOP\n001,09-FEB-2020,N,tired\n002,11-FEB-2020,{pain},yes\n"
    written(tmp_path, {"mappings/sdtm/ft.yaml": FT, "raw/walk.csv": csv}, TABLES)
    define = tmp_path / "define/define.yaml"
    define.write_text(define.read_text() + LISTS)
    if pain == "Y":
        assert unchecked(tmp_path)["FT"]["FTORRES"].to_list() == ["N", "tired", "Y", "yes"]
        return
    with pytest.raises(Stopped) as stopped:
        unchecked(tmp_path)
    assert [str(one).replace(f"{tmp_path}/", "") for one in stopped.value.findings] == [
        "mappings/sdtm/ft.yaml:5:65 CED264 FT.FTORRES: 'yes' is not in the codelist No Yes Response, N, Y "
        "(C66742) of PAIN, on 1 record; CT has it as a synonym of Y\n    walk.csv line 3, subject T1-002"
    ]
