"""Analysis Results Metadata (ARM 1.0): what define.xml says of displays and their results."""

from __future__ import annotations

from msgspec import Struct

from ced_cdisc.core.metadata import DocumentRef, RangeCheck


class AnalysisResult(Struct, frozen=True):
    """One result of a display.

    Attributes:
        id: its name, unique in the package.
        description: what it says.
        dataset: the dataset analysed.
        where: the records of it; the checks are joined by AND.
        variables: the variables analysed, groups and covariates included.
        parameter: the variable that holds parameter codes, or empty.
        reason: why it was made.
        purpose: what it is for.
        documentation: the selection and the exact method, in sentences.
        code: a program that computes it from the transport file; ``context`` names its language.
    """

    id: str
    description: str
    dataset: str
    where: tuple[RangeCheck, ...]
    variables: tuple[str, ...]
    reason: str
    purpose: str
    documentation: str
    code: str
    context: str
    parameter: str = ""


class ResultDisplay(Struct, frozen=True):
    """A table or figure of the report with the results that it shows, in its order."""

    id: str
    title: str
    results: tuple[AnalysisResult, ...]
    documents: tuple[DocumentRef, ...] = ()
