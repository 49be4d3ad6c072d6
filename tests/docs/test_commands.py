"""docs/commands.md is written from the command line, and names every command and option."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import click

from ced_cdisc.cli import main

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "make_commands.py"))
PAGE = ROOT / "docs" / "commands.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == SCRIPT["page"](), "run scripts/make_commands.py"


def test_every_command_and_option_has_its_place() -> None:
    page = PAGE.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page, flags=re.MULTILINE | re.DOTALL))
    commands: dict[tuple[str, ...], click.Command] = dict(SCRIPT["commands"](main, ("ced-cdisc",)))
    assert list(sections) == [" ".join(names) for names in commands]
    assert len(commands) > 25
    for names, command in commands.items():
        for option in command.params:
            if isinstance(option, click.Option):
                assert f"| `{option.opts[0]}" in sections[" ".join(names)], (names, option.opts)


def test_every_command_has_an_example() -> None:
    commands: dict[tuple[str, ...], click.Command] = dict(SCRIPT["commands"](main, ("ced-cdisc",)))
    without = [
        " ".join(names) for names, command in commands.items() if "Example" not in (command.help or "")
    ]
    assert without == []
