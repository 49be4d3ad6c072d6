"""Dates that a spreadsheet or a database shows with the time 00:00:00, which nobody collected."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ced_cdisc.core.dates import read_date
from ced_cdisc.plan.language.dates import is_date_format
from ced_cdisc.propose.columns import ColumnTally
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
  EXENDTC: {derive: EXSTDTC}
  EXSTDTC: {collect: dose.DOSDT, date: FORMAT}
"""


def files(form: str) -> Files:
    return {
        "raw/dose.csv": "SUBJ,DAY,DOSDT,DOSE\n001,1,2020-02-10T00:00:00,5\n002,1,2020-02-12T00:00:00,5\n",
        "mappings/sdtm/ex.yaml": EX.replace("FORMAT", form),
    }


def test_dates_that_all_have_midnight_are_a_fault_unless_the_format_says_what_is_meant(
    tmp_path: Path,
) -> None:
    assert said(tmp_path / "iso", files("ISO")) == [
        "mappings/sdtm/ex.yaml:10:12 CED868 EX.EXSTDTC: every time in dose.DOSDT is 00:00:00, as a spreadsheet "
        "or a database shows it behind a date without a time; YYYY-MM-DDT00:00:00 reads the date alone, "
        "YYYY-MM-DDTHH:MM:SS also the time"
    ]
    for form, first in (
        ("YYYY-MM-DDT00:00:00", "2020-02-10"),
        ("YYYY-MM-DDTHH:MM:SS", "2020-02-10T00:00:00"),
    ):
        done = made(tmp_path / first[10:13], files(form))
        assert rows(done, "EX", "EXSTDTC")[0] == (first,)


def test_a_time_beside_a_date_with_midnight_is_told_how_the_date_is_read_alone(tmp_path: Path) -> None:
    timed = files("YYYY-MM-DDTHH:MM:SS, time: dose.DAY, times: H")
    assert said(tmp_path, timed)[0].startswith(
        "mappings/sdtm/ex.yaml:10:22 CED252 EX.EXSTDTC: time '1' of dose.DAY has a time beside it in date "
        "'2020-02-10T00:00:00' of dose.DOSDT; YYYY-MM-DDT00:00:00 reads the date alone"
    )


@pytest.mark.parametrize("form", ["YYYY-MM-DDT00:00:00", "DD-MON-YYYY 00:00", "DDMONYYYY:00:00:00"])
def test_a_written_midnight_is_no_part_of_what_is_read(form: str) -> None:
    assert is_date_format(form)
    day = form.replace("YYYY", "2020").replace("MM", "02").replace("MON", "Feb").replace("DD", "10")
    for engine in (read_date(day, None, (form,)).dtc, written.read_date(day, None, (form,), (), None)):
        assert engine == "2020-02-10"
    assert read_date(day.replace("00:00", "08:30", 1), None, (form,)).trouble == "date"


@pytest.mark.parametrize("form", ["YYYY-MMT00:00:00", "00:00:00", "YYYY-MM-DDT00:00:00Z", "ISOT00:00:00"])
def test_a_midnight_stands_behind_a_complete_date(form: str) -> None:
    assert not is_date_format(form)


@pytest.mark.parametrize(
    ("cells", "kind", "forms"),
    [
        (["2020-02-10T00:00:00", "2020-02-11T00:00:00"], "date", [("YYYY-MM-DDT00:00:00",)]),
        (["2020-02-10T00:00:00", "2020-02-11T08:30:00"], "date and time", [("ISO",)]),
        (["2020-02-10T00:00:00", "2020-02"], "date", [("YYYY-MM",), ("YYYY-MM-DDT00:00:00",)]),
        (["10-FEB-2020 00:00:00"], "date", [("DD-MON-YYYY 00:00:00",)]),
    ],
)
def test_a_scan_tells_a_column_whose_times_are_all_midnight(
    cells: list[str], kind: str, forms: list[tuple[str, ...]]
) -> None:
    tally = ColumnTally("DT")
    tally.add(pl.Series("DT", cells))
    found = tally.profile()
    assert (found.kind, [form.formats for form in found.dates]) == (kind, forms)
