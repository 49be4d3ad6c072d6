"""The difference of two percentages with the score interval of Miettinen and Nurminen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import acos, copysign, cos, pi, sqrt

from ced_cdisc.analyse.methods import Found, TooFew, quantile_of_normal

_HALVINGS = 200
"""More than the digits of a double: the bisection ends where its ends are neighbours."""


def difference_of_shares(below: Sequence[float], above: Sequence[float], confidence: int = 95) -> Found:
    """The percentage of the group above minus that of the group below, with its confidence interval.

    The ends are the differences that the score test of Miettinen and Nurminen (1985) just does not refuse,
    with the variance under the difference in question and the factor N / (N - 1).

    Args:
        below: 1 for each subject of the first group that has the value, and 0 for each other.
        above: those of the other group.

    Raises:
        TooFew: a group has no value.
    """
    sizes = len(below), len(above)
    counts: dict[str, float] = {"n1": sizes[0], "n2": sizes[1]}
    if not below or not above:
        raise TooFew("a group has no value", counts)
    hits = int(sum(below)), int(sum(above))
    first, second = (hit / size for hit, size in zip(hits, sizes, strict=True))
    difference, z = second - first, quantile_of_normal(confidence)

    def refuses(delta: float) -> bool:
        return (difference - delta) ** 2 > z * z * _variance(hits, sizes, delta)

    return Found(
        {
            **counts,
            "percent1": 100 * hits[0] / sizes[0],
            "percent2": 100 * hits[1] / sizes[1],
            "difference": 100 * difference,
            "lower": 100 * _end(refuses, difference, -1.0),
            "upper": 100 * _end(refuses, difference, 1.0),
        }
    )


def _end(refuses: Callable[[float], bool], inside: float, outside: float) -> float:
    """The end of the interval between the difference found and the greatest one of all."""
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if middle in (inside, outside):
            break
        inside, outside = (inside, middle) if refuses(middle) else (middle, outside)
    return outside


def _variance(hits: tuple[int, int], sizes: tuple[int, int], delta: float) -> float:
    """The variance of the difference where it is ``delta``, by the likeliest shares under that condition."""
    (x0, x1), (n0, n1), n = hits, sizes, sum(sizes)
    l2 = (n1 + 2 * n0) * delta - n - x0 - x1
    l1 = (n0 * delta - n - 2 * x0) * delta + x0 + x1
    l0 = x0 * delta * (1 - delta)
    third = l2 / (3 * n)  # the share of the first group is a root of n p^3 + l2 p^2 + l1 p + l0
    c = third**3 - l1 * l2 / (6 * n * n) + l0 / (2 * n)
    b = copysign(sqrt(max(third**2 - l1 / (3 * n), 0.0)), c)
    turn = acos(max(-1.0, min(1.0, c / b**3))) if b else pi / 2
    share = min(max(2 * b * cos((pi + turn) / 3) - third, 0.0, -delta), 1.0, 1 - delta)
    other = min(max(share + delta, 0.0), 1.0)
    return (share * (1 - share) / n0 + other * (1 - other) / n1) * n / (n - 1)
