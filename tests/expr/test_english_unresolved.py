"""What cannot be resolved is still put into words: its fault is reported elsewhere, and is no traceback."""

from __future__ import annotations

import pytest

from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr.english import clause
from ced_cdisc.expr.parse import parse


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("iff(A, 1, 2)", "iff(A, 1, 2)"),
        ("cont(A) + 1", "cont(A) + 1"),
        ("round(A)", "round(A)"),
        ("convert(A)", "convert(A)"),
        ("if(A)", "if(A)"),
        ("study_day()", "study_day()"),
        ("CBFF[A > 1]", "CBFF[A is above 1]"),
    ],
)
def test_unknown_functions_and_lacking_arguments(text: str, words: str) -> None:
    assert clause(parse(text), FUNCTIONS) == words
