"""``ced-cdisc ct``: import, list, show and compare packages of controlled terminology."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ced_cdisc.cli.planned import study_of
from ced_cdisc.cli.usage import Commands, leaving, put_out, usage_error
from ced_cdisc.standards.ct import PUBLISHERS, ct_versions

if TYPE_CHECKING:
    from ced_cdisc.core.findings import Finding, Findings
    from ced_cdisc.spec.load import Specs
    from ced_cdisc.standards.ct_diff import Edition

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_standard = click.option(
    "--standard",
    type=click.Choice(PUBLISHERS, case_sensitive=False),
    help="The standard, if the file does not tell it.",
)
_mappings = click.option(
    "--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings]."
)
_define = click.option(
    "--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define]."
)


@click.group(cls=Commands)
def ct() -> None:
    """Import, list, show and compare packages of controlled terminology.

    A study pins packages in study.yaml. Those that are not shipped are imported beside the specs.

    \b
    Example:
      ced-cdisc ct list
    """


@ct.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), help="Folder to write [./mappings/ct].")
@_standard
@click.option("--date", metavar="YYYY-MM-DD", help="The date, if the file does not tell it.")
def import_(file: Path, to: Path | None, standard: str | None, date: str | None) -> None:
    """Import FILE, as published by NCI EVS: text, CSV, xlsx or ODM XML.

    The standard and the date are taken from the file's name, its sheet or its FileOID. Definitions are not
    stored.

    \b
    Example:
      ced-cdisc ct import "SDTM Terminology 2025-03-28.txt"
    """
    from ced_cdisc.core.findings import Findings
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.standards.ct_import import read_published

    folder = to or Path("mappings/ct")
    if not file.is_file():
        usage_error(f"there is no file {file.as_posix()}")
    if not folder.parent.is_dir():
        usage_error(f"there is no folder {folder.parent.as_posix()}; name one with --to")
    console, findings = BuildConsole(), Findings()
    package = read_published(
        _read(file), file.as_posix(), findings, publisher=standard or "", version=date or ""
    )
    if package is None:
        console.findings(findings)
        sys.exit(findings.exit_code())
    tables = package.tables()
    old = {name: path.read_bytes() for name in tables if (path := folder / name).is_file()}
    try:
        folder.mkdir(exist_ok=True)
        for name, content in tables.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        usage_error(f"{folder.as_posix()} cannot be written: {error.strerror}")
    terms = sum(len(listed) for listed in package.terms.values())
    word = "imported" if not old else "is there already" if old == tables else "replaced"
    console.say(
        f"{package.publisher} CT {package.version} {word} in {folder.as_posix()}: "
        f"{len(package.lists)} codelists, {terms} terms"
    )
    console.say(f"pin it in study.yaml: standards: ct: {{{package.publisher}: {package.version}}}")


@ct.command("list")
@_mappings
def list_(mappings: Path | None) -> None:
    """List the packages that a study can pin: shipped ones and its own.

    \b
    Example:
      ced-cdisc ct list
    """
    folder = (mappings or Path("mappings")) / "ct"
    if mappings is not None and not mappings.is_dir():
        usage_error(f"there is no folder {mappings.as_posix()}")
    for standard in PUBLISHERS:
        own, shipped = ct_versions(standard, folder), ct_versions(standard)
        for date in sorted({*own, *shipped}):
            click.echo(f"{standard} {date} {folder.as_posix() if date in own else 'shipped'}")


@ct.command("show")
@click.argument("name", metavar="LIST")
@click.argument("word", required=False)
@_mappings
@_define
def show(name: str, word: str | None, mappings: Path | None, define: Path | None) -> None:
    """Print the terms of LIST: its name, its NCI code, or a variable such as AE.AEOUT.

    With WORD, those terms that have it in value, code, meaning or synonyms; where none of a variable of tests
    has it, as QSTESTCD, the lists of instruments that have it are named. In the folder of a study its own
    codelists and added terms are shown with the packages that it pins; elsewhere the shipped packages.

    \b
    Example:
      ced-cdisc ct show AE.AEOUT recover
    """
    from ced_cdisc.core.findings import Findings, Stage, did_you_mean
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.report.terms_text import terms_text
    from ced_cdisc.schema.terminology import Terminology, UnknownList
    from ced_cdisc.spec.load import load_specs

    console, findings = BuildConsole(), Findings()
    specs = None
    if mappings or define or Path("mappings").is_dir():
        study = study_of(mappings, define)
        console.say(study.notice)
        specs = load_specs(study.mappings, study.define, findings, study.shown)
        if specs is None:
            console.findings(findings)
            sys.exit(findings.exit_code() or Stage.SPEC.value)
    terminology = Terminology(specs)
    for package in terminology.missing:
        console.say(f"{package} is not there: import it with ced-cdisc ct import FILE")
    try:
        found = terminology.find(name)
    except UnknownList as error:
        other = terminology.of_tests(name, word) if word is not None else ""
        usage_error("; ".join(filter(None, (str(error), other))))
    chosen = [[term for term in one.terms if word is None or term.has(word)] for one in found]
    if word is not None and not any(chosen):
        listed = " or ".join(one.codelist.id for one in found)
        texts = [text for one in found for term in one.terms for text in (term.value, *term.synonyms)]
        hint = terminology.of_tests(name, word) or did_you_mean(word, texts)
        usage_error(f"no term of {listed} has {word}" + (f"; {hint}" if hint else ""))
    for one, terms in zip(found, chosen, strict=True):
        if terms or word is None:
            put_out(terms_text(one, terms))


@ct.command("diff")
@click.argument("old")
@click.argument("new")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@_mappings
@_define
@_standard
def diff(
    old: str, new: str, folder: Path | None, mappings: Path | None, define: Path | None, standard: str | None
) -> None:
    """Compare two packages, and show what concerns this study.

    OLD and NEW are dates of packages, or files as published. FOLDER is a build (OUT) or the raw tables (RAW):
    with it, the records that hold a changed term are counted. Exit code 1: something concerns the study.

    \b
    Example:
      ced-cdisc ct diff 2024-09-27 "SDTM Terminology 2025-03-28.txt" out/
    """
    from ced_cdisc.core.findings import Findings
    from ced_cdisc.plan.study import plan_study
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.report.ct_impact import concerns
    from ced_cdisc.report.ct_text import comparison_text, concerns_text
    from ced_cdisc.spec.load import load_specs
    from ced_cdisc.stages.finished import finished_datasets
    from ced_cdisc.stages.planning import stop_on_errors
    from ced_cdisc.standards.ct_diff import compare

    for text in (old, new):
        if not _DATE.fullmatch(text) and not Path(text).is_file():
            usage_error(f"{text} is neither a date nor a file")
    if folder is not None and not folder.is_dir():
        usage_error(f"there is no folder {folder.as_posix()}")
    console, findings = BuildConsole(), Findings()
    study = study_of(mappings, define)
    console.say(study.notice)
    with leaving(console):
        specs = load_specs(study.mappings, study.define, findings, study.shown)
        plan = plan_study(specs, findings) if specs is not None else None
        stop_on_errors(findings)
        assert specs is not None and plan is not None
        pairs, missing = _pairs(old, new, standard, specs, findings)
        if not pairs:
            findings.extend(missing)
        stop_on_errors(findings)
        for one in missing:
            console.say(f"not compared: {one.message}")
        frames = {} if folder is None else finished_datasets(folder, plan, findings)
    found = False
    for before, after in pairs:
        change = compare(before, after)
        here = concerns(change, specs, plan, frames)
        found = found or bool(here)
        click.echo(comparison_text(change), nl=False)
        click.echo(concerns_text(here, plan.study_id), nl=False)
    sys.exit(int(found))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        usage_error(f"{file.as_posix()} cannot be read: {error.strerror}")


def _pairs(
    old: str, new: str, standard: str | None, specs: Specs, findings: Findings
) -> tuple[list[tuple[Edition, Edition]], list[Finding]]:
    """The packages to compare, and what is wrong with others (CED028).

    They are of the standard that a file tells, else of each that the study pins.
    """
    from ced_cdisc.core.findings import Finding, Location

    files = {text: _edition(text, standard, findings) for text in (old, new) if not _DATE.fullmatch(text)}
    told = {edition.publisher for edition in files.values() if edition is not None}
    if len(told) > 1:
        usage_error(f"{' and '.join(sorted(told))} cannot be compared")
    names = sorted(told) or ([standard] if standard else [str(name) for name in specs.study.standards.ct])
    made: list[tuple[Edition, Edition]] = []
    faults: list[Finding] = []
    for name in names:
        both: list[Edition] = []
        for text in (old, new):
            one = files[text] if text in files else _pinned(name, text, specs)
            if isinstance(one, str):
                hint = "see ced-cdisc ct list; ced-cdisc ct import FILE imports one"
                faults.append(Finding("CED028", one, Location(text), hint=hint))
            elif one is not None:
                both.append(one)
        if len(both) == 2:
            made.append((both[0], both[1]))
    return made, faults


def _edition(file: str, standard: str | None, findings: Findings) -> Edition | None:
    from ced_cdisc.standards.ct_import import read_published

    found = read_published(_read(Path(file)), Path(file).as_posix(), findings, publisher=standard or "")
    return found.edition() if found is not None else None


def _pinned(standard: str, date: str, specs: Specs) -> Edition | str:
    """A package by date, or what is wrong with it."""
    from typing import cast

    from ced_cdisc.standards.ct import Publisher, load_ct
    from ced_cdisc.standards.ct_diff import Edition
    from ced_cdisc.standards.tables import DamagedTable, UnknownStandard

    folder = specs.terminology[0] if specs.terminology else None
    try:
        package = load_ct(cast(Publisher, standard), date, folder)
        return Edition(standard, date, {code: package.codelist(code) for code in package})
    except (UnknownStandard, DamagedTable) as error:
        return str(error)
