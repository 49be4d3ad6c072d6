"""``ced-cdisc new``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.usage import usage_error


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option("--raw", type=click.Path(path_type=Path), metavar="RAW", help="The folder of the raw files.")
def new(study: Path, raw: Path | None) -> None:
    """Make the folder STUDY for a new study, which is called as the folder.

    With --raw its tables are proposed as a scan sees them: columns, key, subject, encoding, visits. What a
    person must decide is marked where it stands. No file that is there already is replaced.

    \b
    Example:
      ced-cdisc new VL-77 --raw raw
    """
    from ced_cdisc.core.findings import Findings, Stage
    from ced_cdisc.propose.profile import Scan
    from ced_cdisc.propose.scaffold import study_files
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.stages.proposing import write_new
    from ced_cdisc.stages.scanning import no_table, scan_folder

    findings = Findings()
    console = BuildConsole()
    scan = Scan("", ())
    if raw is not None:
        if not raw.is_dir():
            usage_error(f"there is no folder {raw.as_posix()}")
        scan = scan_folder(raw, findings)
        if not scan.tables:
            no_table(raw, findings)
            console.findings(findings)
            sys.exit(findings.exit_code())
    files = study_files(study.resolve().name, scan)
    write_new({study / name: text for name, text in files.items()}, findings)
    console.findings(findings)
    if any(finding.stage is Stage.OUTPUT for finding in findings.errors):
        sys.exit(Stage.OUTPUT.value)
    for name, text in files.items():
        count = text.count("decide") - ('that says "decide"' in text)
        left = f", {count} to decide" if name.endswith(".yaml") and count else ""
        console.say(f"  {(study / name).as_posix()}{left}")
    tables = "1 table" if len(scan.tables) == 1 else f"{len(scan.tables)} tables"
    console.say(f"{len(files)} files for the study {study.resolve().name} with {tables}")
    console.say("next: look at the lines that say `decide`, then ced-cdisc init DOMAIN in that folder")
    sys.exit(findings.exit_code())
