"""``ced-cdisc check``."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ced_cdisc.cli.check_memory import held_against_findings, memory_options, taken
from ced_cdisc.cli.check_reports import print_report, report_files, write_reports
from ced_cdisc.cli.small import SMALL_PACKAGE, work_as_small
from ced_cdisc.cli.usage import usage_error

if TYPE_CHECKING:
    from ced_cdisc.check.core.run import CoreSettings
    from ced_cdisc.core.conformance import CheckResult, FailOn
    from ced_cdisc.core.masking import Identifiers


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--define", type=click.Path(path_type=Path), help="The define.xml [FOLDER/define.xml].")
@click.option(
    "--standard",
    multiple=True,
    metavar="NAME=VERSION",
    help="The version that governs, such as SDTMIG=3.3, ADaMIG=1.1 or CT=2024-09-27 [as define.xml says].",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "junit", "sarif", "github", "xlsx"]),
    metavar="[text|json|junit|sarif|github]",
    default="text",
    show_default=True,
    help="What is written to standard output.",
)
@click.option(
    "--out",
    "outs",
    multiple=True,
    metavar="FILE",
    help="Write a report to FILE, too, as its ending says: .txt, .json, .xml (JUnit), .sarif, .xlsx; or "
    "FORMAT=FILE. May be given several times.",
)
@click.option("--records", default=5, show_default=True, help="How many records of a finding are listed.")
@click.option(
    "--show-ids", is_flag=True, help="Name subjects, and values that tell who they are, in the reports."
)
@click.option("--all", "all_", is_flag=True, help="List accepted findings, too.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "none"]),
    default="error",
    show_default=True,
    help="The least severity that gives exit code 1.",
)
@memory_options
@click.option("--core", is_flag=True, help="Run the CDISC CORE engine on the folder, too; see docs/core.md.")
@click.option(
    "--core-python", type=click.Path(path_type=Path), help="The Python that has cdisc-rules-engine."
)
@click.option("--core-cache", type=click.Path(path_type=Path), help="The folder of the engine's cache.")
@click.option(
    "--core-rules", type=click.Path(path_type=Path), help="A folder of rules, not those of the cache."
)
@click.option(
    "--core-timeout",
    type=click.IntRange(min=1, max=604_800),
    metavar="SECONDS",
    help="The longest time for the engine [3600].",
)
@click.option("--core-report", type=click.Path(path_type=Path), help="A JSON report that the engine wrote.")
def check(
    folder: Path,
    define: Path | None,
    standard: tuple[str, ...],
    format_: str,
    outs: tuple[str, ...],
    records: int,
    show_ids: bool,
    all_: bool,
    fail_on: FailOn,
    core: bool,
    core_python: Path | None,
    core_cache: Path | None,
    core_rules: Path | None,
    core_timeout: int | None,
    core_report: Path | None,
    **memory: Any,
) -> None:
    """Check the datasets of FOLDER against the rules of SDTM, ADaM and controlled terminology.

    FOLDER holds XPT (version 5) or Dataset-JSON 1.1 files and a define.xml, by this tool or any other; or
    subfolders sdtm and adam that do. Findings that findings.yaml accepts fail nothing; see docs/findings.md.

    For reports in CI see docs/ci.md.

    \b
    Example:
      ced-cdisc check out/sdtm
    """
    from ced_cdisc.check.core.wrong import WrongAnswer
    from ced_cdisc.companion import companion, half_of_check
    from ced_cdisc.conformance.standard import WrongStandard
    from ced_cdisc.core.masking import notice

    if not folder.is_dir():
        usage_error(f"there is no folder {folder.as_posix()}")
    if define is not None and not define.is_file():
        usage_error(f"there is no file {define.as_posix()}")
    if records < 0:
        usage_error("--records needs a whole number from 0")
    if format_ == "xlsx":
        usage_error("a workbook is not written to standard output: use --out FILE.xlsx")
    reports = report_files(outs, folder)
    asked = taken(memory)
    settings: CoreSettings | None = None
    if core:
        from ced_cdisc.check.core.run import CoreSettings  # loads what reads its answer

        if core_report is not None:
            usage_error("--core runs the engine, --core-report reads what it wrote: take one of them")
        if core_python is None:
            usage_error("--core needs --core-python, the Python that has cdisc-rules-engine")
        if core_cache is None and core_rules is None:
            usage_error("--core needs --core-cache, the folder of the engine's rules, or --core-rules")
        settings = CoreSettings(core_python, core_cache, core_rules, core_timeout or 3600.0)
    elif core_python or core_cache or core_rules or core_timeout:
        usage_error("--core-python, --core-cache, --core-rules and --core-timeout go with --core")
    options: dict[str, Any] = {"define": define, "standard": standard, "records": records}
    work_as_small(folder, SMALL_PACKAGE)
    try:
        with companion(partial(half_of_check, folder, **options), wanted=not core) as partner:
            from ced_cdisc.conformance.check import check_folder  # loads polars, after the fork

            result = check_folder(folder, **options, core=settings, core_report=core_report, partner=partner)
    except WrongStandard as error:
        usage_error(str(error))
    except WrongAnswer as error:
        usage_error(f"{core_report} is no report of the CORE engine that can be read: it {error}")
    result = held_against_findings(result, folder, asked)
    told, identifiers = (result, None) if show_ids else _without_identifiers(result, folder)
    print_report(format_, told, fail_on, accepted=all_)
    write_reports(reports, told, fail_on, accepted=all_)
    if format_ == "text" and told != result:
        click.echo(notice(identifiers), err=True)
    sys.exit(result.exit_code(fail_on))


def _without_identifiers(result: CheckResult, folder: Path) -> tuple[CheckResult, Identifiers]:
    from ced_cdisc.core.findings import Severity
    from ced_cdisc.report.masked_check import masked_check
    from ced_cdisc.stages.identifying import identifiers_of_files

    files = {one.name: folder / one.file for one in result.datasets}
    told = {files[one.dataset] for one in result.failures if one.dataset in files}
    # Of a dataset that could not be read it is not known whom it is about: that counts for DM and ADSL.
    unread = sorted({folder / one.where.file for one in result.reading if one.severity is Severity.ERROR})
    identifiers = identifiers_of_files([*files.values(), *unread], told)
    return masked_check(result, identifiers), identifiers
