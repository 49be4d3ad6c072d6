"""Analysis Results Metadata in define.xml: displays with their results.

Source: Analysis Results Metadata 1.0 for Define-XML, the element arm:AnalysisResultDisplays and those within.
"""

from __future__ import annotations

from collections.abc import Sequence

from ced_cdisc.core.arm import AnalysisResult, ResultDisplay
from ced_cdisc.write.define import oids
from ced_cdisc.write.define.markup import Element, description, document_ref, element


def result_displays(displays: Sequence[ResultDisplay]) -> Element | None:
    """All displays in their order, or None where there are none."""
    if not displays:
        return None
    return element("arm:AnalysisResultDisplays", {}, *(_display(display) for display in displays))


def _display(display: ResultDisplay) -> Element:
    return element(
        "arm:ResultDisplay",
        {"OID": oids.display(display.id), "Name": display.id},
        description(display.title),
        *(document_ref(reference) for reference in display.documents),
        *(_result(result) for result in display.results),
    )


def _result(result: AnalysisResult) -> Element:
    """One result. Its where clause selects the records; ParameterOID names the variable of the parameters."""
    dataset = result.dataset
    return element(
        "arm:AnalysisResult",
        {
            "OID": oids.result(result.id),
            "ParameterOID": oids.item(dataset, result.parameter) if result.parameter else None,
            "AnalysisReason": result.reason,
            "AnalysisPurpose": result.purpose,
        },
        description(result.description),
        element(
            "arm:AnalysisDatasets",
            {},
            element(
                "arm:AnalysisDataset",
                {"ItemGroupOID": oids.item_group(dataset)},
                element("def:WhereClauseRef", {"WhereClauseOID": oids.where_clause(dataset, result.where)}),
                *(
                    element("arm:AnalysisVariable", {"ItemOID": oids.item(dataset, variable)})
                    for variable in result.variables
                ),
            ),
        ),
        element("arm:Documentation", {}, description(result.documentation)),
        element(
            "arm:ProgrammingCode", {"Context": result.context}, element("arm:Code", {}, text=result.code)
        ),
    )
