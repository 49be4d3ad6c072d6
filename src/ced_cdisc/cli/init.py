"""``ced-cdisc init``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.planned import study_of
from ced_cdisc.cli.usage import put_out, usage_error

_PAGES = {"SV": "how-to/visits.md", "RELREC": "how-to/relate-records.md"}
_MADE_OTHERWISE = ("Trial Design", "Relationship", "Study Reference")


@click.command()
@click.argument("domain")
@click.option(
    "--from",
    "asked",
    default="",
    metavar="TABLE",
    help="The raw table, or several: labs_a,labs_b [the one that is likeliest].",
)
@click.option(
    "--raw",
    type=click.Path(path_type=Path),
    default=Path("raw"),
    metavar="RAW",
    help="The raw files [./raw].",
)
@click.option("--print", "only_print", is_flag=True, help="Print the spec, and write nothing.")
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
def init(
    domain: str, asked: str, raw: Path, only_print: bool, mappings: Path | None, define: Path | None
) -> None:
    """Propose the spec of DOMAIN, in mappings/sdtm, from a raw table and the standard.

    Each line says how sure it is, and why, in a comment: sure, likely, guess, or decide. What the standard
    needs and no column gives is commented out. A spec that is there already is not replaced.

    \b
    Example:
      ced-cdisc init VS --from vitals --print
    """
    from ced_cdisc.core.findings import Findings, Stage, did_you_mean
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.spec.load import load_specs
    from ced_cdisc.stages.proposing import write_new
    from ced_cdisc.stages.proposing_domain import propose_domain
    from ced_cdisc.standards.ig import load_sdtmig

    if not raw.is_dir():
        usage_error(f"there is no folder {raw.as_posix()}; name the raw files with --raw")
    study = study_of(mappings, define)
    if study.shipped:
        usage_error("no mappings/ here: make a study with ced-cdisc new, or name its folder with --mappings")
    console, findings, found = BuildConsole(), Findings(), Findings()
    specs = load_specs(study.mappings, study.define, found, study.shown)
    if specs is None:
        console.findings(found)
        sys.exit(found.exit_code() or Stage.SPEC.value)
    guide = load_sdtmig(specs.standards_version)
    code = domain.upper()
    if code not in guide:
        names = [dataset.name for dataset in guide.datasets]
        hint = did_you_mean(code, names) or f"there are {', '.join(names)}"
        usage_error(f"SDTMIG {guide.version} has no domain {code}; {hint}")
    dataset = guide.dataset(code)
    if dataset.class_name in _MADE_OTHERWISE or code in ("SE", "SV", "SM", "CO"):
        page = "how-to/trial-design.md" if dataset.class_name == "Trial Design" else "mapping-language.md"
        usage_error(f"no spec of {code} is proposed; docs/{_PAGES.get(code, page)} shows how it is written")
    tables = [str(name) for name in specs.sources.tables]
    wanted = list(dict.fromkeys(name.strip() for name in asked.split(",") if name.strip()))
    for table in wanted:
        if table not in tables:
            hint = did_you_mean(table, tables) or f"there are {', '.join(tables)}"
            usage_error(f"sources.yaml has no table {table}; {hint}")
    path = study.mappings / "sdtm" / f"{code.lower()}.yaml"
    shown = Path(study.shown[0]) / "sdtm" / path.name
    made = propose_domain(dataset, raw, specs, wanted, findings)
    if made is None:
        console.findings(findings)
        sys.exit(findings.exit_code() or Stage.SPEC.value)
    if only_print:
        put_out(made.text)
        return
    write_new({path: made.text}, findings)
    console.findings(findings)
    if findings.errors:
        sys.exit(findings.exit_code())
    said = {word: made.text.count(f"# {word}: ") for word in ("sure", "likely", "guess", "decide")}
    counts = ", ".join(f"{count} {word}" for word, count in said.items())
    named = f"the table{'s' * (len(made.tables) > 1)} {' and '.join(made.tables)}"
    console.say(f"{shown.as_posix()} proposed from {named}: {counts}")
    console.say("next: look at its lines, then ced-cdisc check-spec")
