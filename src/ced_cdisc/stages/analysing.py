"""Finished analysis datasets to results and figures."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ced_cdisc.analyse.compute import compute
from ced_cdisc.analyse.document import document
from ced_cdisc.analyse.paired import panels
from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.write.figures import figure_svg
from ced_cdisc.write.results import results_files


def is_analysed(plan: StudyPlan) -> bool:
    """Whether the specs ask for results or figures."""
    return any(dataset.results or dataset.figures for dataset in plan.datasets)


def analyse(plan: StudyPlan, frames: Mapping[str, pl.DataFrame]) -> tuple[dict[str, bytes], list[Finding]]:
    """The files of results and figures by path, and what is at fault; nothing where none are asked for."""
    findings = Findings()
    results = [
        compute(result, frames[dataset.name], findings)
        for dataset in plan.datasets
        for result in dataset.results
    ]
    files: dict[str, bytes] = {}
    if results:
        files |= results_files(document(plan.study_id, plan.displays, results))
    by_id = {result.plan.id: result for result in results}
    for dataset in plan.datasets:
        for figure in dataset.figures:
            shown = panels(figure, frames[dataset.name], by_id, findings)
            files[f"adam/figures/{figure.id}.svg"] = figure_svg(figure, shown)
    return files, list(findings)
