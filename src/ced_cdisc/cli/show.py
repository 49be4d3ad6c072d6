"""``ced-cdisc show``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.usage import usage_error


@click.command()
@click.argument("name", metavar="DATASET")
@click.option("--resolved", is_flag=True, help="With the lines of its layers, each with its file and line.")
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
@click.option("--profile", metavar="NAME", help="The profile of the study; implies --resolved.")
def show(name: str, resolved: bool, mappings: Path | None, define: Path | None, profile: str | None) -> None:
    """Print the spec of DATASET, or of study, sources, visits, define or an instrument.

    Without --resolved, that is the study's own file.

    \b
    Example:
      ced-cdisc show AE --resolved
    """
    from ced_cdisc.core.findings import Findings, did_you_mean
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.report.resolved import resolved_yaml
    from ced_cdisc.spec.load import load_parts, study_folder
    from ced_cdisc.spec.locate import MissingFolder, find_study

    findings = Findings()
    try:
        study = find_study(mappings, define, Path())
    except MissingFolder as error:
        usage_error(str(error))
    console = BuildConsole()
    console.say(study.notice)
    found = load_parts(study_folder(study.mappings, study.define, study.shown), findings, profile)
    parts = {part.name or part.kind: part for part in found.parts}
    part = parts.get(name) or parts.get(name.upper()) or parts.get(name.lower())
    if findings.errors:
        console.findings(findings)
    if part is not None and (resolved or profile is not None):
        click.echo(resolved_yaml(part.tree), nl=False)
    elif part is not None and part.own:
        click.echo(part.files[-1][1].read_text(encoding="utf-8-sig"), nl=False)
    elif part is not None:
        usage_error(f"{part.name or part.kind} stands in a layer alone: add --resolved")
    elif not findings.errors:
        hint = did_you_mean(name, parts) or f"there are {', '.join(sorted(parts))}"
        usage_error(f"there is no spec of {name}; {hint}")
    sys.exit(findings.exit_code())
