"""Rank tests, of the ranks alone: scipy.stats, which has them, takes a second to load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from math import comb, erfc, sqrt


def middle_ranks(sizes: Sequence[float]) -> list[float]:
    """Ranks from 1; equal sizes share the mean of theirs."""
    counted = Counter(sizes)
    ordered = sorted(counted)
    last = dict(zip(ordered, accumulate(counted[size] for size in ordered), strict=True))
    return [last[size] - (counted[size] - 1) / 2 for size in sizes]


def normal_p(z: float) -> float:
    """The two-sided P value of a standard normal deviate, which counts as 0 below that."""
    return min(erfc(z / sqrt(2)), 1.0)


def signed_rank_p(ranks: Sequence[float], statistic: float, *, correction: bool) -> float:
    """The two-sided P value of a sum of positive ranks by the normal approximation.

    Each rank is positive or not with equal chance: the mean of the sum is half of theirs, its variance a
    quarter of that of their squares. So ties need no correction of their own.

    Args:
        ranks: those that have a sign, or share in both.
        statistic: the sum of the positive ones.
        correction: the continuity correction.
    """
    above = abs(statistic - sum(ranks) / 2)
    distance = abs(above - 0.5) if correction and above else above
    return normal_p(distance / sqrt(sum(rank * rank for rank in ranks) / 4))


def rank_sum_p(first: int, second: int, ties: Sequence[int], statistic: float, *, correction: bool) -> float:
    """The two-sided P value of a Mann-Whitney U by the normal approximation, its variance corrected for ties.

    Args:
        first: how many values the first group has.
        second: how many the second has.
        ties: how often each value of both is there.
        statistic: U of either group.
        correction: the continuity correction.
    """
    total = first + second
    tied = sum(count**3 - count for count in ties) / (total * (total - 1))
    deviation = sqrt(first * second / 12 * (total + 1 - tied))
    above = abs(statistic - first * second / 2)
    return normal_p((above - 0.5 * correction) / deviation)


def exact_rank_sum_p(first: int, second: int, statistic: int) -> float:
    """The two-sided P value of a Mann-Whitney U without ties: twice the smaller tail, at most 1.

    The ways in which U comes to u are the coefficients of a Gaussian binomial, the product over i = 1 .. m of
    (1 - x^(n + i)) / (1 - x^i), counted here as whole numbers up to the smaller of both U.
    """
    few, many = sorted((first, second))
    least = min(statistic, first * second - statistic)
    ways = [1] + [0] * least
    for i in range(1, few + 1):
        for u in range(least, many + i - 1, -1):
            ways[u] -= ways[u - many - i]
        for u in range(i, least + 1):
            ways[u] += ways[u - i]
    return min(2 * sum(ways) / comb(first + second, few), 1.0)
