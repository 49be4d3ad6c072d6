"""The time between date-times, and days added to dates, in both engines and against datetime."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from fast_language import day, faults, moment, value, values
from hypothesis import given, settings
from hypothesis import strategies as st

from ced_cdisc.expr.parse import ExpressionError
from ced_cdisc.recompute import durations, partial
from ced_cdisc.recompute.values import DataFault


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2018-03-15T08:00", "2018-03-15T08:31", 31.0),
        ("2018-03-15T08:31", "2018-03-15T08:00", -31.0),
        ("2018-03-15T23:50", "2018-03-16T00:10", 20.0),
        ("2018-03-15T08:00:30", "2018-03-15T08:01", 0.5),
        ("2018-03-15T08:00:00.25", "2018-03-15T08:00:01", 0.0125),
        ("2018-03-15T08:00:00,25", "2018-03-15T08:00:00.250", 0.0),
        ("2018-03-15T08:00:00.0000000001", "2018-03-15T08:00:01", float(Fraction(9999999999, 60 * 10**10))),
        ("2018-03-25T01:30", "2018-03-25T03:30", 120.0),
        ("0001-01-01T00:00", "9999-12-31T23:59:59", float(Fraction(315537897599, 60))),
        ("2018-03-15", "2018-03-15T08:31", None),
        ("2018-03-15T08", "2018-03-15T08:31", None),
        ("2018-03", "2018-03-15T08:31", None),
        ("2018-02-30T08:00", "2018-03-15T08:31", None),
        ("2018-03-15T24:00", "2018-03-16T08:31", None),
        (None, "2018-03-15T08:31", None),
        ("2018-03-15T08:31", None, None),
    ],
)
def test_the_time_between_two_texts(start: str | None, end: str | None, minutes: float | None) -> None:
    assert values("minutes_between(D1, D2)", D1=[start], D2=[end]) == [minutes]
    assert durations.minutes_between(start, end) == minutes
    hours = values("hours_between(D1, D2)", D1=[start], D2=[end])[0]
    assert hours == durations.hours_between(start, end)
    assert hours == (None if minutes is None else pytest.approx(minutes / 60, rel=1e-15))


MOMENTS = st.datetimes()


@settings(max_examples=100)
@given(MOMENTS, MOMENTS)
def test_the_time_between_two_date_times_is_the_nearest_double(start: dt.datetime, end: dt.datetime) -> None:
    for function, other, unit in (
        ("hours_between", durations.hours_between, dt.timedelta(hours=1)),
        ("minutes_between", durations.minutes_between, dt.timedelta(minutes=1)),
    ):
        nearest = (end - start) / unit
        assert values(f"{function}(Y1, Y2)", Y1=[start], Y2=[end]) == [nearest]
        assert values(f"{function}(Y1, D1)", Y1=[start], D1=[end.isoformat()]) == [nearest]
        assert other(start, end) == nearest


def test_a_date_has_no_time() -> None:
    with pytest.raises(ExpressionError) as caught:
        values("hours_between(X1, Y1)", X1=[None], Y1=[None])
    assert caught.value.message == "start of hours_between() must be ISO 8601 date or date-time, not date"


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2018-03-15", 2.0, "2018-03-17"),
        ("2020-02-28", 2.0, "2020-03-01"),
        ("2018-01-01", -1.0, "2017-12-31"),
        ("2018-03-15T09:30", 1.0, "2018-03-16T09:30"),
        ("2018-03-15T09", 0.0, "2018-03-15T09"),
        ("2018-03-15T09:30:15.25", 30.0, "2018-04-14T09:30:15.25"),
        ("2018-03", 2.0, None),
        ("2018---15", 2.0, None),
        ("2018-02-30", 2.0, None),
        (None, 2.0, None),
        (None, 2.5, None),
        ("2018-03-15", None, None),
    ],
)
def test_days_are_added_to_a_text(start: str | None, days: float | None, end: str | None) -> None:
    assert values("add_days(D, N)", D=[start], N=[days]) == [end]
    assert faults("add_days(D, N)", D=[start], N=[days])[0][1] == [False]
    assert partial.add_days(start, days) == end


def test_days_are_added_to_dates_and_date_times() -> None:
    assert values("add_days(X, 2)", X=[day("2018-02-27")]) == [day("2018-03-01")]
    late = moment("2018-12-31T23:59:59.5")
    assert values("add_days(Y, N)", Y=[late], N=[1.0]) == [moment("2019-01-01T23:59:59.5")]
    assert partial.add_days(late, 1.0) == moment("2019-01-01T23:59:59.5")
    assert value("iso(add_days(date('2018-03-15'), 2))") == "2018-03-17"
    assert value("add_days('2018-03-15', 2)") == "2018-03-17"


@settings(max_examples=50)
@given(MOMENTS, st.integers(-(10**7), 10**7))
def test_both_engines_find_the_same_day(start: dt.datetime, days: int) -> None:
    one = values("add_days(Y, N)", Y=[start], N=[float(days)])[0]
    text = values("add_days(D, N)", D=[start.isoformat()], N=[float(days)])[0]
    out = faults("add_days(Y, N)", Y=[start], N=[float(days)])[0][1]
    try:
        there = start + dt.timedelta(days=days)
    except OverflowError:
        assert (one, text, out) == (None, None, [True])
        with pytest.raises(DataFault, match=r"is outside the calendar$"):
            partial.add_days(start, float(days))
        return
    assert (one, text, out) == (there, there.isoformat(), [False])
    assert partial.add_days(start, float(days)) == there
    assert partial.add_days(start.date(), float(days)) == there.date()


@pytest.mark.parametrize(
    ("start", "days", "said"),
    [
        ("2018-03-15", 2.5, "2.5 is no whole number of days"),
        ("2018-03", 2.5, "2.5 is no whole number of days"),
        ("9999-12-31", 1.0, "9999-12-31 plus 1 days is outside the calendar"),
        ("2018-03-15", 1e12, "2018-03-15 plus 1000000000000 days is outside the calendar"),
    ],
)
def test_days_that_cannot_be_added(start: str, days: float, said: str) -> None:
    assert values("add_days(D, N)", D=[start], N=[days]) == [None]
    assert [fault[:2] for fault in faults("add_days(D, N)", D=[start], N=[days])] == [("days", [True])]
    with pytest.raises(DataFault) as caught:
        partial.add_days(start, days)
    assert caught.value.message == said


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("X + 2", "date"),
        ("Y1 - Y2", "date-time"),
        ("D + 2", "ISO 8601 date"),
        ("2 + X", "date"),
        ("-X", "date"),
    ],
)
def test_arithmetic_with_dates_names_what_is_written(expression: str, kind: str) -> None:
    rows: dict[str, Any] = {name: [None] for name in ("X", "Y1", "Y2", "D")}
    with pytest.raises(ExpressionError) as caught:
        values(expression, **rows)
    assert caught.value.message == f"a number is needed here, not a {kind}"
    assert caught.value.hint == (
        "add_days(A, 2) is 2 days later; days_between(A, B) and hours_between(A, B) count from A to B"
    )
