"""A new output is on the disk before it takes its place, so that a power cut leaves one of the two whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from out_folder import LINUX, build, content

from ced_cdisc.write import exchange


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is waited for and what is moved, in order; the folder of this run is ``HOLDER``."""
    seen: list[str] = []

    def told(path: Path) -> str:
        first, *others = path.relative_to(Path().resolve()).parts or (".",)
        return Path("HOLDER" if first.startswith(".out.") else first, *others).as_posix()

    def fsync(handle: int) -> None:
        seen.append(told(Path(f"/proc/self/fd/{handle}").readlink()))

    rename, swap = exchange._rename, exchange.exchange

    def renamed(source: Path, target: Path) -> None:
        seen.append(f"{told(source)} -> {told(target)}")
        rename(source, target)

    def swapped(one: Path, other: Path) -> bool:
        done = swap(one, other)
        seen.extend([f"{told(one)} <-> {told(other)}"] * done)
        return done

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(exchange, "_rename", renamed)
    monkeypatch.setattr(exchange, "exchange", swapped)
    return seen


NEW = ["HOLDER/new/build.json", "HOLDER/new", "HOLDER/new/sdtm/dm.xpt", "HOLDER/new/sdtm"]
AFTER = [".", "HOLDER"]


@LINUX
def test_every_file_and_folder_is_on_the_disk_before_it_is_in_place(way: str, steps: list[str]) -> None:
    build("one")
    assert steps == [*NEW, "HOLDER/new -> out", *AFTER]
    steps.clear()
    build("two")
    moved = {
        "exchange": ["HOLDER/new <-> out"],
        "two renames": ["out -> HOLDER/old", "HOLDER/new -> out"],
    }
    assert steps == [*NEW, *moved[way], *AFTER]
    assert content() == "two"
