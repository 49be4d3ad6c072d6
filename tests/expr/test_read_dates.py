"""Collected dates and times by written formats."""

from __future__ import annotations

import pytest

from ced_cdisc.core.dates import bounds, read_date
from ced_cdisc.recompute import written
from ced_cdisc.recompute.values import DataFault


@pytest.mark.parametrize(
    ("text", "form", "dtc"),
    [
        ("05-MAR-2018", "DD-MON-YYYY", "2018-03-05"),
        ("05-mar-2018", "DD-MON-YYYY", "2018-03-05"),
        ("05MAR2018", "DDMONYYYY", "2018-03-05"),
        ("UN-MAR-2018", "UN-MON-YYYY", "2018-03"),
        ("un-unk-2018", "UN-UNK-YYYY", "2018"),
        ("ND-MAR-2018", "ND-MON-YYYY", "2018-03"),
        ("15-UNK-2018", "DD-UNK-YYYY", "2018---15"),
        ("UNK", "UNK", None),
        ("3/5/2018", "M/D/YYYY", "2018-03-05"),
        ("12/15/2018", "M/D/YYYY", "2018-12-15"),
        ("2018.03", "YYYY.MM", "2018-03"),
        ("29-FEB-2020", "DD-MON-YYYY", "2020-02-29"),
        ("05 MAR", "DD MON", "--03-05"),
        ("2018", "ISO", "2018"),
        ("2018-03", "ISO", "2018-03"),
        ("2018---15", "ISO", "2018---15"),
        ("2018-03-05T10:30:15", "ISO", "2018-03-05T10:30:15"),
        ("March 5, 2018", "MONTH D, YYYY", "2018-03-05"),
        ("5 sePTember 2018", "D MONTH YYYY", "2018-09-05"),
        ("15-MAR-2018 08:30", "DD-MON-YYYY HH:MM", "2018-03-15T08:30"),
        ("2018-03-15T08:30", "YYYY-MM-DDTHH:MM", "2018-03-15T08:30"),
        ("15MAR2018:08:30:00", "DDMONYYYY:HH:MM:SS", "2018-03-15T08:30:00"),
        ("3/5/2018 9:05 pm", "M/D/YYYY H:MM AM", "2018-03-05T21:05"),
        ("15-MAR-2018 UN:UN", "DD-MON-YYYY UN:UN", "2018-03-15"),
        ("5 March 2018 08:30", "D MONTH YYYY HH:MM", "2018-03-05T08:30"),
        ("15-MAR-2018 24:00", "DD-MON-YYYY HH+:MM", "2018-03-16T00:00"),
        ("2018-12-31T24:00:00", "YYYY-MM-DDTHH+:MM:SS", "2019-01-01T00:00:00"),
        ("2018-12-31 9:05", "YYYY-MM-DD H+:MM", "2018-12-31T09:05"),
    ],
)
def test_dates_that_can_be_read(text: str, form: str, dtc: str | None) -> None:
    reading = read_date(text, None, (form,))
    assert (reading.dtc, reading.trouble) == (dtc, "")


@pytest.mark.parametrize(
    ("text", "form", "impossible"),
    [
        ("31-FEB-2018", "DD-MON-YYYY", True),
        ("29-FEB-2018", "DD-MON-YYYY", True),
        ("00-MAR-2018", "DD-MON-YYYY", True),
        ("2018-13-01", "YYYY-MM-DD", True),
        ("2020-02-60", "ISO", True),
        ("2018-03-05T24:00", "ISO", True),
        ("2018-03T10:30", "ISO", True),
        ("32-UNK-2018", "DD-UNK-YYYY", True),
        ("2018---15T10:30", "ISO", True),
        ("15-MAR-2018 24:00", "DD-MON-YYYY HH:MM", True),
        ("15-MAR-2018 24:60", "DD-MON-YYYY HH+:MM", True),
        ("9999-12-31 24:00", "YYYY-MM-DD HH+:MM", True),
        ("15-MAR-2018 08:30:10", "DD-MON-YYYY HH:MM", False),
        ("5 Sept 2018", "D MONTH YYYY", False),
        ("0000", "YYYY", True),
        ("5-MAR-2018", "DD-MON-YYYY", False),
        ("05-MAR-2018 ", "DD-MON-YYYY", False),
        ("05-MÄR-2018", "DD-MON-YYYY", False),
        ("٠٥-MAR-2018", "DD-MON-YYYY", False),
        ("05XMAR-2018", "DD.MON-YYYY", False),
    ],
)
def test_dates_that_cannot_be_read(text: str, form: str, impossible: bool) -> None:
    reading = read_date(text, None, (form,))
    assert (reading.dtc, reading.trouble, reading.impossible) == (None, "date", impossible)


@pytest.mark.parametrize(
    ("time", "form", "dtc"),
    [
        ("10:30", "HH:MM", "2018-03-05T10:30"),
        ("1030", "HHMM", "2018-03-05T10:30"),
        ("9:05", "H:MM", "2018-03-05T09:05"),
        ("19:05", "H:MM", "2018-03-05T19:05"),
        ("10:30:15", "HH:MM:SS", "2018-03-05T10:30:15"),
        ("835", "HMM", "2018-03-05T08:35"),
        ("12:00 AM", "H:MM AM", "2018-03-05T00:00"),
        ("12:30 am", "H:MM AM", "2018-03-05T00:30"),
        ("12:00 PM", "H:MM AM", "2018-03-05T12:00"),
        ("1:00 PM", "H:MM AM", "2018-03-05T13:00"),
        ("11:59:59PM", "HH:MM:SSAM", "2018-03-05T23:59:59"),
        ("10:30:15.250", "HH:MM:SS.F", "2018-03-05T10:30:15.250"),
        ("10:30:15.250", "HH:MM:SS(.F)", "2018-03-05T10:30:15"),
        ("unk", "UNK", "2018-03-05"),
        ("UN:UN", "UN:UN", "2018-03-05"),
        ("10:UN", "HH:UN", "2018-03-05T10"),
        ("10:30:15.250", "HH:MM:SS", None),
        ("10:30:15", "HH:MM:SS(.F)", None),
        ("0:30 AM", "H:MM AM", None),
        ("13:00 PM", "H:MM AM", None),
        ("9:05", "HH:MM", None),
        ("24:00", "HH:MM", None),
        ("10:60", "HH:MM", None),
    ],
)
def test_times(time: str, form: str, dtc: str | None) -> None:
    reading = read_date("05-MAR-2018", time, ("DD-MON-YYYY",), (form,))
    assert (reading.dtc, reading.trouble) == (dtc, "" if dtc else "time")


def test_formats_that_fit_must_agree() -> None:
    both = ("MM/DD/YYYY", "DD/MM/YYYY")
    reading = read_date("03/05/2018", None, both)
    assert (reading.dtc, reading.trouble, reading.text) == (None, "ambiguous", "03/05/2018")
    assert reading.readings == (("MM/DD/YYYY", "2018-03-05"), ("DD/MM/YYYY", "2018-05-03"))
    assert read_date("13/05/2018", None, both).dtc == "2018-05-13"
    assert read_date("05/05/2018", None, both).dtc == "2018-05-05"
    times = read_date("2018-03-05", "01:12", ("ISO",), ("HH:MM", "MM:HH"))
    assert (times.trouble, times.text) == ("ambiguous", "01:12")
    assert times.readings == (("HH:MM", "01:12"), ("MM:HH", "12:01"))


def test_a_time_needs_a_complete_date() -> None:
    assert read_date(None, "10:30", ("ISO",), ("HH:MM",)).trouble == "undated"
    assert read_date("2018-03", "10:30", ("ISO",), ("HH:MM",)).trouble == "undated"
    assert read_date(None, None, ("ISO",), ("HH:MM",)).trouble == ""
    assert read_date("2018-03-05T08:00", "10:30", ("ISO",), ("HH:MM",)).trouble == "twice"


def test_an_unknown_time_needs_no_date() -> None:
    times = ("HH:MM", "UNK")
    assert (read_date(None, "UNK", ("ISO",), times).dtc, read_date(None, "UNK", ("ISO",), times).trouble) == (
        None,
        "",
    )
    assert read_date("2018-03", "UNK", ("ISO",), times).dtc == "2018-03"
    assert read_date("2018-03-05T08:00", "UNK", ("ISO",), times).dtc == "2018-03-05T08:00"


@pytest.mark.parametrize(
    ("text", "pivot", "dtc"),
    [
        ("05-MAR-50", 1950, "1950-03-05"),
        ("05-MAR-49", 1950, "2049-03-05"),
        ("05-MAR-00", 1950, "2000-03-05"),
        ("05-MAR-99", 1950, "1999-03-05"),
        ("05-MAR-25", 1925, "1925-03-05"),
        ("29-FEB-00", 1850, None),
    ],
)
def test_two_digit_years_are_those_of_the_hundred_from_the_pivot(
    text: str, pivot: int, dtc: str | None
) -> None:
    assert read_date(text, None, ("DD-MON-YY",), pivot=pivot).dtc == dtc


@pytest.mark.parametrize(
    ("dtc", "first", "last"),
    [
        ("2018", "2018-01-01T00:00:00", "2018-12-31T23:59:59"),
        ("2018-02", "2018-02-01T00:00:00", "2018-02-28T23:59:59"),
        ("2018-03-05", "2018-03-05T00:00:00", "2018-03-05T23:59:59"),
        ("2018-03-05T10", "2018-03-05T10:00:00", "2018-03-05T10:59:59"),
        ("2018-03-05T10:30", "2018-03-05T10:30:00", "2018-03-05T10:30:59"),
        ("2018-03-05T10:30:15.25", "2018-03-05T10:30:15", "2018-03-05T10:30:15"),
        ("2018---31", "2018-01-31T00:00:00", "2018-12-31T23:59:59"),
    ],
)
def test_bounds(dtc: str, first: str, last: str) -> None:
    assert bounds(dtc) == (first, last)


@pytest.mark.parametrize("text", ["", "2018-02-31", "--03-05", "201803", "2018T10", "abc"])
def test_a_text_of_another_form_has_no_bounds(text: str) -> None:
    assert bounds(text) is None


@pytest.mark.parametrize(
    ("time", "form", "dtc"),
    [
        ("23:59", "HH+:MM", "2018-12-30T23:59"),
        ("24:00", "HH+:MM", "2018-12-31T00:00"),
        ("25:08", "HH+:MM", "2018-12-31T01:08"),
        ("48:00:30", "HH+:MM:SS", "2019-01-01T00:00:30"),
        ("9:05", "H+:MM", "2018-12-30T09:05"),
        ("25:08", "H+:MM", "2018-12-31T01:08"),
        ("25", "HH+", "2018-12-31T01"),
    ],
)
def test_a_time_past_midnight_is_one_of_the_day_after(time: str, form: str, dtc: str) -> None:
    assert read_date("2018-12-30", time, ("ISO",), (form,)).dtc == dtc
    assert written.read_date("2018-12-30", time, ("ISO",), (form,)) == dtc


@pytest.mark.parametrize(
    ("day", "time", "trouble"),
    [
        ("2018-12-30", "24:60", "time"),
        ("2018-12-30", "9:05", "time"),
        ("2018-12", "24:00", "undated"),
        ("9999-12-31", "24:00", "date"),
    ],
)
def test_a_time_past_midnight_that_is_none(day: str, time: str, trouble: str) -> None:
    reading = read_date(day, time, ("ISO",), ("HH+:MM",))
    assert (reading.dtc, reading.trouble) == (None, trouble)
    with pytest.raises(DataFault):
        written.read_date(day, time, ("ISO",), ("HH+:MM",))
