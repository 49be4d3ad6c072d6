"""The options of ``ced-cdisc check`` that are about findings.yaml."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from ced_cdisc.cli.usage import usage_error

if TYPE_CHECKING:
    from ced_cdisc.core.conformance import CheckResult

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--findings",
        type=click.Path(path_type=Path),
        help="The findings.yaml [define/findings.yaml of the study, where FOLDER was built of it].",
    ),
    click.option(
        "--package", metavar="NAME", help="The package of findings.yaml that FOLDER is, such as sdtm."
    ),
    click.option("--today", metavar="YYYY-MM-DD", help="The day by which accepted findings expire [today]."),
    click.option(
        "--accept",
        multiple=True,
        metavar="RULE[:DATASET[.VARIABLE]]|all",
        help="Write these findings into findings.yaml as accepted; all stands for every warning.",
    ),
    click.option("--reason", metavar="TEXT", help="With --accept: why they may stand."),
    click.option("--person", metavar="NAME", help="With --accept: who says so."),
    click.option(
        "--until", metavar="YYYY-MM-DD", help="With --accept: the last day on which they may stand."
    ),
)


class MemoryOptions(Struct, frozen=True):
    """What the user said of findings.yaml."""

    findings: Path | None
    package: str | None
    today: str | None
    accept: tuple[str, ...]
    reason: str | None
    person: str | None
    until: str | None


def memory_options(command: F) -> F:
    """Give a command the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def taken(options: dict[str, Any]) -> MemoryOptions:
    """The options of a call, checked on their own.

    They end the program with the exit code of usage where they contradict each other.
    """
    made = MemoryOptions(**{name: options[name] for name in MemoryOptions.__struct_fields__})
    from ced_cdisc.spec.known_findings import is_day

    for name in ("today", "until"):
        day = options[name]
        if day is not None and not is_day(day):
            usage_error(f"--{name} needs a day as YYYY-MM-DD, not {day}")
    if not made.accept:
        if given := [f"--{n}" for n in ("reason", "person", "until") if options[n] is not None]:
            usage_error(f"{given[0]} goes with --accept")
        if made.findings is not None and not made.findings.is_file():
            usage_error(f"there is no file {made.findings.as_posix()}")
    elif not (made.person or "").strip():
        usage_error("--accept needs --person, who says that the findings may stand")
    if made.findings is not None and not made.findings.parent.is_dir():
        usage_error(f"there is no folder {made.findings.parent.as_posix()}")
    return made


def held_against_findings(result: CheckResult, folder: Path, options: MemoryOptions) -> CheckResult:
    """The check with what findings.yaml says of it, after --accept was carried out."""
    from ced_cdisc.conformance.recall import place_of_findings, recalled

    place = place_of_findings(folder, options.findings, Path())
    if place.path is None:
        if options.accept:
            usage_error("name the file to write to with --findings, such as --findings findings.yaml")
        if options.package is not None:
            usage_error("--package goes with --findings: no findings.yaml is read")
        if place.notice:
            click.echo(place.notice, err=True)
        return result
    from ced_cdisc.spec.known_findings import left_over

    if not options.accept and not place.path.is_file() and not left_over(place.path, place.shown):
        return result
    today = options.today or _today()
    asked = {"shown": place.shown, "today": today, "package": options.package or ""}
    held = recalled(result, folder, place.path, **asked)
    if not options.accept:
        return held.result
    if place.shipped:
        usage_error("name the file to write to with --findings: the study is the example of the tool")
    from ced_cdisc.conformance.accept import NotAccepted, Words, accept

    words = Words(options.reason or "", options.person or "", options.until or "")
    try:
        said = accept(held, options.accept, place.path, words, today)
    except NotAccepted as error:
        usage_error(str(error))
    for line in said:
        click.echo(line, err=True)
    return recalled(result, folder, place.path, **asked).result


def _today() -> str:
    """The only place where the clock decides anything: by the calendar of the machine."""
    from datetime import date

    return date.today().isoformat()  # noqa: DTZ011, an entry holds to the end of the user's own day
