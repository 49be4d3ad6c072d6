"""Builds of the small study that keep, what they write and say, and damage to what is kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ced_cdisc.core.conformance import CheckResult
from ced_cdisc.pipeline import Build, build


def built(study: Path, out: str = "out", *, incremental: bool = True, **words: Any) -> Build:
    return build(
        study / "raw",
        study / out,
        mappings=study / "mappings",
        define=study / "define",
        incremental=incremental,
        **words,
    )


def files(study: Path, out: str = "out") -> dict[str, bytes]:
    folder = study / out
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def said(made: Build) -> list[CheckResult]:
    """All that the rules say, but for the name of the folder."""
    return [replace(one, folder="") for one in made.checked]


def entries(study: Path, pattern: str) -> list[Path]:
    return sorted((study.parent / "cache/kept").glob(f"*/{pattern}"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.unlink()  # the output may be the same file
    path.write_bytes(bytes(content))


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-10])


def a_link(path: Path) -> None:
    aside = path.with_suffix(".aside")
    path.rename(aside)
    path.symlink_to(aside)


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)
