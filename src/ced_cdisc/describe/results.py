"""Analysis Results Metadata of a package: what is known of the results without computing them."""

from __future__ import annotations

from collections.abc import Collection

from ced_cdisc.core.arm import AnalysisResult, ResultDisplay
from ced_cdisc.core.metadata import FileFormat
from ced_cdisc.describe.programs import CONTEXT, program
from ced_cdisc.expr.tree import Type
from ced_cdisc.plan.analyses import ResultPlan
from ced_cdisc.plan.method_words import documentation
from ced_cdisc.plan.model import DatasetPlan, StudyPlan

PARAMETER = "PARAMCD"


def describe_results(plan: StudyPlan, built: Collection[str]) -> tuple[ResultDisplay, ...]:
    """The displays that have results of the datasets built, in the order of define.yaml."""
    pairs = [
        (result, _described(result, dataset, plan.formats[0]))
        for dataset in plan.datasets
        if dataset.name in built
        for result in dataset.results
    ]
    made: list[ResultDisplay] = []
    for display in plan.displays:
        own = tuple(described for result, described in pairs if result.display == display.id)
        if own:
            made.append(ResultDisplay(display.id, display.title, own, display.documents))
    return tuple(made)


def _described(result: ResultPlan, dataset: DatasetPlan, file: FileFormat) -> AnalysisResult:
    kinds = {variable.name: variable.kind for variable in dataset.variables}
    every = (result.method, *result.sensitivity)
    extra = (name for method in every for name in method.beside)
    return AnalysisResult(
        id=result.id,
        description=result.what,
        dataset=dataset.name,
        where=result.where,
        variables=tuple(dict.fromkeys((result.variable, *extra))),
        reason=result.reason,
        purpose=result.purpose,
        documentation=documentation(result),
        code=program(result, {name for name, kind in kinds.items() if kind is Type.NUMBER}, file),
        context=CONTEXT,
        parameter=PARAMETER if PARAMETER in kinds else "",
    )
