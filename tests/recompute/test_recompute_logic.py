"""Conditions and arithmetic: missing is not a value, a partial date is an interval."""

# ruff: noqa: DTZ001 - date-times of a trial have no time zone, as in SAS
from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recompute_language import value

from ced_cdisc.expr import tree
from ced_cdisc.recompute import evaluate
from ced_cdisc.recompute.partial import bounds, compare_dtc

T, F, U = True, False, None


@pytest.mark.parametrize(
    ("left", "right", "conjunction", "disjunction"),
    [
        (T, T, T, T),
        (T, F, F, T),
        (T, U, U, T),
        (F, T, F, T),
        (F, F, F, F),
        (F, U, F, U),
        (U, T, U, T),
        (U, F, F, U),
        (U, U, U, U),
    ],
)
def test_and_or_follow_kleene(left: object, right: object, conjunction: object, disjunction: object) -> None:
    assert value("t1 and t2", t1=left, t2=right) is conjunction
    assert value("t1 or t2", t1=left, t2=right) is disjunction


@pytest.mark.parametrize(("truth", "negation"), [(T, F), (F, T), (U, U)])
def test_not_leaves_the_unknown_unknown(truth: object, negation: object) -> None:
    assert value("not t", t=truth) is negation


@pytest.mark.parametrize(
    ("condition", "names", "expected"),
    [
        ("n1 = n2", {"n1": 1.0, "n2": 1.0}, T),
        ("n1 < n2", {"n1": 1.0, "n2": 2.0}, T),
        ("n1 >= n2", {"n1": 1.0, "n2": 2.0}, F),
        ("n1 > n2", {"n1": 2.0, "n2": 2.0}, F),
        ("n1 != n2", {"n1": None, "n2": 2.0}, U),
        ("n1 = missing", {"n1": 1.0}, U),
        ("s = 'a'", {"s": "a"}, T),
        ("s = 'A'", {"s": "a"}, F),
        ("s != 'A'", {"s": "a"}, T),
        ("s in ('a', 'b')", {"s": "b"}, T),
        ("s in ('a', 'b')", {"s": "c"}, F),
        ("s in ('a', 'b')", {"s": None}, U),
        ("s not in ('a', 'b')", {"s": "c"}, T),
        ("s not in ('a', 'b')", {"s": None}, U),
        ("n in (1, -2)", {"n": -2.0}, T),
        ("n between 1 and 3", {"n": 1.0}, T),
        ("n between 1 and 3", {"n": 3.5}, F),
        ("n between n1 and 3", {"n": 4.0, "n1": None}, F),
        ("n between n1 and 3", {"n": 2.0, "n1": None}, U),
        ("s is missing", {"s": None}, T),
        ("s is present", {"s": None}, F),
        ("s is present", {"s": "x"}, T),
        ("t is missing", {"t": None}, T),
        ("day1 < day2", {"day1": date(2018, 1, 1), "day2": date(2018, 1, 2)}, T),
        ("moment1 = moment2", {"moment1": datetime(2018, 1, 1), "moment2": datetime(2018, 1, 1)}, T),
    ],
)
def test_comparisons(condition: str, names: dict[str, object], expected: object) -> None:
    assert value(condition, **names) is expected


@pytest.mark.parametrize(
    ("left", "op", "right", "expected"),
    [
        ("2018-03", "<", "2018-04-02", T),
        ("2018-03", "<", "2018-03-15", U),
        ("2018-03", "<", "2018-02", F),
        ("2018-03-15", "<", "2018-03-15", F),
        ("2018-03-15T10:00", "<", "2018-03-15T10:01", T),
        ("2018-03-15T10:00:00", "<", "2018-03-15T10:00:00", F),
        ("2018-03-15T10:00:00", "<=", "2018-03-15T10:00:00", T),
        ("2018-03-15", "<=", "2018-03-15", T),
        ("2018-03-15", ">", "2018-03-14", T),
        ("2018-03-15", ">=", "2018-03-16", F),
        ("2018", ">=", "2018-01-01", U),
        ("2018", ">=", "2018-01-01T00:00:00", T),
        ("2018-03", "=", "2018-03", T),
        ("2018-03", "=", "2018-03-01", U),
        ("2018-03", "=", "2018-04", F),
        ("2018-03", "!=", "2018-03", F),
        ("2018-03", "!=", "2018-04", T),
        ("2018-03", "!=", "2018-03-01", U),
        ("2018---15", "<", "2018-12-16", T),
        ("2018---15", "<", "2018-06-01", U),
        ("2018---15", ">", "2018-01-14", T),
        ("2018", "<", None, U),
        ("soon", "<", "2018", U),
        ("soon", "=", "soon", T),
        ("soon", "=", "2018", U),
    ],
)
def test_iso_dates_compare_as_intervals(left: str, op: str, right: str | None, expected: object) -> None:
    assert value(f"d1 {op} d2", d1=left, d2=right) is expected


def test_between_and_in_of_dates_are_made_of_comparisons() -> None:
    assert value("d between '2018-01' and '2018-03'", d="2018-02-10") is True
    assert value("d between '2018-01' and '2018-03'", d="2018-03-10") is None
    assert value("d in ('2018-01', '2018-03')", d="2018-03") is True
    assert value("d in ('2018-01', '2018-03')", d="2018-03-10") is None
    assert value("d not in ('2018-01', '2018-03')", d="2018-02-10") is True


@pytest.mark.parametrize(
    ("dtc", "first", "last"),
    [
        ("2018", "2018-01-01T00:00:00", "2018-12-31T23:59:59"),
        ("2016-02", "2016-02-01T00:00:00", "2016-02-29T23:59:59"),
        ("2018-03-15", "2018-03-15T00:00:00", "2018-03-15T23:59:59"),
        ("2018-03-15T10", "2018-03-15T10:00:00", "2018-03-15T10:59:59"),
        ("2018-03-15T10:07", "2018-03-15T10:07:00", "2018-03-15T10:07:59"),
        ("2018-03-15T10:07:30", "2018-03-15T10:07:30", "2018-03-15T10:07:30"),
        ("2018---31", "2018-01-31T00:00:00", "2018-12-31T23:59:59"),
    ],
)
def test_bounds_of_a_partial_date(dtc: str, first: str, last: str) -> None:
    assert bounds(dtc) == (datetime.fromisoformat(first), datetime.fromisoformat(last))


@pytest.mark.parametrize(
    "text", ["2018-13", "2018-02-30", "2018-1-1", "", "2018-", "2018--", "0000", "2018-01-01T24:00"]
)
def test_other_texts_have_no_bounds(text: str) -> None:
    assert bounds(text) is None


def _dtcs() -> st.SearchStrategy[str]:
    days = st.dates(date(2015, 11, 1), date(2016, 4, 1)).map(date.isoformat)
    return st.tuples(days, st.sampled_from([4, 7, 10])).map(lambda pair: pair[0][: pair[1]])


def _moments(dtc: str) -> list[datetime]:
    """The first and last second of every day that a date may mean; found without the code under test."""
    day, days = datetime(2015, 1, 1), list[datetime]()
    while day.year < 2017:
        if day.date().isoformat().startswith(dtc):
            days += [day, day + timedelta(hours=23, minutes=59, seconds=59)]
        day += timedelta(days=1)
    return days


@given(_dtcs(), _dtcs(), st.sampled_from(["<", "<=", ">", ">="]))
def test_an_order_is_known_where_all_pairs_of_moments_agree(left: str, right: str, op: str) -> None:
    # the extreme moments decide, so those of the extreme days are enough
    first, second = _moments(left), _moments(right)
    if len(left) == len(right) == 10:  # days among themselves are points
        first, second = first[:1], second[:1]
    seen = {
        {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]
        for a in (first[0], first[-1])
        for b in (second[0], second[-1])
    }
    assert compare_dtc(op, left, right) is (seen.pop() if len(seen) == 1 else None)


@given(_dtcs(), _dtcs())
def test_different_dates_are_unequal_where_they_share_no_moment(left: str, right: str) -> None:
    shared = bool({*_moments(left)} & {*_moments(right)})
    expected = True if left == right else None if shared else False
    assert compare_dtc("=", left, right) is expected
    assert compare_dtc("!=", left, right) is (None if expected is None else not expected)


@pytest.mark.parametrize(
    ("formula", "names", "expected"),
    [
        ("n1 + n2 * 2", {"n1": 1.0, "n2": 3.0}, 7.0),
        ("(n1 - n2) / 2", {"n1": 1.0, "n2": 4.0}, -1.5),
        ("-n1 ** 2", {"n1": 3.0}, -9.0),
        ("2 ** 3 ** 2", {}, 512.0),
        ("n1 + n2", {"n1": None, "n2": 3.0}, None),
        ("-n1", {"n1": None}, None),
        ("n1 / n2", {"n1": 1.0, "n2": 0.0}, None),
        ("0 ** -1", {}, None),
        ("(-8) ** 0.5", {}, None),
        ("1e300 * 1e300", {}, None),
        ("1e300 ** 2", {}, None),
        ("0.1 + 0.2", {}, 0.1 + 0.2),
    ],
)
def test_arithmetic_in_double_precision(formula: str, names: dict[str, object], expected: object) -> None:
    assert value(formula, **names) == expected


@pytest.mark.parametrize(("condition", "expected"), [(T, "a"), (F, "b"), (U, "b")])
def test_if_takes_its_last_value_unless_the_condition_is_true(condition: object, expected: str) -> None:
    assert value("if(t, 'a', 'b')", t=condition) == expected


def test_only_what_is_needed_is_computed() -> None:
    assert value("if(s is present, number(s), 0)", s=None) == 0
    assert value("if(s != 'ND', number(s), missing)", s="ND") is None
    assert value("coalesce(n, number(s))", n=1.0, s="ND") == 1
    assert value("s != 'ND' and number(s) > 1", s="ND") is False
    assert value("s = 'ND' or number(s) > 1", s="ND") is True


def test_an_empty_text_is_missing() -> None:
    assert value("''") is None
    assert value("s = ''", s="a") is None


def test_every_step_can_be_watched() -> None:
    node = tree.Arithmetic(op="+", left=tree.Column(name="A"), right=tree.Literal(value=2.0))
    seen: list[tuple[str, object]] = []
    evaluate(node, lambda name: 1.0, trace=lambda part, of: seen.append((type(part).__name__, of)))
    assert seen == [("Column", 1.0), ("Literal", 2.0), ("Arithmetic", 3.0)]


@pytest.mark.parametrize(
    "node",
    [
        tree.Compare(op="<", left=tree.Literal(value="2018"), right=tree.Literal(value=1.0)),
        tree.Arithmetic(op="+", left=tree.Literal(value="a"), right=tree.Literal(value=1.0)),
        tree.Negated(of=tree.Literal(value=1.0)),
        tree.Selected(name="CBF"),
        tree.Aggregate(func="count", of=None),
    ],
)
def test_a_tree_that_does_not_fit_is_a_bug_not_a_fault(node: tree.Node) -> None:
    with pytest.raises(TypeError):
        evaluate(node, lambda name: None)
