"""``ced-cdisc compare``: two versions of a dataset, or of a folder of datasets."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ced_cdisc.cli.usage import usage_error

if TYPE_CHECKING:
    from ced_cdisc.compare.model import Comparison
    from ced_cdisc.core.masking import Identifiers

_IGNORABLE = ("labels", "types", "lengths", "formats", "order")


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option(
    "--keys",
    multiple=True,
    metavar="[DATASET=]VAR,VAR",
    help="Key variables, for all datasets that have them or for one; may be given several times "
    "[define.xml beside A or B, else the standard].",
)
@click.option(
    "--relative",
    multiple=True,
    metavar="[VAR=]NUMBER",
    help="Numbers are equal that differ by at most this part of the larger one; for all variables, or "
    "for VAR or DATASET.VAR [1e-12].",
)
@click.option(
    "--absolute",
    multiple=True,
    metavar="[VAR=]NUMBER",
    help="Numbers are equal that differ by at most this; likewise [0].",
)
@click.option(
    "--dataset", "only", multiple=True, metavar="NAME", help="Compare this dataset alone; likewise."
)
@click.option("--exclude", multiple=True, metavar="VAR", help="Do not compare the values of VAR; likewise.")
@click.option(
    "--ignore", multiple=True, type=click.Choice(_IGNORABLE), help="Metadata that may differ; likewise."
)
@click.option("--encoding", default="utf-8", help="Of texts in XPT and CSV, such as windows-1252 [utf-8].")
@click.option("--records", type=click.IntRange(0, 1000), default=5, help="Records to show of each cause [5].")
@click.option(
    "--show-ids", is_flag=True, help="Name subjects, and values that tell who they are, in the report."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "html")),
    default="text",
    help="Of the report [text].",
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the report there [standard output]."
)
def compare(
    a: Path,
    b: Path,
    keys: tuple[str, ...],
    relative: tuple[str, ...],
    absolute: tuple[str, ...],
    only: tuple[str, ...],
    exclude: tuple[str, ...],
    ignore: tuple[str, ...],
    encoding: str,
    records: int,
    show_ids: bool,
    form: str,
    out: Path | None,
) -> None:
    """Compare A and B: files (XPT, Parquet, CSV) or folders of them, such as a build and a QC programmer's.

    Records are paired by keys. Differences of values are grouped by variable and cause; metadata are compared
    too. Exit code 0: equal, 1: something differs.

    \b
    Example:
      ced-cdisc compare out/ qc/ --format html --out compare.html
    """
    import codecs

    from ced_cdisc.compare.datasets import Settings, UnknownKeys
    from ced_cdisc.compare.model import Tolerance
    from ced_cdisc.core.findings import Stopped
    from ced_cdisc.core.masking import notice
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.stages.comparing import Keyed, compare_paths

    for path in (a, b):
        if not path.exists():
            usage_error(f"there is no file or folder {path.as_posix()}")
    try:
        codecs.lookup(encoding)
    except LookupError:
        usage_error(f"there is no encoding {encoding}")
    relative_all, relative_of = _limits("--relative", relative)
    absolute_all, absolute_of = _limits("--absolute", absolute)
    settings = Settings(
        Tolerance(
            1e-12 if relative_all is None else relative_all, absolute_all or 0.0, relative_of, absolute_of
        ),
        frozenset(ignore),
        frozenset(name.upper() for name in exclude),
        records,
    )
    keys_all, keys_of = _keys(keys)
    try:
        comparison = compare_paths(
            a,
            b,
            settings,
            Keyed(keys_all, keys_of),
            encoding=encoding,
            only=[name.upper() for name in only],
        )
    except UnknownKeys as unknown:
        usage_error(f"--keys: {unknown}")
    except Stopped as stopped:
        BuildConsole(show_ids=show_ids).findings(stopped.findings)
        sys.exit(stopped.findings.exit_code())
    told, identifiers = (comparison, None) if show_ids else _without_identifiers(comparison, encoding)
    _report(told, form, out)
    if form == "text" and told != comparison:
        click.echo(notice(identifiers), err=True)
    sys.exit(0 if comparison.equal else 1)


def _without_identifiers(comparison: Comparison, encoding: str) -> tuple[Comparison, Identifiers]:
    from ced_cdisc.report.masked_comparison import masked_comparison
    from ced_cdisc.stages.identifying import identifiers_of_files

    sides = [(one, Path(file)) for one in comparison.datasets for file in (one.a, one.b) if file]
    told = {file for one, file in sides if one.differences}
    identifiers = identifiers_of_files([file for _, file in sides], told, encoding)
    return masked_comparison(comparison, identifiers), identifiers


def _report(comparison: Comparison, form: str, out: Path | None) -> None:
    from ced_cdisc.report.compare_json import comparison_json
    from ced_cdisc.report.compare_text import comparison_text, verdict

    if form == "html":
        from ced_cdisc.write.compare_page import compare_page

        content = compare_page(comparison, verdict(comparison))
    else:
        content = (comparison_json if form == "json" else comparison_text)(comparison).encode()
    if out is None:
        click.echo(content, nl=False)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        usage_error(f"{out.as_posix()} cannot be written: {error.strerror}")
    click.echo(f"{verdict(comparison)}; the report is in {out.as_posix()}", err=True)


def _limits(option: str, texts: tuple[str, ...]) -> tuple[float | None, dict[str, float]]:
    """The limit of all variables, and of single ones."""
    general: float | None = None
    single: dict[str, float] = {}
    for text in texts:
        name, _, number = text.rpartition("=")
        try:
            limit = float(number)
        except ValueError:
            limit = math.nan
        if not (0 <= limit < math.inf):
            usage_error(f"{option} {text}: expected a number from 0 on, such as 1e-9 or AVAL=0.01")
        if name:
            single[name.upper()] = limit
        else:
            general = limit
    return general, single


def _keys(texts: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """The keys of all datasets, and of single ones."""
    general: tuple[str, ...] = ()
    single: dict[str, tuple[str, ...]] = {}
    for text in texts:
        dataset, _, listed = text.rpartition("=")
        names = tuple(dict.fromkeys(listed.upper().replace(",", " ").split()))
        if not names:
            usage_error(f"--keys {text}: expected variables, such as USUBJID,PARAMCD or ADSL=USUBJID")
        if dataset:
            single[dataset.upper()] = names
        else:
            general = names
    return general, single
