"""The Wilcoxon signed rank test: against every way to sign the ranks, R's formulas, and R's own examples."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ced_cdisc.analyse.methods import TooFew, wilcoxon_signed_rank

SMALL = st.lists(st.integers(-4, 4), min_size=1, max_size=9).filter(any)
GRID = st.lists(st.integers(-40, 40), min_size=1, max_size=60).filter(any)
QUICK = settings(max_examples=150)


def middle_ranks(sizes: list[float]) -> list[float]:
    """Ranks from 1; equal sizes share the mean of theirs."""
    ordered = sorted(sizes)
    return [ordered.index(x) + (ordered.count(x) + 1) / 2 for x in sizes]


def by_enumeration(differences: list[int], *, pratt: bool) -> float:
    """Twice the smaller tail of the positive ranks' sum over all 2**n ways to give the ranks a sign."""
    kept = [d for d in differences if d or pratt]
    ranks = middle_ranks([abs(d) for d in kept])
    signed = [(rank, d) for rank, d in zip(ranks, kept, strict=True) if d]
    seen = sum(rank for rank, d in signed if d > 0)
    sums = [
        sum(rank for (rank, _), up in zip(signed, ups, strict=True) if up)
        for ups in product((False, True), repeat=len(signed))
    ]
    tails = sum(s <= seen for s in sums), sum(s >= seen for s in sums)
    return min(1.0, 2 * min(tails) / len(sums))


def by_the_normal(differences: list[int], *, correction: bool) -> float:
    """The approximation of wilcox.test in R, without the zeros, from its formula."""
    signed = [d for d in differences if d]
    ranks = middle_ranks([abs(d) for d in signed])
    n = len(signed)
    above = sum(rank for rank, d in zip(ranks, signed, strict=True) if d > 0) - n * (n + 1) / 4
    ties = [sum(abs(d) == size for d in signed) for size in {abs(d) for d in signed}]
    sigma = math.sqrt(n * (n + 1) * (2 * n + 1) / 24 - sum(t**3 - t for t in ties) / 48)
    z = (above - math.copysign(0.5, above) * (correction and above != 0)) / sigma
    return min(1.0, math.erfc(abs(z) / math.sqrt(2)))


@QUICK
@given(SMALL, st.sampled_from(["drop", "pratt"]))
def test_the_exact_p_is_that_of_the_enumeration(differences: list[int], zeros: str) -> None:
    found = wilcoxon_signed_rank(differences, zeros=zeros, exact="yes")  # type: ignore[arg-type]
    assert found.values["p"] == pytest.approx(by_enumeration(differences, pratt=zeros == "pratt"), rel=1e-12)


@QUICK
@given(GRID)
def test_by_itself_it_follows_the_rule_of_r(differences: list[int]) -> None:
    found = wilcoxon_signed_rank(differences)
    sizes = [abs(d) for d in differences]
    plain = 0 not in sizes and len(set(sizes)) == len(sizes) and len(sizes) < 50
    if plain:
        expected = float(stats.wilcoxon(differences, method="exact").pvalue)
        assert found.variant == "exact distribution"
    else:
        expected = by_the_normal(differences, correction=True)
        assert found.variant.startswith("normal approximation, with continuity correction")
    assert found.values["p"] == pytest.approx(expected, rel=1e-9)
    assert found.values["n"] == len(differences)
    assert found.values["used"] == sum(d != 0 for d in differences)


@QUICK
@given(GRID)
def test_without_correction(differences: list[int]) -> None:
    found = wilcoxon_signed_rank(differences, exact="no", correction=False)
    assert found.values["p"] == pytest.approx(by_the_normal(differences, correction=False), rel=1e-9)


@pytest.mark.parametrize("count", [49, 50])
def test_fifty_differences_are_too_many_for_the_exact_distribution(count: int) -> None:
    differences = [float(i) * (-1 if i % 3 == 0 else 1) for i in range(1, count + 1)]
    assert (wilcoxon_signed_rank(differences).variant == "exact distribution") == (count == 49)


def test_the_example_of_hollander_and_wolfe_as_r_prints_it() -> None:
    before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    found = wilcoxon_signed_rank([x - y for x, y in zip(before, after, strict=True)])
    assert found.values["statistic"] == 40
    assert found.values["p"] == 0.0390625


def test_differences_that_are_equal_on_paper_are_ties() -> None:
    noisy = [0.3 - 0.1, 0.4 - 0.2, 0.7 - 0.5, 0.1 + 0.2 - 0.3]
    assert len(set(noisy)) == 4
    found = wilcoxon_signed_rank(noisy)
    assert found.values["used"] == 3
    assert found.variant == "normal approximation, with continuity correction, zeros dropped"
    assert found.values == wilcoxon_signed_rank([0.2, 0.2, 0.2, 0.0]).values


def test_zeros_in_four_ways() -> None:
    differences = [3, 1, -2, 0, 0, 4, 5, 1]
    found = {
        zeros: wilcoxon_signed_rank(differences, zeros=zeros).values["statistic"]  # type: ignore[arg-type]
        for zeros in ("drop", "pratt", "zsplit")
    }
    # the ranks of 1 1 2 3 4 5 alone, and with two zeros below them
    assert found == {"drop": 18.0, "pratt": 28.0, "zsplit": 29.5}
    assert wilcoxon_signed_rank(differences, zeros="pratt").variant.endswith(", zeros ranked and dropped")
    assert wilcoxon_signed_rank(differences, zeros="zsplit").variant.endswith(", zeros split")


def test_differences_that_are_all_zero_do_not_suffice() -> None:
    with pytest.raises(TooFew, match=r"^no difference is other than 0$"):
        wilcoxon_signed_rank([0.0, 1e-12])
