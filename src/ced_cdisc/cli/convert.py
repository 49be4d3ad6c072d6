"""``ced-cdisc convert``: one file of a dataset into another format."""

from __future__ import annotations

from pathlib import Path

import click

from ced_cdisc.cli.usage import leaving, usage_error


@click.command()
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--define",
    type=click.Path(path_type=Path),
    help="The define.xml of the dataset: types of CSV, and labels, formats, keys, OIDs that IN lacks.",
)
@click.option("--member", metavar="NAME", help="The dataset of an XPT file that holds several.")
@click.option("--name", metavar="NAME", help="Of the dataset [as IN says, else the name of the file].")
@click.option("--created", metavar="TIME", help="Time of creation, such as 2020-12-01T00:00:00 [as IN says].")
@click.option(
    "--encoding", help="Of texts in XPT and CSV, such as windows-1252 [utf-8; XPT is written in ascii]."
)
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    type=click.Choice(("labels", "names", "special-missing", "digits")),
    help="A loss that is allowed; may be given several times.",
)
@click.option(
    "--xpt-version",
    "version",
    type=click.Choice(("5", "8")),
    help="Of XPT to write: 8 for longer names, labels and texts; agencies take 5 alone [5].",
)
@click.option("--replace", "replaces", is_flag=True, help="Replace OUT if it is there.")
def convert(
    source: Path,
    target: Path,
    define: Path | None,
    member: str | None,
    name: str | None,
    created: str | None,
    encoding: str | None,
    allowed: tuple[str, ...],
    version: str | None,
    replaces: bool,
) -> None:
    """Convert the file IN to the file OUT: XPT, Dataset-JSON (json, ndjson, dsjc), Parquet or CSV.

    IN may be a SAS7BDAT too. The endings of the names say the formats. All that OUT has no place for is
    listed; what would change a value or cut a label stops, unless --allow names it. CSV is text unless
    --define gives its types.

    An XPT file of several datasets is taken apart into the folder OUT, one XPT file each; --member takes one.

    \b
    Example:
      ced-cdisc convert out/sdtm/dm.xpt dm.json --define out/sdtm/define.xml
    """
    import codecs
    from datetime import datetime

    from ced_cdisc.core.findings import one_of
    from ced_cdisc.read.datafiles import READ, WRITTEN
    from ced_cdisc.report.console import BuildConsole
    from ced_cdisc.stages.file_conversion import convert_file, convert_members

    is_place = not target.suffix or (target.is_dir() and target.suffix.lower() not in WRITTEN)
    is_folder = source.suffix.lower() == ".xpt" and not member and is_place
    if member and source.suffix.lower() != ".xpt":
        usage_error("--member is for a file IN that ends with .xpt")
    if version and not is_folder and target.suffix.lower() != ".xpt":
        usage_error("--xpt-version is for a file OUT that ends with .xpt")
    if is_folder and (define or name or created):
        usage_error("--define, --name and --created are for one dataset; name one with --member")
    for path, known in ((source, READ), (target, WRITTEN)):
        if path.suffix.lower() not in known and not (is_folder and path is target):
            usage_error(f"{path.as_posix()}: expected a name that ends with one of {one_of(known)}")
    for path in (source, define):
        if path is not None and not path.is_file():
            usage_error(f"there is no file {path.as_posix()}")
    if not is_folder and target.exists() and target.samefile(source):
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
    number = 8 if version == "8" else 5
    with leaving(console):
        if is_folder:
            made = convert_members(
                source, target, encoding=encoding or "", allowed=allowed, replaces=replaces, version=number
            )
        else:
            made = [
                convert_file(
                    source,
                    target,
                    define=define,
                    member=member or "",
                    name=name or "",
                    created=created or "",
                    encoding=encoding or "",
                    allowed=allowed,
                    replaces=replaces,
                    version=number,
                )
            ]
    for done in made:
        console.findings(done.findings)
        console.say(f"{done.name}: {done.rows:,} records of {done.variables} variables in {done.file}")
