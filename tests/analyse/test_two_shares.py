"""The interval of Miettinen and Nurminen: published ends, and a likelihood maximised by number."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import cast

import pytest
from scipy import optimize, stats

from ced_cdisc.analyse.methods import TooFew
from ced_cdisc.analyse.two_shares import difference_of_shares

EDGE = 1e-9


def root(of: Callable[[float], float], low: float, high: float) -> float:
    return cast(float, optimize.brentq(of, low, high, xtol=1e-16))


def computed(x0: int, n0: int, x1: int, n1: int, confidence: int = 95) -> tuple[float, float, float]:
    one, other = ([1.0] * x + [0.0] * (n - x) for x, n in ((x0, n0), (x1, n1)))
    found = difference_of_shares(one, other, confidence).values
    assert (found["n1"], found["n2"]) == (n0, n1)
    assert (found["percent1"], found["percent2"]) == (100 * x0 / n0, 100 * x1 / n1)
    return found["difference"], found["lower"], found["upper"]


def by_number(x0: int, n0: int, x1: int, n1: int, confidence: int = 95) -> tuple[float, float, float]:
    """The shares under a difference are where the slope of the likelihood is 0; the ends are roots, too."""
    n, found, z = n0 + n1, x1 / n1 - x0 / n0, float(stats.norm.ppf(0.5 + confidence / 200))

    def slope(p: float, delta: float) -> float:
        parts = ((x0, p), (x0 - n0, 1 - p), (x1, p + delta), (x1 - n1, 1 - p - delta))
        return sum(count / share for count, share in parts if count)

    def excess(delta: float) -> float:
        low, high = max(0.0, -delta) + 1e-15, min(1.0, 1 - delta) - 1e-15
        p = low if slope(low, delta) <= 0 else high
        if slope(low, delta) > 0 > slope(high, delta):
            p = root(partial(slope, delta=delta), low, high)
        q = p + delta
        return (found - delta) ** 2 - z * z * (p * (1 - p) / n0 + q * (1 - q) / n1) * n / (n - 1)

    lower = -1.0 if found == -1 else root(excess, EDGE - 1, found - EDGE)
    upper = 1.0 if found == 1 else root(excess, found + EDGE, 1 - EDGE)
    return 100 * found, 100 * lower, 100 * upper


@pytest.mark.parametrize(
    ("table", "lower", "upper"),
    [((48, 80, 56, 70), 5.28, 33.82), ((3, 10, 9, 10), 17.00, 84.06), ((0, 29, 5, 56), -3.26, 19.33)],
)
def test_ends_that_are_published(table: tuple[int, int, int, int], lower: float, upper: float) -> None:
    """Newcombe (1998), Statistics in Medicine 17:873-890, table II: Miettinen and Nurminen."""
    _, *ends = computed(*table)
    assert [round(end, 2) for end in ends] == [lower, upper]


def test_many_tables_agree_with_a_likelihood_maximised_by_number() -> None:
    draw = random.Random(1985)
    for _ in range(150):
        n0, n1 = draw.randint(1, 60), draw.randint(1, 60)
        table = draw.randint(0, n0), n0, draw.randint(0, n1), n1
        assert computed(*table, 90) == pytest.approx(by_number(*table, 90), abs=1e-6), table


@pytest.mark.parametrize("table", [(0, 10, 10, 10), (10, 10, 0, 20), (0, 10, 0, 20), (7, 7, 7, 7)])
def test_none_and_all(table: tuple[int, int, int, int]) -> None:
    assert computed(*table) == pytest.approx(by_number(*table), abs=1e-6)


def test_the_groups_may_be_exchanged() -> None:
    difference, lower, upper = computed(4, 30, 17, 25)
    assert computed(17, 25, 4, 30) == pytest.approx((-difference, -upper, -lower), abs=1e-9)


def test_a_group_without_a_value_has_no_share() -> None:
    with pytest.raises(TooFew, match="a group has no value") as caught:
        difference_of_shares([], [1.0])
    assert caught.value.known == {"n1": 0, "n2": 1}
