"""Percentages of results: of a variable that has one value only each is 100, whatever the data say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.plan.analyses import ResultPlan
from ced_cdisc.plan.known_texts import KnownTexts
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.raw import VisitPlan

_PERCENTAGES = ("n and percent", "percent and exact CI", "difference of percentages")


def check_percentages(
    plans: Mapping[str, DatasetPlan],
    read: Mapping[str, DatasetPlan],
    visits: Iterable[VisitPlan],
    findings: Findings,
) -> None:
    """CED145: the value that is counted is the only one that the variable can have in the records.

    Records without the variable are not counted, so that nothing is left that would not have the value: a
    flag that is Y or missing, as of first occurrences, or a condition on the variable itself.
    """
    known = KnownTexts(read, visits)
    for result in (result for plan in plans.values() for result in plan.results):
        methods = (result.method, *result.sensitivity)
        value = next((one.value for one in methods if one.name in _PERCENTAGES), None)
        if value is None:
            continue
        if known.texts(result.dataset, result.variable) == {value}:
            findings.add(_always(result, value, f"is '{value}' or missing"))
        elif any(
            one.variable == result.variable and one.comparator in ("EQ", "IN") and one.values == (value,)
            for one in result.where
        ):
            findings.add(_always(result, value, f"is '{value}' in all records of the condition"))


def _always(result: ResultPlan, value: str, reason: str) -> Finding:
    message = f"the percentage is always 100: {result.dataset}.{result.variable} {reason}"
    hint = "take a variable that has another value for the others, or the method count"
    return Finding("CED145", message, result.place, hint=hint)
