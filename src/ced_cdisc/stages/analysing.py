"""Finished analysis datasets to results and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ced_cdisc.analyse.compute import compute, read_by
from ced_cdisc.analyse.document import document
from ced_cdisc.analyse.methods import load_distributions
from ced_cdisc.analyse.paired import panels
from ced_cdisc.core.blocks import Blocks
from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.write.results import results_files

if TYPE_CHECKING:
    import polars as pl


def analyse(plan: StudyPlan, frames: Mapping[str, Blocks]) -> tuple[dict[str, bytes], list[Finding]]:
    """The files of results and figures by path, and what is at fault; nothing where none are asked for."""
    findings = Findings()
    results = [
        compute(result, _read(frames[dataset.name], read_by(result)), findings)
        for dataset in plan.datasets
        for result in dataset.results
    ]
    files: dict[str, bytes] = {}
    if results:
        files |= results_files(document(plan.study_id, plan.displays, results))
    by_id = {result.plan.id: result for result in results}
    for dataset in plan.datasets:
        for figure in dataset.figures:
            from ced_cdisc.write.figures import figure_svg  # loads lxml

            read = {"AVISIT", figure.variable, *(c.variable for one in figure.panels for c in one.where)}
            shown = panels(figure, _read(frames[dataset.name], read), by_id, findings)
            files[f"adam/figures/{figure.id}.svg"] = figure_svg(figure, shown)
    return files, list(findings)


def prepare(plan: StudyPlan) -> None:
    """Load the libraries of :func:`analyse`, where there is a time to wait before it."""
    results = [result for dataset in plan.datasets for result in dataset.results]
    load_distributions(method.name for one in results for method in (one.method, *one.sensitivity))


def _read(data: Blocks, names: Iterable[str]) -> pl.DataFrame:
    """The columns that an analysis reads, as far as the dataset has them."""
    wanted = {"USUBJID", *names}
    return data.frame([name for name in data.schema if name in wanted])
