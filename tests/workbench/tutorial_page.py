"""A page whose fenced blocks are carried out: ``console`` holds commands and what they print, ``diff`` edits.

Of what is printed ``..`` stands for lines that are left out, and at the end of a line for the rest of it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from ced_cdisc.cli import main

BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
EXIT = re.compile(r"\[exit code (\d+)\]")


@dataclass(frozen=True)
class Ran:
    """A command of the page: what the page shows, what it printed, and its exit code."""

    command: str
    shown: list[str]
    printed: list[str]
    shown_code: int
    code: int


def carried_out(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ran]:
    """Carry the page out in a folder, block by block."""
    monkeypatch.chdir(folder)
    for kind, text in BLOCK.findall(page):
        if kind == "diff":
            edit(text)
            continue
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            code = next((int(found[1]) for line in shown if (found := EXIT.fullmatch(line))), 0)
            shown = [line for line in shown if line and not EXIT.fullmatch(line)]
            program, *words = shlex.split(command)
            if program == "cd":
                monkeypatch.chdir(words[0])
                yield Ran(command, shown, [], code, 0)
            elif program == "cat":
                yield Ran(command, shown, _lines(Path(words[0]).read_text("utf-8")), code, 0)
            else:
                assert program == "ced-cdisc", f"the page has a command of another program: {command}"
                result = CliRunner().invoke(main, words, prog_name="ced-cdisc")
                yield Ran(command, shown, _lines(result.output), code, result.exit_code)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def edit(text: str) -> None:
    """Replace the lines with ``-`` by those with ``+`` in the file that the first line names.

    An old line may end in ``..`` for its rest. Where there are only new ones, they make a file.
    """
    head, *lines = text.splitlines()
    path = Path(head.removeprefix("--- "))
    old = [line[1:] for line in lines if line[0] in "- "]
    new = "".join(f"{line[1:]}\n" for line in lines if line[0] in "+ ")
    if not old:
        assert not path.exists(), f"{path} is there already: the page has to say which lines are replaced"
        path.write_text(new, "utf-8")
        return
    parts = [re.escape(line.removesuffix(" ..")) + ".*" * line.endswith(" ..") + "\n" for line in old]
    pattern = re.compile("^" + "".join(parts), re.MULTILINE)
    content = path.read_text("utf-8")
    assert len(pattern.findall(content)) == 1, f"{path} does not hold these lines once:\n{chr(10).join(old)}"
    path.write_text(pattern.sub(lambda _: new, content), "utf-8")


def fits(shown: list[str], printed: list[str]) -> bool:
    """Whether the lines shown are those printed, but for what is left out."""
    if not shown:
        return not printed
    if shown[0] == "..":
        return any(fits(shown[1:], printed[at:]) for at in range(len(printed) + 1))
    if not printed:
        return False
    head = shown[0]
    alike = printed[0].startswith(head[:-2].rstrip()) if head.endswith(" ..") else printed[0] == head
    return alike and fits(shown[1:], printed[1:])
