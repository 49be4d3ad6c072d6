"""Planted causes are recognised in the right records, and nothing is claimed that does not hold."""

from __future__ import annotations

import random
from typing import Any

import pytest
from compared_sides import Side, compared, said

from ced_cdisc.compare.model import ComparedVariable, Tolerance

PLACES: dict[str, list[Any]] = {
    "USUBJID": [f"S{i // 4}" for i in range(40)],
    "PARAMCD": [("AAA", "BBB", "CCC", "DDD")[i % 4] for i in range(40)],
}
VALUES = [round(7.31 * i + 0.1234567 * (i % 7), 6) for i in range(40)]


def changed(values: list[Any], change: Any, where: Any = lambda i: i % 4 == 1) -> list[str]:
    """What is said where some values are changed; the keys are USUBJID and PARAMCD."""
    other = [change(value) if where(i) else value for i, value in enumerate(values)]
    found = compared({**PLACES, "V": values}, {**PLACES, "V": other}, "USUBJID", "PARAMCD")
    assert not found.equal
    return said(found)


BBB = "exactly the records with PARAMCD=BBB"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda v: v * 100, "B = A x 100"),
        (lambda v: v / 100, "A = B x 100"),
        (lambda v: v * 0.3937007874, "A = B x 2.54"),
        (lambda v: v + 1, "B = A + 1"),
        (lambda v: v - 0.25, "B = A - 0.25"),
        (lambda v: -v, "B has the opposite sign of A"),
        (lambda v: round(v, 1), "B is A rounded to 1 decimal"),
        (lambda v: float(int(v)), "B is A cut to 0 decimals"),
        (lambda v: None, "missing in B"),
    ],
)
def test_a_planted_cause_of_numbers_is_named_with_its_place(change: Any, text: str) -> None:
    assert changed(VALUES, change) == [f"V differs in 10 of 40 records: {text}; {BBB}"]


TEXTS = [f"Some words {i} of Text" for i in range(40)]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (str.upper, "upper and lower case only"),
        (lambda v: v + "  ", "trailing blanks only"),
        (lambda v: " " + v, "leading blanks only"),
        (lambda v: v.replace(" ", "  ", 1), "blanks and other white space only"),
        (lambda v: v.replace(" ", "\t", 1), "blanks and other white space only"),
        (lambda v: v.upper().replace(" ", ""), "case and blanks only"),
        (lambda v: v[:10], "B is the beginning of A"),
        (lambda v: v + " and more", "A is the beginning of B"),
        (lambda v: "", "missing in B"),
    ],
)
def test_a_planted_cause_of_texts_is_named_with_its_place(change: Any, text: str) -> None:
    assert changed(TEXTS, change) == [f"V differs in 10 of 40 records: {text}; {BBB}"]


def test_numbers_that_differ_at_random_have_no_cause() -> None:
    numbers = random.Random(1)
    (text,) = changed(VALUES, lambda v: v + numbers.uniform(-5, 5), lambda i: True)
    assert text.startswith("V differs in 40 of 40 records: by 0.")
    assert "A x" not in text and "A +" not in text and "rounded" not in text and "; " not in text


def test_one_or_two_records_have_no_factor() -> None:
    (text,) = changed(VALUES, lambda v: v * 100, lambda i: i in (5, 9))
    assert text == "V differs in 2 of 40 records: by 3679.56 to 6537.65"


def test_infinity_is_no_number_like_others() -> None:
    infinite = float("inf")
    a, b = (
        {"K": ["1", "2", "3", "4"], "V": [infinite, 1.0, 2.0, 0.0]},
        {"K": ["1", "2", "3", "4"], "V": [infinite, infinite, -infinite, 0.0]},
    )
    found = compared(a, b, "K", tolerance=Tolerance(0.5, 1e308))
    assert said(found) == ["V differs in 2 of 4 records"]
    assert [(r.a, r.b) for r in found.differences[0].records] == [("1", "inf"), ("2", "-inf")]


def test_the_same_value_everywhere_has_no_factor_but_is_shown() -> None:
    (text,) = changed([5.0] * 40, lambda v: 6.0)
    assert text == f"V differs in 10 of 40 records: by 1; {BBB}; 5 -> 6: 10"


def test_a_factor_that_most_records_have_leaves_the_others_apart() -> None:
    numbers = iter(range(100))
    first, second = changed(VALUES, lambda v: v * 10 if next(numbers) < 8 else v + 0.77 * next(numbers))
    assert first == "V differs in 8 of 40 records: B = A x 10; all with PARAMCD=BBB (8 of its 10)"
    assert second.startswith("V differs in 2 of 40 records: by ")


def test_two_relations_that_the_records_cannot_tell_apart_are_both_named() -> None:
    whole = [float(i) + 0.5 for i in range(40)]
    (text,) = changed(whole, lambda v: v + 0.5)
    assert text == f"V differs in 10 of 40 records: B = A + 0.5, and also B is A rounded to 0 decimals; {BBB}"


def test_a_place_that_all_records_share_is_not_named() -> None:
    constant = {**PLACES, "VISIT": ["WEEK 1"] * 40}
    found = compared(
        {**constant, "V": VALUES}, {**constant, "V": [v + 1 for v in VALUES]}, "USUBJID", "PARAMCD"
    )
    assert said(found) == ["V differs in 40 of 40 records: B = A + 1"]


def test_variables_that_differ_in_the_same_records_are_said_to() -> None:
    one = {**PLACES, "AVAL": VALUES, "CHG": [v - 3 for v in VALUES]}
    other = {**PLACES, "AVAL": [v + (i == 5) for i, v in enumerate(VALUES)]}
    other["AVAL"][9] += 1
    other["CHG"] = [v - 3 for v in other["AVAL"]]
    assert said(compared(one, other, "USUBJID", "PARAMCD")) == [
        "AVAL differs in 2 of 40 records: by 1",
        "CHG differs in 2 of 40 records: by 1; the same records as for AVAL",
    ]


def test_dates_are_shown_as_dates_and_their_offset_in_days() -> None:
    variables = [
        ComparedVariable("USUBJID", "Char", length=8),
        ComparedVariable("ADT", "Num", length=8, format="DATE9."),
    ]
    subjects = [f"S{i}" for i in range(5)]
    a = Side({"USUBJID": subjects, "ADT": [21916.0, 21917.0, 21919.0, 21920.0, None]}, variables=variables)
    b = Side({"USUBJID": subjects, "ADT": [21918.0, 21919.0, 21921.0, 21922.0, None]}, variables=variables)
    found = compared(a, b, "USUBJID")
    assert said(found) == ["ADT differs in 4 of 5 records: B is 2 days after A"]
    first = found.differences[0].records[0]
    assert (first.place, first.a, first.b) == ("USUBJID=S0", "2020-01-02", "2020-01-04")


def test_special_missing_values_differ_from_each_other_and_from_ordinary_ones() -> None:
    columns = {"USUBJID": ["1", "2", "3", "4"], "V": [None, None, None, 1.0]}
    a = Side(columns, special={"V": ["A", None, "B", None]})
    b = Side(columns, special={"V": ["A", "C", "Z", None]})
    found = compared(a, b, "USUBJID")
    assert said(found) == ["V differs in 2 of 4 records: missing values of different codes"]
    assert [(r.place, r.a, r.b) for r in found.differences[0].records] == [
        ("USUBJID=2", ".", ".C"),
        ("USUBJID=3", ".B", ".Z"),
    ]
    assert compared(a, a, "USUBJID").equal


def test_what_the_tolerance_lets_pass_is_said() -> None:
    a = {"USUBJID": ["1", "2"], "V": [1.0, 2.0]}
    b = {"USUBJID": ["1", "2"], "V": [1.0 + 4e-13, 2.0]}
    found = compared(a, b, "USUBJID")
    assert found.equal
    assert [d.code for d in found.differences] == ["CED711"]
    assert said(found) == ["note: V: 1 record differs within the tolerance, by 4e-13 at most"]
    assert not compared(a, b, "USUBJID", tolerance=Tolerance(0.0)).equal
    single = Tolerance(1e-12, absolute_of={"XX.V": 0.5})
    assert compared(a, {**b, "V": [1.5, 2.5]}, "USUBJID", tolerance=single).equal
    assert not compared(a, {**b, "V": [1.5, 2.51]}, "USUBJID", tolerance=single).equal


def test_types_that_differ_are_compared_by_meaning() -> None:
    found = compared(
        {"USUBJID": ["1", "2", "3"], "V": ["1.0", "x", "3.00"]},
        {"USUBJID": ["1", "2", "3"], "V": [1.0, 2.0, 4.0]},
        "USUBJID",
    )
    assert said(found) == [
        "the types differ, the values are compared by meaning in 1 variable; V: A Char, B Num",
        "V differs in 2 of 3 records",
    ]
    dates = [ComparedVariable("K", "Num", length=8), ComparedVariable("V", "Num", length=8, format="DATE9.")]
    numbers = Side({"K": [1.0, 2.0], "V": [21916.0, 21916.0]}, variables=dates)
    texts = Side({"K": [1.0, 2.0], "V": ["2020-01-02", "02JAN2020"]})
    assert [d.code for d in compared(texts, numbers, "K").differences] == ["CED705", "CED707"]
