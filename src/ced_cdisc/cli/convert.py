"""``ced-cdisc convert``: one file of a dataset into another format."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ced_cdisc.cli.usage import usage_error


@click.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--define",
    type=click.Path(path_type=Path),
    help="The define.xml of the dataset: types of CSV, and labels, formats, keys, OIDs that IN lacks.",
)
@click.option("--name", metavar="NAME", help="Of the dataset [as IN says, else the name of the file].")
@click.option("--created", metavar="TIME", help="Time of creation, such as 2020-12-01T00:00:00 [as IN says].")
@click.option(
    "--encoding", help="Of texts in XPT and CSV, such as windows-1252 [utf-8; XPT is written in ascii]."
)
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    type=click.Choice(("labels", "special-missing", "digits")),
    help="A loss that is allowed; may be given several times.",
)
@click.option("--replace", "replaces", is_flag=True, help="Replace OUT if it is there.")
def convert(
    source: Path,
    target: Path,
    define: Path | None,
    name: str | None,
    created: str | None,
    encoding: str | None,
    allowed: tuple[str, ...],
    replaces: bool,
) -> None:
    """Convert the file IN to the file OUT: XPT, Dataset-JSON (json, ndjson, dsjc), Parquet or CSV.

    IN may be a SAS7BDAT too. The endings of the names say the formats. All that OUT has no place for is
    listed; what would change a value or cut a label stops, unless --allow names it. CSV is text unless
    --define gives its types.

    \b
    Example:
      ced-cdisc convert out/sdtm/dm.xpt dm.json --define out/sdtm/define.xml
    """
    import codecs
    from datetime import datetime

    from ced_cdisc.core.findings import Stopped, one_of
    from ced_cdisc.read.datafiles import READ, WRITTEN
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.stages.file_conversion import convert_file

    for path, known in ((source, READ), (target, WRITTEN)):
        if path.suffix.lower() not in known:
            usage_error(f"{path.as_posix()}: expected a name that ends with one of {one_of(known)}")
    for path in (source, define):
        if path is not None and not path.is_file():
            usage_error(f"there is no file {path.as_posix()}")
    if target.exists() and target.samefile(source):
        usage_error("IN and OUT are the same file")
    try:
        ascii_first = not encoding or codecs.encode("A1 ", encoding) == b"A1 "
    except (LookupError, ValueError, TypeError):
        ascii_first = False
    if not ascii_first:
        usage_error(f"{encoding} is no encoding that a file of datasets can have")
    try:
        datetime.fromisoformat(created or "2020-12-01T00:00:00")
        whole = not created or (len(created) >= len("2020-12-01T00:00:00") and created[10] == "T")
    except ValueError:
        whole = False
    if not whole:
        usage_error(f"--created {created}: expected a time such as 2020-12-01T00:00:00")
    console = BuildConsole()
    try:
        done = convert_file(
            source,
            target,
            define=define,
            name=name or "",
            created=created or "",
            encoding=encoding or "",
            allowed=allowed,
            replaces=replaces,
        )
    except Stopped as stopped:
        console.findings(stopped.findings)
        sys.exit(stopped.findings.exit_code())
    console.findings(done.findings)
    console.say(f"{done.name}: {done.rows:,} records of {done.variables} variables in {target.as_posix()}")
