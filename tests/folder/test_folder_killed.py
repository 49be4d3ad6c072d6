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

from ced_cdisc.write import advisory, folder
from ced_cdisc.write.exchange import MARKER
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
        ("exchange.Holder.__init__ = die", "", "one"),
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
        # An empty holder may be another run that is just starting: it is spared for a minute.
        left = [Path(name) for name in around() if name != "out"]
        assert [path for path in left if any(path.iterdir())] == []


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
