"""``ced-cdisc build``."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.core import ParameterSource

from ced_cdisc.cli.small import SMALL_RAW, work_as_small
from ced_cdisc.cli.usage import INTERRUPTED, USAGE, usage_error

if TYPE_CHECKING:
    from ced_cdisc.core.findings import Findings
    from ced_cdisc.pipeline import Build
    from ced_cdisc.report.console import BuildConsole


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
@click.option("--watch", is_flag=True, help="Build again, as --incremental, when RAW or the specs change.")
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
    watch: bool,
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

    With --watch, all of that goes on until it is interrupted: whenever a file of RAW or of the specs changes,
    what hangs on it is built again, by a process that has all else loaded.

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
    from ced_cdisc.plan.formats import UnknownFormat, file_formats
    from ced_cdisc.report.console import BuildConsole

    console = BuildConsole(show_ids=show_ids)
    if only is not None and not names:
        usage_error("--only names no dataset")
    said = click.get_current_context().get_parameter_source("split_over") is ParameterSource.COMMANDLINE
    is_split = split_within_subjects or (said and split_over != "none")
    try:
        written = file_formats(filter(None, map(str.strip, formats.split(","))))
    except UnknownFormat as error:
        usage_error(str(error))
    if is_split and "xpt" not in written:
        usage_error("only XPT files are written in pieces, and --format names others alone")
    once = partial(
        _build,
        console,
        raw,
        out,
        explain=explain,
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
        incremental=incremental or explain or watch,
        processes=2 if small else 1,
        workers=workers,
        dask=dask,
    )
    if watch:
        _go_on(console, once, raw, out, mappings, define)
    sys.exit(once().code)


class _Ended(NamedTuple):
    """How a build ended.

    Attributes:
        code: the exit code.
        findings: what was found, if anything was built.
        files: of the specs, as far as it is known where they are.
    """

    code: int
    findings: Findings | None = None
    files: Iterable[Path] = ()


def _build(
    console: BuildConsole,
    raw: Path,
    out: Path,
    *,
    explain: bool,
    before: Findings | None = None,
    **options: Any,
) -> _Ended:
    """One build, and all that is said of it.

    Args:
        console: where it is said.
        raw: the folder of raw tables.
        out: the folder to write.
        explain: whether it is said why each dataset was made anew.
        before: what the build before found, if there was one: of that, and of datasets that were kept, it is
            only said how many there are.
        options: those of :func:`ced_cdisc.pipeline.build`.
    """
    from ced_cdisc.core.findings import Stopped, counted
    from ced_cdisc.core.sizes import UnknownSize
    from ced_cdisc.pipeline import build as run
    from ced_cdisc.spec.locate import MissingFolder, find_study
    from ced_cdisc.write.folder import BuildInterrupted

    result: Build | None = None
    try:
        if before is None:
            console.say(find_study(options["mappings"], options["define"], Path()).notice)
        with console.progress() as watch:
            result = run(raw, out, watch=watch, **options)
    except (MissingFolder, NotADirectoryError, UnknownSize) as error:
        click.echo(f"Error: {error}", err=True)
        return _Ended(USAGE)
    except Stopped as stopped:
        console.findings(stopped.findings)
        at_fault = {Path(one.where.file) for one in stopped.findings}
        return _Ended(stopped.findings.exit_code(), files=filter(Path.is_file, at_fault))
    except KeyboardInterrupt as interrupt:
        is_written = result is not None or isinstance(interrupt, BuildInterrupted)
        console.say(f"interrupted; {out.as_posix()} is {'written' if is_written else 'as it was'}")
        sys.exit(INTERRUPTED)
    _say_datasets(console, result, explain=explain, changes=before is not None)
    console.findings(result.findings if before is None else result.findings.without(before))
    if before is not None and (known := sum(one in before for one in result.findings)):
        console.say(f"{counted(known, 'finding')} as before")
    datasets = sum(len(package.datasets) for package in result.packages.values())
    console.say(f"{datasets} datasets and {len(result.packages)} define.xml written to {out.as_posix()}")
    if result.checked:
        from ced_cdisc.report.build_check import check_lines

        for line in check_lines(result.checked, result.plan.specs[0]):
            console.say(line)
    elif options["check"]:
        console.say("not checked: ced-cdisc check reads no Parquet files")
    code = max((one.exit_code() for one in result.checked), default=0)
    return _Ended(code, result.findings, result.specs.values())


def _say_datasets(console: BuildConsole, result: Build, *, explain: bool, changes: bool) -> None:
    """The datasets of a build, and why they were made."""
    from ced_cdisc.plan.account import sentence, totals
    from ced_cdisc.stages.kept import KEPT

    console.wide = max(8, *map(len, result.frames))
    shown = [one for one in result.seconds if not changes or result.reasons.get(one) != KEPT]
    for parent in shown:
        console.dataset(parent, result.frames.shape(parent), result.seconds[parent])
        folder, slash, name = parent.rpartition("/")
        qualifiers = f"{folder}{slash}SUPP{name}"
        if qualifiers in result.frames:
            console.dataset(qualifiers, result.frames.shape(qualifiers))
    if kept := len(result.seconds) - len(shown):
        console.say(f"  {kept} datasets kept")
    console.say(f"  {sentence(totals(result.raw_columns))}")
    if explain and result.reasons:
        console.reasons(shown, result.reasons)
    elif explain:
        console.say("  nothing is kept from build to build: the cache is off")
    if result.verified is not None:
        console.say(f"  {result.verified}")


def _go_on(
    console: BuildConsole,
    once: Callable[..., _Ended],
    raw: Path,
    out: Path,
    mappings: Path | None,
    define: Path | None,
) -> None:
    """Build whenever something changed, until that is interrupted; then leave with the code of the last."""
    from ced_cdisc.cli.changes import WatchedFiles
    from ced_cdisc.spec.locate import MissingFolder, find_study
    from ced_cdisc.write.sequence_lock import NAME

    try:
        study = find_study(mappings, define, Path())
    except MissingFolder as error:
        usage_error(str(error))
    files = WatchedFiles((raw, study.mappings, study.define), out)
    state, before = files.state(), None
    ended = once()
    if ended.code == USAGE:
        sys.exit(ended.code)
    while True:
        state = files.with_more({path.parent for path in ended.files}, state)  # those of layers
        if ended.findings is not None:
            state = files.with_written(study.mappings / NAME, state)
            before = ended.findings
        gc.collect()  # which is not done on the way
        try:
            console.say(f"waiting for changes of {raw.as_posix()} and the specs; Ctrl-C ends it")
            state, changed = files.wait(state)
        except KeyboardInterrupt:
            sys.exit(ended.code)
        finally:
            click.echo(err=True)
        console.say(f"{_shown(changed)} changed")
        ended = once(before=before)


def _shown(changed: list[Path]) -> str:
    """The names of files that changed; of many the first."""
    names = [path.name for path in changed]
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} and {len(names) - 1} other files"


def _dataset(text: str) -> str:
    """The name of a dataset in capitals; the folder of a pooled study stays as it is."""
    folder, slash, name = text.rpartition("/")
    return f"{folder}{slash}{name.upper()}"
