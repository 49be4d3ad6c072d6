"""Student's t distribution for whole degrees of freedom.

A library of statistics takes a second to load; this is all that is needed of one. The tail is an incomplete
beta function, taken from its continued fraction (DLMF 8.17.22).
"""

from __future__ import annotations

from math import exp, log1p, pi, sqrt

_CLOSE = 1e-16
_STEPS = 1000
_NORMAL_975 = 1.959963984540054


def two_sided_p(t: float, freedom: int) -> float:
    """The chance of a deviate as far from 0 as ``t``, to 12 significant digits.

    Args:
        t: the deviate.
        freedom: the degrees of freedom, from 1 on.
    """
    square = t * t
    a, x = freedom / 2, freedom / (freedom + square)
    # x^a (1 - x)^(1/2) / B(a, 1/2), by which both tails of the incomplete beta function are multiplied
    scale = exp(-a * log1p(square / freedom)) * abs(t) / sqrt(freedom + square) / _beta_of_halves(freedom)
    if x < (a + 1) / (a + 2.5):
        return scale * _fraction(a, 0.5, x) / a
    return 1 - 2 * scale * _fraction(0.5, a, square / (freedom + square))


def quantile_975(freedom: int) -> float:
    """The deviate that 97.5 % are below of: between both signs of it lie 95 %.

    Newton's method, from the deviate of the normal distribution; it stays below, where the tail is convex.
    """
    t = _NORMAL_975
    while True:
        density = exp(-(freedom + 1) / 2 * log1p(t * t / freedom)) / (
            sqrt(freedom) * _beta_of_halves(freedom)
        )
        step = (two_sided_p(t, freedom) - 0.05) / (2 * density)
        t += step
        if step <= 4e-16 * t:
            return t


def _beta_of_halves(freedom: int) -> float:
    """B(freedom / 2, 1 / 2), a product of ratios of whole numbers with 2, or with pi."""
    value, n = (pi, 1) if freedom % 2 else (2.0, 2)
    while n < freedom:
        value *= n / (n + 1)
        n += 2
    return value


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by the recurrence of Lentz and Thompson."""
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        for factor in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + factor * d)
            c = 1 + factor / c
            value *= c * d
        if abs(c * d - 1) <= _CLOSE:
            break
    return value
