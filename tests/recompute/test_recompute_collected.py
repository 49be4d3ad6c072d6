"""Collected codes and dates: what is read, and what is refused."""

from __future__ import annotations

import re

import pytest

from ced_cdisc.expr import tree
from ced_cdisc.recompute import DataFault, evaluate

PAIRS = (("1", "MILD"), ("2", "MODERATE"), ("9", ""), ("1", "never"))


def _recoded(code: str | None, otherwise: str | None = None) -> object:
    node = tree.Recode(of=tree.Column(name="ae.SEV"), pairs=PAIRS, otherwise=otherwise)
    return evaluate(node, lambda name: code)


@pytest.mark.parametrize(
    ("code", "otherwise", "term"),
    [
        ("1", None, "MILD"),
        ("2", "OTHER", "MODERATE"),
        ("7", "OTHER", "OTHER"),
        ("9", "OTHER", None),
        (None, "OTHER", None),
        ("7", "", None),
    ],
)
def test_a_code_gives_the_term_of_its_first_pair(
    code: str | None, otherwise: str | None, term: str | None
) -> None:
    assert _recoded(code, otherwise) == term


@pytest.mark.parametrize("code", ["7", "01", "1 "])
def test_an_unlisted_code_is_a_fault(code: str) -> None:
    with pytest.raises(DataFault, match=f"raw value '{code}' has no term"):
        _recoded(code)


def _read(
    day: str | None, formats: str, time: str | None = None, times: str = "HH:MM|HHMM|H:MM|HH:MM:SS"
) -> object:
    node = tree.ReadDate(
        date=tree.Column(name="day"),
        time=tree.Column(name="time"),
        formats=tuple(formats.split("|")),
        time_formats=tuple(times.split("|")),
    )
    return evaluate(node, {"day": day, "time": time}.__getitem__)


@pytest.mark.parametrize(
    ("text", "formats", "dtc"),
    [
        ("05-MAR-2018", "DD-MON-YYYY", "2018-03-05"),
        ("05-mar-2018", "DD-MON-YYYY", "2018-03-05"),
        ("UN-MAR-2018", "DD-MON-YYYY|UN-MON-YYYY", "2018-03"),
        ("un-unk-2018", "DD-MON-YYYY|UN-MON-YYYY|UN-UNK-YYYY", "2018"),
        ("15-UNK-2018", "DD-UNK-YYYY", "2018---15"),
        ("ND/03/2018", "ND/MM/YYYY", "2018-03"),
        ("3/5/2018", "M/D/YYYY", "2018-03-05"),
        ("12/15/2018", "M/D/YYYY", "2018-12-15"),
        ("5.3.2018", "D.M.YYYY", "2018-03-05"),
        ("20180305", "YYYYMMDD", "2018-03-05"),
        ("2018", "YYYY", "2018"),
        ("MAR 2018", "MON YYYY", "2018-03"),
        ("29-FEB-2016", "DD-MON-YYYY", "2016-02-29"),
        ("2018", "ISO", "2018"),
        ("2018-03", "ISO", "2018-03"),
        ("2018-03-05", "ISO", "2018-03-05"),
        ("2018---15", "ISO", "2018---15"),
        ("2018-03-05T10:07:09.5", "ISO", "2018-03-05T10:07:09.5"),
        ("March 5, 2018", "MONTH D, YYYY", "2018-03-05"),
        ("15-MAR-2018 08:30", "DD-MON-YYYY HH:MM", "2018-03-15T08:30"),
        ("15MAR2018:08:30:00", "DDMONYYYY:HH:MM:SS", "2018-03-15T08:30:00"),
        ("3/5/2018 12:05 am", "M/D/YYYY H:MM AM", "2018-03-05T00:05"),
        ("UN-UNK-UNK", "UN-UNK-UNK|DD-MON-YYYY", None),
        ("2018-03-05T10", "ISO", "2018-03-05T10"),
        ("05/05/2018", "DD/MM/YYYY|MM/DD/YYYY", "2018-05-05"),
        ("2018-03-05T10:07", "ISO", "2018-03-05T10:07"),
        ("2018-03-05T10:07:09", "ISO", "2018-03-05T10:07:09"),
        ("05/16/2018", "DD/MM/YYYY|MM/DD/YYYY", "2018-05-16"),
        (None, "YYYY", None),
    ],
)
def test_dates_by_their_formats(text: str | None, formats: str, dtc: str | None) -> None:
    assert _read(text, formats) == dtc


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("31-FEB-2018", "DD-MON-YYYY"),
        ("29-FEB-2018", "DD-MON-YYYY"),
        ("00-MAR-2018", "DD-MON-YYYY"),
        ("5-MAR-2018", "DD-MON-YYYY"),
        ("05-MRZ-2018", "DD-MON-YYYY"),
        ("15-MAR-2018 24:00", "DD-MON-YYYY HH:MM"),
        ("5 Sept 2018", "D MONTH YYYY"),
        ("2018-03-05T10:30:15.", "ISO"),
        ("05-MAR-18", "DD-MON-YYYY"),
        ("05 MAR 2018", "DD-MON-YYYY"),
        ("05-MAR-2018 ", "DD-MON-YYYY"),
        ("32-UNK-2018", "DD-UNK-YYYY"),
        ("13/2018", "MM/YYYY"),
        ("0000", "YYYY"),
        ("2018-02-60", "ISO"),
        ("٢٠١٨", "YYYY"),
    ],
)
def test_other_and_impossible_dates_are_faults(text: str, formats: str) -> None:
    with pytest.raises(DataFault, match="is no date of the form"):
        _read(text, formats)


@pytest.mark.parametrize(
    ("time", "dtc"),
    [
        ("08:05", "2018-03-05T08:05"),
        ("0805", "2018-03-05T08:05"),
        ("8:05", "2018-03-05T08:05"),
        ("08:05:09", "2018-03-05T08:05:09"),
        ("00:00", "2018-03-05T00:00"),
        (None, "2018-03-05"),
    ],
)
def test_a_time_is_appended_to_its_date(time: str | None, dtc: str) -> None:
    assert _read("2018-03-05", "ISO", time) == dtc


@pytest.mark.parametrize(
    ("day", "time", "message"),
    [
        (None, "08:05", "time '08:05' has no date"),
        ("2018-03", "08:05", "time '08:05' has an incomplete date '2018-03'"),
        ("2018-03-05T10:00", "08:05", "a time of its own"),
        ("2018-03-05", "24:00", "'24:00' is no time"),
        ("2018-03-05", "8.05", "'8.05' is no time"),
        ("2018-03-05", "08:05:60", "'08:05:60' is no time"),
    ],
)
def test_times_that_cannot_be_are_faults(day: str | None, time: str, message: str) -> None:
    with pytest.raises(DataFault, match=message):
        _read(day, "ISO", time)


def test_a_date_without_a_time_column() -> None:
    node = tree.ReadDate(date=tree.Column(name="day"), time=None, formats=("YYYY",))
    assert evaluate(node, lambda name: "2018") == "2018"


def test_two_readings_of_a_date_are_a_fault() -> None:
    with pytest.raises(DataFault, match=re.escape("'05/06/2018' can be 2018-05-06 and 2018-06-05")):
        _read("05/06/2018", "DD/MM/YYYY|MM/DD/YYYY")
    with pytest.raises(DataFault, match="'1112018' can be 2018-01-11 and 2018-11-01"):
        _read("1112018", "DMYYYY")
