"""Analysis results of a define.xml: what they refer to belongs to the datasets that they analyse."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ced_cdisc.check.define.document import DefineDocument, Element, qualified, subject
from ced_cdisc.core.findings import Finding


def results_within_datasets(document: DefineDocument) -> Iterator[Finding]:
    """CED530: variables, parameter and where clause of a result are of a dataset that it analyses."""
    clauses = {clause.get("OID", ""): clause for clause in document.all("def:WhereClauseDef")}
    for result in document.all("arm:AnalysisResult"):
        parts = list(result.iter(qualified("arm:AnalysisDataset")))
        every = {part.get("ItemGroupOID", "") for part in parts}
        yield from _strange(document, result, "ParameterOID", result.get("ParameterOID"), every)
        for part in parts:
            own = {part.get("ItemGroupOID", "")}
            for variable in part.iter(qualified("arm:AnalysisVariable")):
                yield from _strange(document, result, "AnalysisVariable", variable.get("ItemOID"), own)
            for reference in part.iter(qualified("def:WhereClauseRef")):
                clause = clauses.get(reference.get("WhereClauseOID", ""))
                for check in clause.iter(qualified("RangeCheck")) if clause is not None else ():
                    oid = check.get(qualified("def:ItemOID"))
                    yield from _strange(document, result, "WhereClauseRef", oid, own)


def _strange(
    document: DefineDocument, result: Element, what: str, oid: str | None, datasets: set[str]
) -> Iterator[Finding]:
    """A finding where an item is of other datasets; a dangling one is told by CED504."""
    owners = {dataset.get("OID", "") for dataset in document.datasets_of_item.get(oid or "", [])}
    if owners and not owners & datasets:
        shown = ", ".join(sorted(datasets))
        message = f"{subject(result)}: {what} leads to {oid}, which is not in {shown}"
        yield document.finding("CED530", result, message)


RULES: tuple[Callable[[DefineDocument], Iterator[Finding]], ...] = (results_within_datasets,)
