"""Write docs/commands.md from the help texts of the command line.

python scripts/make_commands.py
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click

from ced_cdisc.cli import main

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"

HEAD = """\
# Commands

<!-- Written by scripts/make_commands.py from src/ced_cdisc/cli; do not edit. -->

`ced-cdisc COMMAND --help` prints what stands here. A value in square brackets is taken where the option is
left out. `-h` and `--help` go with every command.

| exit code | means |
|---|---|
| 0 | done |
| 1 | findings of the checks |
| 2 | the command was called wrongly |
| 10 | faults in the specs |
| 11 | faults in the raw data |
| 12 | the output was refused or could not be written |
| 130 | interrupted |

What each message means stands among the [error codes](errors.md).
"""

BLOCK = "\b"
"""Click's mark of a paragraph that keeps its lines."""


def page() -> str:
    """The whole page: a table of the commands, then each with its options."""
    found = list(commands(main, ("ced-cdisc",)))
    rows = [
        f"| [`{' '.join(names[1:])}`](#{anchor(names)}) | {command.get_short_help_str(limit=200)} |\n"
        for names, command in found
    ]
    parts = [HEAD, "\n| command | does |\n|---|---|\n", *rows]
    parts += [section(names, command) for names, command in found]
    return "".join(parts)


def commands(group: click.Group, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it; a group goes before its own commands."""
    context = click.Context(group)
    for name in sorted(group.list_commands(context)):
        command = group.get_command(context, name)
        assert command is not None
        yield (*names, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*names, name))


def anchor(names: tuple[str, ...]) -> str:
    """The fragment that the site gives to the heading of a command."""
    return "-".join(names)


def section(names: tuple[str, ...], command: click.Command) -> str:
    """Heading, how it is called, what it does, and its options."""
    context = click.Context(command, info_name=" ".join(names))
    usage = " ".join([*names, *command.collect_usage_pieces(context)])
    parts = [f"\n## {' '.join(names)}\n\n```text\n{usage}\n```\n", prose(command.help or "")]
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    if options:
        parts.append("\n| option | means |\n|---|---|\n")
        parts += [f"| {called(one, context)} | {cell(one.help or '')} |\n" for one in options]
    return "".join(parts)


def prose(text: str) -> str:
    """The help as Markdown: paragraphs, and what keeps its lines as code."""
    parts: list[str] = []
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        lines = paragraph.split("\n")
        if lines[0].strip() != BLOCK:
            parts.append("\n" + escaped(paragraph) + "\n")
            continue
        if lines[1].endswith(":"):
            parts.append(f"\n{lines.pop(1)}\n")
        parts.append("\n```text\n" + inspect.cleandoc("\n".join(["", *lines[1:]])) + "\n```\n")
    return "".join(parts)


def called(option: click.Option, context: click.Context) -> str:
    """How an option is written, with the kind of its value."""
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    if option.is_flag or option.count:
        return names
    return f"{names} {cell('`' + option.make_metavar(context) + '`')}"


def cell(text: str) -> str:
    """A text within a table."""
    return escaped(" ".join(text.split())).replace("|", "\\|")


def escaped(text: str) -> str:
    """A text without what Markdown would take for HTML or for emphasis, outside code."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([<*_])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
