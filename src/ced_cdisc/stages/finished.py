"""The datasets to look at, of a build or of raw tables."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from ced_cdisc.build_file import NAME
from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.read.finished import read_finished
from ced_cdisc.stages.converting import convert
from ced_cdisc.stages.reading import read_raw


def finished_datasets(folder: Path, plan: StudyPlan, findings: Findings) -> dict[str, pl.DataFrame]:
    """The datasets of a build, which has a build.json, or those that the raw tables of a folder give.

    Returns:
        Datasets and supplemental qualifiers by qualified name.

    Raises:
        Stopped: a file cannot be read or is not there, or the raw data have faults.
    """
    if (folder / NAME).is_file():
        return read_finished(folder, [study.folder for study in plan.studies])
    _, frames, extra, _ = convert(plan, read_raw(folder, plan, findings), findings)
    return {name: data.frame() for name, data in (frames | extra).items()}
