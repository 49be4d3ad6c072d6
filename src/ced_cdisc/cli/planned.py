"""The plan of the study that a command asks about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ced_cdisc.cli.usage import leaving, usage_error

if TYPE_CHECKING:
    from ced_cdisc.plan.model import StudyPlan
    from ced_cdisc.spec.locate import StudyFolders


def study_of(mappings: Path | None, define: Path | None) -> StudyFolders:
    """Where the specs are; leave where a folder is not there."""
    from ced_cdisc.spec.locate import MissingFolder, find_study

    try:
        return find_study(mappings, define, Path())
    except MissingFolder as error:
        usage_error(str(error))


def planned(
    mappings: Path | None, define: Path | None, profile: str | None, dataset: str | None = None
) -> StudyPlan:
    """Plan the study, and say where its specs are; leave with their faults where they have any.

    ``dataset`` is the only one that is asked about, if there is one.
    """
    from ced_cdisc.core.findings import Findings
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.stages.planning import make_plan, make_plan_of

    console, study = BuildConsole(), study_of(mappings, define)
    console.say(study.notice)
    with leaving(console):
        if dataset is not None:
            return make_plan_of(study, dataset, Findings(), profile)
        return make_plan(study, Findings(), profile=profile)[0]
