"""Summaries and tests of two groups, against formulas of the tests' own and the examples of R."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from ced_cdisc.analyse import methods
from ced_cdisc.analyse.methods import TooFew

VALUES = st.lists(st.integers(-1000, 1000).map(lambda i: i / 8), min_size=1, max_size=25)
QUICK = settings(max_examples=100)


def quantile(values: list[float], p: float, kind: int) -> float:
    """Hyndman and Fan (1996): types 2, 6 and 7 from their definitions."""
    ordered, n = sorted(values), len(values)
    if kind == 2:
        at = n * p
        low, high = math.ceil(at), math.floor(at) + 1
        return (ordered[max(low, 1) - 1] + ordered[min(high, n) - 1]) / 2
    at = {6: (n + 1) * p, 7: 1 + (n - 1) * p}[kind]
    at = min(max(at, 1), n)
    low = math.floor(at)
    return ordered[low - 1] + (at - low) * (ordered[min(low, n - 1)] - ordered[low - 1])


@QUICK
@given(VALUES, st.sampled_from([2, 6, 7]))
def test_quartiles_by_type(values: list[float], kind: int) -> None:
    found = methods.median_and_quartiles(values, kind).values
    expected = [quantile(values, p, kind) for p in (0.25, 0.5, 0.75)]
    assert [found["q1"], found["median"], found["q3"]] == pytest.approx(expected, abs=1e-9)


@QUICK
@given(VALUES.filter(lambda values: len(values) > 1))
def test_mean_and_sd(values: list[float]) -> None:
    found = methods.mean_and_sd(values).values
    assert found["mean"] == pytest.approx(statistics.fmean(values), abs=1e-9)
    assert found["sd"] == pytest.approx(statistics.stdev(values), abs=1e-9)


@QUICK
@given(st.lists(st.integers(1, 20).map(lambda i: 2.5 * 2**i), min_size=2, max_size=25))
def test_geometric_mean(titres: list[float]) -> None:
    found = methods.geometric_mean(titres).values
    logs = np.log10(titres)
    half = stats.t.ppf(0.975, len(logs) - 1) * logs.std(ddof=1) / math.sqrt(len(logs))
    expected = [stats.gmean(titres), 10 ** (logs.mean() - half), 10 ** (logs.mean() + half)]
    assert [found[name] for name in ("mean", "lower", "upper")] == pytest.approx(expected, rel=1e-9)
    assert found["n"] == len(titres)


@QUICK
@given(st.integers(1, 400).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_exact_interval_is_that_of_the_binomial_test(counted: tuple[int, int]) -> None:
    found = methods.share_with_interval(*counted).values
    expected = stats.binomtest(*counted).proportion_ci(0.95, method="exact")
    assert found["lower"] == pytest.approx(100 * expected.low, rel=1e-7)
    assert found["upper"] == pytest.approx(100 * expected.high, rel=1e-7)
    assert (found["n"], found["total"]) == counted
    assert found["percent"] == pytest.approx(100 * counted[0] / counted[1])


@pytest.mark.parametrize(
    ("count", "total", "ends"),
    [(0, 1, (0, 97.5)), (1, 1, (2.5, 100)), (0, 10, (0, 30.8)), (10, 10, (69.2, 100)), (7, 20, (15.4, 59.2))],
)
def test_the_exact_interval_as_published(count: int, total: int, ends: tuple[float, float]) -> None:
    found = methods.share_with_interval(count, total).values
    assert (round(found["lower"], 1), round(found["upper"], 1)) == ends


TITRES = st.lists(st.integers(0, 60).map(lambda i: 5 * 2 ** (i / 7)), min_size=1, max_size=12)


@QUICK
@given(TITRES, TITRES, st.booleans())
def test_ratio_of_geometric_means(below: list[float], above: list[float], equal: bool) -> None:
    least = 1 if equal else 2
    assume(len(below) + len(above) > 2 and min(len(below), len(above)) >= least)
    assume(all(len(group) == 1 or len({*group}) > 1 for group in (below, above)))  # or scipy warns
    found = methods.geometric_mean_ratio(below, above, equal_variances=equal).values
    expected = stats.ttest_ind(np.log(above), np.log(below), equal_var=equal).confidence_interval(0.95)
    ratio = stats.gmean(above) / stats.gmean(below)
    assert [found[name] for name in ("n1", "n2")] == [len(below), len(above)]
    assert [found[name] for name in ("ratio", "lower", "upper")] == pytest.approx(
        [ratio, math.exp(expected.low), math.exp(expected.high)], rel=1e-7
    )


@pytest.mark.parametrize(
    ("below", "above", "equal", "known", "said"),
    [
        ([], [5.0, 10.0], True, {"n1": 0, "n2": 2}, "a group has no value"),
        ([5.0, 0.0], [5.0, 10.0], True, {"n1": 2, "n2": 2}, "a value is not above 0"),
        ([5.0, 8.0], [-1.0], True, {"n1": 2, "n2": 1}, "a value is not above 0"),
        (
            [5.0],
            [10.0],
            True,
            {"n1": 1, "n2": 1, "ratio": 2.0},
            "a confidence interval needs two values in one group",
        ),
        (
            [5.0],
            [10.0, 10.0, 20.0],
            False,
            {"n1": 1, "n2": 3, "ratio": 2.519842},
            "a confidence interval needs two values in each group",
        ),
        (
            [5.0, 5.0],
            [10.0, 10.0],
            True,
            {"n1": 2, "n2": 2, "ratio": 2.0},
            "the values of each group are equal",
        ),
        (
            [5.0, 5.0],
            [10.0, 10.0],
            False,
            {"n1": 2, "n2": 2, "ratio": 2.0},
            "the values of each group are equal",
        ),
        ([1.0] * 2, [1e90, 1e-60], True, {"n1": 2, "n2": 2, "ratio": 1e15}, "the interval is too wide"),
    ],
)
def test_a_ratio_that_has_no_interval(
    below: list[float], above: list[float], equal: bool, known: dict[str, float], said: str
) -> None:
    with pytest.raises(TooFew) as found:
        methods.geometric_mean_ratio(below, above, equal_variances=equal)
    assert str(found.value) == said
    assert found.value.known == pytest.approx(known, rel=1e-6)


def test_paired_t_as_the_sleep_data_of_r() -> None:
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    found = methods.paired_t([x - y for x, y in zip(first, second, strict=True)]).values
    assert round(found["statistic"], 4) == -4.0621
    assert round(found["p"], 6) == 0.002833
    assert [round(found[name], 4) for name in ("mean", "lower", "upper")] == [-1.58, -2.4599, -0.7001]


def test_mann_whitney_as_r_prints_its_examples() -> None:
    permeability = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    found = methods.mann_whitney(permeability, [1.15, 0.88, 0.90, 0.74, 1.21])
    assert (found.values["statistic"], round(found.values["p"], 4)) == (35, 0.2544)
    assert found.variant == "exact distribution"


def test_mann_whitney_with_ties_is_a_normal_approximation() -> None:
    may = [41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37]
    august = [39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76]
    found = methods.mann_whitney(may, [*august, 118, 84, 85])
    assert found.values["statistic"] == 127.5
    assert round(found.values["p"], 7) == 0.0001208  # as R says of Ozone by month
    assert found.variant == "normal approximation, with continuity correction"
    assert methods.mann_whitney(may, august, correction=False).variant.endswith(
        "without continuity correction"
    )


@QUICK
@given(st.integers(0, 10_000))
def test_ancova_is_the_partial_f_test(seed: int) -> None:
    dice = np.random.default_rng(seed)
    first = [(float(y), float(x)) for y, x in dice.normal(size=(7, 2))]
    second = [(float(y), float(x)) for y, x in dice.normal(0.5, 1, size=(5, 2))]
    found = methods.ancova(first, second).values
    y = np.array([pair[0] for pair in (*first, *second)])
    x = np.array([pair[1] for pair in (*first, *second)])
    group = np.array([0.0] * 7 + [1.0] * 5)
    rest = [
        float(((y - design @ np.linalg.lstsq(design, y, rcond=None)[0]) ** 2).sum())
        for design in (np.column_stack([np.ones(12), x]), np.column_stack([np.ones(12), x, group]))
    ]
    f = (rest[0] - rest[1]) / (rest[1] / 9)
    assert found["p"] == pytest.approx(float(stats.f.sf(f, 1, 9)), rel=1e-7)
    assert found["statistic"] ** 2 == pytest.approx(f, rel=1e-7)
    means = [np.mean([pair[i] for pair in group]) for group in (first, second) for i in (0, 1)]
    slope = sum(
        (pair[1] - mean_x) * (pair[0] - mean_y)
        for group, mean_y, mean_x in ((first, means[0], means[1]), (second, means[2], means[3]))
        for pair in group
    ) / sum((pair[1] - m) ** 2 for group, m in ((first, means[1]), (second, means[3])) for pair in group)
    adjusted = means[2] - means[0] - slope * (means[3] - means[1])
    assert found["difference"] == pytest.approx(adjusted, rel=1e-7, abs=1e-9)
    assert found["lower"] < found["difference"] < found["upper"]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: methods.share(0, 0), "there is no value"),
        (lambda: methods.share_with_interval(0, 0), "there is no value"),
        (lambda: methods.mean_and_sd([1.0]), "a standard deviation needs two values"),
        (lambda: methods.geometric_mean([5.0]), "a confidence interval needs two values"),
        (lambda: methods.geometric_mean([1e-60, 1e60]), "the interval is too wide"),
        (lambda: methods.geometric_mean([5.0, 0.0]), "a value is not above 0"),
        (lambda: methods.median_and_quartiles([], 7), "there is no value"),
        (lambda: methods.min_and_max([]), "there is no value"),
        (lambda: methods.paired_t([2.0, 2.0]), "all differences are equal"),
        (lambda: methods.paired_t([0.0, 0.0]), "all differences are equal"),
        (lambda: methods.paired_t([0.1, 0.1, 0.1]), "all differences are equal"),
        (lambda: methods.paired_t([2.3] * 12), "all differences are equal"),
        (lambda: methods.paired_t([5.1 - 5.0, 6.1 - 6.0, 7.1 - 7.0]), "all differences are equal"),
        (lambda: methods.mann_whitney([], [1.0]), "a group has no value"),
        (lambda: methods.mann_whitney([1.0], [1.0]), "all values are equal"),
        (
            lambda: methods.mann_whitney([1.0, 2.0], [1.0], exact="yes"),
            "there are ties, so that the exact distribution of U does not hold",
        ),
        (lambda: methods.ancova([], [(1.0, 1.0)]), "a group has no value"),
        (
            lambda: methods.ancova([(1.0, 0.0), (2.0, 0.0)], [(1.0, 1.0), (4.0, 1.0)]),
            "an analysis of covariance needs four values, and a covariate that varies within a group",
        ),
        (
            lambda: methods.ancova(
                [(0.1 + 0.3 * x, x) for x in (1.0, 2.0, 3.0)], [(0.7 + 0.3 * x, x) for x in (1.0, 2.0, 4.0)]
            ),
            "the values lie on lines without any scatter",
        ),
        (
            lambda: methods.ancova([(5.1, x) for x in (1.0, 2.0, 3.0)], [(5.3, x) for x in (1.0, 2.0, 4.0)]),
            "the values lie on lines without any scatter",
        ),
    ],
)
def test_what_does_not_suffice(call: object, said: str) -> None:
    assert callable(call)
    with pytest.raises(TooFew) as found:
        call()
    assert str(found.value) == said


def test_little_scatter_is_scatter() -> None:
    """Differences of a millionth of their size are no rounding of floats."""
    differences = [0.1, 0.1000001, 0.0999999, 0.1000002]
    expected = stats.ttest_1samp(differences, 0)
    found = methods.paired_t(differences).values
    assert found["statistic"] == pytest.approx(float(expected.statistic), rel=1e-7)
    pairs = [(1e6 + x + scatter, x) for x, scatter in ((1.0, 0.1), (2.0, -0.1), (1.0, 0.2), (4.0, 0.0))]
    assert 0 < methods.ancova(pairs[:2], pairs[2:]).values["p"] < 1


def test_equal_values_have_no_deviation() -> None:
    assert methods.mean_and_sd([0.1, 0.1, 0.1]).values["sd"] == 0
