"""The time of an end that may lie after midnight, in both engines and against datetime."""

from __future__ import annotations

import datetime as dt

import pytest
from fast_language import faults, values
from hypothesis import given, settings
from hypothesis import strategies as st

from ced_cdisc.recompute import written
from ced_cdisc.recompute.values import DataFault


@pytest.mark.parametrize(
    ("start", "time", "end"),
    [
        ("2018-12-31T22:10", "22:10", "2018-12-31T22:10"),
        ("2018-12-31T22:10", "22:09", "2019-01-01T22:09"),
        ("2018-12-31T22:10", "0:05", "2019-01-01T00:05"),
        ("2018-12-31T22:10", "2211", "2018-12-31T22:11"),
        ("2018-12-31T22:10:30", "22:10", "2018-12-31T22:10"),
        ("2018-12-31T22:10:30", "22:10:29", "2019-01-01T22:10:29"),
        ("2018-12-31T22:10", "22:10:29", "2018-12-31T22:10:29"),
        ("2018-12-31T22:10:30.5", "22:10:30", "2018-12-31T22:10:30"),
        ("2018-12-31T22:10", None, None),
        ("2018-12-31", None, None),
        (None, None, None),
    ],
)
def test_the_end_is_the_first_such_time_from_the_start_on(
    start: str | None, time: str | None, end: str | None
) -> None:
    assert values("until(D, T)", D=[start], T=[time]) == [end]
    assert faults("until(D, T)", D=[start], T=[time]) == [("clock", [False], [time])]
    assert written.until(start, time) == end


@pytest.mark.parametrize(
    "text", ["24:00", "8:60", "8:5", "805", "8", "08:05 AM", "08:05:61", "080530", "UNK"]
)
@pytest.mark.parametrize("start", ["2018-12-31T22:10", None])
def test_another_text_is_a_fault(text: str, start: str | None) -> None:
    assert faults("until(D, T)", D=[start], T=[text]) == [("clock", [True], [text])]
    with pytest.raises(DataFault, match=f"^'{text}' is no time$"):
        written.until(start, text)


@pytest.mark.parametrize("start", ["2018-12-31", "2018-12", "2018-12-31T22", None])
def test_a_time_beside_a_start_without_one_is_a_fault(start: str | None) -> None:
    assert faults("until(D, T)", D=[start], T=["22:10"]) == [("clock", [True], ["22:10"])]
    with pytest.raises(DataFault, match=r"^time '22:10' has no start with a time$"):
        written.until(start, "22:10")


def test_the_calendar_ends_with_the_year_9999() -> None:
    assert faults("until(D, T)", D=["9999-12-31T22:10"], T=["0:05"]) == [("clock", [True], ["0:05"])]
    with pytest.raises(DataFault, match=r"^time '0:05' is after the end of the calendar$"):
        written.until("9999-12-31T22:10", "0:05")


@settings(max_examples=50)
@given(
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)),  # noqa: DTZ001 - a trial has no zone
    st.integers(0, 24 * 60 - 1),
)
def test_it_lies_within_a_day_of_the_start(start: dt.datetime, minutes: int) -> None:
    begun = start.replace(second=0, microsecond=0)
    text = begun.isoformat(timespec="minutes")
    end = values("until(D, T)", D=[text], T=[f"{minutes // 60:02}:{minutes % 60:02}"])[0]
    assert isinstance(end, str)
    passed = dt.datetime.fromisoformat(end) - begun
    assert dt.timedelta() <= passed < dt.timedelta(days=1)
    assert (begun + passed).strftime("%H%M") == f"{minutes // 60:02}{minutes % 60:02}"
    assert written.until(text, f"{minutes // 60:02}{minutes % 60:02}") == end
