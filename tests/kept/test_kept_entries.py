"""What is kept and does not hold is noticed, thrown away and told of; the output is the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kept_builds import a_link, a_pipe, cut, flipped

from ced_cdisc.pipeline import Build, build
from ced_cdisc.write.kept_files import KeptFiles
from small_study import write_study


def of_another_version(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"ced-cdisc kept ", b"ced-cdisc kept 99.", 1))


def empty(path: Path) -> None:
    path.write_bytes(b"")


DAMAGES: list[Callable[[Path], None]] = [flipped, cut, of_another_version, a_link, a_pipe, empty]


def made(study: Path, *, incremental: bool = True, **words: Any) -> tuple[Build, dict[str, bytes]]:
    out = study / "out"
    result = build(
        study / "raw",
        out,
        mappings=study / "mappings",
        define=study / "define",
        check=False,
        incremental=incremental,
        **words,
    )
    return result, {str(path): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_entries_that_do_not_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = write_study(tmp_path / "study")
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    _, files = made(study)
    for damage in DAMAGES:
        (entry,) = (tmp_path / "cache/kept").glob("*/AE-*.kept")
        damage(entry)
        again, same = made(study)
        assert again.reasons["AE"] == "the kept data were damaged", damage
        assert again.reasons["DM"] == again.reasons["ADSL"] == "kept"
        assert same == files
        healed, _ = made(study)
        assert set(healed.reasons.values()) == {"kept"}, damage


def test_nothing_is_kept_unasked_nor_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = write_study(tmp_path / "study")
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    plain, files = made(study, incremental=False)
    assert plain.reasons == {} and not (tmp_path / "cache/kept").exists()
    assert set(made(study)[0].reasons.values()) == {"nothing kept of it"}
    plain, same = made(study, incremental=False)
    assert plain.reasons == {} and same == files


def test_what_is_kept_is_bounded(tmp_path: Path) -> None:
    files = KeptFiles(tmp_path / "of-one", "tool", most=250)
    files.__class__.of_study(tmp_path, "of-one", "tool")
    for number, key in enumerate("abc"):
        files.write("AE", key, {}, b"x" * 20)
        os.utime(next(tmp_path.glob(f"*/AE-{key}.kept")), (number, number))
    files.sweep()
    assert files.read("AE", "a") is None
    assert files.read("AE", "c") == ({}, b"x" * 20)
    assert not files.damaged


def windows(path: str | Path, times: tuple[int, int] | None = None, *, follow_symlinks: bool = True) -> None:
    """What the system there offers of ``os.utime``."""
    if isinstance(path, int):
        raise TypeError("path should be string, bytes or os.PathLike, not int")
    if not follow_symlinks:
        raise NotImplementedError("utime: follow_symlinks unavailable on this platform")
    UTIME(path, times)


UTIME = os.utime


@pytest.mark.parametrize("utime", [UTIME, windows])
def test_an_entry_that_is_read_is_among_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, utime: Callable[..., None]
) -> None:
    files = KeptFiles(tmp_path, "tool")
    files.write("AE", "a", {}, b"body")
    (path,) = tmp_path.iterdir()
    UTIME(path, (1, 1))
    monkeypatch.setattr(os, "utime", utime)
    assert files.read("AE", "a") == ({}, b"body")
    assert path.stat().st_mtime > 1


@pytest.mark.parametrize("size", ["9" * 30, str(10**12), "-1", "x", ""])
@pytest.mark.parametrize("way", ["read", "open"])
def test_an_entry_that_says_another_size_of_itself(tmp_path: Path, way: str, size: str) -> None:
    files = KeptFiles(tmp_path, "tool")
    files.write("AE", "a", {"n": 1}, b"body")
    (path,) = tmp_path.iterdir()
    head, rest = path.read_bytes().split(b"\n", 1)
    assert getattr(files, way)("AE", "a")[0] == {"n": 1}
    path.write_bytes(b" ".join((head.rpartition(b" ")[0], size.encode())) + b"\n" + rest)
    assert getattr(files, way)("AE", "a") is None
    assert (files.damaged, list(tmp_path.iterdir())) == ({"AE"}, [])
