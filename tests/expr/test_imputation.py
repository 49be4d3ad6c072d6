"""Imputed dates, by hand and by their properties, in both engines."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange

import pytest
from fast_language import values
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.core.dates import bounds
from ced_cdisc.core.imputation import PARTS, Imputation, highest_missing, impute
from ced_cdisc.expr import tree
from ced_cdisc.recompute import imputation as second
from ced_cdisc.recompute.values import as_text


def both(
    dtc: str | None, rule: Imputation, not_before: tuple[str, ...] = (), not_after: tuple[str, ...] = ()
) -> str | None:
    """What both engines impute."""
    one = impute(dtc, rule, not_before, not_after)
    other = second.impute(dtc, rule, not_before, not_after)
    assert as_text(other) == one
    return one


@pytest.mark.parametrize(
    ("dtc", "highest", "to", "date"),
    [
        ("2018-03-05", "none", "first", "2018-03-05"),
        ("2018-03-05T08:30", "none", "first", "2018-03-05"),
        ("2018-03", "none", "first", None),
        ("2018-03", "day", "first", "2018-03-01"),
        ("2018-03", "day", "last", "2018-03-31"),
        ("2020-02", "day", "last", "2020-02-29"),
        ("2019-02", "day", "last", "2019-02-28"),
        ("2018-03", "day", "mid", "2018-03-15"),
        ("2018-03", "day", "06-20", "2018-03-20"),
        ("2019-02", "day", "06-30", "2019-02-28"),
        ("2018", "day", "first", None),
        ("2018", "month", "first", "2018-01-01"),
        ("2018", "month", "last", "2018-12-31"),
        ("2018", "month", "mid", "2018-06-30"),
        ("2018", "month", "06-15", "2018-06-15"),
        ("2018", "month", "02-29", "2018-02-28"),
        ("2020", "month", "02-29", "2020-02-29"),
        ("2018-03", "month", "06-15", "2018-03-15"),
        ("2018---15", "day", "first", None),
        ("2018---15", "month", "first", "2018-01-15"),
        ("2018---15", "month", "last", "2018-12-15"),
        ("2018---15", "month", "mid", "2018-06-15"),
        ("2018---31", "month", "mid", "2018-07-31"),
        ("2018---30", "month", "02-10", "2018-03-30"),
        (None, "month", "first", None),
        (None, "year", "first", None),
        ("--03-15", "year", "first", None),
        ("2018-02-30", "month", "first", None),
    ],
)
def test_dates(dtc: str | None, highest: str, to: str, date: str | None) -> None:
    assert both(dtc, Imputation(highest, to)) == date


@pytest.mark.parametrize(
    ("dtc", "highest", "to", "time", "moment"),
    [
        ("2018-03-05T08:30:15", "none", "first", "first", "2018-03-05T08:30:15"),
        ("2018-03-05T08:30:15.7", "none", "first", "first", "2018-03-05T08:30:15.7"),
        ("2018-03-05T08:30", "none", "first", "first", None),
        ("2018-03-05T08:30", "second", "first", "last", "2018-03-05T08:30:59"),
        ("2018-03-05T08", "second", "first", "first", None),
        ("2018-03-05T08", "minute", "first", "last", "2018-03-05T08:59:59"),
        ("2018-03-05", "minute", "first", "first", None),
        ("2018-03-05", "hour", "first", "12:00:00", "2018-03-05T12:00:00"),
        ("2018-03-05T08", "hour", "first", "12:30:10", "2018-03-05T08:30:10"),
        ("2018-03", "hour", "first", "first", None),
        ("2018-03", "day", "last", "last", "2018-03-31T23:59:59"),
        ("2018---31", "month", "last", "first", "2018-12-31T00:00:00"),
    ],
)
def test_date_times(dtc: str, highest: str, to: str, time: str, moment: str | None) -> None:
    assert both(dtc, Imputation(highest, to, time, moment=True)) == moment


@pytest.mark.parametrize(
    ("dtc", "to", "not_before", "not_after", "date"),
    [
        ("2018-03", "first", ("2018-03-10",), (), "2018-03-10"),
        ("2018-03", "first", ("2018-03-10", "2018-03-20"), (), "2018-03-20"),
        ("2018-03", "first", ("2018-02-28",), (), "2018-03-01"),
        ("2018-03", "first", ("2018-04-01",), (), "2018-03-01"),
        ("2018-03", "first", ("2018-04-01", "2018-03-31"), (), "2018-03-31"),
        ("2018-03", "last", (), ("2018-03-20", "2018-05-01"), "2018-03-20"),
        ("2018-03", "last", (), ("2018-02-20",), "2018-03-31"),
        ("2018", "first", ("2018-03-10",), (), "2018-03-10"),
        ("2018-03-05", "first", ("2018-03-10",), ("2018-03-01",), "2018-03-05"),
        ("2018-03", "first", ("2018-03-20",), ("2018-03-10",), "2018-03-10"),
        ("2018-03", "first", ("2018-03-10T14:00",), (), "2018-03-10"),
        ("2018-03", "last", (), ("2018-03-10T00:00:01",), "2018-03-10"),
        ("2018", "first", ("2018-03",), (), "2018-03-01"),
        ("2018", "last", (), ("2018-03",), "2018-03-31"),
        ("2018---15", "first", ("2018-03-20",), (), "2018-04-15"),
        ("2018---15", "last", (), ("2018-03-10",), "2018-02-15"),
        (None, "first", ("2018-03-10", "2018-05-01"), (), "2018-05-01"),
        (None, "first", ("2018-03-10",), ("2018-02-01",), "2018-02-01"),
        (None, "last", (), ("2018-03-10", "2018-05-01"), "2018-03-10"),
    ],
)
def test_bounds_move_the_date_among_the_possible_ones(
    dtc: str | None, to: str, not_before: tuple[str, ...], not_after: tuple[str, ...], date: str
) -> None:
    assert both(dtc, Imputation("year", to), not_before, not_after) == date


@pytest.mark.parametrize(
    ("dtc", "rule", "not_before", "not_after", "moment"),
    [
        ("2018-03", ("first", "first"), ("2018-03-10T14:00",), (), "2018-03-10T14:00:00"),
        ("2018-03-10", ("first", "first"), ("2018-03-10T14:00",), (), "2018-03-10T14:00:00"),
        ("2018-03-10", ("first", "first"), ("2018-03-10",), (), "2018-03-10T00:00:00"),
        ("2018-03-10T14:30", ("first", "first"), ("2018-03-10T14:30:20",), (), "2018-03-10T14:30:20"),
        ("2018-03-10T14:30", ("first", "first"), ("2018-03-10T14:30:20.5",), (), "2018-03-10T14:30:20.5"),
        ("2018-03-10T14:30:20", ("first", "first"), ("2018-03-10T14:30:20.5",), (), "2018-03-10T14:30:20"),
        ("2018-03-10T14", ("first", "first"), ("2018-03-10T15:30",), (), "2018-03-10T14:00:00"),
        ("2018-03", ("last", "last"), (), ("2018-03-20",), "2018-03-20T23:59:59"),
        ("2018-03", ("last", "first"), (), ("2018-03-20",), "2018-03-20T00:00:00"),
        ("2018-03", ("last", "last"), (), ("2018-03-20T10:00:00",), "2018-03-20T10:00:00"),
        (None, ("first", "first"), ("2018-03-10T14:00",), (), "2018-03-10T14:00:00"),
        (None, ("first", "last"), ("2018-03-10",), (), "2018-03-10T23:59:59"),
    ],
)
def test_bounds_with_a_time(
    dtc: str | None,
    rule: tuple[str, str],
    not_before: tuple[str, ...],
    not_after: tuple[str, ...],
    moment: str,
) -> None:
    assert both(dtc, Imputation("year", *rule, moment=True), not_before, not_after) == moment


@pytest.mark.parametrize(
    ("dtc", "date", "time"),
    [
        (None, "Y", "H"),
        ("2018", "M", "H"),
        ("2018---15", "M", "H"),
        ("2018-03", "D", "H"),
        ("2018-03-05", None, "H"),
        ("2018-03-05T08", None, "M"),
        ("2018-03-05T08:30", None, "S"),
        ("2018-03-05T08:30:15", None, None),
        ("2018-02-30", None, None),
    ],
)
def test_flags_are_of_the_highest_part(dtc: str | None, date: str | None, time: str | None) -> None:
    day = dt.date(2018, 3, 5)
    assert values("date_flag(D, X)", D=[dtc, dtc], X=[day, None]) == [date, None]
    assert values("time_flag(D, X)", D=[dtc, dtc], X=[day, None]) == [time, None]
    assert [second.date_flag(dtc, day), second.date_flag(dtc, None)] == [date, None]
    assert [second.time_flag(dtc, day), second.time_flag(dtc, None)] == [time, None]


def test_a_column_is_imputed_with_bounds_of_every_type() -> None:
    node = tree.Impute(
        of=tree.Column(name="D"),
        rule=Imputation("month"),
        not_before=(tree.Column(name="X"), tree.Column(name="Y"), tree.Column(name="D2")),
    )
    made = values(
        node,
        D=["2018", "2018", "2018", None],
        X=[dt.date(2018, 3, 10), None, None, None],
        Y=[None, dt.datetime(2018, 3, 11, 10), None, None],  # noqa: DTZ001
        D2=[None, None, "2018-03-12", None],
    )
    assert made == [dt.date(2018, 3, 10), dt.date(2018, 3, 11), dt.date(2018, 3, 12), None]


_YEARS = st.integers(1896, 2105)


@st.composite
def partial_dates(draw: st.DrawFn) -> str:
    """ISO 8601 dates of every precision."""
    year, month = draw(_YEARS), draw(st.integers(1, 12))
    day = draw(st.integers(1, monthrange(year, month)[1]))
    hour, minute, sec = draw(st.integers(0, 23)), draw(st.integers(0, 59)), draw(st.integers(0, 59))
    full = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{sec:02d}"
    cut = (full[:n] for n in (4, 7, 10, 13, 16, 19))
    return draw(st.sampled_from([*cut, f"{year:04d}---{day:02d}", f"{full}.5"]))


RULES = st.builds(
    Imputation,
    st.sampled_from(PARTS),
    st.sampled_from(["first", "mid", "last", "06-15", "02-29", "12-31"]),
    st.sampled_from(["first", "last", "12:00:00"]),
    st.booleans(),
)
_BOUNDS = st.lists(partial_dates(), max_size=3).map(tuple)


@pytest.mark.parametrize(
    ("dtc", "low", "high", "made"),
    [
        ("2018-03", "2018-03-10T08:00:00", "2018-03-05", "2018-03-05T00:00:00"),
        ("1896---02", "1896-02-01T00", "1896-01", "1896-01-02T00:00:00"),
        ("2018-03", "2018-03-10T08:00:00", "2018-03-12", "2018-03-10T08:00:00"),
        ("2018-03", "2018-03-10T08:00:00", "2018-03-10T07:00:00", "2018-03-10T07:00:00"),
    ],
)
def test_a_bound_of_another_day_does_not_move_the_time(dtc: str, low: str, high: str, made: str) -> None:
    """What the date is not after goes last."""
    assert both(dtc, Imputation("month", moment=True), (low,), (high,)) == made


@given(partial_dates(), RULES, _BOUNDS, _BOUNDS)
def test_the_imputed_date_is_one_that_the_collected_one_may_mean(
    dtc: str, rule: Imputation, lows: tuple[str, ...], highs: tuple[str, ...]
) -> None:
    made = both(dtc, rule, lows, highs)
    if made is None:
        assert highest_missing(dtc) != "none"
        return
    span = bounds(dtc)
    assert span is not None
    assert span[0][: len(made)] <= made[:19] <= span[1][: len(made)]
    assert "---" not in dtc or made[8:10] == dtc[7:]
    assert impute(made, rule, lows, highs) == made  # a complete date stays


@given(partial_dates(), st.sampled_from(PARTS), st.booleans())
def test_first_is_the_earliest_and_last_the_latest(dtc: str, highest: str, moment: bool) -> None:
    span = bounds(dtc)
    assert span is not None
    for to, end in (("first", span[0]), ("last", span[1])):
        made = both(dtc, Imputation(highest, to, to, moment))
        assert made in (None, end + dtc[19:] if moment else end[:10])


@given(partial_dates(), RULES)
def test_there_is_a_flag_where_a_part_was_added(dtc: str, rule: Imputation) -> None:
    made = both(dtc, rule)
    if made is None:
        return
    imputed = dt.date.fromisoformat(made[:10])
    assert (second.date_flag(dtc, imputed) is None) == dtc.startswith(made[:10])
    if rule.moment:
        assert (second.time_flag(dtc, imputed) is None) == (dtc == made)


@given(partial_dates(), partial_dates())
def test_a_start_is_not_after_its_end_where_both_are_of_one_month(start: str, end: str) -> None:
    begins, ends = Imputation("month", "first"), Imputation("month", "last")
    first = both(start, begins)
    last = both(end, ends, (first,) if first else ())
    assert first is not None
    assert last is not None
    known = bounds(end)
    assert known is not None
    assert first <= last or first > known[1][:10]
