"""Runs of the command line on the small study, and what is left on disk afterwards."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from ced_cdisc.cli import main
from small_study import write_study

DM, EX, AE, ADSL = (
    "mappings/sdtm/dm.yaml",
    "mappings/sdtm/ex.yaml",
    "mappings/sdtm/ae.yaml",
    "mappings/adam/adsl.yaml",
)
SOURCES, STUDY, DEFINE = "mappings/sources.yaml", "mappings/study.yaml", "define/define.yaml"
RAW_AE, RAW_DM, RAW_EX = "raw/ae.csv", "raw/demog.csv", "raw/dose.csv"

SPECS = "specs from mappings and define\n"
SHIPPED = "no mappings/ here, used the shipped example\n"
BUILT = """\
  EX               3 rows   12 columns       _ s
  DM               2 rows   25 columns       _ s
  AE               3 rows   26 columns       _ s
  ADSL             2 rows    8 columns       _ s
  raw columns: 14 of 14 mapped, 0 excluded, 0 left over
"""
"""One line a dataset, in the order of building, then the raw columns; the seconds are masked."""


@dataclass(frozen=True)
class Run:
    """How a run of the command line ended: exit code and the whole text of standard error."""

    code: int
    err: str


def ced(*arguments: str) -> Run:
    """``ced-cdisc ...`` in the working folder, within this process; a bug of the tool is raised.

    A build names subjects, and leaves out the check at its end, which finds that the study is no whole one.
    """
    result = CliRunner().invoke(main, _unchecked(arguments), prog_name="ced-cdisc")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.stdout == ""
    return Run(result.exit_code, masked(result.stderr))


def ced_process(*arguments: str, before: str = "") -> Run:
    """``ced-cdisc ...`` in a process of its own; ``before`` is code that runs first."""
    code = f"import sys\n{before}\nfrom ced_cdisc.cli import main\nmain(sys.argv[1:], prog_name='ced-cdisc')"
    environment = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "COLUMNS")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *_unchecked(arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    assert done.stdout == ""
    return Run(done.returncode, masked(done.stderr))


def _unchecked(arguments: tuple[str, ...]) -> list[str]:
    first, *others = arguments
    return [first, *others, *(["--no-check", "--show-ids"] if first == "build" else [])]


def masked(text: str) -> str:
    return re.sub(r" +\d+\.\d\d s$", "       _ s", text, flags=re.MULTILINE)


def given(**changes: tuple[str, str]) -> None:
    """The small study in the working folder; ``ae=(old, new)`` replaces a text in the spec of AE."""
    names = {
        "dm": DM,
        "ex": EX,
        "ae": AE,
        "adsl": ADSL,
        "sources": SOURCES,
        "study": STUDY,
        "define": DEFINE,
        "raw_ae": RAW_AE,
        "raw_demog": RAW_DM,
        "raw_dose": RAW_EX,
    }
    write_study(Path(), {names[name]: change for name, change in changes.items()})


def given_build() -> dict[str, str]:
    """The small study with a finished build in ``out``; what is in ``out``."""
    given()
    assert ced("build", "raw", "out").code == 0
    return tree("out")


def spoil(file: str, old: str, new: str) -> None:
    """Replace a text, which must occur, in a file of the study."""
    text = Path(file).read_text(encoding="utf-8")
    assert old in text, (file, old)
    Path(file).write_text(text.replace(old, new, 1), encoding="utf-8")


def tree(folder: str) -> dict[str, str]:
    """Path to digest of every file below a folder, and ``/`` for the folders."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "/"
        for path in sorted(Path(folder).rglob("*"))
    }


def around() -> list[str]:
    """What stands in the working folder, hidden files included."""
    return sorted(path.name for path in Path().iterdir())
