"""Every function of one record, by example."""

# ruff: noqa: DTZ001 - date-times of a trial have no time zone, as in SAS
from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from recompute_language import value

from ced_cdisc.derive.catalogue import FUNCTIONS as CATALOGUE
from ced_cdisc.recompute import DataFault, functions
from ced_cdisc.recompute.partial import age
from ced_cdisc.recompute.values import number_text


def test_every_function_of_the_catalogue_is_here() -> None:
    assert {*functions.FUNCTIONS, "if", "coalesce"} == set(CATALOGUE)


@pytest.mark.parametrize(
    ("call", "names", "expected"),
    [
        ("join('-', s1, s2, s3)", {"s1": "a", "s2": None, "s3": "c"}, "a-c"),
        ("join('', s1, s2)", {"s1": "a", "s2": "b"}, "ab"),
        ("join(' ', s, n, d)", {"s": "a", "n": 2.50, "d": "2018-03"}, "a 2.5 2018-03"),
        ("join('-', s1, s2)", {"s1": None, "s2": None}, None),
        ("upper(s)", {"s": "mg/dL"}, "MG/DL"),
        ("lower(s)", {"s": "mg/dL"}, "mg/dl"),
        ("trim(s)", {"s": "  a b "}, "a b"),
        ("trim(s)", {"s": "   "}, None),
        ("contains(s, 'b')", {"s": "abc"}, True),
        ("contains(s, 'B')", {"s": "abc"}, False),
        ("contains(s, '.')", {"s": "abc"}, False),
        ("contains(s, 'b')", {"s": None}, None),
        ("starts(d, '2018-03')", {"d": "2018-03-01"}, True),
        ("starts(s, 'b')", {"s": "abc"}, False),
        ("ends(s, 'bc')", {"s": "abc"}, True),
        ("ends(s, 'bc')", {"s": None}, None),
        ("matches(s, '[0-9]+ mg')", {"s": "take 20 mg daily"}, True),
        ("matches(s, '^[0-9]+$')", {"s": "20 mg"}, False),
        ("matches(s, 'x')", {"s": None}, None),
        ("extract(s, '([0-9]+) mg')", {"s": "take 20 mg, 40 mg"}, "20"),
        ("extract(s, '([0-9]+) mg')", {"s": "none"}, None),
        ("extract(s, 'a(x*)')", {"s": "abc"}, None),
        ("extract(s, '(a)|(b)')", {"s": "b"}, None),
        ("replace(s, ',', '.')", {"s": "1,5,2"}, "1.5.2"),
        ("replace(s, '.', '')", {"s": "1.5"}, "15"),
        ("replace(s, 'a', '')", {"s": "aa"}, None),
        ("replace(s, 'a', 'b')", {"s": None}, None),
        ("text(n)", {"n": 1.0}, "1"),
        ("text(n)", {"n": None}, None),
        ("text(d)", {"d": "2018-03"}, "2018-03"),
        ("text(day)", {"day": date(2018, 3, 1)}, "2018-03-01"),
        ("text(moment)", {"moment": datetime(2018, 3, 1, 8, 5)}, "2018-03-01T08:05:00"),
        ("coalesce(s1, s2)", {"s1": None, "s2": "b"}, "b"),
        ("coalesce(s1, s2)", {"s1": None, "s2": None}, None),
        ("least(n1, n2, 3)", {"n1": None, "n2": 5.0}, 3.0),
        ("greatest(n1, n2)", {"n1": None, "n2": 5.0}, 5.0),
        ("least(n1, n2)", {"n1": None, "n2": None}, None),
        ("greatest(d1, d2)", {"d1": "2018-03", "d2": "2018-03-05"}, "2018-03"),
        ("least(day1, day2)", {"day1": date(2018, 3, 1), "day2": date(2017, 3, 1)}, date(2017, 3, 1)),
        ("floor(n)", {"n": -1.5}, -2.0),
        ("floor(n)", {"n": None}, None),
        ("abs(n)", {"n": -1.5}, 1.5),
        ("sqrt(n)", {"n": 9.0}, 3.0),
        ("log(n)", {"n": 10.0}, 2.302585092994046),
        ("log10(n)", {"n": 100.0}, 2.0),
        ("exp(n)", {"n": -0.5}, 0.6065306597126334),
        ("log(n)", {"n": None}, None),
        ("sqrt(n)", {"n": -9.0}, None),
        ("date(d)", {"d": "2018-03-01T10:00"}, date(2018, 3, 1)),
        ("date(d)", {"d": "2018-03"}, None),
        ("date(d)", {"d": "2018---15"}, None),
        ("date(moment)", {"moment": datetime(2018, 3, 1, 10)}, date(2018, 3, 1)),
        ("datetime(d)", {"d": "2018-03-01T10:07"}, datetime(2018, 3, 1, 10, 7)),
        ("datetime(d)", {"d": "2018-03-01T10:07:09"}, datetime(2018, 3, 1, 10, 7, 9)),
        ("datetime(d)", {"d": "2018-03-01T10:07:09.25"}, datetime(2018, 3, 1, 10, 7, 9, 250_000)),
        ("iso(datetime(d))", {"d": "2018-03-01T10:07:10.50"}, "2018-03-01T10:07:10.5"),
        ("iso(datetime(d))", {"d": "2018-03-01T10:07:10"}, "2018-03-01T10:07:10"),
        ("datetime(d)", {"d": "2018-03-01T10"}, None),
        ("datetime(d)", {"d": "2018-03-01"}, None),
        ("day(d)", {"d": "2018-03-01T10:07"}, "2018-03-01"),
        ("day(d)", {"d": "2018-03"}, "2018-03"),
        ("day(d)", {"d": "2018---15"}, "2018---15"),
        ("day(d)", {"d": None}, None),
        ("until(d1, s)", {"d1": "2018-12-31T22:10", "s": "22:10"}, "2018-12-31T22:10"),
        ("until(d1, s)", {"d1": "2018-12-31T22:10", "s": "22:09"}, "2019-01-01T22:09"),
        ("until(d1, s)", {"d1": "2018-12-31", "s": None}, None),
        ("iso(day)", {"day": date(2018, 3, 1)}, "2018-03-01"),
        ("iso(moment)", {"moment": datetime(2018, 3, 1, 10)}, "2018-03-01T10:00:00"),
        ("iso(day)", {"day": None}, None),
        ("study_day(d1, d2)", {"d1": "2018-03-01T10:00", "d2": "2018-03-01T11:00"}, 1.0),
        ("study_day(d1, d2)", {"d1": "2018-02-28", "d2": "2018-03-01"}, -1.0),
        ("study_day(d1, d2)", {"d1": "2018-03-03", "d2": "2018-03-01"}, 3.0),
        ("study_day(d1, d2)", {"d1": "2018-03", "d2": "2018-03-01"}, None),
        ("study_day(day, d)", {"day": date(2018, 3, 2), "d": "2018-03-01"}, 2.0),
        ("days_between(d1, d2)", {"d1": "2018-03-01", "d2": "2018-03-08"}, 7.0),
        ("days_between(d1, d2)", {"d1": "2018-03-08", "d2": "2018-03-01"}, -7.0),
        ("days_between(d1, d2)", {"d1": "2018", "d2": "2018-03-01"}, None),
        ("hours_between(d1, d2)", {"d1": "2018-03-01T23:00", "d2": "2018-03-02T00:30"}, 1.5),
        ("hours_between(d1, d2)", {"d1": "2018-03-01T23", "d2": "2018-03-02T00:30"}, None),
        (
            "minutes_between(d, moment)",
            {"d": "2018-03-01T10:00", "moment": datetime(2018, 3, 1, 9, 59)},
            -1.0,
        ),
        ("add_days(d, n)", {"d": "2018-02-28T10:00", "n": 1.0}, "2018-03-01T10:00"),
        ("add_days(day, 1)", {"day": date(2018, 2, 28)}, date(2018, 3, 1)),
        ("add_days(d, 1)", {"d": "2018-02"}, None),
        ("days_between(moment, d)", {"moment": datetime(2018, 3, 1, 23, 50), "d": "2018-03-02T00:10"}, 1.0),
        ("age(d1, d2)", {"d1": "1966-06-15", "d2": "2018-06-14"}, 51.0),
        ("age(d1, d2)", {"d1": "1966-06-15", "d2": "2018-06-15"}, 52.0),
        ("age(d1, d2)", {"d1": "1966-06", "d2": "2018-06-15"}, None),
        ("age(d1, d2)", {"d1": "1966-06", "d2": "2018-07-01"}, 52.0),
        ("age(d1, d2)", {"d1": "1966", "d2": "2018-12-31"}, 52.0),
        ("age(d1, d2)", {"d1": "1966", "d2": "2018-12-30"}, None),
        ("age(d1, d2)", {"d1": "2000-02-29", "d2": "2018-02-28"}, 17.0),
        ("age(d1, d2)", {"d1": "2000-02-29", "d2": "2018-03-01"}, 18.0),
        ("age(d1, d2)", {"d1": None, "d2": "2018-03-01"}, None),
        ("starts_by(d1, d2)", {"d1": "2018-03-01T12:00", "d2": "2018-03-01"}, True),
        ("starts_by(d1, d2)", {"d1": "2018-03-01", "d2": "2018-03-01T08:00"}, True),
        ("starts_by(d1, d2)", {"d1": "2018-03-01T12:00", "d2": "2018-03-01T08:00"}, False),
        ("starts_by(d1, d2)", {"d1": "2018-03", "d2": "2018-04-01"}, None),
        ("starts_by(d1, d2)", {"d1": "2018-03-01", "d2": None}, None),
    ],
)
def test_functions(call: str, names: dict[str, object], expected: object) -> None:
    found = value(call, **names)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (-2.5, "-2.5"),
        (0.0, "0"),
        (-0.0, "0"),
        (100.0, "100"),
        (1e22, "10000000000000000000000"),
        (0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_text_of_a_number_is_the_shortest_that_reads_back(number: float, text: str) -> None:
    assert number_text(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_text_of_a_number_reads_back(number: float) -> None:
    text = number_text(number)
    assert float(text) == number
    assert "e" not in text.lower() and not text.endswith(".0")


@pytest.mark.parametrize(
    ("number", "digits", "expected"),
    [
        (2.675, 2, 2.68),
        (-2.675, 2, -2.68),
        (4214.025, 2, 4214.03),
        (0.5, 0, 1.0),
        (1.5, 0, 2.0),
        (-0.5, 0, -1.0),
        (1.005, 2, 1.01),
        (1234.5, -2, 1200.0),
        (1250.0, -2, 1300.0),
        (0.1 + 0.2, 10, 0.3),
        (-0.04, 1, 0.0),
        (1e300, 2, 1e300),
        (2.4999999999999996, 0, 3.0),
        (2.49999999999999, 0, 2.0),
    ],
)
def test_round_is_half_away_from_zero_on_the_decimal_value(
    number: float, digits: int, expected: float
) -> None:
    assert value(f"round(n, {digits})", n=number) == expected if digits >= 0 else True
    assert functions.round_half_away(number, float(digits)) == expected


@given(st.integers(-(10**13), 10**13), st.integers(0, 4), st.integers(0, 4))
@example(2675, 3, 2)
def test_round_agrees_with_decimal_arithmetic(digits: int, scale: int, places: int) -> None:
    exact = Decimal(digits).scaleb(-scale)
    expected = float(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    assert functions.round_half_away(float(exact), float(places)) == expected


@pytest.mark.parametrize("number", [None, 1.0])
def test_round_of_missing_is_missing(number: float | None) -> None:
    assert functions.round_half_away(number, None) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12.0),
        ("-1.50", -1.5),
        ("+.5", 0.5),
        ("3.", 3.0),
        (None, None),
        ("1e5", None),
        ("1,5", None),
        (" 1", None),
        ("nan", None),
        ("inf", None),
        ("1 2", None),
        ("٣", None),
        (".", None),
        ("-", None),
    ],
)
def test_numeric_reads_plain_decimals_only(text: str | None, expected: float | None) -> None:
    assert value("numeric(s)", s=text) == expected
    if expected is None and text is not None:
        with pytest.raises(DataFault, match=f"'{text}' is no number"):
            value("number(s)", s=text)
    else:
        assert value("number(s)", s=text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7:04", 424.0),
        ("07:04", 424.0),
        ("99:59", 5999.0),
        ("1:00:01", 3601.0),
        ("424 sec", 424.0),
        ("424s", 424.0),
        ("424 Secs", 424.0),
        ("424.5 seconds", 424.5),
        ("7.1 min", 426.0),
        ("7 MINUTES", 420.0),
        ("2h", 7200.0),
        ("0.1 hours", 360.0),
        (None, None),
    ],
)
def test_durations_in_seconds(text: str | None, expected: float | None) -> None:
    assert value("seconds(s)", s=text) == expected


@pytest.mark.parametrize(
    "text", ["424", "7:60", "1:60:00", "7:4", "100:00", "-1 s", "7 days", "7  min", "1:2:3", "min"]
)
def test_other_durations_are_faults(text: str) -> None:
    with pytest.raises(DataFault, match="is no duration"):
        value("seconds(s)", s=text)


@pytest.mark.parametrize(
    ("number", "unit", "expected"),
    [(98.6, "F", 37.0), (70.0, "C", 70.0), (None, "F", None), (1.0, None, None), (1e308, "K", 1e308)],
)
def test_convert_is_exact(number: float | None, unit: str | None, expected: float | None) -> None:
    assert value("convert(n, s, 'C')", n=number, s=unit) == expected


@pytest.mark.parametrize(
    ("text", "sign", "number"),
    [("<0.01", "<", 0.01), (">= 99", ">=", 99.0), ("<=5", "<=", 5.0), (">99", ">", 99.0), ("5.4", None, 5.4),
     ("-3", None, -3.0), ("1+", None, None), ("10.2 H", None, None), ("<", None, None), ("<>5", None, None),
     ("=5", None, None), ("1,234", None, None), (None, None, None)],
)  # fmt: skip
def test_comparator_and_numeral(text: str | None, sign: str | None, number: float | None) -> None:
    assert value("comparator(s)", s=text) == sign
    assert value("numeral(s)", s=text) == number


@pytest.mark.parametrize(
    ("text", "notation", "expected"),
    [("5,4", "comma", 5.4), ("<5,4", "comma", 5.4), ("5.4", "comma", None), ("5", "comma", 5.0),
     ("1,234", "groups", 1234.0), ("1,234.5", "groups", 1234.5), ("12,34", "groups", None),
     ("1234", "groups", 1234.0), ("1.234,5", "comma groups", 1234.5), ("1.23", "comma groups", None),
     (">1,234", "groups", 1234.0), ("1,2345", "groups", None), ("1,234,56", "groups", None),
     ("0,123", "groups", None), ("012,345", "groups", None), ("<0.150", "comma groups", None),
     ("5,4", "either", 5.4), ("5.4", "either", 5.4), ("<5,4", "either", 5.4), ("1.234,5", "either", None),
     ("1,234", "either", 1.234), ("1,2,3", "either", None), ("5,", "either", 5.0), (",", "either", None)],
)  # fmt: skip
def test_other_notations_of_numbers(text: str, notation: str, expected: float | None) -> None:
    assert value(f"numeral(decimal(s, '{notation}'))", s=text) == expected


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 15))
@example(1.7976931348623157e308, 15)
@example(5e-324, 3)
@example(9.995, 3)
@example(-0.00025, 1)
def test_signif_agrees_with_decimal_arithmetic(number: float, digits: int) -> None:
    exact = Context(prec=digits, rounding=ROUND_HALF_UP).plus(Decimal(f"{number:.14e}"))
    expected = float(exact) if abs(float(exact)) != float("inf") else number
    assert functions.signif(number, float(digits)) == expected


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 15))
@example(1.7976931348623157e308, 15)
@example(1.2345678901234567e300, 0)
@example(5e-324, 15)
@example(-0.5, 0)
def test_round_has_a_value_for_every_number(number: float, digits: int) -> None:
    found = functions.round_half_away(number, float(digits))
    assert found is not None and abs(found - number) <= 0.5 * 10**-digits + abs(number) * 1e-14
    assert str(found) != "-0.0"


def test_convert_uses_the_units_of_the_project() -> None:
    assert value("convert(n, s, 'kg')", n=100.0, s="LB") == 100 * 0.45359237


def test_an_unknown_conversion_is_a_fault() -> None:
    with pytest.raises(DataFault, match="no conversion from unit 'furlong' to 'kg'"):
        value("convert(n, s, 'kg')", n=1.0, s="furlong")


def test_a_fault_knows_the_part_that_met_it() -> None:
    with pytest.raises(DataFault) as caught:
        value("1 + number(s)", s="x")
    assert caught.value.at == 4


_DAY = st.dates(date(1996, 1, 1), date(2004, 12, 31))


@given(
    _DAY,
    st.dates(date(2015, 1, 1), date(2018, 12, 31)),
    st.sampled_from([4, 7, 10]),
    st.sampled_from([4, 7, 10]),
)
def test_age_of_partial_dates_is_what_all_days_agree_on(
    birth: date, at: date, precision: int, other: int
) -> None:
    def days(text: str) -> list[date]:
        first = date.fromisoformat((text + "-01-01")[:10])
        every = (first + timedelta(days=i) for i in range(366))
        return [day for day in every if day.isoformat().startswith(text)]

    def years(born: date, then: date) -> int:
        count = 0
        while True:
            try:
                birthday = born.replace(year=born.year + count + 1)
            except ValueError:
                birthday = date(born.year + count + 1, 3, 1)
            if birthday > then:
                return count
            count += 1

    birth_dtc, at_dtc = birth.isoformat()[:precision], at.isoformat()[:other]
    born, then = days(birth_dtc), days(at_dtc)
    seen = {years(a, b) for a in (born[0], born[-1]) for b in (then[0], then[-1])}
    assert age(birth_dtc, at_dtc) == (float(seen.pop()) if len(seen) == 1 else None)


def test_the_greatest_float_is_its_own_rounding() -> None:
    assert value("round(n, 0)", n=1.7976931348623157e308) == 1.7976931348623157e308
