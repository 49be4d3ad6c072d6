"""``ced-cdisc why``."""

from __future__ import annotations

from pathlib import Path

import click

from ced_cdisc.cli.planned import planned
from ced_cdisc.cli.small import set_up
from ced_cdisc.cli.usage import leaving, put_out, usage_error


@click.command()
@click.argument("dataset")
@click.argument("words", nargs=-1, required=True, metavar="NAME=VALUE... VARIABLE")
@click.option("--raw", type=click.Path(path_type=Path), help="Folder of the raw tables [./raw].")
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
@click.option("--profile", metavar="NAME", help="The profile of the study [as study.yaml says].")
def why(
    dataset: str,
    words: tuple[str, ...],
    raw: Path | None,
    mappings: Path | None,
    define: Path | None,
    profile: str | None,
) -> None:
    """Show where one value comes from: the values it was computed from, down to the raw cells.

    NAME=VALUE tells the record from all others: USUBJID, where the dataset has it, and what else is needed,
    such as PARAMCD and AVISIT. The second engine computes the data of that subject again; each value stands
    with its record and the line of the specs that made it. Raw values of the subject are shown.

    \b
    Example:
      ced-cdisc why TV VISITNUM=1 VISIT
      ced-cdisc why ADLB USUBJID=S1-001 PARAMCD=GLUC AVISIT="Week 4" CHG
    """
    set_up(small=True)  # the rows of one subject are few
    from ced_cdisc.core.findings import Findings
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.report.reasons_text import reasons_text
    from ced_cdisc.stages.tracing import NoSuchValue, trace_value

    given = {name.upper(): value for name, sign, value in (word.partition("=") for word in words) if sign}
    variables = [word.upper() for word in words if "=" not in word]
    if len(variables) != 1:
        usage_error(f"name one variable beside NAME=VALUE, not {len(variables)}")
    folder = raw or Path("raw")
    if not folder.is_dir():
        usage_error(f"there is no folder {folder.as_posix()}; name that of the raw tables with --raw")
    console, findings = BuildConsole(), Findings()
    plan = planned(mappings, define, profile, dataset)
    with leaving(console, NoSuchValue):
        reason, part, faults = trace_value(plan, folder, dataset, given, variables[0], findings)
    if faults:
        console.say(f"the data have faults, at which a build stops and values are missing here: {faults[0]}")
    put_out(reasons_text(reason, part))
