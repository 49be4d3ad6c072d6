"""The exact distribution of the signed rank statistic, also where ranks are tied."""

from __future__ import annotations

from collections.abc import Sequence


def has_ties(differences: Sequence[float]) -> bool:
    """Whether two differences are of one size."""
    return len({abs(value) for value in differences}) < len(differences)


def exact_p(ranks: Sequence[float], statistic: float) -> float:
    """The two-sided P value: twice the smaller tail of the sum of positive ranks, at most 1.

    Each of the 2**n ways to sign the ranks is equally likely. Ranks are multiples of 0.5, so that the sums
    are counted in halves.

    Args:
        ranks: those of the differences that have a sign.
        statistic: the sum of the positive ones.
    """
    import numpy as np

    doubled = [round(2 * rank) for rank in ranks]
    chance = np.zeros(sum(doubled) + 1)
    chance[0] = 1.0
    for rank in doubled:
        positive = np.zeros_like(chance)
        positive[rank:] = chance[:-rank]
        chance = (chance + positive) / 2
    at = round(2 * statistic)
    tail = min(float(chance[: at + 1].sum()), float(chance[at:].sum()))
    return min(2 * tail, 1.0)
