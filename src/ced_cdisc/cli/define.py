"""``ced-cdisc define``: work on define.xml files, ours or anybody's."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.usage import usage_error

_LISTED = 10


@click.group()
def define() -> None:
    """Check define.xml files, of this tool or any other."""


@define.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--xpt", type=click.Path(path_type=Path), help="Folder of the transport files it describes.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "none"]), default="error", show_default=True
)
@click.option(
    "--all", "whole", is_flag=True, help=f"Show every finding, not the first {_LISTED} of each code."
)
def check(file: Path, xpt: Path | None, form: str, fail_on: str, whole: bool) -> None:
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
    try:
        found = lint_define(file, xpt)
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
