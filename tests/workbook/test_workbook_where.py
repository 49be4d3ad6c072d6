"""Where clauses in the cells of a workbook."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ced_cdisc.workbook.layout import COMPARATORS
from ced_cdisc.workbook.where import Condition, NoClause, clauses_text, parse_clauses

WRITTEN = [
    ("PARAMCD EQ ACITM01", "PARAMCD EQ ACITM01"),
    ("QNAM EQ (RACE1)", "QNAM EQ RACE1"),
    (
        "LBCAT EQ LIVER FUNCTION and LBTESTCD in (A, B c)",
        'LBCAT EQ "LIVER FUNCTION" AND LBTESTCD IN (A, "B c")',
    ),
    ('X EQ "a, b" AND Y NOT IN (1,2)', 'X EQ "a, b" AND Y NOTIN (1, 2)'),
    ("TEST = Foo (bar) AND Y <> AND", 'TEST EQ "Foo (bar)" AND Y NE "AND"'),
    ("DM.AGE >= 65 OR AGE < 2", "DM.AGE GE 65 OR AGE LT 2"),
    ("A EQ 'it''s'", 'A EQ "it\'s"'),
    ("AE.AESEV EQ MILD", "AESEV EQ MILD"),
]


@pytest.mark.parametrize(("text", "plain"), WRITTEN)
def test_a_clause_in_its_plain_spelling(text: str, plain: str) -> None:
    assert clauses_text(parse_clauses(text), "AE") == plain


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a condition such as PARAMCD EQ SYSBP"),
        ("PARAMCD", "a condition such as PARAMCD EQ SYSBP at 'PARAMCD'"),
        ("PARAMCD EQ", "a value"),
        ("PARAMCD IN (A", "a closing bracket"),
        ("A EQ b AND c", None),
    ],
)
def test_what_is_no_clause(text: str, said: str | None) -> None:
    if said is None:
        assert parse_clauses(text) == [(Condition("", "A", "EQ", ("b AND c",)),)]
        return
    with pytest.raises(NoClause) as caught:
        parse_clauses(text)
    assert str(caught.value) == said


NAMES = st.sampled_from(["A", "PARAMCD", "AND", "IN", "OR1", "X_2"])
VALUES = st.text("aB1 ,()\"'=.-é", min_size=1, max_size=6) | st.sampled_from(
    ["AND", "or", "IN", "A EQ b", "A AND B EQ c"]
)
CONDITIONS = st.one_of(
    st.builds(Condition, st.just(""), NAMES, st.sampled_from(COMPARATORS[:6]), st.tuples(VALUES)),
    st.builds(
        Condition,
        NAMES,
        NAMES,
        st.sampled_from(COMPARATORS[6:]),
        st.lists(VALUES, min_size=1, max_size=3).map(tuple),
    ),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CONDITIONS, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3))
def test_what_is_written_reads_back(clauses: list[tuple[Condition, ...]]) -> None:
    assert parse_clauses(clauses_text(clauses, "")) == clauses
