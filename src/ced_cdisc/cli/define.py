"""``ced-cdisc define``: define.xml files, whoever wrote them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ced_cdisc.cli.usage import Commands, leaving, usage_error

if TYPE_CHECKING:
    from ced_cdisc.define.upgrade import Decision

_LISTED = 10


@click.group(cls=Commands)
def define() -> None:
    """Work with define.xml files, whoever wrote them.

    \b
    Example:
      ced-cdisc define upgrade old/define.xml define.xml
    """


@define.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--xpt", type=click.Path(path_type=Path), help="Folder of the transport files it describes.")
@click.option("--ct", type=click.Path(path_type=Path), help="Folder of imported terminology [mappings/ct].")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "none"]), default="error", show_default=True
)
@click.option(
    "--all", "whole", is_flag=True, help=f"Show every finding, not the first {_LISTED} of each code."
)
def check(file: Path, xpt: Path | None, ct: Path | None, form: str, fail_on: str, whole: bool) -> None:
    """Check FILE, a define.xml of version 2.0 or 2.1: its schema, and the rules that no schema knows.

    FILE may be a folder that holds a define.xml: then it is checked with the transport files beside it.

    \b
    Examples:
      ced-cdisc define check out/sdtm
      ced-cdisc define check define.xml --xpt datasets/ --fail-on warning
    """
    from ced_cdisc.core.findings import Severity, Stage
    from ced_cdisc.report.grouped import as_json, as_text, counted
    from ced_cdisc.stages.linting import lint_define

    if file.is_dir():
        file, xpt = file / "define.xml", xpt or file
    if not file.is_file():
        usage_error(f"there is no file {file.as_posix()}")
    if xpt is not None and not xpt.is_dir():
        usage_error(f"there is no folder {xpt.as_posix()}")
    if ct is not None and not ct.is_dir():
        usage_error(f"there is no folder {ct.as_posix()}")
    try:
        found = lint_define(file, xpt, ct or Path("mappings/ct"))
    except OSError as error:
        usage_error(f"{file.as_posix()} cannot be read: {error.strerror}")
    findings = found.sorted()
    if form == "json":
        click.echo(as_json(findings))
    else:
        for line in as_text(findings, 0 if whole else _LISTED):
            click.echo(line)
        click.echo(f"{file.as_posix()}: {counted(findings)}")
    grave = [Severity.ERROR, Severity.WARNING][: ("none", "error", "warning").index(fail_on)]
    if any(one.severity in grave for one in findings):
        sys.exit(found.exit_code() or Stage.CHECK.value)


@define.command()
@click.argument("old", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("new", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--ct", metavar="VERSION", help="The version of CDISC controlled terminology, as 2015-12-18.")
def upgrade(old: Path, new: Path, ct: str | None) -> None:
    """Write the Define-XML 2.0 file OLD as 2.1, and list what a person must decide.

    Nothing of OLD is dropped. The list names each place, what stands there now and the choices.

    \b
    Example:
      ced-cdisc define upgrade old/define.xml define.xml --ct 2015-12-18
    """
    from ced_cdisc.check.define import check_define
    from ced_cdisc.core.findings import Finding, Findings, Location, Stage
    from ced_cdisc.define.read import read_define
    from ced_cdisc.define.upgrade import upgrade as upgraded
    from ced_cdisc.define.write import write_define
    from ced_cdisc.report.console import BuildConsole

    if new.exists():
        usage_error(f"{new} is there already; give another name, or take it away")
    console = BuildConsole()
    with leaving(console):
        model = read_define(old.read_bytes(), str(old))
    if model.version != "2.0":
        said = f"is Define-XML {model.version}, and 2.0 is what can be upgraded; nothing was written"
        findings = Findings([Finding("CED555", said, Location(str(old)), stage=Stage.CHECK)])
        console.findings(findings)
        sys.exit(findings.exit_code())
    made, decisions = upgraded(model, ct)
    xml = write_define(made)
    try:
        new.write_bytes(xml)
    except OSError as error:
        usage_error(f"{new} cannot be written: {error.strerror}")
    click.echo(_listed(decisions, str(old)), nl=False)
    broken = Findings(finding for finding in check_define(xml, str(new)) if finding.code == "CED502")
    console.findings(broken)
    console.say(f"{new} is Define-XML 2.1; {len(decisions)} places for a person to decide")
    sys.exit(broken.exit_code())


def _listed(decisions: list[Decision], file: str) -> str:
    """The list: each question once with its choices, then its places in the order of the old file."""
    lines: list[str] = []
    for question, choices in dict.fromkeys((each.question, each.choices) for each in decisions):
        lines.append(f"Decide {question}\n  choices: {choices}")
        for each in decisions:
            if (each.question, each.choices) == (question, choices):
                put = each.put or "nothing was put in"
                lines.append(f"  {file}:{each.line} {each.element} {each.oid}: {put}")
        lines.append("")
    return "".join(f"{line}\n" for line in lines)
