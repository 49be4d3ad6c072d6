"""Dates that are computed from texts of several columns: `date` says how these are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_study import FILES
from structures import Files, made, rows, said, slow_faults, written

AE = "mappings/sdtm/ae.yaml"
RAW = "SUBJ,AENO,TERM,SEV,START,STOP\n001,1,A,1,10-FEB-2020,2020-02-12\n001,2,B,2,,2020-02-14\n002,1,C,2,UN-FEB-2020,\n"


def files(line: str, raw: str = RAW) -> Files:
    spec = FILES[AE].replace("ae.STOP, date: edc}", "ae.STOP, date: ISO}")
    spec = spec.replace("AESTDTC:  {collect: ae.START, date: edc}", f"AESTDTC:  {{{line}}}")
    return {AE: spec, "raw/ae.csv": raw}


@pytest.mark.parametrize(
    "line",
    [
        'derive: "coalesce(ae.START, ae.STOP)", date: [edc, ISO]',
        'cases: [{when: "ae.START is present", then: ae.START}, {else: ae.STOP}], date: [edc, ISO]',
    ],
)
def test_texts_of_two_columns_are_read_by_the_formats_of_the_line(tmp_path: Path, line: str) -> None:
    done = made(tmp_path, files(line))
    assert rows(done, "AE", "AETERM", "AESTDTC") == [
        ("A", "2020-02-10"),
        ("B", "2020-02-14"),
        ("C", "2020-02"),
    ]
    (variable,) = (one for one in done.plan.dataset("AE").variables if one.name == "AESTDTC")
    assert variable.origin.type == "Derived"
    assert variable.method is not None and variable.method.text.endswith("in ISO 8601.")


def test_a_text_of_another_form_is_a_fault(tmp_path: Path) -> None:
    """Without `date` the hint tells of it; the second engine refuses what the first one does."""
    without = files('derive: "coalesce(ae.START, ae.STOP)"')
    found = [one.partition("\n")[0] for one in said(tmp_path / "without", without)]
    hint = "'date' in the line says how the texts that it takes are written"
    assert found == [
        f"mappings/sdtm/ae.yaml:23:23 CED251 AE.AESTDTC: date '{text}' of ae.START or ae.STOP fits none of the formats ISO; {hint}"
        for text in ("10-FEB-2020", "UN-FEB-2020")
    ]
    other = files('derive: "coalesce(ae.START, ae.STOP)", date: edc')
    assert [one.partition("\n")[0] for one in said(tmp_path / "other", other)] == [
        "mappings/sdtm/ae.yaml:23:23 CED251 AE.AESTDTC: date '2020-02-14' of ae.START or ae.STOP fits none of the formats "
        "DD-MON-YYYY, UN-MON-YYYY, UN-UNK-YYYY"
    ]
    assert len(slow_faults(written(tmp_path / "slow", other))) == 1


@pytest.mark.parametrize(
    ("line", "gives"),
    [
        ("derive: RFSTDTC, date: edc", "ISO 8601 date"),
        ("derive: \"'2020-02-10'\", date: edc", "a constant"),
    ],
)
def test_a_line_that_takes_no_text_needs_no_format(tmp_path: Path, line: str, gives: str) -> None:
    line = line.replace("RFSTDTC", "DM.RFICDTC")
    given = gives if gives == "a constant" else f"{gives} values"
    (found,) = said(tmp_path, files(line))
    assert found.endswith(
        f"CED018 'date' says how a text is written, and the line of AE.AESTDTC gives {given}; take 'date' out"
    )
