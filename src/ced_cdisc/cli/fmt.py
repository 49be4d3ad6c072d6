"""``ced-cdisc fmt``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.planned import study_of
from ced_cdisc.cli.usage import usage_error

CHANGES = 1


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
def fmt(files: tuple[Path, ...], check: bool, diff: bool, mappings: Path | None, define: Path | None) -> None:
    """Bring spec files into their canonical form: the order of keys, and blanks.

    Without FILES these are all of the study in the working folder. Comments, scalars and line breaks stay,
    and what a spec says does not change. All files are written, or none.

    \b
    Example:
      ced-cdisc fmt --diff
    """
    from ced_cdisc.core.findings import Finding, Findings, Location, Stage
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.stages.laying_out import files_of, lay_out
    from ced_cdisc.stages.spec_import import write_specs

    console, findings = BuildConsole(), Findings()
    if files:
        missing = next((path for path in files if not path.is_file()), None)
        if missing is not None:
            usage_error(f"there is no file {missing.as_posix()}")
        found = [(path, path.as_posix()) for path in files]
    else:
        study = study_of(mappings, define)
        if study.shipped:
            usage_error("no mappings/ here: name files, or a folder with --mappings")
        found = list(files_of(study))
    made = lay_out(found, findings)
    changed = [one for one in made if one.changed]
    if not (check or diff):
        try:
            write_specs({one.path: one.after for one in changed})
        except OSError as error:
            text = f"the files cannot be written, and none was: {error.strerror}"
            where = Location(Path(error.filename or changed[0].path).as_posix())
            console.findings(Findings([*findings, Finding("CED750", text, where, stage=Stage.OUTPUT)]))
            sys.exit(Stage.OUTPUT.value)
    for one in changed:
        if diff:
            click.echo(one.diff(), nl=False)
        else:
            console.say(f"{one.shown} {'would be ' if check else ''}laid out anew")
    console.findings(findings)
    if not findings.errors:
        would = "would be laid out anew" if check or diff else "laid out anew"
        console.say(f"{len(changed)} of {len(made)} files {would}")
    sys.exit(findings.exit_code() or (CHANGES if check and changed else 0))
