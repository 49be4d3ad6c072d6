"""Faults of date formats and of imputation in specs, with the whole message."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_study import write_study
from spec_messages import messages

AE, ADSL, STUDY = "mappings/sdtm/ae.yaml", "mappings/adam/adsl.yaml", "mappings/study.yaml"
DATE_PARTS = "parts are YYYY, YY, MONTH, MON, MM, M, DD, D, UN, UNK, ND, and those of a time; or ISO"


def told(folder: Path, file: str, old: str, new: str) -> list[str]:
    return messages(write_study(folder, {file: (old, new)}))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("DD-DD-YYYY", f"CED023 'DD-DD-YYYY' is no date format; {DATE_PARTS}"),
        ("DD-MON", f"CED023 'DD-MON' is no date format; {DATE_PARTS}"),
        ("UN-MON-YYYY HH:MM", f"CED023 'UN-MON-YYYY HH:MM' is no date format; {DATE_PARTS}"),
        (
            "DMYYYY",
            "CED062 the date format 'DMYYYY' can be read in two ways; "
            "parts of one or two digits need a separator between them",
        ),
        (
            "D/M/YY",
            "CED060 'D/M/YY' has a two-digit year, and study.yaml gives no pivot; "
            "with pivot: 1950 the years are 1950 to 2049",
        ),
    ],
)
def test_date_formats(tmp_path: Path, words: str, said: str) -> None:
    made = told(tmp_path, AE, "START, date: edc", f"START, date: {words}")
    assert made == [f"mappings/sdtm/ae.yaml:23:39 {said}"]


PARTS = "parts are HH, H, HH+, H+, MM, SS, .F, (.F), AM, UN, UNK, ND"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("MM:SS", f"CED023 'MM:SS' is no time format; {PARTS}"),
        ("HH:SS", f"CED023 'HH:SS' is no time format; {PARTS}"),
        ("HH:MM:MM", f"CED023 'HH:MM:MM' is no time format; {PARTS}"),
        ("AM", f"CED023 'AM' is no time format; {PARTS}"),
        ("HH+:MM AM", f"CED023 'HH+:MM AM' is no time format; {PARTS}"),
        ("HH+:HH", f"CED023 'HH+:HH' is no time format; {PARTS}"),
        ("+HH:MM", f"CED023 '+HH:MM' is no time format; {PARTS}"),
    ],
)
def test_time_formats(tmp_path: Path, words: str, said: str) -> None:
    made = told(tmp_path, AE, "START, date: edc}", f"START, date: edc, time: ae.SEV, times: '{words}'}}")
    assert made == [f"mappings/sdtm/ae.yaml:23:65 {said}"]


def test_times_without_a_time(tmp_path: Path) -> None:
    assert told(tmp_path, AE, "START, date: edc}", "START, date: edc, times: UNK}") == [
        "mappings/sdtm/ae.yaml:23:13 CED018 'times' says how 'time' is written, and the line has none; "
        "a time in the column of the date stands in its format: DD-MON-YYYY HH:MM"
    ]


def test_a_pivot_of_two_digits(tmp_path: Path) -> None:
    assert told(tmp_path, STUDY, "formats:", "pivot: 50\nformats:") == [
        "mappings/study.yaml:1:1 CED061 the pivot 50 is no year of four digits; "
        "it is the first year of the hundred that two-digit years stand for, such as 1950"
    ]


def test_a_list_of_times_has_a_name(tmp_path: Path) -> None:
    folder = write_study(tmp_path, {STUDY: ("formats:", "times: {lab: [HHMM, 'H:MM AM', UNK]}\nformats:")})
    path = folder / AE
    text = path.read_text().replace("START, date: edc}", "START, date: edc, time: ae.SEV, times: lab}")
    path.write_text(text)
    assert messages(folder) == []
    path.write_text(text.replace("times: lab", "times: lap"))
    assert messages(folder) == [
        "mappings/sdtm/ae.yaml:23:65 CED023 'lap' is no time format; did you mean lab?"
    ]


TO = "it is first, mid, last, or a month and day such as 06-15"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "{impute: DM.RFXSTDTC}",
            "8:11 CED063 ADSL.TRTSDT has no 'highest'; "
            "it is one of none, second, minute, hour, day, month, year",
        ),
        ("{impute: DM.RFXSTDTC, highest: day}", f"8:11 CED063 ADSL.TRTSDT has no 'to'; {TO}"),
        (
            "{impute: DM.RFXSTDTC, highest: hour, to: first}",
            "8:11 CED063 'highest: hour' says nothing of the date ADSL.TRTSDT; "
            "it is one of none, day, month, year",
        ),
        (
            "{impute: DM.RFXSTDTC, highest: none, to: first}",
            "8:11 CED063 'to' says nothing with 'highest: none'; take it out",
        ),
        ("{impute: DM.RFXSTDTC, highest: day, to: 06-31}", f"8:11 CED063 'to: 06-31' is no day; {TO}"),
        (
            "{impute: DM.RFXSTDTC, highest: day, to: first, time: first}",
            "8:11 CED063 'time' says nothing of the date ADSL.TRTSDT",
        ),
        (
            "{impute: DM.RFXSTDTC, highest: year, to: last, not_before: DM.RFICDTC}",
            "8:11 CED063 a date of which nothing is known is imputed by a bound only; "
            "write to: first with not_before, or to: last with not_after",
        ),
        (
            "{impute: DM.RFXSTDTC, highest: day, to: first, not_before: DM.SEX}",
            "8:70 CED014 a date is needed here, not text",
        ),
        (
            "{impute: DM.SEX, highest: day, to: first}",
            "8:20 CED014 an ISO 8601 date is needed here, not text",
        ),
        (
            "{impute: DM.RFXSTDTCC, highest: day, to: first}",
            "8:20 CED012 unknown variable DM.RFXSTDTCC; did you mean DM.RFXSTDTC?",
        ),
        (
            '{derive: "date(DM.RFXSTDTC)", highest: day}',
            "8:11 CED018 'highest' does not go with 'derive' in the line of ADSL.TRTSDT; it goes with impute",
        ),
        (
            "{impute: DM.RFXSTDTC, highest: day, to: first, flags: [A, B]}",
            "8:11 CED064 ADSL.TRTSDT needs the name of an imputation flag of its own; "
            "write flags: [NAME of the date flag], or flags: none",
        ),
        (
            "{impute: DM.RFXSTDTC, highest: day, to: first, flags: NAE}",
            "8:11 CED064 NAE is the flag of ADSL.TRTSDT, and has a line of its own; delete one",
        ),
    ],
)
def test_rules_of_imputation(tmp_path: Path, line: str, said: str) -> None:
    made = told(
        tmp_path,
        ADSL,
        'variables:\n  TRTSDT: {derive: "date(DM.RFXSTDTC)"}',
        f"variables:\n\n  TRTSDT: {line}",
    )
    assert made == [f"mappings/adam/adsl.yaml:{said}"]


def test_a_time_that_is_none(tmp_path: Path) -> None:
    line = "TRTSDTM: {impute: DM.RFXSTDTC, highest: hour, time: noon}"
    assert told(tmp_path, ADSL, "  NAE:", f"  {line}\n  NAE:") == [
        "mappings/adam/adsl.yaml:8:12 CED063 'time: noon' is no time; "
        "it is first, last or a time such as 12:00:00"
    ]


def test_a_name_from_which_no_flag_can_be_made(tmp_path: Path) -> None:
    line = "FIRSTDAY: {impute: DM.RFXSTDTC, highest: day, to: first, label: First Day}"
    assert told(tmp_path, ADSL, "  NAE:", f"  {line}\n  NAE:") == [
        "mappings/adam/adsl.yaml:8:13 CED064 ADSL.FIRSTDAY needs the name of an imputation flag of its own; "
        "write flags: [NAME of the date flag], or flags: none"
    ]


def test_two_dates_with_one_flag(tmp_path: Path) -> None:
    first = "DTHDT: {impute: DM.DTHDTC, highest: day, to: first}"
    other = "OTHERDT: {impute: DM.RFXSTDTC, highest: day, to: first, flags: DTHDTF, label: Other}"
    assert told(tmp_path, ADSL, "  NAE:", f"  {first}\n  {other}\n  NAE:") == [
        "mappings/adam/adsl.yaml:9:12 CED064 the flag DTHDTF of ADSL.OTHERDT is another one than that of "
        "ADSL.DTHDT; name it with flags: NAME, or write flags: none"
    ]


def test_a_date_of_sdtm_stays_as_collected(tmp_path: Path) -> None:
    line = "{impute: AEENDTC, highest: day, to: first}"
    assert told(tmp_path, AE, "AESTDTC:  {collect: ae.START, date: edc}", f"AESTDTC:  {line}") == [
        "mappings/sdtm/ae.yaml:23:13 CED063 AE.AESTDTC is ISO 8601 text and keeps the precision that was "
        "collected; impute makes the dates of analysis datasets, such as ASTDT"
    ]
