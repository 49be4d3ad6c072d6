"""``ced-cdisc spec``: the specification as a workbook, out of a build and back into the specs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.planned import study_of
from ced_cdisc.cli.usage import Commands, leaving, put_out, usage_error

_package = click.option(
    "--package", metavar="sdtm|adam", help="The package, where OUT holds several; or such as controls/sdtm."
)


@click.group(cls=Commands)
def spec() -> None:
    """Take the specification out as a Pinnacle-21-style Excel workbook, and bring one back.

    \b
    Example:
      ced-cdisc spec export out/ spec.xlsx --package sdtm
    """


@spec.command("export")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@_package
@click.option("--replace", is_flag=True, help="Replace FILE if it is there.")
def export_(source: Path, file: Path, package: str | None, replace: bool) -> None:
    """Write SOURCE, a define.xml or a build (OUT), to the workbook FILE.

    The workbook has the layout of Define-XML 2.1. What it cannot hold is said.

    \b
    Example:
      ced-cdisc spec export out/ spec.xlsx --package sdtm
    """
    from ced_cdisc.core.findings import Findings, Stopped
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.stages.spec_export import NoSource, created, exported, find_source, losses, read_source
    from ced_cdisc.write.workbook import workbook_bytes

    if file.exists() and not replace:
        usage_error(f"{file.as_posix()} is there already; --replace writes over it")
    console, findings = BuildConsole(), Findings()
    with leaving(console, NoSource):
        found = find_source(source, package)
        root = read_source(found)
        workbook, tables = exported(root, found.shown, findings)
        content = workbook_bytes(workbook, created(root), file.as_posix(), findings)
        if content is None:
            raise Stopped(findings)
    _write(file, content)
    findings.extend(losses(root, tables) if tables is not None else [])
    console.findings(findings)
    rows = {} if tables is None else {name: len(one.records) for name, one in tables.tables.items()}
    counts = ", ".join(f"{name} {count}" for name, count in rows.items() if count)
    console.say(f"{found.shown} written to {file.as_posix()}: {counts}")
    sys.exit(findings.exit_code())


@spec.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@_package
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
@click.option("--write", is_flag=True, help="Edit the specs, where they have a key for a difference.")
def import_(
    file: Path, source: Path, package: str | None, mappings: Path | None, define: Path | None, write: bool
) -> None:
    """Compare the workbook FILE with SOURCE, the last build (OUT) or its define.xml.

    Shows each difference with the line of the specs that it belongs to, or why no line can say it. Without
    --write nothing is changed. With it, texts of the specs are edited in place, all or none, after the edited
    specs were planned; a dataset that only the workbook has gets a draft. Exit code 1: there are differences.

    \b
    Example:
      ced-cdisc spec import spec.xlsx out/ --package sdtm
    """
    from ced_cdisc.core.findings import Findings
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.report.workbook_diff import differences_text, summary
    from ced_cdisc.stages.spec_export import NoSource
    from ced_cdisc.stages.spec_import import compare_with_build, write_specs

    console, findings = BuildConsole(), Findings()
    if not file.is_file():
        usage_error(f"there is no file {file.as_posix()}")
    study = study_of(mappings, define)
    if study.shipped and write:
        usage_error("the shipped example is not edited: name your specs with --mappings and --define")
    console.say(study.notice)
    with leaving(console, NoSource):
        found = compare_with_build(file, source, package, study, findings)
    put_out(differences_text(found.targets))
    console.findings(findings)
    console.say(summary(found.targets))
    changed = {**found.files, **found.drafts}
    if write and changed:
        try:
            write_specs(changed)
        except OSError as error:
            usage_error(f"{error.filename} cannot be written: {error.strerror}; nothing was changed")
        for path in changed:
            console.say(f"{'drafted' if path in found.drafts else 'edited'} {path.as_posix()}")
    elif changed:
        console.say(f"--write would {' and '.join(_would(len(found.files), len(found.drafts)))}")
    sys.exit(findings.exit_code() or (1 if found.targets else 0))


@spec.command("to-define")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Replace OUT if it is there.")
def to_define(file: Path, out: Path, replace: bool) -> None:
    """Write the workbook FILE as the define.xml OUT, in version 2.1.

    Reads the layouts of 2.1 and 2.0. What a workbook has no cell for is made of names.

    \b
    Example:
      ced-cdisc spec to-define spec.xlsx define.xml
    """
    from ced_cdisc.core.findings import Findings
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.stages.spec_export import define_bytes

    if not file.is_file():
        usage_error(f"there is no file {file.as_posix()}")
    if out.exists() and not replace:
        usage_error(f"{out.as_posix()} is there already; --replace writes over it")
    console, findings = BuildConsole(), Findings()
    with leaving(console):
        content = define_bytes(file, findings)
    _write(out, content)
    console.findings(findings)
    console.say(f"{file.as_posix()} written to {out.as_posix()}")


def _would(files: int, drafts: int) -> list[str]:
    made = [f"edit {files} file{'s' * (files != 1)}"] if files else []
    return made + ([f"draft {drafts} spec{'s' * (drafts != 1)}"] if drafts else [])


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        usage_error(f"{file.as_posix()} cannot be written: {error.strerror}")
