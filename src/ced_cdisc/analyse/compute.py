"""Results of a plan from finished datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from msgspec import Struct

from ced_cdisc.analyse import methods
from ced_cdisc.analyse.methods import Found, TooFew
from ced_cdisc.analyse.numbers import printed
from ced_cdisc.analyse.selecting import Records, Value, holds, select
from ced_cdisc.core.findings import Finding, Findings, Severity, Stage
from ced_cdisc.core.metadata import RangeCheck
from ced_cdisc.plan.analyses import COUNTING, TWO_GROUPS, AnalysisMethod, ResultPlan

_SHOWN_SUBJECTS = 5


class Computed(Struct, frozen=True):
    """One method's outcome.

    Attributes:
        method: the method.
        values: its numbers by name; where the values do not suffice, those that are known all the same.
        printed: as a table prints it.
        variant: what the method came to on these values, in words; empty where there is one way only.
        groups: the two groups by name, where there are.
    """

    method: AnalysisMethod
    values: Mapping[str, float]
    printed: str
    variant: str
    groups: tuple[str, ...] = ()


class ComputedResult(Struct, frozen=True):
    """A result: the records selected, those of them without a value, and what each method gives."""

    plan: ResultPlan
    records: int
    missing: int
    primary: Computed
    sensitivity: tuple[Computed, ...]


def compute(plan: ResultPlan, frame: pl.DataFrame, findings: Findings) -> ComputedResult:
    """One result from its finished dataset.

    Faults of the selection are findings: several records of a subject (CED288, not where records are only
    counted), and values that do not suffice (CED289, a warning; what they do not give is then NE).
    """
    every = (plan.method, *plan.sensitivity)
    records = select(frame, plan.where, _wanted(plan))
    twice = records.twice() if any(method.name != "count" for method in every) else []
    if twice:
        named = tuple(f"subject {name}" for name in twice[:_SHOWN_SUBJECTS])
        message = f"the result {plan.id} takes several records of one subject, for {len(twice)} in all"
        findings.add(Finding("CED288", message, plan.place, stage=Stage.RAW, records=named))
    made = [_computed(method, plan, records, findings) for method in every]
    missing = sum(value is None for value in records.columns[plan.variable])
    return ComputedResult(plan, len(records), missing, made[0], tuple(made[1:]))


def read_by(plan: ResultPlan) -> set[str]:
    """The variables that a result is computed from, beside USUBJID."""
    return {*_wanted(plan), *(check.variable for check in plan.where)}


def _wanted(plan: ResultPlan) -> list[str]:
    methods = (plan.method, *plan.sensitivity)
    return [plan.variable, *(name for m in methods for name in (m.group, m.covariate) if name)]


def _computed(method: AnalysisMethod, plan: ResultPlan, records: Records, findings: Findings) -> Computed:
    groups: tuple[str, ...] = ()
    try:
        if method.name in TWO_GROUPS:
            groups, parts = _groups(records, method, plan.variable)
            found = _of_two(method, parts, groups)
        else:
            found = _of_one(method, records.columns[plan.variable])
    except TooFew as reason:
        message = f"the result {plan.id} by {method.name} cannot be computed: {reason}"
        findings.add(Finding("CED289", message, plan.place, stage=Stage.RAW, severity=Severity.WARNING))
        return Computed(method, reason.known, printed(method.show, reason.known), "", groups)
    return Computed(method, found.values, printed(method.show, found.values), found.variant, groups)


def summary(method: AnalysisMethod, values: Sequence[Value]) -> Mapping[str, float]:
    """The numbers of a method over one group of values.

    Raises:
        TooFew: the values do not suffice.
    """
    return _of_one(method, values).values


def _of_one(method: AnalysisMethod, values: Sequence[Value]) -> Found:
    present = [value for value in values if value is not None]
    if method.name in COUNTING:
        counted = len(present)
        if method.value is not None:
            check = RangeCheck("", "", "EQ", (method.value,))
            counted = sum(holds(check, value) for value in present)
        if method.name == "count":
            return Found({"n": counted, "total": len(present)})
        of = methods.share if method.name == "n and percent" else methods.share_with_interval
        return of(counted, len(present))
    numbers = [float(value) for value in present]
    match method.name:
        case "mean and SD":
            return methods.mean_and_sd(numbers)
        case "median and quartiles":
            return methods.median_and_quartiles(numbers, method.quantiles)
        case "min and max":
            return methods.min_and_max(numbers)
        case "geometric mean":
            return methods.geometric_mean(numbers)
        case "paired t":
            return methods.paired_t(numbers)
        case "wilcoxon signed rank":
            return methods.wilcoxon_signed_rank(
                numbers, zeros=method.zeros, correction=method.correction, exact=method.exact
            )
        case _:
            raise KeyError(method.name)


_Pair = tuple[float, float]


def _groups(
    records: Records, method: AnalysisMethod, variable: str
) -> tuple[tuple[str, ...], tuple[list[_Pair], list[_Pair]]]:
    """The two groups in the order of their values, with pairs of value and covariate (0 without one).

    The group that the method refers to goes first.

    Raises:
        TooFew: there are not two groups, or the one referred to is none of them.
    """
    values, groups = records.columns[variable], records.columns[method.group]
    covariates = records.columns[method.covariate] if method.covariate else (0.0,) * len(values)
    parts: dict[str | float, list[_Pair]] = {}
    for value, group, covariate in zip(values, groups, covariates, strict=True):
        if value is not None and group is not None and covariate is not None:
            parts.setdefault(group, []).append((float(value), float(covariate)))
    if len(parts) != 2:
        raise TooFew(f"{method.group} has {len(parts)} groups with values, not two")
    reference = RangeCheck("", "", "EQ", (method.reference,))
    first, second = sorted(parts, key=lambda group: (isinstance(group, str), group))
    if method.reference and not holds(reference, first):
        if not holds(reference, second):
            raise TooFew(f"no group of {method.group} with values is {method.reference}")
        first, second = second, first
    return tuple(_plain(group) for group in (first, second)), (parts[first], parts[second])


def _plain(group: str | float) -> str:
    return group if isinstance(group, str) else f"{group:g}"


def _of_two(method: AnalysisMethod, parts: tuple[list[_Pair], list[_Pair]], groups: tuple[str, ...]) -> Found:
    if method.name == "ancova":
        return methods.ancova(*parts)
    first, second = ([value for value, _ in part] for part in parts)
    if method.name == "geometric mean ratio":
        found = methods.geometric_mean_ratio(first, second, equal_variances=method.equal_variances)
        return Found(found.values, f"{groups[1]} / {groups[0]}")
    return methods.mann_whitney(first, second, correction=method.correction, exact=method.exact)
