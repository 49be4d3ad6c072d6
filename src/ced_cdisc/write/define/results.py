"""Analysis Results Metadata in define.xml: displays with their results.

Source: Analysis Results Metadata 1.0 for Define-XML, the element arm:AnalysisResultDisplays and those within.
"""

from __future__ import annotations

from collections.abc import Sequence

from ced_cdisc.core import arm as metadata
from ced_cdisc.define.datasets import WhereClauseRef
from ced_cdisc.define.results import (
    AnalysisDataset,
    AnalysisDatasets,
    AnalysisResult,
    AnalysisResultDisplays,
    AnalysisVariable,
    Code,
    Documentation,
    ProgrammingCode,
    ResultDisplay,
)
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.parts import description, document_ref


def result_displays(displays: Sequence[metadata.ResultDisplay]) -> AnalysisResultDisplays | None:
    """All displays in their order, or None where there are none."""
    if not displays:
        return None
    return AnalysisResultDisplays(displays=tuple(_display(display) for display in displays))


def _display(display: metadata.ResultDisplay) -> ResultDisplay:
    return ResultDisplay(
        oid=oids.display(display.id),
        name=display.id,
        description=description(display.title),
        documents=tuple(document_ref(reference) for reference in display.documents),
        results=tuple(_result(result) for result in display.results),
    )


def _result(result: metadata.AnalysisResult) -> AnalysisResult:
    """One result. Its where clause selects the records; ParameterOID names the variable of the parameters."""
    dataset = result.dataset
    analysed = AnalysisDataset(
        item_group_oid=oids.item_group(dataset),
        where_clauses=(WhereClauseRef(where_clause_oid=oids.where_clause(dataset, result.where)),),
        variables=tuple(
            AnalysisVariable(item_oid=oids.item(dataset, variable)) for variable in result.variables
        ),
    )
    return AnalysisResult(
        oid=oids.result(result.id),
        parameter_oid=oids.item(dataset, result.parameter) if result.parameter else None,
        analysis_reason=result.reason,
        analysis_purpose=result.purpose,
        description=description(result.description),
        datasets=AnalysisDatasets(datasets=(analysed,)),
        documentation=Documentation(description=description(result.documentation)),
        programming_code=ProgrammingCode(context=result.context, code=Code(text=result.code)),
    )
