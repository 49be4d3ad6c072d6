"""Analysis Results Metadata in the define model.

Source: Analysis Results Metadata 1.0 for Define-XML.
"""

from __future__ import annotations

from ced_cdisc.define.datasets import WhereClauseRef
from ced_cdisc.define.node import Node, attribute, child, children, text
from ced_cdisc.define.shared import Description, DocumentRef


class AnalysisVariable(Node):
    """A variable that was analysed."""

    tag = "arm:AnalysisVariable"
    item_oid: str = attribute("ItemOID", required=True)


class AnalysisDataset(Node):
    """The records and variables of a dataset that were analysed."""

    tag = "arm:AnalysisDataset"
    item_group_oid: str = attribute("ItemGroupOID", required=True)
    where_clauses: tuple[WhereClauseRef, ...] = children(WhereClauseRef)
    variables: tuple[AnalysisVariable, ...] = children(AnalysisVariable)


class AnalysisDatasets(Node):
    """The datasets of a result; the comment says how they are joined."""

    tag = "arm:AnalysisDatasets"
    comment_oid: str | None = attribute("def:CommentOID")
    datasets: tuple[AnalysisDataset, ...] = children(AnalysisDataset)


class Documentation(Node):
    """How a result was made, in words."""

    tag = "arm:Documentation"
    description: Description | None = child(Description)
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


class Code(Node):
    """Statements of a program."""

    tag = "arm:Code"
    text: str = text()


class ProgrammingCode(Node):
    """How a result was made, as a program."""

    tag = "arm:ProgrammingCode"
    context: str | None = attribute("Context")
    code: Code | None = child(Code)
    documents: tuple[DocumentRef, ...] = children(DocumentRef)


class AnalysisResult(Node):
    """One result of a display."""

    tag = "arm:AnalysisResult"
    oid: str = attribute("OID", required=True)
    parameter_oid: str | None = attribute("ParameterOID")
    analysis_reason: str | None = attribute("AnalysisReason")
    analysis_purpose: str | None = attribute("AnalysisPurpose")
    description: Description | None = child(Description)
    datasets: AnalysisDatasets | None = child(AnalysisDatasets)
    documentation: Documentation | None = child(Documentation)
    programming_code: ProgrammingCode | None = child(ProgrammingCode)


class ResultDisplay(Node):
    """A table, listing or figure with its results."""

    tag = "arm:ResultDisplay"
    oid: str = attribute("OID", required=True)
    name: str | None = attribute("Name")
    description: Description | None = child(Description)
    documents: tuple[DocumentRef, ...] = children(DocumentRef)
    results: tuple[AnalysisResult, ...] = children(AnalysisResult)


class AnalysisResultDisplays(Node):
    """All displays."""

    tag = "arm:AnalysisResultDisplays"
    displays: tuple[ResultDisplay, ...] = children(ResultDisplay)
