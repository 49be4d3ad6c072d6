"""What SAS and R write: the hint names what is written here, and that is in the language."""

from __future__ import annotations

import re

import pytest

from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr import habits
from ced_cdisc.expr.parse import ExpressionError, parse
from ced_cdisc.expr.resolve import resolve
from ced_cdisc.expr.tree import Scope, Type


class Names:
    """A and B are texts or dates, as the expression wants them."""

    def __init__(self, kind: Type) -> None:
        self._kind = kind

    def find(self, name: str, inside: str | None) -> tuple[Scope, Type] | None:
        return (Scope.VARIABLE, self._kind) if name in ("A", "B") else None

    def unknown(self, name: str, inside: str | None) -> tuple[str, str]:
        return f"unknown variable {name}", ""

    def is_dataset(self, owner: str) -> bool:
        return False

    def is_own(self, owner: str) -> bool:
        return False


@pytest.mark.parametrize(
    ("text", "at", "message", "hint"),
    [
        ("a ne ''", 2, "'ne' cannot stand here", "write `is present`"),
        ("a NE .", 2, "'NE' cannot stand here", "write `is present`"),
        ("a ne 'x'", 2, "'ne' cannot stand here", "did you mean !=?"),
        ("a eq ''", 2, "'eq' cannot stand here", "write `is missing`"),
        ("a eq 1", 2, "'eq' cannot stand here", "did you mean =?"),
        ("a lt 1", 2, "'lt' cannot stand here", "did you mean <?"),
        ("a le 1", 2, "'le' cannot stand here", "did you mean <=?"),
        ("a gt 1", 2, "'gt' cannot stand here", "did you mean >?"),
        ("a ^= ''", 2, "'^' cannot stand here", "write `is present`"),
        ("a ~= 'x'", 2, "'~' cannot stand here", "did you mean !=?"),
        ("a <> 'x'", 3, "'>' cannot stand here", "did you mean !=?"),
        ("a <> ''", 3, "'>' cannot stand here", "write `is present`"),
        ("a == ''", 2, "'==' cannot stand here", "write `is missing`"),
        ("a = .", 4, "'.' cannot stand here", "write `is missing`"),
        ("a != .", 5, "'.' cannot stand here", "write `is present`"),
        ("a >= .", 5, "'.' cannot stand here", ""),
        ("not missing(a)", 11, "'(' cannot stand here", "write `A is missing`"),
        ("a is not missing", 5, "'not' cannot stand here", "write `is present`"),
        ("a is not null", 5, "'not' cannot stand here", "write `is present`"),
        ("a is null", 5, "'null' cannot stand here", "write `is missing`"),
        ("a || b", 2, "'|' cannot stand here", "texts are joined with join('', A, B)"),
        ("a | b", 2, "'|' cannot stand here", "did you mean or?"),
        ("a & b", 2, "'&' cannot stand here", "did you mean and?"),
        ("!a", 0, "'!' cannot stand here", "did you mean not?"),
        ("a %in% c('4')", 2, "'%' cannot stand here", "did you mean in?"),
        ("a = ‘x’", 4, "'‘' cannot stand here", "texts stand in single quotes"),
        ("a >= '01JAN2020'd", 16, "'d' cannot stand here", "a date is written date('2018-03-15')"),
        ("put(a, 8.)", 8, "'.' cannot stand here", "for put(..) write text(A) of a number, iso(A) of a date"),
        ("input(a, best.)", 13, "'.' cannot stand here", "for input(..) write number(A) or date(A)"),
        ("put(a || b)", 6, "'|' cannot stand here", "texts are joined with join('', A, B)"),
        ("ifelse(is.na(a", 14, "the expression ends too early", "for is.na(..) write A is missing"),
    ],
)  # fmt: skip
def test_a_habit_in_the_text(text: str, at: int, message: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert (caught.value.at, caught.value.message, caught.value.hint) == (at, message, hint)


@pytest.mark.parametrize(("function", "written"), habits.FUNCTIONS.items())
def test_a_function_of_another_language(function: str, written: str) -> None:
    """It is none of this language, and what is written for it is."""
    assert function not in FUNCTIONS and function == function.lower()
    if function != "missing":  # the word of the language
        with pytest.raises(ExpressionError) as caught:
            resolve(parse(f"{function.upper()}(A, B)"), Names(Type.TEXT), FUNCTIONS)
        assert (caught.value.message, caught.value.hint, caught.value.code) == (
            f"unknown function {function.upper()}()",
            f"write {written}",
            "CED013",
        )
    for one in re.split(r", or | or | of a number, ", written):
        expression = re.sub(r" of a date| in years", "", one)
        if expression == "the verb cases":
            continue
        dated = expression.startswith(("iso", "date", "days", "age", "add_days"))
        kind = (Type.DTC if expression == "date(A)" else Type.DATE) if dated else Type.TEXT
        kind = Type.NUMBER if expression in ("floor(A)", "log(A)") else kind
        kind = Type.DATETIME if expression.startswith("hours") else kind
        assert resolve(parse(expression), Names(kind), FUNCTIONS).type is not None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("01FEB2023", "2023-02-01"),
        ("1-Feb-2023", "2023-02-01"),
        ("FEB2023", "2023-02"),
        ("2023-2-1", "2023-02-01"),
        ("20230201", "2023-02-01"),
        ("01.02.2023", "2023-02-01"),
        ("01/02/2023", ""),  # two readings
        ("30FEB2023", ""),
        ("Week 4", ""),
    ],
)
def test_a_date_of_another_form_in_iso_8601(text: str, iso: str) -> None:
    assert habits.iso_of(text) == iso


def test_a_text_beside_a_date() -> None:
    for text, hint in (
        ("2023-02-01", "write date('2023-02-01')"),
        ("01FEB2023", "write date('2023-02-01')"),
        ("FEB2023", "write date('2018-03-15')"),
    ):
        with pytest.raises(ExpressionError) as caught:
            resolve(parse(f"A >= '{text}'"), Names(Type.DATE), FUNCTIONS)
        assert (caught.value.message, caught.value.hint) == ("date and text do not go together", hint)
