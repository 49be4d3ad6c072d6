"""Analysis methods in words: short for a table, in full for Analysis Results Metadata."""

from __future__ import annotations

from ced_cdisc.core.metadata import RangeCheck
from ced_cdisc.expr.english import listed
from ced_cdisc.plan.analyses import COUNTING, AnalysisMethod, ResultPlan

_NAMES = {
    "count": "number of records",
    "n and percent": "number and percent",
    "percent and exact CI": "number, percent and exact {} % CI",
    "difference of percentages": "difference of percentages and {} % CI",
    "mean and SD": "mean and SD",
    "median and quartiles": "median and quartiles",
    "min and max": "minimum and maximum",
    "event rate": "event rate and exact {} % CI",
    "geometric mean": "geometric mean and {} % CI",
    "geometric mean ratio": "ratio of geometric means and {} % CI",
    "crossover ratio": "ratio of geometric means within subjects and {} % CI",
    "wilcoxon signed rank": "Wilcoxon signed rank test",
    "paired t": "paired t test",
    "mann whitney": "Mann-Whitney test",
    "ancova": "analysis of covariance",
}
_QUANTILES = {
    1: "the inverse of the empirical distribution function (type 1 of Hyndman and Fan; PCTLDEF=3 of SAS)",
    2: "the inverse of the empirical distribution function, averaged at its steps (type 2 of Hyndman and "
    "Fan; PCTLDEF=5 of SAS)",
    3: "the nearest even order statistic (type 3 of Hyndman and Fan; PCTLDEF=2 of SAS)",
    4: "linear interpolation of the empirical distribution function (type 4 of Hyndman and Fan; PCTLDEF=1 of "
    "SAS)",
    5: "linear interpolation between midpoints of the steps (type 5 of Hyndman and Fan)",
    6: "linear interpolation at p(n + 1) (type 6 of Hyndman and Fan; PCTLDEF=4 of SAS)",
    7: "linear interpolation at 1 + p(n - 1) (type 7 of Hyndman and Fan; the default of R and NumPy)",
    8: "linear interpolation, median-unbiased (type 8 of Hyndman and Fan)",
    9: "linear interpolation, unbiased for normal values (type 9 of Hyndman and Fan)",
}
_ZEROS = {
    "drop": "Differences of 0 are dropped before ranking.",
    "pratt": "Differences of 0 are ranked, and their ranks are dropped (Pratt).",
    "zsplit": "Differences of 0 are ranked, and their ranks are split evenly between both signs.",
}
_ROUNDED = "Values are rounded to 9 decimals before they are ranked, so that equal values are ties."
_RANKING = ("wilcoxon signed rank", "mann whitney")


def title(method: AnalysisMethod, variable: str, variant: str = "") -> str:
    """A method of a variable in a few words, with the variant that it came to on the data, if known."""
    name = _NAMES[method.name].format(method.confidence)
    if method.name == "median and quartiles":
        name += f", type {method.quantiles}"
    if method.name == "geometric mean ratio":
        name += f", {_variances(method)}"
    if method.time:
        name += f", per {method.per:.15g} of {method.time}"
    if method.name in COUNTING:
        name += f" with {variable}{_equal(method)}"
    if method.covariate:
        name += f" with {method.covariate}"
    return f"{name}, {variant}" if variant else name


def documentation(result: ResultPlan) -> str:
    """A result in sentences: the records, the method with its exact variant, the other methods, the note."""
    every = (result.method, *result.sensitivity)
    parts = [selected(result.where), sentence(result.method, result.variable)]
    parts += [f"Sensitivity analysis: {sentence(other, result.variable)}" for other in result.sensitivity]
    parts += [_ROUNDED] if any(method.name in _RANKING for method in every) else []
    parts += [result.note] if result.note else []
    return " ".join(parts)


def selected(where: tuple[RangeCheck, ...]) -> str:
    """The records analysed, as a sentence."""
    return f"Records of {where[0].dataset} with {listed([_check(check) for check in where], 'and')}."


_SIGNS = {"EQ": "=", "NE": "other than", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}


def _check(check: RangeCheck) -> str:
    if check.comparator in ("IN", "NOTIN"):
        word = "one of" if check.comparator == "IN" else "none of"
        return f"{check.variable} {word} {', '.join(check.values)}"
    return f"{check.variable} {_SIGNS[check.comparator]} {check.values[0]}"


def sentence(method: AnalysisMethod, variable: str) -> str:
    """A method with its exact variant, as sentences."""
    match method.name:
        case "count":
            return f"Number of records with {variable}{_equal(method)}."
        case "n and percent":
            return (
                f"Number of subjects with {variable}{_equal(method)}, and its percentage of the subjects "
                f"with {variable}."
            )
        case "percent and exact CI":
            return (
                f"Number of subjects with {variable}{_equal(method)}, and its percentage of the subjects "
                f"with {variable}, with the exact (Clopper-Pearson) {method.confidence} % "
                "confidence interval. It is that of "
                "binom.test in R, and the exact one of PROC FREQ with BINOMIAL in SAS."
            )
        case "difference of percentages":
            return _difference(method, variable)
        case "mean and SD":
            return f"Arithmetic mean and standard deviation (divisor n - 1) of {variable}."
        case "median and quartiles":
            return f"Median and quartiles of {variable} by {_QUANTILES[method.quantiles]}."
        case "min and max":
            return f"Least and greatest {variable}."
        case "event rate":
            return (
                f"Number of events, the sum of {variable}, for each {method.per:.15g} of the sum of "
                f"{method.time}, with the exact {method.confidence} % confidence interval of a Poisson "
                "number of events. It is that of poisson.test in R."
            )
        case "geometric mean":
            return (
                f"Geometric mean of {variable}, the exponential of the mean of its natural logarithms, with "
                f"the {method.confidence} % confidence interval by Student's t of the logarithms, "
                "transformed back. Its coefficient of variation is 100 times the root of exp(variance of the "
                "logarithms) - 1."
            )
        case "geometric mean ratio":
            return _ratio(method, variable)
        case "crossover ratio":
            return _crossover(method, variable)
        case "paired t":
            return f"Two-sided one-sample t test of {variable} against 0, which is the paired t test."
        case "wilcoxon signed rank":
            return f"Two-sided Wilcoxon signed rank test of {variable}. {_signed_rank(method)}"
        case "mann whitney":
            return (
                f"Two-sided Mann-Whitney (Wilcoxon rank sum) test of {variable} between the two groups of "
                f"{method.group}. {_rank_sum(method)}"
            )
        case "ancova":
            return (
                f"Analysis of covariance of {variable} by least squares, with the group ({method.group}) and "
                f"the covariate {method.covariate}, one slope for both groups. The difference is that of the "
                "later from the earlier group in the order of their values, with the two-sided t test and "
                f"the {method.confidence} % confidence interval."
            )
        case _:
            raise KeyError(method.name)


def _equal(method: AnalysisMethod) -> str:
    return f" = {method.value}" if method.value is not None else ""


def _variances(method: AnalysisMethod) -> str:
    return f"{'equal' if method.equal_variances else 'unequal'} variances"


def _ratio(method: AnalysisMethod, variable: str) -> str:
    of = _divided(method)
    r, sas = ("TRUE", "pooled") if method.equal_variances else ("FALSE", "Satterthwaite")
    return (
        f"Ratio of geometric means of {variable}, {of}: the exponential of the difference of the means of "
        f"the natural logarithms, with the {method.confidence} % confidence interval by Student's t with "
        f"{_variances(method)} of the logarithms, transformed back. Of the logarithms it is that of "
        f"t.test(.., var.equal = {r}) in R, and the {sas} one of PROC TTEST in SAS."
    )


def _difference(method: AnalysisMethod, variable: str) -> str:
    group = method.group
    of = f"of the later group of {group}, in the order of their values, minus that of the earlier one"
    if method.reference:
        of = f"of the other group of {group} minus that with {group} = {method.reference}"
    return (
        f"Difference of percentages of subjects with {variable}{_equal(method)}, of those with {variable}: "
        f"that {of}, with the {method.confidence} % confidence interval of Miettinen and Nurminen (1985), "
        "without strata: the score interval with the variance under the difference in question, times "
        "N / (N - 1). It is that of RISKDIFF(CL=MN) of PROC FREQ in SAS, and of "
        "BinomDiffCI(.., method = 'mn') of DescTools in R."
    )


def _divided(method: AnalysisMethod) -> str:
    group = method.group
    if method.reference:
        return f"the other group of {group} divided by that with {group} = {method.reference}"
    return f"the later group of {group}, in the order of their values, divided by the earlier one"


def _crossover(method: AnalysisMethod, variable: str) -> str:
    return (
        f"Ratio of geometric means of {variable} within subjects, {_divided(method)}: the analysis of "
        "variance of the natural logarithms with sequence, subject within sequence, period "
        f"({method.period}) and treatment ({method.group}) as fixed effects, with the {method.confidence} % "
        "confidence interval of the difference of treatments by Student's t, transformed back. Subjects with "
        "a value of one treatment only tell nothing of the difference and are left out. The coefficient of "
        "variation within subjects is 100 times the root of exp(mean square of the residuals) - 1. It is "
        "that of lm(log(value) ~ subject + period + treatment) in R, and of PROC GLM in SAS."
    )


def _signed_rank(method: AnalysisMethod) -> str:
    normal = f"normal approximation with the variance corrected for ties, {_correction(method)}"
    zeros = _ZEROS[method.zeros]
    if method.exact == "yes":
        return f"{zeros} Exact distribution given the ranks, tied or not."
    if method.exact == "no":
        return f"{zeros} {normal[0].upper()}{normal[1:]}."
    rule = (
        "Exact distribution with fewer than 50 differences, none of them 0 and no two tied in size; otherwise"
    )
    is_default = method.zeros == "drop" and method.correction
    return f"{rule} {normal}. {zeros}" + _as_in_r(is_default, "x, y, paired = TRUE")


def _rank_sum(method: AnalysisMethod) -> str:
    normal = f"normal approximation with the variance corrected for ties, {_correction(method)}"
    if method.exact == "yes":
        return "Exact distribution, which needs values without ties."
    if method.exact == "no":
        return f"{normal[0].upper()}{normal[1:]}."
    rule = f"Exact distribution with fewer than 50 values in each group and no ties; otherwise {normal}."
    return rule + _as_in_r(method.correction, "x, y")


def _correction(method: AnalysisMethod) -> str:
    return f"{'with' if method.correction else 'without'} continuity correction"


def _as_in_r(is_default: bool, call: str) -> str:
    return f" This is the rule of wilcox.test({call}) in R." if is_default else ""
