"""Builds of the examples that many tests read, each made once a run, however many workers it has."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock
from msgspec.structs import replace

import ced_cdisc
from ced_cdisc.core.findings import Findings
from ced_cdisc.pipeline import Build

ROOT = Path(__file__).resolve().parents[1]
SECOND = ROOT / "examples" / "vitals_labs"
Made = tuple[Build, Path]
"""What a build handed out, and the folder that it wrote, in which no test may write."""


def example(out: Path) -> Build:
    """The example study, checked."""
    raw = ROOT / "examples" / "improve_ced" / "raw"
    return ced_cdisc.build(raw, out, mappings=ROOT / "mappings", define=ROOT / "define")


def example_ig34(out: Path) -> Build:
    """The example study in its profile ig34."""
    raw = ROOT / "examples" / "improve_ced" / "raw"
    return ced_cdisc.build(
        raw, out, mappings=ROOT / "mappings", define=ROOT / "define", profile="ig34", check=False
    )


def second_example(out: Path) -> Build:
    """The second example study, checked."""
    return ced_cdisc.build(SECOND / "raw", out, mappings=SECOND / "mappings", define=SECOND / "define")


@dataclass(frozen=True)
class Called:
    """A command in a process of its own, and all that it could see and write.

    ``top`` has the folders ``home``, ``tmp``, ``cache`` and ``work``, in which it was called.
    """

    top: Path
    code: int
    said: str
    """What stood on standard error."""
    before: dict[str, str]
    """The files of ``top`` before it, as ``seen`` gives them."""


EXAMPLE_COMMAND = ("build", "raw/", "out/")
"""The words of the build that the help shows."""
ELSEWHERE = {
    "POLARS_MAX_THREADS": "1",
    "PYTHONHASHSEED": "1",
    "TZ": "Asia/Tokyo",
    "LC_ALL": "C",
}
"""A setting that is not that of the tests."""


def example_by_command(top: Path) -> Called:
    """The example study, built and checked by the command line as a user has it, in another setting."""
    for name in ("home", "tmp", "cache", "work"):
        (top / name).mkdir(parents=True)
    for name in ("mappings", "define"):
        shutil.copytree(ROOT / name, top / "work" / name)
    shutil.copytree(ROOT / "examples" / "improve_ced" / "raw", top / "work" / "raw")
    before = seen(top)
    own = {"HOME": "home", "TMPDIR": "tmp", "CED_CDISC_CACHE": "cache"}
    inherited = {name: value for name, value in os.environ.items() if name != "XDG_CACHE_HOME"}
    done = subprocess.run(
        [sys.executable, "-m", "ced_cdisc.cli", *EXAMPLE_COMMAND],
        cwd=top / "work",
        env=inherited | ELSEWHERE | {variable: str(top / name) for variable, name in own.items()},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Called(top, done.returncode, done.stderr, before)


def seen(top: Path) -> dict[str, str]:
    """Every file with its digest, every folder, but those of the cache, which is the user's to name."""
    return {
        path.relative_to(top).as_posix(): digest(path)
        for path in sorted(top.rglob("*"))
        if path.relative_to(top).parts[0] != "cache"
    }


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "/"


def made_once(factory: pytest.TempPathFactory, make: Callable[[Path], Build]) -> Iterator[Made]:
    """A build, made by the worker that needs it first; the others read what it wrote.

    Its findings lose the way to mask them, which is of the process that knows the people.
    """

    def unmasked(out: Path) -> Made:
        made = make(out)
        return replace(made, findings=Findings(made.findings)), out

    return once(factory, make.__name__, unmasked)


T = TypeVar("T")


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], T]) -> Iterator[T]:
    """What is made in a folder of the run, by the worker that needs it first.

    What was handed out goes from one worker to the next as a pickle. At the end of each worker the folder has
    to be as it was made: a test that writes there may spoil another, on another worker, on another day.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # that of the run, in which each worker has one
    folder, kept = base / name, base / f"{name}.pickle"
    with FileLock(base / f"{name}.lock"):
        if not kept.exists():
            made = make(folder)
            kept.write_bytes(pickle.dumps((made, seen(folder))))
    value, before = pickle.loads(kept.read_bytes())
    yield value
    after = seen(folder)
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    assert changed == [], f"a test changed what all tests share in {name}"
