"""ISO 8601 durations, by hand, in both engines."""

from __future__ import annotations

import datetime as dt

import pytest
from fast_language import faults, values
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.recompute import durations
from ced_cdisc.recompute.values import DataFault


@pytest.mark.parametrize(
    ("amount", "unit", "duration"),
    [
        (3.0, "DAYS", "P3D"),
        (3.0, "day", "P3D"),
        (30.0, "min", "PT30M"),
        (0.0, "MIN", "PT0M"),
        (-15.0, "min", "-PT15M"),
        (-0.0, "h", "PT0H"),
        (1.5, "HOURS", "PT1.5H"),
        (90.0, "s", "PT90S"),
        (2.0, "Weeks", "P2W"),
        (6.0, "MONTHS", "P6M"),
        (1.0, "YEAR", "P1Y"),
        (0.1, "h", "PT0.1H"),
        (None, "h", None),
        (3.0, None, None),
    ],
)
def test_amount_and_unit(amount: float | None, unit: str | None, duration: str | None) -> None:
    assert values("duration(N, T)", N=[amount], T=[unit]) == [duration]
    assert durations.duration(amount, unit) == duration


@pytest.mark.parametrize(
    ("amount", "duration"), [("3", "P3D"), ("007", "P7D"), ("1.50", "P1.5D"), ("2.", "P2D")]
)
def test_an_amount_may_be_raw_text(amount: str, duration: str) -> None:
    assert values("duration(T1, T2)", T1=[amount], T2=["days"]) == [duration]
    assert durations.duration(amount, "days") == duration


@pytest.mark.parametrize(
    ("amount", "unit"), [("3", "m"), ("3", "fortnights"), ("two", "days"), ("1e3", "days"), ("", "d")]
)
def test_other_amounts_and_units_are_faults(amount: str, unit: str) -> None:
    made = faults("duration(T1, T2)", T1=[amount], T2=[unit])
    assert made == [("duration", [True], [f"{amount} {unit}"])]
    with pytest.raises(DataFault, match="is no duration"):
        durations.duration(amount, unit)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("7:04", "PT7M4S"),
        ("0:30", "PT30S"),
        ("0:00", "PT0S"),
        ("75:00", "PT75M"),
        ("1:00:30", "PT1H30S"),
        ("2 weeks", "P2W"),
        ("30min", "PT30M"),
        ("1.50 h", "PT1.5H"),
        ("P3D", "P3D"),
        ("-PT15M", "-PT15M"),
        ("P1Y2M3DT4H5M6.7S", "P1Y2M3DT4H5M6.7S"),
    ],
)
def test_collected_durations(text: str, duration: str) -> None:
    assert values("duration_of(T)", T=[text, None]) == [duration, None]
    assert durations.duration_of(text) == duration


@pytest.mark.parametrize(
    "text", ["7:4", "7:60", "1:60:00", "two weeks", "2  weeks", "-2 weeks", "P", "PT", "P1W2D", "P1DT", "5"]
)
def test_other_texts_are_faults(text: str) -> None:
    assert faults("duration_of(T)", T=[text]) == [("duration", [True], [text])]
    with pytest.raises(DataFault, match="is no duration"):
        durations.duration_of(text)


@pytest.mark.parametrize(
    ("start", "end", "duration"),
    [
        ("2018-03-05", "2018-03-08", "P3D"),
        ("2018-03-05", "2018-03-05", "P0D"),
        ("2018-03-08", "2018-03-05", "-P3D"),
        ("2020-02-28", "2020-03-01", "P2D"),
        ("2018-03-05T08:30", "2018-03-05T09:15", "PT45M"),
        ("2018-03-05T08:30", "2018-03-06T10:30", "P1DT2H"),
        ("2018-03-05T08:30", "2018-03-06T08:30", "P1D"),
        ("2018-03-05T08:30:59", "2018-03-05T08:31", "PT1M"),
        ("2018-03-05T08:30:59", "2018-03-05T08:31:00", "PT1S"),
        ("2018-03-05T08:30", "2018-03-05T08:30", "PT0M"),
        ("2018-03-05T08:30:00", "2018-03-05T08:30:00.5", "PT0S"),
        ("2018-03-06T08:30", "2018-03-05T08:00", "-P1DT30M"),
        ("2018-03-05T08:30", "2018-03-07", "P2D"),
        ("2018-03-05T08", "2018-03-07T09", "P2D"),
        ("2018-03", "2018-03-07", None),
        ("2018---05", "2018-03-07", None),
        (None, "2018-03-07", None),
    ],
)
def test_between_two_dates(start: str | None, end: str | None, duration: str | None) -> None:
    assert values("duration_between(D1, D2)", D1=[start], D2=[end]) == [duration]
    assert durations.duration_between(start, end) == duration


def test_between_complete_dates_and_date_times() -> None:
    days = {"X1": [dt.date(2018, 3, 5)], "X2": [dt.date(2018, 3, 8)]}
    assert values("duration_between(X1, X2)", **days) == ["P3D"]
    assert durations.duration_between(days["X1"][0], days["X2"][0]) == "P3D"
    moments = {"Y1": [dt.datetime(2018, 3, 5, 8)], "Y2": [dt.datetime(2018, 3, 5, 8, 0, 9)]}  # noqa: DTZ001
    assert values("duration_between(Y1, Y2)", **moments) == ["PT9S"]
    assert durations.duration_between(moments["Y1"][0], moments["Y2"][0]) == "PT9S"


@given(st.datetimes(min_value=dt.datetime(1900, 1, 1)), st.datetimes(min_value=dt.datetime(1900, 1, 1)))  # noqa: DTZ001
def test_both_engines_measure_alike(one: dt.datetime, other: dt.datetime) -> None:
    for width in (10, 16, 19):
        start, end = one.isoformat()[:width], other.isoformat()[:width]
        assert values("duration_between(D1, D2)", D1=[start], D2=[end]) == [
            durations.duration_between(start, end)
        ]
