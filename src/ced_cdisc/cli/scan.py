"""``ced-cdisc scan``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.usage import put_out, usage_error


@click.command()
@click.argument("raw", type=click.Path(path_type=Path))
@click.option("--table", default="", metavar="FILE", help="Show one file alone, by its path or name.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people, or programs."
)
@click.option("--show-ids", is_flag=True, help="Show subject numbers, names, dates of birth and free text.")
def scan(raw: Path, table: str, form: str, show_ids: bool) -> None:
    """Look at the raw files of the folder RAW: what a mapping must know of them, and no more.

    Of each table: encoding and delimiter with the reason, the likely key, and of each column how it is
    filled, what its cells are, codes with counts, ranges, and the ways in which dates are written. What
    identifies a person is shown as its shape, such as AA-999.

    \b
    Example:
      ced-cdisc scan raw/ --table ae.csv
    """
    from ced_cdisc.core.findings import Findings
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.report.scan_text import scan_json, scan_text
    from ced_cdisc.stages.scanning import no_table, scan_folder

    if not raw.is_dir():
        usage_error(f"there is no folder {raw.as_posix()}")
    findings = Findings()
    found = scan_folder(raw, findings, table)
    if not found.tables and table:
        usage_error(f"no table {table} in {raw.as_posix()}")
    if not found.tables and not findings.errors:
        no_table(raw, findings)
    if found.tables:
        put_out((scan_json if form == "json" else scan_text)(found, show_ids))
    BuildConsole().findings(findings)
    sys.exit(findings.exit_code())
