"""A kill at any moment leaves one output whole, and the next run clears up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from out_folder import LINUX, around, build, content, left_between_renames

from ced_cdisc.write import advisory, exchange, folder
from ced_cdisc.write.exchange import MARKER, Holder
from ced_cdisc.write.folder import OutputFolder

RUN = """
import os, signal, sys, time
from pathlib import Path
from ced_cdisc.write import exchange
from ced_cdisc.write.folder import OutputFolder

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

{patch}
output, found = OutputFolder.prepare(Path("out"))
with output as work:
    (work / "sdtm").mkdir()
    (work / "sdtm/dm.xpt").write_text("two")
    (work / "build.json").write_text('{{"tool": "ced-cdisc"}}')
    {during}
    output.commit()
{after}
"""
TWO_RENAMES = "exchange.exchange = lambda one, other: False\nrename, calls = exchange._rename, []\n"


def killed(patch: str = "", during: str = "", after: str = "") -> None:
    code = textwrap.dedent(RUN).format(patch=patch, during=during, after=after)
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL


@LINUX
@pytest.mark.parametrize(
    ("patch", "during", "wanted"),
    [
        ("Path.mkdir = die", "", "one"),
        ("", "die()", "one"),
        ("exchange._sync_tree = die", "", "one"),
        ("exchange.exchange = die", "", "one"),
        ("change = exchange.exchange\nexchange.exchange = lambda *a: (change(*a), die())", "", "two"),
        ("exchange.Holder.discard = die", "", "two"),
        ("exchange.Holder.release = die", "", "two"),
        (TWO_RENAMES + "exchange._rename = die", "", "one"),
        (
            TWO_RENAMES + "exchange._rename = lambda *a: die() if calls else (calls.append(1), rename(*a))",
            "",
            "one",
        ),
        (
            TWO_RENAMES
            + "exchange._rename = lambda *a: (calls.append(1), rename(*a), len(calls) > 1 and die())",
            "",
            "two",
        ),
    ],
)
def test_a_kill_at_any_moment_leaves_one_output_whole(patch: str, during: str, wanted: str) -> None:
    build("one")
    killed(patch, during)
    output, found = OutputFolder.prepare(Path("out"))
    assert output is not None, found
    assert content() == wanted
    assert around() == ["out"]
    build("three")
    assert content() == "three"


@LINUX
def test_a_kill_of_a_first_build_leaves_no_output() -> None:
    killed(during="die()")
    assert OutputFolder.prepare(Path("out"))[0] is not None
    assert around() == []


@LINUX
@pytest.mark.parametrize("before", ["exchange._lock", "os.write"])
def test_a_kill_before_the_marker_is_written_leaves_what_goes_after_a_minute(before: str) -> None:
    """Till then it may be a run that is just starting."""
    build("one")
    killed(f"{before} = die")
    (left,) = (Path(name) for name in around() if name != "out")
    assert Holder.left(Path("out").resolve()) == ([], False)
    assert left.exists()
    os.utime(left / MARKER, (1, 1))
    build("two")
    assert around() == ["out"]


@LINUX
def test_a_run_that_another_one_looks_at_while_it_starts_is_not_swept_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other run asks between the opening of the marker and its lock, and once more while it is locked."""
    out, lock, looks = Path("out").resolve(), exchange._lock, list[tuple[list[Holder], bool]]()

    def looked_at(handle: int) -> bool:
        with monkeypatch.context() as patch:
            patch.setattr(exchange, "_lock", lock)
            looks.append(Holder.left(out))
        return lock(handle)

    with monkeypatch.context() as looking:
        looking.setattr(exchange, "_lock", looked_at)
        holder = Holder.create(out)
    assert looks == [([], False)]
    assert Holder.left(out) == ([], True)
    assert holder.new.is_dir()
    holder.discard()
    assert around() == []


@LINUX
def test_a_run_whose_marker_another_one_has_locked_starts_over(monkeypatch: pytest.MonkeyPatch) -> None:
    out, lock, handles = Path("out").resolve(), exchange._lock, list[int]()

    def taken_once(handle: int) -> bool:
        if not handles:
            handles.append(os.open(Path(f"/proc/self/fd/{handle}").readlink(), os.O_RDWR))
            assert lock(handles[0])
        return lock(handle)

    with monkeypatch.context() as patch:
        patch.setattr(exchange, "_lock", taken_once)
        holder = Holder.create(out)
    os.close(handles[0])
    assert around() == [holder.path.name]
    assert Holder.left(out) == ([], True)
    holder.discard()


@LINUX
def test_kills_at_random_moments() -> None:
    """A process that builds over and over is killed at moments spread over its life."""
    build("0" * 9)
    loop = textwrap.dedent("""
        import itertools, json
        from pathlib import Path
        from ced_cdisc.write.folder import OutputFolder
        print("ready", flush=True)
        for n in itertools.count():
            output, found = OutputFolder.prepare(Path("out"))
            with output as work:
                (work / "sdtm").mkdir()
                (work / "sdtm/dm.xpt").write_text(str(n % 10) * 9)
                (work / "build.json").write_text(json.dumps({"tool": "ced-cdisc"}))
                output.commit()
    """)
    for moment in range(12):
        with subprocess.Popen([sys.executable, "-c", loop], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.003 * moment + 0.0007 * (moment % 5))
            process.kill()
        assert OutputFolder.prepare(Path("out"))[0] is not None
        text = content()
        assert text == text[0] * 9
        # Nothing or an empty marker may be a run that is just starting: it is spared for a minute.
        left = [one for name in around() if name != "out" for one in Path(name).iterdir()]
        assert [one for one in left if one.name != MARKER or one.stat().st_size] == []


def test_leftovers_of_others_are_not_touched() -> None:
    strange = Path(".out.ced-cdisc-strange")
    strange.mkdir()
    (strange / "new").touch()
    other = Path(".out.ced-cdisc-other")
    (other / "new").mkdir(parents=True)
    (other / MARKER).write_text('{"tool": "ced-cdisc", "out": "outer"}')
    (Path(".out.ced-cdisc-bad")).mkdir()
    Path(".out.ced-cdisc-bad", MARKER).write_text("[")
    Path(".out.ced-cdisc-link").symlink_to("nowhere")
    Path(".out.ced-cdisc-file").touch()
    Path(".out.ced-cdisc-young").mkdir()
    before = around()
    build("one")
    assert around() == sorted([*before, "out"])
    os.utime(".out.ced-cdisc-young", (1, 1))
    build("two")
    assert ".out.ced-cdisc-young" not in around()


def test_a_killed_run_is_undone_over_an_empty_out() -> None:
    left_between_renames()
    Path("out").mkdir()
    assert OutputFolder.prepare(Path("out"))[0] is not None
    assert content() == "one"
    assert around() == ["out"]


def test_where_there_are_no_locks_or_no_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advisory, "fcntl", None)

    def no_library(*_: object, **__: object) -> None:
        raise OSError("no C library")

    monkeypatch.setattr("ctypes.CDLL", no_library)
    build("one")
    build("two")
    assert content() == "two"
    assert around() == ["out"]
    assert folder.TOOL == "ced-cdisc"
