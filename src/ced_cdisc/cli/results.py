"""``ced-cdisc results``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.usage import put_out, usage_error


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
def results(out: Path) -> None:
    """Print the analysis results of a build: the table of OUT/adam/results.txt.

    \b
    Example:
      ced-cdisc results out/
    """
    from ced_cdisc.read.results import NoResults, read_results

    try:
        found = read_results(out)
    except NoResults as error:
        usage_error(str(error))
    if sys.stdout.isatty():
        from ced_cdisc.report.results import print_results  # loads rich

        print_results(found)
    else:
        from ced_cdisc.analyse.table import table

        put_out(table(found))
