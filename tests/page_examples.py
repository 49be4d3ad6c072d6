"""Carries out an example of the documentation: the small study, some edits, and a run of the command line."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from openpyxl import Workbook

from ced_cdisc.cli import main
from small_study import write_study

FINDING = re.compile(r"( *)(?:\S.*? )?(CED\d{3})\b")


def apply(edits: Iterable[dict[str, Any]]) -> None:
    """Make the edits in the working folder; what they replace must be there, once."""
    for edit in edits:
        path = Path(edit["file"])
        path.parent.mkdir(parents=True, exist_ok=True)
        encoding = edit.get("encoding", "utf-8")
        if edit.get("remove"):
            path.unlink()
        elif "sheets" in edit:
            write_workbook(path, edit["sheets"])
        elif "copy_of" in edit:
            path.write_bytes(Path(edit["copy_of"]).read_bytes())
        elif "link_to" in edit:
            path.symlink_to(edit["link_to"])
        elif "instead_of" in edit:
            text = path.read_bytes().decode()
            assert text.count(edit["instead_of"]) == 1, edit
            path.write_bytes(text.replace(edit["instead_of"], edit["write"]).encode(encoding))
        else:
            path.write_bytes(edit["write"].encode(encoding))


def write_workbook(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    """An xlsx workbook with these cells; a line ``merge A1:A2`` merges some."""
    book = Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            if len(line) == 1 and line[0].startswith("merge "):
                sheet.merge_cells(line[0].removeprefix("merge "))
            else:
                sheet.append(line)
    book.save(path)


def carry_out(folder: Path, example: dict[str, Any]) -> str:
    """What the command of the example prints, in a new small study in the folder."""
    os.chdir(write_study(folder))
    apply(example.get("edits", []))
    for command in example.get("first", []):
        run(command)
    apply(example.get("then", []))
    for command in example.get("second", []):
        run(command)
    return run(example["run"])


def run(command: str) -> str:
    """Standard output and error of ``ced-cdisc COMMAND``; a bug of the tool is raised."""
    words = shlex.split(command)
    if words[0] == "build" and "--check" not in words:
        words.append("--no-check")  # which would find that the small study is no whole one
    done = CliRunner().invoke(main, [w for w in words if w != "--check"], prog_name="ced-cdisc")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def findings_of(printed: str, code: str) -> list[str]:
    """The findings of one code in what was printed, each with the lines that belong to it, not indented."""
    found: list[str] = []
    margin = None
    for line in printed.splitlines():
        if margin is not None and line.startswith(margin + "  "):
            found[-1] += line[len(margin) :] + "\n"
            continue
        match = FINDING.match(line)
        margin = match.group(1) if match and match.group(2) == code else None
        if margin is not None:
            found.append(line[len(margin) :] + "\n")
    return found
