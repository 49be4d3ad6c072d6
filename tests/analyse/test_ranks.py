"""The rank tests computed from their ranks, against scipy and against every way to share out the ranks."""

from __future__ import annotations

from itertools import combinations
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ced_cdisc.analyse.methods import mann_whitney, paired_t, wilcoxon_signed_rank
from ced_cdisc.analyse.ranks import exact_rank_sum_p, middle_ranks

QUICK = settings(max_examples=150)
GRID = st.lists(st.integers(-30, 30), min_size=1, max_size=60)
Zeros = Literal["drop", "pratt", "zsplit"]


@QUICK
@given(GRID)
def test_middle_ranks(sizes: list[int]) -> None:
    assert middle_ranks(sizes) == stats.rankdata(sizes).tolist()


@QUICK
@given(GRID.filter(any), st.sampled_from(["drop", "pratt", "zsplit"]), st.booleans())
def test_signed_ranks_however_zeros_are_taken(values: list[int], zeros: Zeros, correction: bool) -> None:
    found = wilcoxon_signed_rank(values, zeros=zeros, correction=correction, exact="no").values
    name = "wilcox" if zeros == "drop" else zeros
    expected = stats.wilcoxon(values, zero_method=name, correction=correction, method="asymptotic")
    assert found["p"] == pytest.approx(float(expected.pvalue), rel=1e-13)


@QUICK
@given(GRID, GRID, st.booleans())
def test_rank_sums(first: list[int], second: list[int], correction: bool) -> None:
    if len({*first, *second}) == 1:
        return
    found = mann_whitney(first, second, correction=correction, exact="no").values
    expected = stats.mannwhitneyu(first, second, use_continuity=correction, method="asymptotic")
    assert found["statistic"] == expected.statistic
    assert found["p"] == pytest.approx(float(expected.pvalue), rel=1e-13)


@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, 6), (3, 4), (5, 2), (5, 5)])
def test_the_exact_p_counts_all_ways_to_share_out_the_ranks(first: int, second: int) -> None:
    lowest = first * (first + 1) // 2
    sums = [sum(taken) - lowest for taken in combinations(range(1, first + second + 1), first)]
    for u in range(first * second + 1):
        tails = sum(one <= u for one in sums), sum(one >= u for one in sums)
        expected = min(1.0, 2 * min(tails) / len(sums))
        assert exact_rank_sum_p(first, second, u) == pytest.approx(expected, rel=1e-15)


def test_the_exact_p_of_many_values() -> None:
    first, second = [float(i * 7 % 97) for i in range(49)], [float(i * 11 % 89) + 0.5 for i in range(1, 49)]
    expected = stats.mannwhitneyu(first, second, method="exact")
    assert mann_whitney(first, second).values["p"] == pytest.approx(float(expected.pvalue), rel=1e-12)


@QUICK
@given(st.lists(st.integers(-999, 999), min_size=2, max_size=30).filter(lambda v: len(set(v)) > 1))
def test_paired_t(values: list[int]) -> None:
    found = paired_t([float(value) for value in values]).values
    expected = stats.ttest_1samp(values, 0)
    interval = expected.confidence_interval(0.95)
    assert [found["statistic"], found["p"]] == pytest.approx([expected.statistic, expected.pvalue], rel=1e-11)
    assert [found["lower"], found["upper"]] == pytest.approx(list(interval), rel=1e-9, abs=1e-11)
