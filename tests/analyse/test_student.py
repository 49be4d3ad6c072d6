"""Student's t against sums of whole fractions, and against scipy."""

from __future__ import annotations

from decimal import Decimal, localcontext
from math import isclose

import pytest
from scipy import stats

from ced_cdisc.analyse.student import central_deviate, two_sided_p

DEVIATES = (1e-9, 1e-3, 0.1, 0.5, 1.0, 1.9, 2.0, 2.449, 2.45, 3.0, 5.0, 12.0)


def exact_p(t: float, freedom: int) -> Decimal:
    """For an even number of degrees of freedom the chance is a finite sum (Abramowitz and Stegun 26.7.4)."""
    with localcontext() as context:
        context.prec = 60
        square = Decimal(t) ** 2
        cosine = freedom / (freedom + square)
        term = total = Decimal(1)
        for k in range(1, freedom // 2):
            term *= cosine * (2 * k - 1) / (2 * k)
            total += term
        return 1 - Decimal(t) / (freedom + square).sqrt() * total


@pytest.mark.parametrize("freedom", [2, 4, 8, 20, 50, 100, 500, 1000, 5000])
def test_p_has_13_digits_of_the_exact_sum(freedom: int) -> None:
    for t in DEVIATES:
        exact = exact_p(t, freedom)
        if exact > Decimal("1e-30"):
            assert isclose(two_sided_p(t, freedom), float(exact), rel_tol=1e-13), t
            assert two_sided_p(-t, freedom) == two_sided_p(t, freedom)
    assert two_sided_p(0.0, freedom) == 1.0


@pytest.mark.parametrize("freedom", [1, 2, 3, 5, 7, 19, 34, 99, 251, 999])
def test_p_and_deviate_are_those_of_scipy(freedom: int) -> None:
    for t in DEVIATES[2:]:
        expected = 2 * float(stats.t.sf(t, freedom))
        assert two_sided_p(t, freedom) == pytest.approx(expected, rel=1e-12)
    for share in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999):
        expected = float(stats.t.ppf((1 + share) / 2, freedom))
        assert central_deviate(share, freedom) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("freedom", [1, 2, 9, 100, 5000])
def test_a_share_lies_between_both_signs_of_its_deviate(freedom: int) -> None:
    for share in (0.1, 0.5, 0.95, 0.999):
        assert two_sided_p(central_deviate(share, freedom), freedom) == pytest.approx(1 - share, rel=1e-12)
