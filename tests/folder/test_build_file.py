"""What counts as the build.json of a build, for all commands that read one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from out_folder import LEFT_ALONE, refusal

from ced_cdisc import build_file
from ced_cdisc.build_file import NotABuild, build_above, read_build_file
from ced_cdisc.conformance.packages import build_of
from ced_cdisc.read.coverage import NoAccount, read_account
from ced_cdisc.stages.spec_export import built_from
from ced_cdisc.write.manifest import is_full_build

OURS = '{"tool": "ced-cdisc", "inputs": {"mappings/study.yaml": "1"}, "profile": false, "partial": false}'
OTHERS = {
    "another tool": OURS.replace("ced-cdisc", "make"),
    "no tool": '{"inputs": {"mappings/study.yaml": "1"}, "profile": false, "partial": false}',
    "no object": "[]",
    "no JSON": "{",
    "too deep": "[" * 200_000,
    "no UTF-8": "\ud800",
}


def given(content: str, folder: str = "out") -> Path:
    path = Path(folder, "build.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    return path


def asked(out: Path) -> list[object]:
    """What each reader makes of a folder: is it a full build, what was it made of, of which build is it."""
    return [is_full_build(out), built_from(out), build_of(out)]


def test_a_build_is_one_for_all() -> None:
    given(OURS)
    assert read_build_file(Path("out"))["partial"] is False
    assert is_full_build(Path("out"))
    made, build = built_from(Path("out")), build_of(Path("out"))
    assert made is not None and made.digests == {"mappings/study.yaml": "1"}
    assert build is not None and build.inputs == {"mappings/study.yaml": "1"}


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
def test_what_is_no_build_is_none_for_all(content: str) -> None:
    given(content)
    with pytest.raises(NotABuild):
        read_build_file(Path("out"))
    assert asked(Path("out")) == [False, None, None]
    with pytest.raises(NoAccount, match=r"^out/build\.json cannot be read: build again$"):
        read_account(Path("out"))
    assert refusal() == (
        "out CED402 out is not empty and not a former build: its build.json was not written by ced-cdisc; "
        f"{LEFT_ALONE} with its build.json"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_pipe_is_not_waited_for() -> None:
    Path("out").mkdir()
    os.mkfifo("out/build.json")
    with pytest.raises(NotABuild):
        read_build_file(Path("out"))
    assert asked(Path("out")) == [False, None, None]


def test_where_there_is_none() -> None:
    Path("file").write_text(OURS)
    for folder in (Path("out"), Path("file")):
        with pytest.raises(OSError):
            read_build_file(folder)
        assert asked(folder) == [False, None, None]


def test_a_link_means_its_file() -> None:
    given(OURS).rename("kept.json")
    Path("out/build.json").symlink_to(Path("kept.json").absolute())
    assert None not in asked(Path("out"))


def test_the_nearest_build_above_counts() -> None:
    given(OURS, "a")
    given(OURS, "a/b/c")
    given(OTHERS["another tool"], "a/b/c/d")
    root = Path("a").resolve()
    for folder, found in {
        "a": root,
        "a/b": root,
        "a/b/c": root / "b/c",
        "a/b/c/d": root / "b/c",
        "a/b/c/d/e/f/g": root / "b/c",
        "a/b/c/d/e/f/g/h": None,
    }.items():
        build = build_above(Path(folder))
        assert (build and build[0]) == found, folder


@pytest.mark.parametrize("look", [build_above, build_of])
def test_one_above_that_is_too_large_is_passed_over(
    look: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    given(OURS)
    monkeypatch.setattr(build_file, "LARGEST", len(OURS) - 1)
    assert look(Path("out/sdtm")) is None
    assert is_full_build(Path("out"))
    monkeypatch.setattr(build_file, "LARGEST", len(OURS))
    assert look(Path("out/sdtm")) is not None
