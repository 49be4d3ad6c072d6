"""Dates of SDTM that a line computes from text: what is no ISO 8601 date without offset is a fault of the data."""

from __future__ import annotations

from pathlib import Path

import pytest

from structures import Files, made, rows, said, slow_faults

LAB = "  lab: {file: lab.csv, key: [SUBJ, N], page: 4, columns: [SUBJ, N, DT, RES]}\n"
XA = """\
domain: XA
label: Extra
class: Findings
from: lab
sort: [XASPID]
long: [{test: A, label: Aa, result: lab.RES, unit: U/L}]
variables:
  VISITNUM: {absent: No visits}
  XASPID: lab.N
  XADTC: LINE
"""
DERIVED = "{derive: \"if(lab.N != '0', lab.DT, missing)\"}"


def files(date: str, line: str) -> Files:
    return {
        "raw/lab.csv": f"SUBJ,N,DT,RES\n001,1,{date},5\n",
        "mappings/sdtm/xa.yaml": XA.replace("LINE", line),
    }


@pytest.mark.parametrize("date", ["2020", "2020-03", "2020---15", "2020-03-28", "2020-03-28T23:15:00.5", ""])
@pytest.mark.parametrize("line", ["{derive: lab.DT}", DERIVED])
def test_a_text_that_is_a_date_stays_as_it_is(tmp_path: Path, line: str, date: str) -> None:
    done = made(tmp_path, files(date, line), LAB)
    assert rows(done, "XA", "XADTC") == [(date or None,)]


@pytest.mark.parametrize(
    ("date", "hint"),
    [
        ("28MAR2020", ""),
        ("2020-02-30", "; the calendar has no such day"),
        *(
            (f"2020-03-28T23:15{offset}", "; an offset from UTC is not read; extract(..) in 'derive' takes the time as it stands")
            for offset in ("+01:00", "-0530", "+02", "Z")
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("line", ["{derive: lab.DT}", "{collect: lab.DT, date: ISO}"])
def test_another_text_is_a_fault(tmp_path: Path, line: str, date: str, hint: str) -> None:
    found = [text.partition(" ")[2] for text in said(tmp_path, files(date, line), LAB) if "XADTC" in text]
    assert found == [
        f"CED251 XA.XADTC: date '{date}' of lab.DT fits none of the formats ISO{hint}\n    lab.csv line 2, subject T1-001"
    ]  # fmt: skip
    assert slow_faults(tmp_path)


@pytest.mark.parametrize("date", ["2020-03-28T23:15+01:00", "2020-03-28T23:15Z", "2020-03-28T23:15"])
def test_the_time_as_it_stands_is_taken_where_a_line_says_so(tmp_path: Path, date: str) -> None:
    done = made(tmp_path, files(date, """{derive: "extract(lab.DT, '^([^+Z]+)')"}"""), LAB)
    assert rows(done, "XA", "XADTC") == [("2020-03-28T23:15",)]
