"""Texts that `missing` lists in other letter case: they are values, and a note tells of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_study import SOURCES
from structures import Files, made, rows, said

AE = "SUBJ,AENO,TERM,SEV,START,STOP\n001,1,nd,1,10-FEB-2020,12-FEB-2020\n001,2,ND,2,,\n002,1,nd,3,14-FEB-2020,\n"


def files(words: str, raw: str = AE) -> Files:
    return {
        "mappings/sources.yaml": SOURCES.replace("page: 3,", f"page: 3, missing: {words},"),
        "raw/ae.csv": raw,
        "mappings/sdtm/ae.yaml": AE_SPEC,
    }


AE_SPEC = """\
domain: AE
from: ae
sort: [AESPID]
variables:
  AESPID:   ae.AENO
  AETERM:   {cases: [{when: "ae.TERM is present", then: ae.TERM}, {else: "'NONE'"}]}
  AELLT:    {absent: "Not coded"}
  AELLTCD:  {absent: "Not coded"}
  AEDECOD:  {derive: "upper(AETERM)"}
  AEPTCD:   {absent: "Not coded"}
  AEHLT:    {absent: "Not coded"}
  AEHLTCD:  {absent: "Not coded"}
  AEHLGT:   {absent: "Not coded"}
  AEHLGTCD: {absent: "Not coded"}
  AEBODSYS: {absent: "Not coded"}
  AEBDSYCD: {absent: "Not coded"}
  AESOC:    {absent: "Not coded"}
  AESOCCD:  {absent: "Not coded"}
  AESEV:    {collect: ae.SEV, ct: {1: MILD, 2: MODERATE, 3: SEVERE}}
  AESER:    {assign: N}
  AEACN:    {absent: "Not collected"}
  AEREL:    {absent: "Not collected"}
  AESTDTC:  {collect: ae.START, date: edc}
  AEENDTC:  {collect: ae.STOP, date: edc}
"""


def test_another_case_is_a_value_and_told(tmp_path: Path) -> None:
    done = made(tmp_path, files("[ND]"))
    assert rows(done, "AE", "AETERM") == [("nd",), ("NONE",), ("nd",)]
    told = [str(one).replace(f"{tmp_path}/", "") for one in done.findings if one.code == "CED877"]
    assert told == [
        "mappings/sources.yaml:5:17 CED877 'nd' in 2 cells of ae.TERM is a value: 'missing' lists 'ND'; "
        "list it too, if it means that there is no value"
    ]


@pytest.mark.parametrize("words", ["[ND, nd]", "[UNK]", "['.']", "['-1']"])
def test_what_is_listed_or_no_such_text_is_not_told(tmp_path: Path, words: str) -> None:
    assert [one for one in said(tmp_path, files(words)) if "CED877" in one] == []
