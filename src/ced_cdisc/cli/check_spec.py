"""``ced-cdisc check-spec``."""

from __future__ import annotations

from pathlib import Path

import click

from ced_cdisc.cli.planned import study_of
from ced_cdisc.cli.usage import leaving


@click.command("check-spec")
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
@click.option("--profile", metavar="NAME", help="The profile of the study [as study.yaml says].")
def check_spec(mappings: Path | None, define: Path | None, profile: str | None) -> None:
    """Check the specs; needs no data.

    \b
    Example:
      ced-cdisc check-spec --mappings mappings --define define
    """
    from ced_cdisc.core.findings import Findings
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.stages.documents import find_documents
    from ced_cdisc.stages.guiding import read_guides
    from ced_cdisc.stages.planning import make_plan

    console = BuildConsole()
    findings = Findings()
    study = study_of(mappings, define)
    console.say(study.notice)
    with leaving(console):
        plan, _ = make_plan(study, findings, profile=profile)
        read_guides(study, plan, findings)
        find_documents(study, plan, findings)
    console.findings(findings)
    count = sum(len(study.datasets) for study in plan.studies)
    console.say(
        "the spec of 1 dataset is in order" if count == 1 else f"the specs of {count} datasets are in order"
    )
