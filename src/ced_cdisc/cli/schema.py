"""``ced-cdisc schema``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.planned import study_of
from ced_cdisc.cli.usage import put_out, usage_error

KINDS = (
    "study",
    "sources",
    "visits",
    "instruments",
    "sdtm",
    "adam",
    "tests",
    "plug-ins",
    "define",
    "findings",
)


@click.command()
@click.argument("kind", required=False, type=click.Choice(KINDS))
@click.option("--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Write all schemas there.")
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
@click.option("--profile", metavar="NAME", help="The profile of the study [as study.yaml says].")
def schema(
    kind: str | None, out: Path | None, mappings: Path | None, define: Path | None, profile: str | None
) -> None:
    """Make JSON Schemas of this study, so that an editor completes and checks its specs.

    One schema for each KIND of spec file, with the raw columns, variables and terms that the study has. With
    --out all are written, and what an editor must be told is printed; with KIND alone that one is printed.

    \b
    Example:
      ced-cdisc schema --out schemas
    """
    from ced_cdisc.core.findings import Finding, Findings, Location, Severity, Stage
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.report.editor_settings import settings_text
    from ced_cdisc.schema.files import schema_text, schemas
    from ced_cdisc.spec.load import load_specs

    if (kind is None) == (out is None):
        usage_error("name a folder with --out, or one kind of spec file")
    study = study_of(mappings, define)
    console, found, findings = BuildConsole(), Findings(), Findings()
    console.say(study.notice)
    specs = load_specs(study.mappings, study.define, found, study.shown, profile=profile)
    if specs is None:
        console.findings(found)
        sys.exit(found.exit_code() or Stage.SPEC.value)
    if found.errors:
        count = len(found.errors)
        text = (
            f"the specs have {count} fault{'' if count == 1 else 's'}; names may be missing from the schemas"
        )
        hint = "ced-cdisc check-spec lists them"
        findings.add(Finding("CED740", text, Location(study.shown[0]), hint=hint, severity=Severity.WARNING))
    console.findings(findings)
    made = {name: schema_text(one) for name, one in schemas(specs, KINDS if kind is None else [kind]).items()}
    if kind is not None:
        put_out(made[kind])
        return
    assert out is not None
    try:
        out.mkdir(exist_ok=True)
        for name, text in made.items():
            (out / f"{name}.schema.json").write_bytes(text.encode())
    except OSError as error:
        text = f"the schemas cannot be written: {error.strerror}"
        findings = Findings([Finding("CED750", text, Location(out.as_posix()), stage=Stage.OUTPUT)])
        console.findings(findings)
        sys.exit(findings.exit_code())
    console.say(f"{len(made)} schemas written to {out.as_posix()}")
    click.echo(settings_text(out, study.mappings, study.define, study.shown), nl=False)
