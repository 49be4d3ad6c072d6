"""Collected dates and times by written formats."""

from __future__ import annotations

import pytest

from ced_cdisc.core.dates import bounds, read_date


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
    times = read_date("2018-03-05", "01:30", ("ISO",), ("HH:MM", "HH:UN", "HH:SS"))
    assert times.dtc == "2018-03-05T01:30" or times.trouble == "ambiguous"


def test_a_time_needs_a_complete_date() -> None:
    assert read_date(None, "10:30", ("ISO",), ("HH:MM",)).trouble == "undated"
    assert read_date("2018-03", "10:30", ("ISO",), ("HH:MM",)).trouble == "undated"
    assert read_date(None, None, ("ISO",), ("HH:MM",)).trouble == ""


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
