"""``ced-cdisc explain``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.usage import usage_error


@click.command()
@click.argument("name", metavar="DATASET.VARIABLE")
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
@click.option("--profile", metavar="NAME", help="The profile of the study [as study.yaml says].")
def explain(name: str, mappings: Path | None, define: Path | None, profile: str | None) -> None:
    """Say how a variable is made, down to the raw columns, with the line of the specs at each step.

    Needs no data. A raw column, such as ae.SEV, is told with all that reads it.

    \b
    Example:
      ced-cdisc explain AE.AESTDY
    """
    from ced_cdisc.core.findings import Findings, Stopped
    from ced_cdisc.describe.chain import Chains, UnknownName
    from ced_cdisc.report.chain_text import chain_text
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.spec.locate import MissingFolder, find_study
    from ced_cdisc.stages.planning import make_plan

    console, findings = BuildConsole(), Findings()
    try:
        study = find_study(mappings, define, Path())
        console.say(study.notice)
        plan, _ = make_plan(study, findings, profile=profile)
    except MissingFolder as error:
        usage_error(str(error))
    except Stopped as stopped:
        console.findings(stopped.findings)
        sys.exit(stopped.findings.exit_code())
    try:
        steps = Chains(plan).chain(name)
    except UnknownName as error:
        usage_error(str(error))
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr] # whatever the locale
    click.echo(chain_text(steps), nl=False)
