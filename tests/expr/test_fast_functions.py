"""The functions of one record on polars columns, as tables of values."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from fast_language import day, faults, moment, value, values
from hypothesis import example, given
from hypothesis import strategies as st

from ced_cdisc.core.decimals import shortest
from ced_cdisc.derive.catalogue import FUNCTIONS as SIGNATURES
from ced_cdisc.derive.fast import FUNCTIONS
from ced_cdisc.derive.fast.numbers import rounded
from ced_cdisc.expr.parse import ExpressionError
from ced_cdisc.expr.tree import Type
from ced_cdisc.expr.values import Argument
from ced_cdisc.recompute import DataFault, collected, functions, partial
from ced_cdisc.standards.units import conversion


def test_every_function_of_the_catalogue_is_there() -> None:
    assert set(FUNCTIONS) | {"if", "coalesce"} == set(SIGNATURES)


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("join('-', 'a', 'b')", "a-b"),
        ("join('-', 'a', missing, 'b')", "a-b"),
        ("join('', 'a', 1)", "a1"),
        ("join(' ', 1.50, 'mg')", "1.5 mg"),
        ("join('-', missing, missing)", None),
        ("upper('aé1')", "AÉ1"),
        ("lower('AÉ1')", "aé1"),
        ("trim(' a b ')", "a b"),
        ("trim('   ')", None),
        ("contains('abc', 'b')", True),
        ("contains('abc', 'B')", False),
        ("contains('a.c', '.')", True),
        ("contains('abc', '.')", False),
        ("starts('abc', 'ab')", True),
        ("starts('abc', 'b')", False),
        ("ends('abc', 'bc')", True),
        ("ends('abc', 'ab')", False),
        ("matches('abc', 'b.')", True),
        ("matches('abc', '^b')", False),
        ("extract('dose 12 mg', '([0-9]+) mg')", "12"),
        ("extract('12 and 13', '([0-9]+)')", "12"),
        ("extract('dose', '([0-9]+)')", None),
        ("extract('dose', 'dose([0-9]*)')", None),
        ("extract('dose', 'd(o|x)?')", "o"),
        ("replace('a-b-c', '-', '+')", "a+b+c"),
        ("replace('a.b', '.', '')", "ab"),
        ("replace('--', '-', '')", None),
        ("text(1.0)", "1"),
        ("text(0.1)", "0.1"),
        ("text(1e-7)", "0.0000001"),
        ("text(-2.5)", "-2.5"),
        ("text(1e21)", "1000000000000000000000"),
        ("text('a')", "a"),
    ],
)
def test_text(expression: str, result: Any) -> None:
    assert value(expression) == result


@pytest.mark.parametrize(
    "expression",
    ["upper(T)", "lower(T)", "trim(T)", "contains(T, 'a')", "starts(T, 'a')", "ends(T, 'a')",
     "matches(T, 'a')", "extract(T, '(a)')", "replace(T, 'a', 'b')", "text(N)", "numeric(T)", "number(T)",
     "seconds(T)",
     "round(N, 1)", "signif(N, 3)", "comparator(T)", "numeral(T)", "decimal(T, 'comma')", "unit(T)",
     "floor(N)", "abs(N)", "sqrt(N)", "convert(N, T, 'kg')", "date(D)", "date(Y)",
     "datetime(D)", "day(D)",
     "iso(X)", "iso(Y)", "study_day(D, X)", "days_between(D, Y)", "age(D, D)", "starts_by(D, D)",
     "least(N, N)", "until(D, T)", "log(N)", "log10(N)", "exp(N)", "add_days(D, N)", "add_days(X, N)",
     "add_days(Y, N)", "hours_between(D, Y)", "minutes_between(Y, D)"],
)  # fmt: skip
def test_missing_stays_missing(expression: str) -> None:
    rows = {key: [None] for key in ("T", "N", "D", "X", "Y")}
    assert values(expression, **rows) == [None]
    assert all(bad == [False] for _, bad, _ in faults(expression, **rows))
    assert values(expression, **{key: [] for key in rows}) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5.0), ("+5", 5.0), ("-5.50", -5.5), (".5", 0.5), ("5.", 5.0), ("007", 7.0),
     ("1e5", None), ("1,5", None), ("<5", None), (" 5", None), ("nan", None), ("inf", None), ("٣", None),
     ("5\n", None), ("", None), ("0.1", 0.1),
     ("123456789012345678901234567890.5", 123456789012345678901234567890.5)],
)  # fmt: skip
def test_number_reads_digits_only(text: str, number: float | None) -> None:
    cell = [text or None]
    assert values("numeric(T)", T=cell) == [number]
    assert values("number(T)", T=cell) == [number]
    assert faults("number(T)", T=cell) == [("number", [bool(text) and number is None], cell)]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7:04", 424), ("07:04", 424), ("1:02:03", 3723), ("424 sec", 424), ("424s", 424), ("424 SECS", 424),
     ("424 seconds", 424), ("7.1 min", 426), ("7.1minutes", 426), ("2 h", 7200), ("0.5 hours", 1800),
     ("7:4", None), ("7:60", None), ("1:60:00", None), ("424", None), ("7.1  min", None), ("abc", None),
     ("-7:04", None), ("7 mins", None)],
)  # fmt: skip
def test_seconds(text: str, seconds: float | None) -> None:
    assert values("seconds(T)", T=[text]) == [seconds]
    assert faults("seconds(T)", T=[text]) == [("seconds", [seconds is None], [text])]


@pytest.mark.parametrize(
    ("number", "digits", "result"),
    [(2.675, 2, 2.68), (4214.025, 2, 4214.03), (0.5, 0, 1.0), (-0.5, 0, -1.0), (1.5, 0, 2.0), (2.5, 0, 3.0),
     (-0.4, 0, 0.0), (1.005, 2, 1.01), (1e22, 2, 1e22), (15.0, 15, 15.0), (0.1 + 0.2, 15, 0.3)],
)  # fmt: skip
def test_round_halves_go_away_from_zero(number: float, digits: int, result: float) -> None:
    assert values(f"round(N, {digits})", N=[number]) == [result]
    assert math.copysign(1, values(f"round(N, {digits})", N=[number])[0]) == math.copysign(1, result)


@given(st.lists(st.decimals(-(10**7), 10**7, places=5), min_size=64, max_size=120), st.integers(0, 4))
def test_round_is_that_of_the_decimal_text(numbers: list[Decimal], digits: int) -> None:
    wanted = [float(n.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)) for n in numbers]
    assert values(f"round(N, {digits})", N=[float(n) for n in numbers]) == wanted


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=64, max_size=100), st.integers(0, 6)
)
def test_round_of_a_column_is_that_of_each_number(numbers: list[float], digits: int) -> None:
    assert values(f"round(N, {digits})", N=numbers) == [rounded(n, digits) for n in numbers]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_text_of_a_number_reads_back(number: float) -> None:
    text = shortest(number)
    assert float(text) == number
    assert "e" not in text and not text.endswith(".0") and text != "-0"


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("floor(-1.5)", -2.0),
        ("abs(-1.5)", 1.5),
        ("sqrt(9)", 3.0),
        ("sqrt(-9)", None),
        ("least(3, 1, 2)", 1.0),
        ("least(3, missing)", 3.0),
        ("greatest(3, 1, missing)", 3.0),
        ("least(missing, missing)", None),
        ("convert(2, 'kg', 'g')", 2000.0),
        ("convert(2, 'furlong', 'furlong')", 2.0),
        ("convert(212, 'F', 'C')", 100.0),
        ("convert(missing, 'kg', 'g')", None),
        ("convert(2, missing, 'g')", None),
    ],
)
def test_numbers(expression: str, result: Any) -> None:
    assert (
        value(expression) == pytest.approx(result, rel=1e-12)
        if result is not None
        else value(expression) is None
    )


def test_convert_without_conversion_is_a_fault() -> None:
    assert faults("convert(N, T, 'kg')", N=[1, 1, None], T=["LB", "mmHg", "mmHg"]) == [
        ("unit", [False, True, False], ["LB", "mmHg", "mmHg"])
    ]


def test_least_and_greatest_of_partial_dates_are_what_is_certain_of_them() -> None:
    assert values("least(D1, D2)", D1=["2018-03", None], D2=["2018-03-01", "2018"]) == ["2018-03-01", "2018"]
    assert values("greatest(D1, D2)", D1=["2018-03", None], D2=["2018-03-05", "2018"]) == ["2018-03", "2018"]
    assert values("least(X1, X2)", X1=[day("2018-03-01")], X2=[day("2018-02-01")]) == [day("2018-02-01")]


@pytest.mark.parametrize(
    ("dtc", "date", "datetime", "before_t"),
    [
        ("2018-03-05", day("2018-03-05"), None, "2018-03-05"),
        ("2018-03-05T10:30", day("2018-03-05"), moment("2018-03-05T10:30:00"), "2018-03-05"),
        ("2018-03-05T10:30:15", day("2018-03-05"), moment("2018-03-05T10:30:15"), "2018-03-05"),
        ("2018-03-05T10:30:15.25", day("2018-03-05"), moment("2018-03-05T10:30:15.250"), "2018-03-05"),
        (
            "2018-03-05T10:30:15.1234560",
            day("2018-03-05"),
            moment("2018-03-05T10:30:15.123456"),
            "2018-03-05",
        ),
        ("2018-03-05T10", day("2018-03-05"), None, "2018-03-05"),
        ("2018-03", None, None, "2018-03"),
        ("2018", None, None, "2018"),
        ("2018---15", None, None, "2018---15"),
    ],
)
def test_parts_of_a_date(dtc: str, date: Any, datetime: Any, before_t: str) -> None:
    assert values("date(D)", D=[dtc]) == [date]
    assert values("datetime(D)", D=[dtc]) == [datetime]
    assert values("day(D)", D=[dtc]) == [before_t]


def test_a_date_time_holds_no_digit_behind_the_microsecond() -> None:
    finer = "2018-03-05T10:30:15.1234567"
    rows = [finer, "2018-03-05T10:30:15.1234560", None]
    assert faults("datetime(D)", D=rows) == [("fraction", [True, False, False], rows)]
    with pytest.raises(DataFault, match=f"^'{finer}' has more digits than a date-time$"):
        partial.datetime_of(finer)


def test_iso_and_text_of_dates() -> None:
    assert values("iso(X)", X=[day("2018-03-05")]) == ["2018-03-05"]
    assert values("iso(Y)", Y=[moment("2018-03-05T10:30:00")]) == ["2018-03-05T10:30:00"]
    assert values("iso(Y)", Y=[moment("2018-03-05T10:30:10.500")]) == ["2018-03-05T10:30:10.5"]
    assert values("text(X)", X=[day("0999-03-05")]) == ["0999-03-05"]
    assert values("date(Y)", Y=[moment("2018-03-05T23:59:59")]) == [day("2018-03-05")]


@pytest.mark.parametrize(
    ("date", "reference", "study_day", "days"),
    [
        ("2018-03-05", "2018-03-05", 1, 0),
        ("2018-03-04", "2018-03-05", -1, 1),
        ("2018-03-06T08:00", "2018-03-05T23:00", 2, -1),
        ("2018-03", "2018-03-05", None, None),
        ("2020-03-01", "2020-02-28", 3, -2),
    ],
)
def test_study_day_has_no_day_0(date: str, reference: str, study_day: int | None, days: int | None) -> None:
    assert values("study_day(D1, D2)", D1=[date], D2=[reference]) == [study_day]
    assert values("days_between(D1, D2)", D1=[date], D2=[reference]) == [days]


def test_days_between_moments_are_those_of_the_calendar() -> None:
    late, early = moment("2018-03-05T23:50:00"), moment("2018-03-06T00:10:00")
    assert values("days_between(Y, D)", Y=[late, early], D=["2018-03-06T00:20", "2018-03-06"]) == [1, 0]


@pytest.mark.parametrize(
    ("birth", "at", "age"),
    [
        ("1970-06-05", "2020-06-04", 49),
        ("1970-06-05", "2020-06-05", 50),
        ("1970-06", "2020-07-01", 50),
        ("1970-06", "2020-06-15", None),
        ("1970", "2020-06-15", None),
        ("1970", "2020-12-31", 50),
        ("1972-02-29", "2021-02-28", 48),
        ("1972-02-29", "2021-03-01", 49),
        ("1972-02-29", "2020-02-29", 48),
        ("1970---15", "2020-12-15", 50),
    ],
)
def test_age_counts_completed_years(birth: str, at: str, age: int | None) -> None:
    assert values("age(D1, D2)", D1=[birth], D2=[at]) == [age]


def test_age_at_a_date() -> None:
    assert values("age(D, X)", D=["1970-06-05"], X=[day("2020-06-05")]) == [50.0]


@pytest.mark.parametrize(
    ("start", "at", "by"),
    [
        ("2018-03-05", "2018-03-05T10:30", True),
        ("2018-03-05T11:00", "2018-03-05", True),
        ("2018-03-05T11:00", "2018-03-05T10:30", False),
        ("2018-03-06", "2018-03-05T10:30", False),
        ("2018-03", "2018-03-05", None),
        ("2018-03-01", "2018-03", None),
    ],
)
def test_starts_by_compares_to_the_common_precision(start: str, at: str, by: bool | None) -> None:
    assert values("starts_by(D1, D2)", D1=[start], D2=[at]) == [by]


def test_many_values_are_computed_as_few() -> None:
    texts = [f"{i % 977}:{i % 60:02d}" for i in range(20_001)]
    expr = FUNCTIONS["seconds"]([Argument(pl.col("T"), Type.TEXT)])
    assert not isinstance(expr, pl.Expr)
    many = pl.DataFrame({"T": texts}).select(expr.value)["T"].to_list()
    few = [v for i in range(0, len(texts), 5000) for v in values("seconds(T)", T=texts[i : i + 5000])]
    assert many == few


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=80), st.integers(1, 15)
)
def test_both_engines_round_alike(numbers: list[float], digits: int) -> None:
    found = values(f"signif(N, {digits})", N=numbers)
    assert found == [functions.signif(n, float(digits)) for n in numbers]
    found = values(f"round(N, {digits})", N=numbers)
    assert found == [functions.round_half_away(n, float(digits)) for n in numbers]


@given(
    st.lists(st.decimals(-(10**6), 10**6, places=4), min_size=1, max_size=30),
    st.sampled_from(
        [("LB", "kg", ""), ("F", "C", ""), ("mg/dL", "mmol/L", ", 'GLUC'"), ("mEq/L", "mmol/L", ", 'CA'")]
    ),
)
def test_both_engines_convert_alike_and_exactly(numbers: list[Decimal], units: tuple[str, str, str]) -> None:
    start, end, test = units
    floats = [float(n) for n in numbers]
    found = values(f"convert(N, T, '{end}'{test})", N=floats, T=[start] * len(floats))
    more = [test.strip(", '")] if test else []
    assert found == [functions.convert(n, start, end, *more) for n in floats]
    exact = conversion(start, end, *more)
    assert exact is not None
    assert found == [float(Fraction(n) * exact.factor + exact.offset) for n in numbers]


@given(st.text("<>=+-.,0123456789 H", max_size=8))
@example("<0.01")
@example("1,234.5")
@example(">= 1.234,5")
@example("<1,5")
@example(",5")
@example("5,")
@example("1,2,3")
@example("0,123")
@example("<-0.123")
def test_both_engines_read_results_alike(text: str) -> None:
    cell = [text or None]
    assert values("comparator(T)", T=cell) == [collected.comparator(text or None)]
    assert values("numeral(T)", T=cell) == [collected.numeral(text or None)]
    for notation in ("comma", "groups", "comma groups", "either"):
        other = collected.numeral(collected.decimal(text or None, notation))
        assert values(f"numeral(decimal(T, '{notation}'))", T=cell) == [other]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("round(N, 1.5)", "digits of round() must be a whole number from 0 to 15, not 1.5"),
        ("round(N, 16)", "digits of round() must be a whole number from 0 to 15, not 16"),
        ("signif(N, 0)", "digits of signif() must be a whole number from 1 to 15, not 0"),
        ("convert(N, 'mg/dL', 'mmol/L', 'GLUK')", "no molar mass of GLUK is known"),
    ],
)
def test_arguments_that_cannot_be(expression: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        values(expression, N=[1.0])
    assert caught.value.message == message
