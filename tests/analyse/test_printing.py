"""Rounding, P values and print formats."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.analyse.numbers import fixed, p_value, printed
from ced_cdisc.plan.analyses import ShowError, Shown, print_format


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (3.65, 1, "3.7"),
        (-3.65, 1, "-3.7"),
        (0.1 + 0.2, 17, "0.30000000000000000"),
        (32.349999999999994, 1, "32.4"),  # 32.35 with the noise of the last binary digit
        (2.5, 0, "3"),
        (-0.04, 1, "0.0"),
        (-18.0, 1, "-18.0"),
        (1e15, 0, "1000000000000000"),
    ],
)
def test_half_goes_away_from_zero(value: float, decimals: int, text: str) -> None:
    assert fixed(value, decimals) == text


@given(st.integers(-(10**7), 10**7), st.integers(0, 3))
def test_what_has_the_decimals_is_printed_as_it_is(units: int, decimals: int) -> None:
    text = fixed(units / 10**decimals, decimals)
    assert Decimal(text) == Decimal(units).scaleb(-decimals)


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (0.0, "0"), (10.04, "10"), (0.44, "0.4"), (20.0, "20")]
)
def test_strip_leaves_out_zeros_after_the_point_alone(value: float, text: str) -> None:
    assert fixed(value, 1, strip=True) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0136, "0.014"),
        (0.000181594, "0.00018"),
        (0.0000231, "0.000023"),
        (0.00001, "0.000010"),
        (0.0000099999, "<0.00001"),
        (0.0996, "0.10"),
        (0.995, "1.0"),
        (0.5877, "0.59"),
        (1.0, "1.0"),
    ],
)
def test_p_has_two_significant_digits(p: float, text: str) -> None:
    assert p_value(p) == text


def test_a_format_in_pieces() -> None:
    made = print_format("{median:1 strip} [{q1:2}], n={n}", "median and quartiles")
    assert made == (Shown("median", 1, strip=True), " [", Shown("q1", 2), "], n=", Shown("n"))
    assert printed(made, {"median": 1.0, "q1": 0.425, "n": 20}) == "1 [0.43], n=20"


def test_an_equals_sign_gives_way_to_less_than() -> None:
    show = print_format("P={p}", "paired t")
    assert printed(show, {"p": 0.02}) == "P=0.020"
    assert printed(show, {"p": 1e-9}) == "P<0.00001"


@pytest.mark.parametrize(
    ("text", "method", "said"),
    [
        ("{medan:1}", "median and quartiles", "median and quartiles gives no 'medan'"),
        ("{median}", "median and quartiles", "'median' needs its decimals, such as {median:1}"),
        ("{n:1}", "count", "'n' is printed with no decimals, write {n}"),
        ("{p:3}", "paired t", "'p' is printed with two significant digits, write {p}"),
        ("{median:x}", "median and quartiles", "'{median:x}' is no place of a print format"),
        ("{median:1", "median and quartiles", "'{median:1' has a brace without its partner"),
        ("as usual", "count", "'as usual' shows no value"),
    ],
)
def test_a_format_that_is_none(text: str, method: str, said: str) -> None:
    with pytest.raises(ShowError) as found:
        print_format(text, method)
    assert str(found.value) == said
