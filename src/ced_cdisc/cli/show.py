"""``ced-cdisc show``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ced_cdisc.cli.planned import study_of
from ced_cdisc.cli.usage import leaving, put_out, usage_error

if TYPE_CHECKING:
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.spec.locate import StudyFolders


@click.command()
@click.argument("name", metavar="DATASET")
@click.option("--resolved", is_flag=True, help="With the lines of its layers, each with its file and line.")
@click.option(
    "--lines", is_flag=True, help="Its variables as they are planned, filled in ones too, in words."
)
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
@click.option("--profile", metavar="NAME", help="The profile of the study; implies --resolved.")
def show(
    name: str,
    resolved: bool,
    lines: bool,
    mappings: Path | None,
    define: Path | None,
    profile: str | None,
) -> None:
    """Print the spec of DATASET, or of study, sources, visits, define or an instrument.

    Without --resolved, that is the study's own file. With --lines, the variables of the dataset, those too
    that the standard fills in, each with what makes it in words, and the line of the specs.

    \b
    Example:
      ced-cdisc show AE --resolved
    """
    from ced_cdisc.core.findings import Findings, did_you_mean
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.report.resolved import resolved_yaml
    from ced_cdisc.spec.load import load_parts, study_folder

    findings = Findings()
    study = study_of(mappings, define)
    console = BuildConsole()
    console.say(study.notice)
    if lines:
        if resolved:
            usage_error("--lines and --resolved are two views: ask for one")
        _lines(name, study, profile, console)
        return
    found = load_parts(study_folder(study.mappings, study.define, study.shown), findings, profile)
    parts = {part.key[1] or part.kind: part for part in found.parts}
    part = parts.get(name) or parts.get(name.upper()) or parts.get(name.lower())
    if findings.errors:
        console.findings(findings)
    if part is not None and (resolved or profile is not None):
        click.echo(resolved_yaml(part.tree), nl=False)
    elif part is not None and part.own:
        click.echo(part.files[-1][1].read_text(encoding="utf-8-sig"), nl=False)
    elif part is not None:
        usage_error(f"{part.key[1] or part.kind} stands in a layer alone: add --resolved")
    elif not findings.errors:
        hint = did_you_mean(name, parts) or f"there are {', '.join(sorted(parts))}"
        usage_error(f"there is no spec of {name}; {hint}")
    sys.exit(findings.exit_code())


def _lines(name: str, study: StudyFolders, profile: str | None, console: BuildConsole) -> None:
    """Print the variables of a dataset as they are planned."""
    from ced_cdisc.core.findings import Findings, did_you_mean
    from ced_cdisc.describe.chain import Chains
    from ced_cdisc.plan.only import with_qualifiers
    from ced_cdisc.report.chain_text import chain_text
    from ced_cdisc.stages.planning import make_plan

    with leaving(console):
        plan, _ = make_plan(study, Findings(), profile=profile)
    datasets = {one.qualified(dataset.name): None for one in plan.studies for dataset in one.datasets}
    datasets |= dict.fromkeys(with_qualifiers(plan))
    folded = {known.casefold(): known for known in datasets}
    if name.casefold() not in folded:
        hint = did_you_mean(name, datasets) or f"there are {', '.join(sorted(datasets))}"
        usage_error(f"there is no dataset {name}; {hint}")
    put_out(chain_text(Chains(plan).variables(folded[name.casefold()])))
