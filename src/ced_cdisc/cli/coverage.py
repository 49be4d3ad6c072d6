"""``ced-cdisc coverage``."""

from __future__ import annotations

from pathlib import Path

import click

from ced_cdisc.cli.usage import put_out, usage_error


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people, or programs."
)
def coverage(out: Path, form: str) -> None:
    """Show what became of every raw column in the build OUT: made into values, context, excluded, left over.

    Context are columns that only choose, match or order records: keys, look-ups, conditions, visits. No raw
    value is shown.

    \b
    Example:
      ced-cdisc coverage out/
    """
    from ced_cdisc.read.coverage import NoAccount, read_account
    from ced_cdisc.report.coverage_text import coverage_json, coverage_text

    try:
        account = read_account(out)
    except NoAccount as error:
        usage_error(str(error))
    put_out((coverage_json if form == "json" else coverage_text)(account))
