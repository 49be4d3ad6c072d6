"""Results of a plan from finished datasets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl
from msgspec import Struct

from ced_cdisc.analyse import methods
from ced_cdisc.analyse.methods import Found, TooFew
from ced_cdisc.analyse.numbers import printed
from ced_cdisc.analyse.rates import event_rate
from ced_cdisc.analyse.selecting import Records, Value, holds, select
from ced_cdisc.analyse.two_shares import difference_of_shares
from ced_cdisc.core.findings import Finding, Findings, Severity, Stage, counted
from ced_cdisc.core.metadata import RangeCheck
from ced_cdisc.plan.analyses import COUNTING, CROSSOVER, TWO_GROUPS, AnalysisMethod, ResultPlan

_SHOWN_SUBJECTS = 5
_IN_TURN = "where each subject had both treatments in turn, write method: crossover ratio"


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
    counted), and values that do not suffice (CED289, a warning; what they do not give is then NE). A number
    that its condition asks for and no record of the dataset has is a note (CED845).
    """
    every = (plan.method, *plan.sensitivity)
    records = select(frame, plan.where, _wanted(plan))
    if not len(records):
        findings.extend(_never(plan, frame))
    told = [method for method in every if method.name != "count"]
    for by in dict.fromkeys(method.group if method.name == CROSSOVER else "" for method in told):
        twice = records.twice(by)
        if twice:
            named = tuple(f"subject {name}" for name in twice[:_SHOWN_SUBJECTS])
            one = f"one subject and {by}" if by else "one subject"
            message = f"the result {plan.id} takes several records of {one}, for {len(twice)} in all"
            hint = "" if by or plan.method.name != "geometric mean ratio" else _IN_TURN
            found = Finding("CED288", message, plan.place, stage=Stage.RAW, records=named, hint=hint)
            findings.add(found)
    made = [_computed(method, plan, records, findings) for method in every]
    missing = sum(value is None for value in records.columns[plan.variable])
    return ComputedResult(plan, len(records), missing, made[0], tuple(made[1:]))


def _never(plan: ResultPlan, frame: pl.DataFrame) -> Iterator[Finding]:
    """What chooses no record by itself: the number of a visit or a treatment that the dataset does not have.

    Of texts the specs tell which there can be; that none is SEVERE may well be so.
    """
    for check in plan.where:
        if check.variable not in frame.columns or check.comparator not in ("EQ", "IN"):
            continue
        values = frame[check.variable]
        if (
            values.dtype.is_numeric()
            and len(values)
            and not any(holds(check, one) for one in values.unique())
        ):
            asked = " or ".join(check.values)
            message = f"the result {plan.id} has no record: no {check.variable} of {plan.dataset} is {asked}"
            hint = "correct the number, unless there may be no such record"
            yield Finding("CED845", message, plan.place, hint, Stage.RAW, Severity.NOTE)


def read_by(plan: ResultPlan) -> set[str]:
    """The variables that a result is computed from, beside USUBJID."""
    return {*_wanted(plan), *(check.variable for check in plan.where)}


def _wanted(plan: ResultPlan) -> list[str]:
    methods = (plan.method, *plan.sensitivity)
    return [plan.variable, *(name for method in methods for name in method.beside)]


def _computed(method: AnalysisMethod, plan: ResultPlan, records: Records, findings: Findings) -> Computed:
    groups: tuple[str, ...] = ()
    try:
        if method.name == CROSSOVER:
            groups, found = _crossover(records, method, plan.variable)
        elif method.name in TWO_GROUPS:
            groups, parts = _groups(records, method, plan.variable)
            found = _of_two(method, parts, groups)
        elif method.time:
            found = event_rate(
                records.columns[plan.variable], records.columns[method.time], method.per, method.confidence
            )
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
        if method.name == "n and percent":
            return methods.share(counted, len(present))
        return methods.share_with_interval(counted, len(present), method.confidence)
    numbers = [float(value) for value in present]
    match method.name:
        case "mean and SD":
            return methods.mean_and_sd(numbers)
        case "median and quartiles":
            return methods.median_and_quartiles(numbers, method.quantiles)
        case "min and max":
            return methods.min_and_max(numbers)
        case "geometric mean":
            return methods.geometric_mean(numbers, method.confidence)
        case "paired t":
            return methods.paired_t(numbers, method.confidence)
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
    if method.value is not None:
        check = RangeCheck("", "", "EQ", (method.value,))
        values = tuple(None if value is None else float(holds(check, value)) for value in values)
    covariates = records.columns[method.covariate] if method.covariate else (0.0,) * len(values)
    parts: dict[str | float, list[_Pair]] = {}
    for value, group, covariate in zip(values, groups, covariates, strict=True):
        if value is not None and group is not None and covariate is not None:
            parts.setdefault(group, []).append((float(value), float(covariate)))
    first, second = _ordered(parts, method)
    return tuple(_plain(group) for group in (first, second)), (parts[first], parts[second])


_Group = str | float


def _ordered(groups: Iterable[_Group], method: AnalysisMethod) -> tuple[_Group, _Group]:
    """Two groups in the order of their values, the one that the method refers to first.

    Raises:
        TooFew: there are not two groups, or the one referred to is none of them.
    """
    found = sorted(groups, key=lambda group: (isinstance(group, str), group))
    if len(found) != 2:
        raise TooFew(f"{method.group} has {counted(len(found), 'group')} with values, not two")
    if method.reference:
        is_it = RangeCheck("", "", "EQ", (method.reference,))
        if not any(holds(is_it, group) for group in found):
            raise TooFew(f"no group of {method.group} with values is {method.reference}")
        found.sort(key=lambda group: not holds(is_it, group))
    return found[0], found[1]


def _crossover(records: Records, method: AnalysisMethod, variable: str) -> tuple[tuple[str, ...], Found]:
    """The two treatments, and the ratio of the later to the first of them, within subjects.

    Raises:
        TooFew: there are not two treatments and two periods, or a subject had both in one period; the values
            do not suffice.
    """
    columns = [records.columns[name] for name in (variable, method.group, method.period)]
    subjects: dict[str, dict[_Group, tuple[float, _Group]]] = {}
    for subject, value, group, period in zip(records.subjects, *columns, strict=True):
        if value is not None and group is not None and period is not None:
            subjects.setdefault(subject, {})[group] = (float(value), period)
    one, other = _ordered({group for own in subjects.values() for group in own}, method)
    periods = {period for own in subjects.values() for _, period in own.values()}
    if len(periods) != 2:
        raise TooFew(f"{method.period} has {len(periods)} periods with values, not two")
    early = min(periods, key=lambda period: (isinstance(period, str), period))
    parts: tuple[list[float], list[float]] = ([], [])
    pairs = [own for own in subjects.values() if len(own) == 2]
    for (below, before), (above, after) in ((own[one], own[other]) for own in pairs):
        if before == after:
            raise TooFew(f"a subject has both treatments in one {method.period}")
        parts[after != early].append(above / below if below > 0 and above > 0 else 0.0)
    groups = _plain(one), _plain(other)
    unpaired = len(subjects) - len(pairs)
    found = methods.crossover_ratio(parts, unpaired, method.confidence)
    left = f", {unpaired} subject{'s'[: unpaired - 1]} with one treatment left out" if unpaired else ""
    return groups, Found(found.values, f"{groups[1]} / {groups[0]}{left}")


def _plain(group: str | float) -> str:
    return group if isinstance(group, str) else f"{group:g}"


def _of_two(method: AnalysisMethod, parts: tuple[list[_Pair], list[_Pair]], groups: tuple[str, ...]) -> Found:
    if method.name == "ancova":
        return methods.ancova(*parts, confidence=method.confidence)
    first, second = ([value for value, _ in part] for part in parts)
    if method.name == "geometric mean ratio":
        found = methods.geometric_mean_ratio(
            first, second, equal_variances=method.equal_variances, confidence=method.confidence
        )
        return Found(found.values, f"{groups[1]} / {groups[0]}")
    if method.name == "difference of percentages":
        found = difference_of_shares(first, second, method.confidence)
        return Found(found.values, f"{groups[1]} - {groups[0]}")
    return methods.mann_whitney(first, second, correction=method.correction, exact=method.exact)
