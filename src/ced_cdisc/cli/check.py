"""``ced-cdisc check``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from ced_cdisc.cli.usage import usage_error


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--define", type=click.Path(path_type=Path), help="The define.xml [FOLDER/define.xml].")
@click.option(
    "--standard",
    multiple=True,
    metavar="NAME=VERSION",
    help="The version that governs, such as SDTMIG=3.3, ADaMIG=1.1 or CT=2024-09-27 [as define.xml says].",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="What is written to standard output.",
)
@click.option("--records", default=5, show_default=True, help="How many records of a finding are listed.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "none"]),
    default="error",
    show_default=True,
    help="The least severity that gives exit code 1.",
)
def check(
    folder: Path,
    define: Path | None,
    standard: tuple[str, ...],
    format_: str,
    records: int,
    fail_on: Literal["error", "warning", "none"],
) -> None:
    """Check the datasets of FOLDER against the rules of SDTM, ADaM and controlled terminology.

    FOLDER holds XPT (version 5) or Dataset-JSON 1.1 files and a define.xml, by this tool or any other; or
    subfolders sdtm and adam that do.

    \b
    Example:
      ced-cdisc check out/sdtm
    """
    from ced_cdisc.conformance.check import check_folder
    from ced_cdisc.conformance.standard import WrongStandard
    from ced_cdisc.report.check_json import check_json
    from ced_cdisc.report.check_text import check_text

    if not folder.is_dir():
        usage_error(f"there is no folder {folder.as_posix()}")
    if define is not None and not define.is_file():
        usage_error(f"there is no file {define.as_posix()}")
    if records < 0:
        usage_error("--records needs a whole number from 0")
    try:
        result = check_folder(folder, define=define, standard=standard, records=records)
    except WrongStandard as error:
        usage_error(str(error))
    write = check_json if format_ == "json" else check_text
    click.echo(write(result), nl=False)
    sys.exit(result.exit_code(fail_on))
