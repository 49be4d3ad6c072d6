"""``ced-cdisc diff-raw``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.planned import planned
from ced_cdisc.cli.usage import put_out, usage_error


@click.command("diff-raw")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
@click.option("--profile", metavar="NAME", help="The profile of the study [as study.yaml says].")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people, or programs."
)
@click.option(
    "--records", type=click.IntRange(0, 1000), default=3, help="Records to show of each change [3]."
)
@click.option("--show-ids", is_flag=True, help="Show subjects and values of identifying columns as they are.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "none"]),
    default="error",
    help="The least severity that gives exit code 1 [error].",
)
def diff_raw(
    old: Path,
    new: Path,
    mappings: Path | None,
    define: Path | None,
    profile: str | None,
    form: str,
    records: int,
    show_ids: bool,
    fail_on: str,
) -> None:
    """Show what changed from the raw data in OLD to those in NEW, and what that means for the specs.

    Files, columns, codes, keys, records, ranges and cells. An error stops a build of NEW, with the line of
    the specs; a warning changes what a build writes, or is worth a look; a note is neither.

    Exit code 0: nothing as grave as --fail-on; 1: something is; 2: usage; 10: faults in the specs.

    \b
    Example:
      ced-cdisc diff-raw raw_may/ raw_june/
    """
    from ced_cdisc.core.findings import Severity
    from ced_cdisc.report.deliveries import deliveries_json, deliveries_text

    for folder in (old, new):
        if not folder.is_dir():
            usage_error(f"there is no folder {folder.as_posix()}")
    plan = planned(mappings, define, profile)
    from ced_cdisc.stages.deliveries import compare_deliveries

    found = compare_deliveries(plan, old, new, show_ids=show_ids, most=records)
    put_out((deliveries_json if form == "json" else deliveries_text)(found))
    order = ("error", "warning", "note")
    grave = order[: order.index(fail_on) + 1] if fail_on in order else ()
    counts = found.counts()
    sys.exit(1 if any(counts[Severity(word)] for word in grave) else 0)
