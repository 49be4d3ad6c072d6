"""SAS formats and planned lengths of lines: the whole message of each that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_study import write_study
from spec_messages import messages

AE, ADSL = "mappings/sdtm/ae.yaml", "mappings/adam/adsl.yaml"
LIKE = "write it like "
DATE = '  TRTSDT: {derive: "date(DM.RFXSTDTC)"'
NUMBER = '  NAE:    {derive: "count(AE.AESEQ)"'


def of_adsl(folder: Path, kind: str, form: str) -> list[str]:
    line = {
        "date": DATE,
        "number": NUMBER,
        "date-time": '  TRTSDTM: {derive: "datetime(DM.RFXSTDTC)"',
        "text": "  TRT01P: {assign: A",
    }[kind]
    if kind in ("date", "number"):
        return messages(write_study(folder, {ADSL: (line, f"{line}, format: {form}")}))
    return messages(write_study(folder, {ADSL: ("sort:", f"{line}, format: {form}}}\nsort:")}))


@pytest.mark.parametrize(
    ("kind", "form", "said"),
    [
        ("date", "$10.", f"7:49 CED055 $10. is a format of texts, and ADSL.TRTSDT is date; {LIKE}DATE9."),
        ("date", "YMD9.", f"7:49 CED055 YMD9. is no format of a date, as ADSL.TRTSDT is; {LIKE}DATE9."),
        ("date", "DATA9.", f"7:49 CED055 DATA9. is no format of a date, as ADSL.TRTSDT is; {LIKE}DATE9."),
        ("date", "DATETIME20.", "7:49 CED055 DATETIME20. is no format of a date, as ADSL.TRTSDT is; "
         f"{LIKE}DATE9."),
        ("date", "DATE9", "7:49 CED055 'DATE9' is no SAS format; did you mean DATE9.?"),
        ("date", "DD-MON-YYYY", f"7:49 CED055 'DD-MON-YYYY' is no SAS format; {LIKE}DATE9."),
        ("date", "8.", f"7:49 CED055 8. is no format of a date, as ADSL.TRTSDT is; {LIKE}DATE9."),
        ("date-time", "TIME8.", "9:54 CED055 TIME8. is no format of a date-time, as ADSL.TRTSDTM is; "
         f"{LIKE}DATETIME20."),
        ("number", "DATE9.", f"8:47 CED055 DATE9. is a format of dates, and ADSL.NAE is number; {LIKE}8.2"),
        ("number", "$8.", f"8:47 CED055 $8. is a format of texts, and ADSL.NAE is number; {LIKE}8.2"),
        ("number", ".", f"8:47 CED055 '.' is no SAS format; {LIKE}8.2"),
        ("text", "8.", f"9:31 CED055 8. is a format of numbers, and ADSL.TRT01P is text; {LIKE}$20."),
    ],
)  # fmt: skip
def test_a_format_that_is_none_or_of_another_type(tmp_path: Path, kind: str, form: str, said: str) -> None:
    assert of_adsl(tmp_path, kind, form) == [f"{ADSL}:{said}"]


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        *(("date", form) for form in ("DATE9.", "yymmdd10.", "E8601DA.", "IS8601DA10.", "DDMMYYP10.")),
        *(("date-time", form) for form in ("DATETIME20.", "E8601DT19.", "datetime22.3")),
        *(("number", form) for form in ("8.", "8.2", "BEST12.", "TIME8.", "NYFMT.", "COMMA12.2")),
        *(("text", form) for form in ("$20.", "$CHAR8.", "$SEXF.")),
    ],
)  # fmt: skip
def test_a_format_of_the_type(tmp_path: Path, kind: str, form: str) -> None:
    assert of_adsl(tmp_path, kind, form) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "AETERM:   ae.TERM",
            "AETERM:   {collect: ae.TERM, format: $20.}",
            "6:40 CED018 'format' of AE.AETERM",
        ),
        (
            "AEENDTC:  {collect: ae.STOP, date: edc}",
            "AEENDTC:  {collect: ae.STOP, date: edc}\nsupp:\n  X: {collect: ae.STOP, label: Y, format: $9.}",
            "26:43 CED018 'format' of AE.X",
        ),
    ],
)
def test_files_of_sdtm_have_no_formats(tmp_path: Path, old: str, new: str, said: str) -> None:
    only = "goes with analysis datasets only; files of SDTM have no SAS formats; take it out"
    assert messages(write_study(tmp_path, {AE: (old, new)})) == [f"{AE}:{said} {only}"]


@pytest.mark.parametrize(
    ("length", "more"),
    [(300, "; longer texts are continued elsewhere with `text: split`"), (0, ""), (-1, "")],
)
def test_a_length_that_a_text_cannot_have(tmp_path: Path, length: int, more: str) -> None:
    line = f"AETERM:   {{collect: ae.TERM, length: {length}}}"
    assert messages(write_study(tmp_path, {AE: ("AETERM:   ae.TERM", line)})) == [
        f"{AE}:6:13 CED056 AE.AETERM cannot have the length {length}: a text has 1 to 200 bytes{more}"
    ]
