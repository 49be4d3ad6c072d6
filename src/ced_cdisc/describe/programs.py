"""Programs that compute a result from its transport file, for readers of define.xml to run."""

from __future__ import annotations

from collections.abc import Collection

from ced_cdisc.core.metadata import FileFormat, RangeCheck
from ced_cdisc.plan.analyses import NUMPY_QUANTILES, AnalysisMethod, ResultPlan
from ced_cdisc.plan.method_words import title

_READ: dict[FileFormat, str] = {
    # Not pandas.read_sas, which reads a zero as 5.4e-79.
    "xpt": 'data, _ = pyreadstat.read_xport("{}.xpt")',
    "json": 'told = json.loads(Path("{}.json").read_text(encoding="utf-8"))\n'
    'data = pd.DataFrame(told["rows"], columns=[column["name"] for column in told["columns"]])',
    "ndjson": 'told, *rows = map(json.loads, Path("{}.ndjson").read_bytes().splitlines())\n'
    'data = pd.DataFrame(rows, columns=[column["name"] for column in told["columns"]])',
    "dsjc": 'told, *rows = map(json.loads, zlib.decompress(Path("{}.dsjc").read_bytes()).splitlines())\n'
    'data = pd.DataFrame(rows, columns=[column["name"] for column in told["columns"]])',
    "parquet": 'data = pd.read_parquet("{}.parquet")',
}
_MODULES = {
    "json.": "import json",
    "np.": "import numpy as np",
    "pd.": "import pandas as pd",
    "pyreadstat.": "import pyreadstat",
    "zlib.": "import zlib",
    "Path(": "from pathlib import Path",
    "stats.": "from scipy import stats",
}
CONTEXT = "Python 3.11 (NumPy, pandas, pyreadstat, SciPy)"
_SIGNS = {"EQ": "==", "NE": "!=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}


def program(result: ResultPlan, numeric: Collection[str], file: FileFormat = "xpt") -> str:
    """The program of a result and of its sensitivity analyses; it prints each.

    Args:
        result: the result.
        numeric: the numeric variables of its dataset.
        file: the format of the file of its dataset.
    """
    lines = [
        _READ[file].format(result.dataset.lower()),
        'data = data.replace("", None)',
        "rows = data[",
        " &\n".join(f"    ({_check(check, numeric)})" for check in result.where),
        "]",
        *_method(result.method, result.variable, numeric),
    ]
    for other in result.sensitivity:
        named = title(other, result.variable)
        lines += ["", f"# Sensitivity analysis: {named}", *_method(other, result.variable, numeric)]
    text = "\n".join(lines)
    imports = [line for word, line in _MODULES.items() if word in text]
    return "\n".join([*imports, "", text])


def _value(text: str, variable: str, numeric: Collection[str]) -> str:
    return text if variable in numeric else f'"{text}"'


def _check(check: RangeCheck, numeric: Collection[str]) -> str:
    column = f'data["{check.variable}"]'
    values = [_value(text, check.variable, numeric) for text in check.values]
    if check.comparator == "IN":
        return f"{column}.isin([{', '.join(values)}])"
    if check.comparator == "NOTIN":
        return f"~{column}.isin([{', '.join(values)}]) & {column}.notna()"
    kept = f" & {column}.notna()" if check.comparator == "NE" else ""
    own = f"{column} {_SIGNS[check.comparator]} {values[0]}"
    return f"({own}){kept}" if kept else own


def _method(method: AnalysisMethod, variable: str, numeric: Collection[str]) -> list[str]:
    column = f'rows["{variable}"]'
    match method.name:
        case "count" if method.value is None:
            return [f"print({column}.notna().sum())"]
        case "count":
            return [f"print(({column} == {_value(method.value or '', variable, numeric)}).sum())"]
        case "n and percent":
            value = _value(method.value or "", variable, numeric)
            return [f"n = ({column} == {value}).sum()", f"print(n, 100 * n / {column}.notna().sum())"]
        case "percent and exact CI":
            value = _value(method.value or "", variable, numeric)
            return [
                f"n, total = ({column} == {value}).sum(), {column}.notna().sum()",
                f'ends = stats.binomtest(int(n), int(total)).proportion_ci({_level(method)}, method="exact")',
                "print(n, total, 100 * n / total, 100 * ends.low, 100 * ends.high)",
            ]
        case "difference of percentages":
            return _difference(method, variable, numeric)
        case "mean and SD":
            return [f"print({column}.mean(), {column}.std(ddof=1))"]
        case "median and quartiles":
            kind = NUMPY_QUANTILES[method.quantiles - 1]
            return [f'print(*np.quantile({column}.dropna(), [0.5, 0.25, 0.75], method="{kind}"))']
        case "min and max":
            return [f"print({column}.min(), {column}.max())"]
        case "event rate":
            return _event_rate(method, variable)
        case "geometric mean":
            return [
                f"logs = np.log({column}.dropna())",
                f"half = stats.t.ppf({_quantile(method)}, len(logs) - 1) * logs.sem()",
                "ends = np.exp([logs.mean(), logs.mean() - half, logs.mean() + half])",
                "print(*ends, 100 * np.sqrt(np.exp(logs.var(ddof=1)) - 1))",
            ]
        case "geometric mean ratio":
            return _ratio(method, variable, numeric)
        case "crossover ratio":
            return _crossover(method, variable, numeric)
        case "paired t":
            return [f"print(stats.ttest_1samp({column}.dropna(), 0).pvalue)"]
        case "wilcoxon signed rank":
            return [f"values = {column}.dropna().round(9)", *_signed_rank(method)]
        case "mann whitney":
            return _rank_sum(method, variable)
        case "ancova":
            return _ancova(method, variable)
        case _:
            raise KeyError(method.name)


def _event_rate(method: AnalysisMethod, variable: str) -> list[str]:
    low, high = f"{(100 - method.confidence) / 200:g}", _quantile(method)
    return [
        f'known = rows[rows["{variable}"].notna()]',
        f'events, time = known["{variable}"].sum(), known["{method.time}"].sum()',
        f"lower = stats.gamma.ppf({low}, events) if events else 0",
        f"upper = stats.gamma.ppf({high}, events + 1)",
        f"print(events, time, *({method.per:.15g} * number / time for number in (events, lower, upper)))",
    ]


def _ratio(method: AnalysisMethod, variable: str, numeric: Collection[str]) -> list[str]:
    group = f'logs["{method.group}"]'
    reference = _value(method.reference, method.group, numeric) if method.reference else f"{group}.min()"
    return [
        f'logs = rows[["{variable}", "{method.group}"]].dropna()',
        f"below = {group} == {reference}",
        f'values = np.log(logs["{variable}"].astype(float))',
        f"test = stats.ttest_ind(values[~below], values[below], equal_var={method.equal_variances})",
        f"ends = test.confidence_interval({_level(method)})",
        "print(*np.exp([values[~below].mean() - values[below].mean(), ends.low, ends.high]))",
    ]


def _difference(method: AnalysisMethod, variable: str, numeric: Collection[str]) -> list[str]:
    group = f'known["{method.group}"]'
    reference = _value(method.reference, method.group, numeric) if method.reference else f"{group}.min()"
    return [
        f'known = rows[["{variable}", "{method.group}"]].dropna()',
        f"below = {group} == {reference}",
        f'hits = known["{variable}"] == {_value(method.value or "", variable, numeric)}',
        "x0, n0, x1, n1 = hits[below].sum(), below.sum(), hits[~below].sum(), (~below).sum()",
        f"found, n, z = x1 / n1 - x0 / n0, n0 + n1, stats.norm.ppf({_quantile(method)})",
        "",
        "def refused(delta):  # by the score test, with the likeliest shares of which that is the difference",
        "    l2 = (n1 + 2 * n0) * delta - n - x0 - x1",
        "    l1 = (n0 * delta - n - 2 * x0) * delta + x0 + x1",
        "    third = l2 / 3 / n",
        "    c = third**3 - l1 * l2 / 6 / n**2 + x0 * delta * (1 - delta) / 2 / n",
        "    b = np.copysign(np.sqrt(max(third**2 - l1 / 3 / n, 0)), c)",
        "    turn = np.arccos(np.clip(c / b**3, -1, 1)) if b else np.pi / 2",
        "    share = 2 * b * np.cos((np.pi + turn) / 3) - third",
        "    share = np.clip(share, max(0, -delta), min(1, 1 - delta))",
        "    variance = share * (1 - share) / n0 + (share + delta) * (1 - share - delta) / n1",
        "    return (found - delta) ** 2 > z**2 * variance * n / (n - 1)",
        "",
        "ends = []",
        "for inside, outside in ((found, -1), (found, 1)):",
        "    for _ in range(60):",
        "        middle = (inside + outside) / 2",
        "        inside, outside = (inside, middle) if refused(middle) else (middle, outside)",
        "    ends.append(outside)",
        "print(100 * found, 100 * ends[0], 100 * ends[1])",
    ]


def _level(method: AnalysisMethod) -> str:
    return f"{method.confidence / 100:g}"


def _quantile(method: AnalysisMethod) -> str:
    return f"{(100 + method.confidence) / 200:g}"


def _crossover(method: AnalysisMethod, variable: str, numeric: Collection[str]) -> list[str]:
    group, period = f'known["{method.group}"]', method.period
    reference = _value(method.reference, method.group, numeric) if method.reference else f"{group}.min()"
    return [
        f'known = rows[["USUBJID", "{variable}", "{method.group}", "{period}"]].dropna()',
        'known = known.set_index("USUBJID")',
        f"below = {group} == {reference}",
        'pairs = known[~below].join(known[below].add_suffix("_below"), how="inner")',
        f'logs = np.log(pairs["{variable}"].astype(float)) - np.log(pairs["{variable}_below"].astype(float))',
        f'parts = [part for _, part in logs.groupby(pairs["{period}"] > pairs["{period}_below"])]',
        "freedom = len(logs) - 2",
        "variance = sum(((part - part.mean()) ** 2).sum() for part in parts) / freedom",
        "middle = sum(part.mean() for part in parts) / 2",
        f"half = stats.t.ppf({_quantile(method)}, freedom) / 2",
        "half *= (variance * sum(1 / len(part) for part in parts)) ** 0.5",
        "print(*np.exp([middle, middle - half, middle + half]), 100 * np.sqrt(np.exp(variance / 2) - 1))",
    ]


def _signed_rank(method: AnalysisMethod) -> list[str]:
    if method.exact == "yes":
        kept = "values[values != 0]" if method.zeros == "drop" else "values"
        return [
            f"ranked = {kept}",
            "ranks = pd.Series(stats.rankdata(ranked.abs()), index=ranked.index)[ranked != 0]",
            "ways = np.ones(1)",
            "for rank in (2 * ranks).astype(int):  # of each sum of positive ranks, in halves",
            "    ways = np.convolve(ways, [0.5] + [0] * (rank - 1) + [0.5])",
            "at = int(2 * ranks[ranked > 0].sum())",
            "print(min(1, 2 * min(ways[: at + 1].sum(), ways[at:].sum())))",
        ]
    zeros = {"drop": "wilcox"}.get(method.zeros, method.zeros)
    kind = '"asymptotic"'
    lines: list[str] = []
    if method.exact == "auto":
        lines = [
            "special = (values == 0).any() or values.abs().duplicated().any() or len(values) >= 50",
            'method = "asymptotic" if special else "exact"',
        ]
        kind = "method"
    call = f'zero_method="{zeros}", correction={method.correction}, method={kind}'
    return [*lines, f"print(stats.wilcoxon(values, {call}).pvalue)"]


def _rank_sum(method: AnalysisMethod, variable: str) -> list[str]:
    lines = [
        f'groups = rows.groupby("{method.group}")["{variable}"]',
        "first, second = (values.dropna().round(9) for _, values in groups)",
    ]
    kind = {"yes": '"exact"', "no": '"asymptotic"', "auto": "method"}[method.exact]
    if method.exact == "auto":
        lines += [
            "special = pd.concat([first, second]).duplicated().any() or max(len(first), len(second)) >= 50",
            'method = "asymptotic" if special else "exact"',
        ]
    call = f"use_continuity={method.correction}, method={kind}"
    return [*lines, f"print(stats.mannwhitneyu(first, second, {call}).pvalue)"]


def _ancova(method: AnalysisMethod, variable: str) -> list[str]:
    group, covariate = method.group, method.covariate
    return [
        f'complete = rows[["{variable}", "{group}", "{covariate}"]].dropna()',
        f'later = complete["{group}"] == complete["{group}"].max()',
        f'design = np.column_stack([np.ones(len(complete)), later, complete["{covariate}"]]).astype(float)',
        f'values = complete["{variable}"].to_numpy()',
        "effects = np.linalg.lstsq(design, values, rcond=None)[0]",
        "rest, freedom = values - design @ effects, len(values) - 3",
        "error = np.sqrt(np.linalg.inv(design.T @ design)[1, 1] * (rest @ rest) / freedom)",
        "print(effects[1], 2 * stats.t.sf(abs(effects[1] / error), freedom))",
    ]
