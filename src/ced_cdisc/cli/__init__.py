"""The command line: parse, call, print. A command is loaded when it is asked for, what is heavy inside it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from ced_cdisc import __version__
from ced_cdisc.cli.usage import INTERRUPTED, Commands

COMMANDS = (
    "build", "check", "check-spec", "compare", "convert", "coverage", "ct", "define", "diff-raw", "explain",
    "fmt", "init", "new", "results", "scan", "schema", "show", "spec", "test", "why",
)  # fmt: skip
"""The commands; each is the object of its name in the module of its name."""


class _Commands(Commands):
    """The commands; one that is interrupted ends with a code of its own: the 1 of click says findings."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        found: click.Command = getattr(import_module(f"ced_cdisc.cli.{name}"), name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="ced-cdisc")
def main() -> None:
    """Turn raw clinical trial tables into SDTM and ADaM datasets, XPT files and define.xml.

    Exit codes: 0 done, 1 findings of the checks, 2 usage, 10 faults in the specs, 11 faults in the raw data,
    12 the output was refused or could not be written, 130 interrupted.
    """
