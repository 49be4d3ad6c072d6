"""How a command ends that was called wrongly, interrupted, or stopped by findings; how it puts out a text."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from ced_cdisc.report.console import BuildConsole

USAGE = 2
INTERRUPTED = 130  # as shells say it


class Commands(click.Group):
    """Commands; a word that is none of them is told with the one that was meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names."""
        word, known = args[0], self.list_commands(ctx)
        if word not in known and not word.startswith("-") and not ctx.resilient_parsing:
            from ced_cdisc.core.findings import did_you_mean

            ctx.fail(f"there is no command {word}; {did_you_mean(word, known) or 'see --help'}")
        return super().resolve_command(ctx, args)


def usage_error(message: str) -> NoReturn:
    """Say what is wrong with the call, and leave with the exit code of usage."""
    click.echo(f"Error: {message}", err=True)
    sys.exit(USAGE)


@contextmanager
def leaving(console: BuildConsole, *usage: type[Exception]) -> Generator[None]:
    """Leave with the findings that stop the block; after an error of ``usage`` as after a wrong call."""
    from ced_cdisc.core.findings import Stopped

    try:
        yield
    except usage as error:
        usage_error(str(error))
    except Stopped as stopped:
        console.findings(stopped.findings)
        sys.exit(stopped.findings.exit_code())


def put_out(text: str) -> None:
    """Write a text as it is, in UTF-8 whatever the locale."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    click.echo(text, nl=False)
