"""``ced-cdisc build``."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from click.core import ParameterSource

from ced_cdisc.cli.small import SMALL_RAW, work_as_small
from ced_cdisc.cli.usage import INTERRUPTED, usage_error


@click.command()
@click.argument("raw", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--mappings", type=click.Path(path_type=Path), help="Folder of mapping specs [./mappings].")
@click.option("--define", type=click.Path(path_type=Path), help="Folder of define.xml specs [./define].")
@click.option(
    "--only", metavar="AE,DM", help="Build these datasets and what they need; SUPPAE is built with AE."
)
@click.option("--profile", metavar="NAME", help="The profile of the study [as study.yaml says].")
@click.option("--renumber", is_flag=True, help="Number anew what `sequence: pinned` keeps the numbers of.")
@click.option("--no-check", is_flag=True, help="Leave out `ced-cdisc check` of what was written.")
@click.option(
    "--format",
    "formats",
    metavar="xpt,json",
    default="xpt",
    help="Of the datasets: xpt, json, ndjson, dsjc, parquet [xpt].",
)
@click.option(
    "--show-ids", is_flag=True, help="Name subjects, and values of identifying columns, in findings."
)
@click.option(
    "--split-over",
    metavar="SIZE",
    default="5GB",
    help="A transport file over it is also written in pieces, in split/ beside it; none for no pieces [5GB].",
)
@click.option("--split-within-subjects", is_flag=True, help="Such a piece may end within a subject.")
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1),
    help="Build parts in N processes [large studies: one for each processor, at most 4; others: 1].",
)
@click.option("--dask", metavar="ADDRESS", help="Build parts on the Dask cluster there.")
@click.option(
    "--incremental", is_flag=True, help="Take datasets of which nothing changed from earlier builds."
)
@click.option("--explain", is_flag=True, help="As --incremental; say of each dataset why it was made anew.")
@click.option("--verify", is_flag=True, help="Compute every dataset again with the second, slow engine.")
def build(
    raw: Path,
    out: Path,
    mappings: Path | None,
    define: Path | None,
    only: str | None,
    profile: str | None,
    renumber: bool,
    no_check: bool,
    formats: str,
    show_ids: bool,
    split_over: str,
    split_within_subjects: bool,
    workers: int | None,
    dask: str | None,
    verify: bool,
    incremental: bool,
    explain: bool,
) -> None:
    """Build the datasets of RAW into OUT.

    Specs are taken from ./mappings and ./define, else from the shipped example study. OUT is replaced as a
    whole, and only if it is new, empty, or a former build.

    At the end, what was written is checked as `ced-cdisc check` does. An error among its findings gives exit
    code 1; OUT is written all the same, to be looked at.

    With --verify, a second engine that shares nothing with the first computes all values again, one record at
    a time; if one differs, nothing is written.

    With --incremental, a dataset of which nothing changed since an earlier such build is taken from the
    cache: not its raw tables, its specs, the tool, or a dataset that it reads. OUT is the same as of a full
    build, byte for byte. --explain does so, and tells of each other dataset what changed.

    With several formats, XPT (else the first) stands beside define.xml, which names it; each other one has a
    folder of its own: json/sdtm/ae.json.

    A large study is built in parts of its subjects, several at a time: by as many processes as this machine
    has processors, by --workers N, or by those of a cluster, --dask. No byte of the output depends on it.

    \b
    Example:
      ced-cdisc build raw/ out/
    """
    names = [_dataset(name.strip()) for name in (only or "").split(",") if name.strip()]
    small = work_as_small(raw, SMALL_RAW)
    from ced_cdisc.core.findings import Stopped
    from ced_cdisc.core.sizes import UnknownSize
    from ced_cdisc.pipeline import Build
    from ced_cdisc.pipeline import build as run
    from ced_cdisc.plan.account import sentence, totals
    from ced_cdisc.plan.formats import UnknownFormat, file_formats
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.spec.locate import MissingFolder, find_study
    from ced_cdisc.write.folder import BuildInterrupted

    console = BuildConsole(show_ids=show_ids)
    result: Build | None = None
    try:
        console.say(find_study(mappings, define, Path()).notice)
        if only is not None and not names:
            usage_error("--only names no dataset")
        said = click.get_current_context().get_parameter_source("split_over") is ParameterSource.COMMANDLINE
        is_split = split_within_subjects or (said and split_over != "none")
        if is_split and "xpt" not in file_formats(filter(None, map(str.strip, formats.split(",")))):
            usage_error("only XPT files are written in pieces, and --format names others alone")
        with console.progress() as watch:
            result = run(
                raw,
                out,
                mappings=mappings,
                define=define,
                only=names,
                profile=profile,
                renumber=renumber,
                verify=verify,
                check=not no_check,
                show_ids=show_ids,
                formats=formats,
                split_over=split_over,
                split_within_subjects=split_within_subjects,
                watch=watch,
                incremental=incremental or explain,
                processes=2 if small else 1,
                workers=workers,
                dask=dask,
            )
    except (MissingFolder, NotADirectoryError, UnknownFormat, UnknownSize) as error:
        usage_error(str(error))
    except Stopped as stopped:
        console.findings(stopped.findings)
        sys.exit(stopped.findings.exit_code())
    except KeyboardInterrupt as interrupt:
        is_written = result is not None or isinstance(interrupt, BuildInterrupted)
        console.say(f"interrupted; {out.as_posix()} is {'written' if is_written else 'as it was'}")
        sys.exit(INTERRUPTED)
    console.wide = max(8, *map(len, result.frames))
    for parent, seconds in result.seconds.items():
        console.dataset(parent, result.frames.shape(parent), seconds)
        folder, slash, name = parent.rpartition("/")
        qualifiers = f"{folder}{slash}SUPP{name}"
        if qualifiers in result.frames:
            console.dataset(qualifiers, result.frames.shape(qualifiers))
    console.say(f"  {sentence(totals(result.raw_columns))}")
    if explain and result.reasons:
        console.reasons(result.seconds, result.reasons)
    elif explain:
        console.say("  nothing is kept from build to build: the cache is off")
    if result.verified is not None:
        console.say(f"  {result.verified}")
    console.findings(result.findings)
    datasets = sum(len(package.datasets) for package in result.packages.values())
    console.say(f"{datasets} datasets and {len(result.packages)} define.xml written to {out.as_posix()}")
    if result.checked:
        from ced_cdisc.report.build_check import check_lines

        for line in check_lines(result.checked, result.plan.specs[0]):
            console.say(line)
        sys.exit(max(one.exit_code() for one in result.checked))
    if not no_check:
        console.say("not checked: ced-cdisc check reads no Parquet files")


def _dataset(text: str) -> str:
    """The name of a dataset in capitals; the folder of a pooled study stays as it is."""
    folder, slash, name = text.rpartition("/")
    return f"{folder}{slash}{name.upper()}"
