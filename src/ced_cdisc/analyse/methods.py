"""The methods: values in, numbers by name out. What is known of each is in :mod:`ced_cdisc.plan.analyses`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from math import exp, expm1, fsum, log, sqrt
from typing import Any, Literal, cast

from msgspec import Struct

from ced_cdisc.analyse.numbers import ranked
from ced_cdisc.analyse.ranks import exact_rank_sum_p, middle_ranks, rank_sum_p, signed_rank_p
from ced_cdisc.analyse.signed_rank import exact_p, has_ties
from ced_cdisc.plan.analyses import NUMPY_QUANTILES, OPTIONS

EXACT_BELOW = 50
"""So many values, or more, are too many for R to take the exact distribution by itself."""

_SCATTER = 1e-9
"""Less of the size of the values is no scatter, but their rounding: 5.1 - 5.0 is not quite 7.1 - 7.0."""


class TooFew(ValueError):
    """The values do not suffice for the method; the text says why. ``known`` is what they give."""

    def __init__(self, reason: str, known: dict[str, float] | None = None) -> None:
        super().__init__(reason)
        self.known = known or {}


class Found(Struct, frozen=True):
    """What a method gives, and which of its variants it came to, in words."""

    values: dict[str, float]
    variant: str = ""


def load_distributions(names: Iterable[str]) -> None:
    """Load what the methods of these names need, in a moment that is not used for anything else."""
    if any("confidence" in OPTIONS[name] for name in names):
        distributions()


def distributions() -> Any:
    """The distributions of scipy, which take 0.2 s to load: only where an interval or a test needs one."""
    return import_module("scipy.special")


def _p_of_t(t: float, freedom: int) -> float:
    return 2 * float(distributions().stdtr(freedom, -abs(t)))


def tail(confidence: int) -> float:
    """What lies beyond each end of an interval: 0.025 for 95 %."""
    return (100 - confidence) / 200


def _quantile_of_t(freedom: float, confidence: int) -> float:
    """The deviate of Student's t between both signs of which so many percent lie."""
    return float(distributions().stdtrit(freedom, 1 - tail(confidence)))


def quantile_of_normal(confidence: int) -> float:
    """The deviate of the normal distribution between both signs of which so many percent lie."""
    return float(distributions().ndtri(1 - tail(confidence)))


def share(count: int, total: int) -> Found:
    """How many of how many, and the percent of it."""
    if not total:
        raise TooFew("there is no value")
    return Found({"n": count, "total": total, "percent": 100 * count / total})


def share_with_interval(count: int, total: int, confidence: int = 95) -> Found:
    """How many of how many, the percent of it, and its exact (Clopper-Pearson) confidence interval.

    Its ends are quantiles of beta distributions; of none the lower one is 0, of all the upper one 100.

    Raises:
        TooFew: there is no value.
    """
    found = share(count, total).values
    quantile = distributions().betaincinv
    lower = float(quantile(count, total - count + 1, tail(confidence))) if count else 0.0
    upper = float(quantile(count + 1, total - count, 1 - tail(confidence))) if count < total else 1.0
    return Found({**found, "lower": 100 * lower, "upper": 100 * upper})


def mean_and_sd(values: Sequence[float]) -> Found:
    """The arithmetic mean and the standard deviation with n - 1."""
    import numpy as np

    if len(values) < 2:
        raise TooFew("a standard deviation needs two values", {"n": len(values), **_alone(values)})
    array = np.array(values)
    sd = float(array.std(ddof=1)) if min(values) < max(values) else 0.0  # the mean may be rounded
    return Found({"n": len(values), "mean": float(array.mean()), "sd": sd})


def _alone(values: Sequence[float]) -> dict[str, float]:
    """The mean of one value, which is that value; nothing of none."""
    return {"mean": values[0]} if values else {}


def geometric_mean(values: Sequence[float], confidence: int = 95) -> Found:
    """The geometric mean with its confidence interval, by Student's t of the logarithms, and its CV.

    Raises:
        TooFew: fewer than two values, or one that is not above 0 and has no logarithm.
    """
    if any(value <= 0 for value in values):
        raise TooFew("a value is not above 0", {"n": len(values)})
    if len(values) < 2:
        raise TooFew("a confidence interval needs two values", {"n": len(values), **_alone(values)})
    found = mean_and_sd([log(value) for value in values]).values
    half = _quantile_of_t(len(values) - 1, confidence) * found["sd"] / sqrt(len(values))
    known = {"n": len(values), "mean": exp(found["mean"])}
    ends = {"lower": found["mean"] - half, "upper": found["mean"] + half}
    return Found(_transformed_back(ends, known, found["sd"] ** 2))


def geometric_mean_ratio(
    below: Sequence[float], above: Sequence[float], *, equal_variances: bool, confidence: int = 95
) -> Found:
    """The ratio of two geometric means with its confidence interval.

    It is the difference of the means of the logarithms with the interval of the two-sample t test, both
    transformed back. Without ``equal_variances`` the degrees of freedom are those of Welch and Satterthwaite.

    Args:
        below: the values of the group that the other is divided by.
        above: those of the other group.

    Returns:
        ``n1`` values below and ``n2`` above, ``ratio``, ``lower``, ``upper``.

    Raises:
        TooFew: a group has no value; a value is not above 0 and has no logarithm; the values do not suffice
            for a variance, or none has any scatter.
    """
    sizes = len(below), len(above)
    counts: dict[str, float] = {"n1": sizes[0], "n2": sizes[1]}
    if not below or not above:
        raise TooFew("a group has no value", counts)
    if any(value <= 0 for value in (*below, *above)):
        raise TooFew("a value is not above 0", counts)
    logs = [[log(value) for value in group] for group in (below, above)]
    first, second = (fsum(group) / len(group) for group in logs)
    difference = second - first
    known = _transformed_back({"ratio": difference}, counts)
    if sum(sizes) < 3 or (not equal_variances and min(sizes) < 2):
        needs = "two values in one group" if equal_variances else "two values in each group"
        raise TooFew(f"a confidence interval needs {needs}", known)
    variances = [mean_and_sd(group).values["sd"] ** 2 if group[1:] else 0.0 for group in logs]
    freedom: float = sum(sizes) - 2
    if equal_variances:
        variances = [sum((n - 1) * v for n, v in zip(sizes, variances, strict=True)) / freedom] * 2
    errors = [v / n for n, v in zip(sizes, variances, strict=True)]
    error = sqrt(sum(errors))
    if error <= _SCATTER:
        raise TooFew("the values of each group are equal", known)
    if not equal_variances:
        freedom = error**4 / sum(e**2 / (n - 1) for n, e in zip(sizes, errors, strict=True))
    half = _quantile_of_t(freedom, confidence) * error
    return Found(_transformed_back({"lower": difference - half, "upper": difference + half}, known))


def crossover_ratio(parts: tuple[Sequence[float], Sequence[float]], unpaired: int, confidence: int) -> Found:
    """The ratio of geometric means of two treatments that each subject had, one in each of two periods.

    It is what the analysis of variance of the logarithms gives that has sequence, subject within sequence,
    period and treatment as fixed effects: the mean of both sequences' mean differences within subjects. A
    subject with one of the treatments only tells nothing of it.

    Args:
        parts: the ratios within subjects, of those who had the treatment in the earlier period, and of those
            who had it in the later one.
        unpaired: how many subjects have one of the treatments only.
        confidence: the level of the interval, in percent.

    Returns:
        ``n`` subjects with both and ``unpaired`` ones, ``ratio``, ``lower``, ``upper``, and ``cv``, the
        coefficient of variation within subjects in percent.

    Raises:
        TooFew: no subject had the treatment in one of the periods; a value is not above 0; the values do not
            suffice for a variance, or have no scatter.
    """
    freedom = sum(map(len, parts)) - 2
    counts: dict[str, float] = {"n": freedom + 2, "unpaired": unpaired}
    if any(value <= 0 for part in parts for value in part):
        raise TooFew("a value is not above 0", counts)
    if not all(parts):
        raise TooFew("no subject with both treatments had them in one of their orders", counts)
    logs = [[log(value) for value in part] for part in parts]
    means = [fsum(part) / len(part) for part in logs]
    middle = sum(means) / 2
    known = _transformed_back({"ratio": middle}, counts)
    if not freedom:
        raise TooFew("a confidence interval needs three subjects with both treatments", known)
    spread = fsum((value - m) ** 2 for part, m in zip(logs, means, strict=True) for value in part)
    variance = spread / freedom
    error = sqrt(variance * sum(1 / len(part) for part in parts)) / 2
    if error <= _SCATTER:
        raise TooFew("the ratios of the subjects of each order are equal", known)
    half = _quantile_of_t(freedom, confidence) * error
    return Found(_transformed_back({"lower": middle - half, "upper": middle + half}, known, variance / 2))


def _transformed_back(
    logs: Mapping[str, float], known: dict[str, float], variance: float | None = None
) -> dict[str, float]:
    """What is known, and the exponentials of the logarithms; of their variance the CV in percent.

    Raises:
        TooFew: one of them is too great for a number.
    """
    try:
        cv = {} if variance is None else {"cv": 100 * sqrt(expm1(variance))}
        return {**known, **{name: exp(value) for name, value in logs.items()}, **cv}
    except OverflowError:
        raise TooFew("the interval is too wide", known) from None


def median_and_quartiles(values: Sequence[float], kind: int) -> Found:
    """The quantiles 0.25, 0.5 and 0.75 by type ``kind`` of Hyndman and Fan (1996)."""
    import numpy as np

    if not values:
        raise TooFew("there is no value")
    method = cast("Any", NUMPY_QUANTILES[kind - 1])
    found = np.quantile(np.array(values), [0.25, 0.5, 0.75], method=method)
    q1, median, q3 = (float(value) for value in found)
    return Found({"n": len(values), "median": median, "q1": q1, "q3": q3})


def min_and_max(values: Sequence[float]) -> Found:
    """The least and the greatest value."""
    if not values:
        raise TooFew("there is no value")
    return Found({"n": len(values), "min": min(values), "max": max(values)})


def wilcoxon_signed_rank(
    differences: Sequence[float],
    *,
    zeros: Literal["drop", "pratt", "zsplit"] = "drop",
    correction: bool = True,
    exact: Literal["auto", "yes", "no"] = "auto",
) -> Found:
    """The two-sided Wilcoxon signed rank test of paired differences.

    With ``exact="auto"`` and the other defaults this is the rule of ``wilcox.test(x, y, paired = TRUE)`` in
    R: exact with fewer than 50 differences of which none is 0 and no two are tied in size, else a normal
    approximation without the zeros, its variance corrected for ties, with continuity correction.

    Args:
        differences: one a subject; rounded to 9 decimals before they are ranked.
        zeros: differences of 0 are dropped; or ranked, and their ranks dropped (Pratt); or ranked, and their
            ranks split between both signs.
        correction: the continuity correction of the normal approximation.
        exact: ``yes`` takes the exact distribution given the ranks, tied or not; not with ``zsplit``.

    Returns:
        ``n`` differences, ``used`` of them ranked and signed, ``statistic`` the sum of the positive ranks
        (with ``zsplit`` with half of those of the zeros), ``p``.

    Raises:
        TooFew: no difference is other than 0.
    """
    values = ranked(differences)
    signed = [value for value in values if value]
    if not signed:
        raise TooFew("no difference is other than 0")
    special = len(signed) < len(values) or has_ties(signed)
    is_exact = exact == "yes" or (exact == "auto" and not special and len(values) < EXACT_BELOW)
    of = signed if zeros == "drop" else values
    ranks = middle_ranks([abs(value) for value in of])
    statistic = sum(rank for rank, value in zip(ranks, of, strict=True) if value > 0)
    if zeros == "zsplit":
        statistic += sum(rank for rank, value in zip(ranks, of, strict=True) if not value) / 2
    else:
        ranks = [rank for rank, value in zip(ranks, of, strict=True) if value]
    if is_exact:
        p = exact_p(ranks, statistic)
        words = "exact distribution" + (", given the tied ranks" if special else "")
    else:
        p = signed_rank_p(ranks, statistic, correction=correction)
        words = f"normal approximation, {_corrected(correction)}"
    if len(signed) < len(values):
        told = {"drop": "zeros dropped", "pratt": "zeros ranked and dropped", "zsplit": "zeros split"}
        words += f", {told[zeros]}"
    return Found({"n": len(values), "used": len(signed), "statistic": statistic, "p": p}, words)


def _corrected(correction: bool) -> str:
    return f"{'with' if correction else 'without'} continuity correction"


def paired_t(differences: Sequence[float], confidence: int = 95) -> Found:
    """The paired t test of the differences, with their mean, its confidence interval, and the SD.

    Raises:
        TooFew: fewer than two differences, or all are equal: to within a billionth of their size.
    """
    found = mean_and_sd(differences).values
    if max(differences) - min(differences) <= _SCATTER * max(abs(value) for value in differences):
        raise TooFew("all differences are equal")
    mean, error = found["mean"], found["sd"] / sqrt(len(differences))
    freedom = len(differences) - 1
    half, t = _quantile_of_t(freedom, confidence) * error, mean / error
    interval = {"lower": mean - half, "upper": mean + half}
    return Found({**found, **interval, "statistic": t, "p": _p_of_t(t, freedom)})


def mann_whitney(
    first: Sequence[float],
    second: Sequence[float],
    *,
    correction: bool = True,
    exact: Literal["auto", "yes", "no"] = "auto",
) -> Found:
    """The two-sided Wilcoxon rank sum (Mann-Whitney) test of two groups.

    By ``exact="auto"`` the rule of ``wilcox.test(x, y)`` in R: exact with fewer than 50 values in each group
    and no ties, else a normal approximation, corrected for ties, with continuity correction.

    Raises:
        TooFew: a group is empty, all values are equal, or ``exact="yes"`` is asked of ties, for which there
            is no table.
    """
    one, two = ranked(first), ranked(second)
    if not one or not two:
        raise TooFew("a group has no value")
    if len({*one, *two}) == 1:
        raise TooFew("all values are equal")
    ties = len({*one, *two}) < len(one) + len(two)
    if exact == "yes" and ties:
        raise TooFew("there are ties, so that the exact distribution of U does not hold")
    small = len(one) < EXACT_BELOW and len(two) < EXACT_BELOW
    is_exact = exact == "yes" or (exact == "auto" and small and not ties)
    ranks = middle_ranks([*one, *two])
    statistic = sum(ranks[: len(one)]) - len(one) * (len(one) + 1) / 2
    if is_exact:
        p = exact_rank_sum_p(len(one), len(two), round(statistic))
        words = "exact distribution"
    else:
        counts = list(Counter([*one, *two]).values())
        p = rank_sum_p(len(one), len(two), counts, statistic, correction=correction)
        words = f"normal approximation, {_corrected(correction)}"
    return Found({"n1": len(one), "n2": len(two), "statistic": statistic, "p": p}, words)


def ancova(
    first: Sequence[tuple[float, float]], second: Sequence[tuple[float, float]], confidence: int = 95
) -> Found:
    """The difference of two groups, adjusted for one covariate by least squares with a common slope.

    Args:
        first: pairs (value, covariate) of the first group.
        second: those of the second.

    Returns:
        ``difference`` (second minus first) with its confidence interval, ``statistic`` t, and ``p``.

    Raises:
        TooFew: fewer than 4 values, a group without value, a covariate that cannot be told from the group,
            or values within a billionth of their size of lines.
    """
    import numpy as np

    if not first or not second:
        raise TooFew("a group has no value")
    middle = sum(x for _, x in (*first, *second)) / (len(first) + len(second))
    rows = [(1.0, 0.0, x - middle) for _, x in first] + [(1.0, 1.0, x - middle) for _, x in second]
    y = np.array([value for value, _ in (*first, *second)])
    design = np.array(rows)
    freedom = len(rows) - 3
    if freedom < 1 or np.linalg.matrix_rank(design) < 3:
        raise TooFew(
            "an analysis of covariance needs four values, and a covariate that varies within a group"
        )
    inverse = np.linalg.inv(design.T @ design)
    effects = inverse @ design.T @ y
    rest = y - design @ effects
    if np.linalg.norm(rest) <= _SCATTER * np.linalg.norm(y):
        raise TooFew("the values lie on lines without any scatter")
    error = float(np.sqrt(inverse[1, 1] * (rest @ rest) / freedom))
    difference = float(effects[1])
    t = difference / error
    half = _quantile_of_t(freedom, confidence) * error
    values = {"difference": difference, "lower": difference - half, "upper": difference + half}
    p = _p_of_t(t, freedom)
    return Found({"n1": len(first), "n2": len(second), **values, "statistic": t, "p": p})
