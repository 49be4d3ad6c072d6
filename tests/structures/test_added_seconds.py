"""Times to the minute, to which SAS, a spreadsheet or a database added 00 seconds that nobody collected."""

from __future__ import annotations

from pathlib import Path

import pytest

from ced_cdisc.core.dates import read_date
from ced_cdisc.plan.language.dates import is_date_format, is_time_format
from ced_cdisc.recompute import written
from structures import Files, made, rows, said

EX = """\
domain: EX
from: dose
sort: [EXSTDTC]
variables:
  EXTRT: {assign: DRUG}
  EXDOSE: dose.DOSE
  EXDOSU: {assign: mg}
  EXDOSFRM: {assign: TABLET}
  EXSTDTC: {collect: dose.DOSDT, LINE}
  EXENDTC: {derive: EXSTDTC}
"""
CLOCKS = ("08:30", "08:45", "09:00", "10:15", "23:59")
FOUND = (
    "mappings/sdtm/ex.yaml:9:12 CED875 EX.EXSTDTC: all 5 times in dose.{} have 00 seconds, as SAS, a "
    "spreadsheet or a database adds them to hours and minutes; {}HH:MM:00 reads them without seconds, "
    "{}HH:MM:SS says that these were collected"
)


def files(line: str, clocks: tuple[str, ...] = CLOCKS, seconds: str = ":00") -> Files:
    between = "T" if "dose.DAY" not in line else ","
    rest = ",5,{}" if between == "T" else ",5"
    cells = [f"2020-02-1{number}{between}{clock}{seconds}{rest}" for number, clock in enumerate(clocks)]
    head = "SUBJ,DOSDT,DOSE,DAY" if between == "T" else "SUBJ,DOSDT,DAY,DOSE"
    return {
        "raw/dose.csv": "\n".join([head, *(f"001,{cell.format(n)}" for n, cell in enumerate(cells)), ""]),
        "mappings/sdtm/ex.yaml": EX.replace("LINE", line),
    }


def told(folder: Path, given: Files) -> list[str]:
    return [one for one in said(folder, given) if "CED875" in one]


def test_a_note_tells_of_times_without_a_form(tmp_path: Path) -> None:
    whole = "YYYY-MM-DDT"
    assert told(tmp_path / "iso", files("date: ISO")) == [FOUND.format("DOSDT", whole, whole)]
    assert told(tmp_path / "clock", files("date: ISO, time: dose.DAY")) == [FOUND.format("DAY", "", "")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("date: ISO, time: dose.DAY, times: HH:MM:SS", "2020-02-10T08:30:00"),
        ("date: ISO, time: dose.DAY, times: HH:MM:00", "2020-02-10T08:30"),
        ("date: YYYY-MM-DDTHH:MM:SS", "2020-02-10T08:30:00"),
        ("date: YYYY-MM-DDTHH:MM:00", "2020-02-10T08:30"),
    ],
)
def test_a_form_says_what_is_meant(tmp_path: Path, line: str, expected: str) -> None:
    given = files(line)
    assert told(tmp_path, given) == []
    assert rows(made(tmp_path / "made", given), "EX", "EXSTDTC")[0] == (expected,)


def test_few_times_may_have_00_seconds_by_chance_and_others_have_seconds(tmp_path: Path) -> None:
    assert told(tmp_path / "few", files("date: ISO", CLOCKS[:4])) == []
    assert told(tmp_path / "one", files("date: ISO", ("08:30",) * 6)) == []
    assert told(tmp_path / "some", files("date: ISO", (*CLOCKS, "23:58:1"), "0")) == []
    assert told(tmp_path / "minutes", files("date: ISO", CLOCKS, "")) == []


@pytest.mark.parametrize("form", ["HH:MM:00", "H:MM:00", "H:MM:00 AM", "HH+:MM:00"])
def test_written_seconds_are_no_part_of_what_is_read(form: str) -> None:
    assert is_time_format(form) and is_date_format(f"YYYY-MM-DD {form}")
    clock = "08:30:00 PM" if "AM" in form else "08:30:00"
    expected = "2020-01-31T20:30" if "AM" in form else "2020-01-31T08:30"
    assert read_date("2020-01-31", clock, ("ISO",), (form,)).dtc == expected
    assert written.read_date("2020-01-31", clock, ("ISO",), (form,)) == expected
    assert read_date("2020-01-31", clock.replace("30:00", "30:01"), ("ISO",), (form,)).trouble == "time"


@pytest.mark.parametrize("form", ["HH:00", "HH:MM:00.F", "HH:MM:SS:00", "HH:MM:0", "00:MM", "HH:MM:000"])
def test_a_written_00_stands_for_the_seconds_alone(form: str) -> None:
    assert not is_time_format(form)
