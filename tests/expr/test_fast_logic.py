"""Three-valued logic, intervals, arithmetic, branches, and what reads raw text, on polars columns."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from fast_language import compiled, day, faults, value, values
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.core.dates import bounds
from ced_cdisc.expr import tree
from ced_cdisc.expr.fault import wrong_at_all

T, F, U = True, False, None
D = tree.Column(name="D")
TEXT, TIME = tree.Column(name="T1"), tree.Column(name="T2")


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (T, T, T, T),
        (T, F, F, T),
        (T, U, U, T),
        (F, F, F, F),
        (F, U, F, U),
        (U, U, U, U),
        (U, T, U, T),
        (U, F, F, U),
    ],
)
def test_and_or_not_are_three_valued(a: bool | None, b: bool | None, both: Any, either: Any) -> None:
    number = {T: 1.0, F: 0.0, U: None}
    rows = {"N1": [number[a]], "N2": [number[b]]}
    assert values("N1 = 1 and N2 = 1", **rows) == [both]
    assert values("N1 = 1 or N2 = 1", **rows) == [either]
    assert values("not (N1 = 1)", **rows) == [{T: F, F: T, U: U}[a]]


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("1 < 2", T), ("2 <= 2", T), ("2 > 2", F), ("2 >= 2", T), ("1 = 1.0", T), ("1 != 1", F),
        ("'a' = 'a'", T), ("'a' != 'b'", T), ("'a' = missing", U), ("missing = missing", U),
        ("1 in (1, 2)", T), ("3 in (1, 2)", F), ("missing in (1, 2)", U), ("'a' not in ('b')", T),
        ("2 between 1 and 2", T), ("3 between 1 and 2", F), ("2 between missing and 2", U),
        ("3 between missing and 2", F), ("missing is missing", T), ("1 is present", T),
        ("(missing = 1) is missing", T), ("'' is missing", T), ("not missing", U),
        ("if(missing = 1, 'a', 'b')", "b"), ("if(1 = 1, missing, 'b')", U), ("if(missing, 1, 2)", 2.0),
        ("coalesce(missing, 2, 1)", 2.0), ("coalesce(missing, missing)", U),
        ("1 + 2 * 3", 7.0), ("2 ** 3 ** 0", 2.0), ("-(2)", -2.0), ("7 / 2", 3.5), ("1 / 0", U), ("0 / 0", U),
        ("1e200 * 1e200", U), ("0 ** -1", U), ("(0 - 8) ** 0.5", U), ("10 ** 400", U), ("0 ** 0", 1.0),
        ("1 + missing", U), ("-missing", U),
    ],
)  # fmt: skip
def test_constants(expression: str, result: Any) -> None:
    assert value(expression) == result


@pytest.mark.parametrize(
    ("left", "op", "right", "result"),
    [
        ("2018-03", "<", "2018-04-02", T),
        ("2018-03", "<", "2018-03-15", U),
        ("2018-03", "<", "2018-03-01", U),
        ("2018-03", "<", "2018-02", F),
        ("2018-03", "<=", "2018-03", U),
        ("2018-03", "<=", "2018-03-31T23:59:59", T),
        ("2018-02", "<=", "2018-02-28T23:59:59", T),
        ("2020-02", "<=", "2020-02-28T23:59:59", U),
        ("2018-03-15", "<=", "2018-03-15", T),
        ("2018-03-15", "<", "2018-03-15", F),
        ("2018-03-15T10:30", "<=", "2018-03-15T10:30", T),
        ("2018-03-15", "<=", "2018-03-15T10:30", U),
        ("2018-03-15T10:30:00", "<=", "2018-03-15T10:30:00", T),
        ("2018-03-15T10:30:00", "<", "2018-03-15T10:30:00", F),
        ("2018-03-16", ">", "2018-03-15", T),
        ("2018-03-15", ">=", "2018-03-15", T),
        ("2018-03-15T10", "<", "2018-03-15T11", T),
        ("2018-03-15T10:30", "<", "2018-03-15T10", U),
        ("2018---15", "<", "2018-12-16", T),
        ("2018---15", "<", "2018-12-15", U),
        ("2018---15", ">", "2018-01-14", T),
        ("2018-03", "=", "2018-03", T),
        ("2018-03", "=", "2018-03-15", U),
        ("2018-03", "=", "2018-04", F),
        ("2018-03", "!=", "2018-04", T),
        ("2018-03", "!=", "2018-03", F),
        ("2018", "=", None, U),
        ("--03-15", "<", "2018", U),
    ],
)
def test_iso_dates_compare_as_intervals(left: str, op: str, right: str | None, result: bool | None) -> None:
    assert values(f"D1 {op} D2", D1=[left], D2=[right]) == [result]


def test_in_is_several_equalities_of_intervals() -> None:
    dates = ["2018-03", "2018-03-10", "2018-02-10", None]
    assert values("D in ('2018-01', '2018-03')", D=dates) == [True, None, False, None]
    assert values("D not in ('2018-01', '2018-03')", D=dates) == [False, None, True, None]
    assert values("D = '2018-01' or D = '2018-03'", D=dates) == [True, None, False, None]


def test_a_written_date_beside_an_iso_date_is_an_interval() -> None:
    rows = ["2018-04-05", "2018-04", "2018-03-05", "2018-06-01", None]
    assert values("D between '2018-03' and '2018-05'", D=rows) == [T, T, U, F, U]


_PARTS = st.builds(
    lambda y, m, d, h, mi, s, n: f"{y}-{m:02}-{d:02}T{h:02}:{mi:02}:{s:02}"[: (4, 7, 10, 13, 16, 19)[n]],
    st.integers(2018, 2020), st.integers(1, 12), st.integers(1, 28), st.integers(0, 23), st.integers(0, 59),
    st.integers(0, 59), st.integers(0, 5),
)  # fmt: skip


@given(_PARTS, _PARTS)
def test_comparisons_of_intervals_agree_with_their_bounds(left: str, right: str) -> None:
    rows = {"D1": [left], "D2": [right]}
    (low_a, up_a), (low_b, up_b) = bounds(left) or ("", ""), bounds(right) or ("", "")
    less = T if up_a < low_b else F if low_a >= up_b else U
    if len(left) == len(right) >= 10:
        less = left < right
    assert values("D1 < D2", **rows) == [less]
    assert values("D2 > D1", **rows) == [less]
    assert values("D1 != D2", **rows) == [{T: F, F: T, U: U}[values("D1 = D2", **rows)[0]]]


def test_many_rows_compare_as_few() -> None:
    days = [f"2018-{i % 12 + 1:02}-{i % 28 + 1:02}" for i in range(20_001)]
    other = [None if i % 7 == 0 else f"2018-{i % 11 + 1:02}" for i in range(20_001)]
    wanted = [
        v
        for i in range(0, 20_001, 9000)
        for v in values("D1 < D2", D1=days[i : i + 9000], D2=other[i : i + 9000])
    ]
    assert values("D1 < D2", D1=days, D2=other) == wanted


def test_quotients_are_those_of_python_for_one_row_and_many() -> None:
    numbers = [i / 7 for i in range(1, 400)]
    for divisor in (3.0, 10.0, 49.0, 60.0, 365.25):
        assert values(f"N / {divisor}", N=numbers) == [n / divisor for n in numbers]
        assert values(f"N / {divisor}", N=numbers[:1]) == [numbers[0] / divisor]


def test_values_of_other_types_compare_by_size() -> None:
    rows = {"X1": [day("2018-03-05"), None], "X2": [day("2018-03-06"), day("2018-03-06")]}
    assert values("X1 < X2", **rows) == [T, U]
    assert values("X1 = X2", **rows) == [F, U]


def test_power_is_that_of_python() -> None:
    base = [1.1, 2.5, 3.7, 0.3]
    assert values("N ** 2.5", N=base) == [b**2.5 for b in base]


def test_a_variable_the_rows_lack_is_missing() -> None:
    assert values("N2 is missing", N1=[1]) == [True]


# what reads raw text

CT = tree.Recode(of=TEXT, pairs=(("1", "MILD"), ("2", "MODERATE"), ("1", "NEVER"), ("9", "")))


def test_recode_takes_the_first_pair_and_faults_on_others() -> None:
    rows = {"T1": ["1", "2", "9", None, "7"]}
    assert values(CT, **rows) == ["MILD", "MODERATE", None, None, None]
    assert faults(CT, **rows) == [("recode", [F, F, F, F, T], rows["T1"])]


def test_recode_with_otherwise_has_no_faults() -> None:
    other = tree.Recode(of=TEXT, pairs=(("1", "MILD"), ("9", "")), otherwise="OTHER")
    assert values(other, T1=["1", "9", None, "7"]) == ["MILD", None, None, "OTHER"]
    assert faults(other, T1=["7"]) == []
    assert values(tree.Recode(of=TEXT, pairs=(), otherwise="OTHER"), T1=["1", None]) == ["OTHER", None]


def test_recode_of_a_number_goes_by_its_text() -> None:
    node = tree.Recode(of=tree.Column(name="N1"), pairs=(("1", "YES"),))
    assert values(node, N1=[1.0, None]) == ["YES", None]


READ = tree.ReadDate(date=TEXT, time=TIME, formats=("DD-MON-YYYY", "UN-MON-YYYY"), time_formats=("HH:MM",))


def test_dates_and_times_are_read_together() -> None:
    rows = {
        "T1": [
            "05-MAR-2018",
            "05-MAR-2018",
            "UN-MAR-2018",
            None,
            "31-FEB-2018",
            "05-MAR-2018",
            "UN-MAR-2018",
            None,
        ],
        "T2": ["10:30", None, None, None, None, "25:00", "10:30", "10:30"],
    }
    assert values(READ, **rows) == ["2018-03-05T10:30", "2018-03-05", "2018-03", None, None, None, None, None]
    [(kind, bad, shown)] = faults(READ, **rows)
    assert (kind, bad) == ("date", [F, F, F, F, T, T, T, T])
    assert shown[-4:] == ["31-FEB-2018\x1f", "05-MAR-2018\x1f25:00", "UN-MAR-2018\x1f10:30", "\x1f10:30"]


@pytest.mark.parametrize(
    ("expression", "bad"),
    [
        ("number(T)", [T, T, T]),
        ("if(N = 1, number(T), missing)", [T, F, F]),
        ("if(N = 1, missing, number(T))", [F, T, T]),
        ("if(N = 1, 0, if(N = 2, number(T), 0))", [F, T, F]),
        ("coalesce(N, number(T))", [F, F, T]),
        ("coalesce(missing, N, number(T))", [F, F, T]),
        ("if(number(T) = 1, 1, 2)", [T, T, T]),
    ],
)
def test_a_fault_counts_where_its_branch_is_taken(expression: str, bad: list[bool]) -> None:
    found = faults(expression, N=[1, 2, None], T=["x", "x", "x"])
    assert [one[1] for one in found if one[0] != "near"] == [bad]


@pytest.mark.parametrize("branches", [4, 8])
def test_the_condition_of_a_branch_is_asked_once_for_all_faults_in_it(branches: int) -> None:
    # Each branch stands in the one before it: with its conditions before each fault they were a square.
    text = "0"
    for number in range(branches):
        text = f"if(T1 = '{number}', number(T2), {text})"
    rows = {"T1": ["0", "1", "1", "9", None], "T2": ["x", "x", "5", "x", "x"]}
    frame, made = compiled(text, rows)
    found = pl.any_horizontal(wrong_at_all(made.faults))
    assert str(found).count('col("T1")') == 2 * branches - 1
    shown = frame.select(found.alias("found"), each=pl.any_horizontal(one.bad for one in made.faults))
    assert shown["found"].fill_null(False).to_list() == shown["each"].to_list() == [T, T, F, F, F]


@pytest.mark.parametrize(
    ("text", "column", "times"),
    [("number(T)", "T", 3), ("N1 + N2 * N3 - N4", "N2", 2), ("if(T = 'a', N1, N2)", "T", 1)],
)
def test_an_expression_reads_what_it_is_made_of_few_times(text: str, column: str, times: int) -> None:
    _, made = compiled(text, {"T": ["a"], "N1": [1], "N2": [1], "N3": [1], "N4": [1]})
    assert str(made.expr).count(f'col("{column}")') == times


def test_a_sum_that_is_infinite_on_the_way_is_missing() -> None:
    large = {"N1": [1e308, 1], "N2": [1e308, 2]}
    assert values("N1 + N2 - N2", **large) == [None, 1]
    assert values("1 / (N1 + N2)", **large) == [None, 1 / 3]
    assert values("(N1 + N2) / N2 - 1", **large) == [None, 0.5]


def test_aggregates_come_from_the_columns_the_caller_made() -> None:
    frame, _ = compiled("N1", {"N1": [1.0]})
    assert frame.columns == ["N1"]


def test_membership_of_a_constant_holds_for_every_row() -> None:
    assert values("if('C' in ('a', 'b'), 0, N1)", N1=[1, 2, None]) == [1, 2, None]
    assert values("'C' not in ('a', 'b')", N1=[1, 2, 3]) == [True, True, True]
    assert values("upper('a') in ('A')", N1=[1, 2, 3]) == [True, True, True]
