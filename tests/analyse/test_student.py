"""Student's t distribution against its closed forms in 400 digits, scipy, and printed tables."""

from __future__ import annotations

from decimal import Decimal, localcontext
from math import atan, pi

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ced_cdisc.analyse.student import quantile_975, two_sided_p

QUICK = settings(max_examples=200)
DEVIATES = st.floats(0, 60)


def closed_form(t: float, freedom: int) -> float:
    """For even degrees of freedom 1 - s (1 + c / 2 + 3 c^2 / 8 + ..); s^2 = t^2 / (v + t^2) = 1 - c."""
    with localcontext() as context:
        context.prec = 400
        square = Decimal(t) ** 2
        sine, cosine = (square / (freedom + square)).sqrt(), freedom / (freedom + square)
        total = term = Decimal(1)
        for i in range(1, freedom // 2):
            term *= cosine * (2 * i - 1) / (2 * i)
            total += term
        return float(1 - sine * total)


@QUICK
@given(DEVIATES, st.integers(1, 200))
def test_even_degrees_of_freedom(t: float, half: int) -> None:
    assert two_sided_p(t, 2 * half) == pytest.approx(closed_form(t, 2 * half), rel=5e-13, abs=1e-300)


@QUICK
@given(DEVIATES)
def test_one_degree_of_freedom_is_the_cauchy_distribution(t: float) -> None:
    assert two_sided_p(t, 1) == pytest.approx(1 - 2 * atan(t) / pi, abs=1e-15)


@QUICK
@given(st.floats(0.01, 60), st.integers(1, 500))
def test_as_scipy_has_it(t: float, freedom: int) -> None:
    assert two_sided_p(-t, freedom) == pytest.approx(2 * float(stats.t.sf(t, freedom)), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 9, 22, 57, 100, 1001, 20_000])
def test_the_quantile_leaves_a_fortieth_above(freedom: int) -> None:
    assert quantile_975(freedom) == pytest.approx(float(stats.t.ppf(0.975, freedom)), rel=1e-12)
    assert two_sided_p(quantile_975(freedom), freedom) == pytest.approx(0.05, rel=1e-12)


def test_printed_tables() -> None:
    assert [round(quantile_975(v), 3) for v in (1, 5, 10, 30, 120)] == [12.706, 2.571, 2.228, 2.042, 1.980]
    assert two_sided_p(0, 7) == 1
