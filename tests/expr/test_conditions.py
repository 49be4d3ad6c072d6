"""Conditions in words: what ``not`` stands before, and conditions that other conditions follow."""

from __future__ import annotations

from itertools import product

import pytest
from fast_language import values
from test_english import said

from ced_cdisc.expr import tree
from ced_cdisc.expr.conditions import settled
from ced_cdisc.expr.parse import parse

DATES = ["2018", "2018-03", "2018-03-15", "2018-03-16", "2018-03-15T09", "2018-03-15T09:30", "2018-04", None]
NUMBERS = [1.0, 2.0, None]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("not (SEX = 'M' and A > 40)", 'SEX is not "M" or A is at most 40'),
        ("not SEX = 'M' and A > 40", 'SEX is not "M" and A is above 40'),
        ("not (SEX = 'M' or A > 40)", 'SEX is not "M" and A is at most 40'),
        ("not SEX = 'M' or A > 40", 'SEX is not "M" or A is above 40'),
        ("not (SEX = 'M' and A > 40) and B = 1", '(SEX is not "M" or A is at most 40) and B is 1'),
        ("not (SEX = 'M' or A > 40) or B = 1", 'SEX is not "M" and A is at most 40, or B is 1'),
        ("not (A = 1 and not (B = 1 or C = 1))", "A is not 1 or B is 1 or C is 1"),
        ("not not A = 1", "A is 1"),
        ("not (A is missing or B is missing)", "A and B are present"),
        ("not A in (1, 2)", "A is neither 1 nor 2"),
        ("not A not in (1, 2)", "A is 1 or 2"),
        ("not ADT < BDT", "ADT is on or after BDT"),
        ("not (A between 1 and 2)", "A is not from 1 to 2"),
        ("not not (A between 1 and 2)", "A is from 1 to 2"),
        ("not contains(SEX, 'M')", 'SEX does not contain "M"'),
        ("not starts(SEX, 'M')", 'SEX does not start with "M"'),
        ("not ends(SEX, 'M')", 'SEX does not end with "M"'),
        ("not matches(SEX, 'M')", 'SEX does not match the pattern "M"'),
        ("not starts_by(ADTC, BDTC)",
         "it is not true that (ADTC is on or before BDTC, compared as far as both are given)"),
        ("if(A = 1 and B = 1, 0, 1) = 1", "it is not true that (A is 1 and B is 1)"),
        ("if(not (A = 1 or B = 1), 0, 1) = 1 or C = 1",
         "it is not true that (A is not 1 and B is not 1) or C is 1"),
        ("not (if(A = 1, 0, 1) = 1)", "it is not true that it is not true that A is 1"),
    ],
)  # fmt: skip
def test_what_not_stands_before_is_said_by_its_contrary(condition: str, expected: str) -> None:
    assert said(f"if({condition}, A, B)") == f"A if {expected}; otherwise B."


@pytest.mark.parametrize(
    "condition",
    [
        "D1 < D2", "D1 <= D2", "D1 = D2", "D1 != D2", "D1 > D2", "D1 >= D2", "N1 = 1 and N2 = 1",
        "N1 = 1 or N2 = 1", "N1 in (1)", "N1 not in (1)", "N1 is missing", "not N1 = 1",
        "not (N1 = 1 and (N2 = 1 or not D1 < D2))",
    ],
)  # fmt: skip
def test_the_contrary_is_true_false_and_unknown_where_not_is(condition: str) -> None:
    cells = list(zip(*product(DATES, DATES, NUMBERS, NUMBERS), strict=True))
    rows = {name: list(column) for name, column in zip(("D1", "D2", "N1", "N2"), cells, strict=True)}
    node = tree.Negated(of=parse(condition))
    contrary = settled(node)
    assert not isinstance(contrary, tree.Negated)
    assert values(contrary, **rows) == values(node, **rows)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (
            "A > count(EX.B where EX.C = 1) and SEX = 'M'",
            "A is above (the number of the subject's records in EX with a value of B where C is 1) and "
            'SEX is "M"',
        ),
        (
            "A > count(EX.B where EX.C = 1 and SEX = 'M')",
            "A is above (the number of the subject's records in EX with a value of B where C is 1 and "
            'SEX is "M")',
        ),
        (
            "A between 1 and max(EX.B where EX.C = 1) or SEX = 'M'",
            'A is from 1 to (the largest B of the subject\'s records in EX where C is 1) or SEX is "M"',
        ),
        (
            "ADT < add_days(max(EX.BDT where EX.C = 1), 2) and SEX = 'M'",
            "ADT is before (the latest BDT of the subject's records in EX where C is 1) plus 2 days and "
            'SEX is "M"',
        ),
    ],
)
def test_records_with_a_condition_do_not_run_into_the_next_condition(condition: str, expected: str) -> None:
    assert said(f"if({condition}, A, B)") == f"A if {expected}; otherwise B."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("add_days(greatest(ADT, BDT), 2)", "(the greatest of ADT and BDT) plus 2 days."),
        ("add_days(ADT, -1)", "ADT minus 1 day."),
        ("add_days(ADT, 1)", "ADT plus 1 day."),
        ("greatest(ADT, add_days(BDT, 2))", "The greatest of ADT and BDT plus 2 days."),
    ],
)
def test_days_are_added_to_what_stands_in_brackets(text: str, expected: str) -> None:
    assert said(text) == expected


def test_of_records_with_a_condition_only_they_have_a_next_one() -> None:
    assert said("next(A order by B)") == "The A of the subject's next record, ordered by B."
    assert said("previous(A where B > 1 on SEX order by B)") == (
        "The A of the previous of the subject's records with the same SEX where B is above 1, ordered by B; "
        "missing where this record is none of them."
    )
