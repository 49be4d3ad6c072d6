"""Fill the results of the pages in docs/how-to by carrying them out on the small study.

python scripts/make_how_tos.py [PAGE ..]

A page changes the study and shows what comes of it, in fenced blocks with a title:

* ``title="mappings/sdtm/vs.yaml"`` is a file, written whole;
* ``title="in mappings/sdtm/ae.yaml"`` are lines of a file of specs: each replaces the one of its name, a
  new one goes to the end of its section;
* ``title="AE: AETERM AESEV"`` are these variables of the dataset's records, filled in;
* ``title="sdtm/define.xml: IT.AE.AETERM"`` is the element with this OID, filled in;
* ``title="show define/findings.yaml"`` is a file that a command wrote, filled in;
* ``title="ced-cdisc check-spec"`` is what the command prints, filled in; ``title="ced-cdisc .. | 5"`` its
  first five lines.

Blocks without a title are only shown. ``tests/docs`` holds that every page is what this script makes of it.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import ced_cdisc

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "how-to"
BLOCK = re.compile(r'^```(\w+) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
RECORDS = re.compile(r"([A-Z0-9]+): (.+)")
ELEMENT = re.compile(r"(\w+)/define\.xml: (\S+)")
SECONDS = re.compile(r" +\d+\.\d\d s$", re.MULTILINE)


def filled(text: str, folder: Path) -> str:
    """The page with its results, made in a new small study in the folder; changes the working folder."""
    sys.path.insert(0, str(ROOT / "tests"))
    from page_examples import run
    from small_study import write_study
    from whole_study import write_whole_study

    checks = 'title="ced-cdisc check ' in text  # which has much to say of a study that is no whole one
    os.chdir(write_whole_study(folder) if checks else write_study(folder))

    def block(match: re.Match[str]) -> str:
        kind, title, content = match.groups()
        if title.startswith("ced-cdisc "):
            command, _, lines = title.removeprefix("ced-cdisc ").partition(" | ")
            printed = SECONDS.sub("", run(command)).rstrip("\n").split("\n")
            content = "\n".join(printed[: int(lines)] if lines else printed) + "\n"
        elif asked := RECORDS.fullmatch(title):
            content = records(asked.group(1), asked.group(2).split())
        elif asked := ELEMENT.fullmatch(title):
            content = element(*asked.groups())
        elif title.startswith("show "):
            content = Path(title.removeprefix("show ")).read_text(encoding="utf-8").rstrip("\n") + "\n"
        elif title.startswith("in "):
            file = Path(title.removeprefix("in "))
            file.write_text(with_lines(file.read_text(encoding="utf-8"), content), encoding="utf-8")
        else:
            Path(title).parent.mkdir(parents=True, exist_ok=True)
            Path(title).write_text(content, encoding="utf-8")
        return f'```{kind} title="{title}"\n{content}```'

    return BLOCK.sub(block, text)


def with_lines(text: str, content: str) -> str:
    """A file of specs with the lines of a block, by their keys."""
    sections = _sections(text)
    for key, entry in _sections(content).items():
        old = sections.get(key)
        if old is None or len(entry) == 1 or len(old) == 1:
            sections[key] = entry
            continue
        lines = _entries(old[1:]) | _entries(entry[1:])
        sections[key] = [old[0], *(line for part in lines.values() for line in part)]
    return "".join(line for entry in sections.values() for line in entry)


def _sections(text: str) -> dict[str, list[str]]:
    """The lines of each key at the top of a file."""
    return _grouped(text.splitlines(keepends=True), re.compile(r"(\w+):"))


def _entries(lines: list[str]) -> dict[str, list[str]]:
    """The lines of each key below one."""
    return _grouped(lines, re.compile(r"  (\w[\w. ]*):"))


def _grouped(lines: list[str], key: re.Pattern[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        if match := key.match(line):
            name = match.group(1)
        found.setdefault(name, []).append(line)
    return found


def records(dataset: str, variables: list[str]) -> str:
    """Variables of the records that a build of the study in the working folder makes, as a table."""
    with tempfile.TemporaryDirectory() as folder:
        frame = ced_cdisc.build("raw", Path(folder) / "out", check=False)[dataset]
    rows = [variables] + [[_shown(value) for value in row] for row in frame[variables].to_numpy().tolist()]
    widths = [max(len(row[n]) for row in rows) for n in range(len(variables))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "".join(line.rstrip() + "\n" for line in lines)


def element(package: str, oid: str) -> str:
    """An element of the define.xml that a build of the study in the working folder makes."""
    with tempfile.TemporaryDirectory() as folder:
        ced_cdisc.build("raw", Path(folder) / "out", check=False)
        text = (Path(folder) / "out" / package / "define.xml").read_text(encoding="utf-8")
    found = re.search(rf'^( *)<([\w:]+) OID="{re.escape(oid)}".*?</\2>$', text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"{package}/define.xml has no element {oid}")
    return found.group(0).replace("\n" + found.group(1), "\n").lstrip(" ") + "\n"


def _shown(value: Any) -> str:
    """A cell: nothing where the value is missing, a number without needless zeros."""
    if value is None or value != value:
        return ""
    return (
        f"{value:.10g}"
        if isinstance(value, float)
        else str(value)[:10]
        if hasattr(value, "year")
        else str(value)
    )


def main(names: list[str]) -> None:
    """Fill the pages named, or all."""
    here = Path.cwd()
    for page in [Path(name).resolve() for name in names] or sorted(FOLDER.glob("*.md")):
        with tempfile.TemporaryDirectory() as folder:
            text = filled(page.read_text(encoding="utf-8"), Path(folder))
            os.chdir(here)
        page.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
