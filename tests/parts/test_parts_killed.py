"""A build in parts that is killed leaves nothing that outlives the next build, and no word of its workers."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
from many_subjects import built, files, write

from ced_cdisc.write import spill_folder
from ced_cdisc.write.advisory import Lock, try_lock
from ced_cdisc.write.spill_folder import MARKER, Spill, sweep

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are found in /proc")
KILLED = """
import os, signal, sys
from pathlib import Path
import ced_cdisc
if __name__ == "__main__":
    if int(sys.argv[2]) != signal.SIGKILL:  # others are ignored where the tests run without a console
        signal.signal(int(sys.argv[2]), signal.SIG_DFL)

    def end(part, done, total):
        os.kill(os.getpid(), int(sys.argv[2]))
    here = Path(sys.argv[1])
    specs = {one: here / one for one in ("mappings", "define")}
    ced_cdisc.build(here / "raw", here / "out", **specs, check=False, workers=2, parts=4, watch=end)
"""
WORKER = "from ced_cdisc.stages.part_worker import main; main()"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files stand, in this process and in those that it starts."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def at_work(place: Path) -> list[str]:
    """The other processes that have their temporary files there."""
    said = f"TMPDIR={place}\0".encode()
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it is gone already, or another user's
            if said in (process / "environ").read_bytes() and int(process.name) != os.getpid():
                found.append(process.name)
    return found


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_the_next_build_takes_away_what_a_killed_one_left(tmp_path: Path, place: Path, name: str) -> None:
    study = write(tmp_path / "study", files(6))
    number = signal.Signals[name]
    command = [sys.executable, "-c", KILLED, str(study), str(int(number))]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (-number, "", "")
    (left,) = place.iterdir()
    assert list(left.glob("*.arrow")), "data of subjects"
    end = time.monotonic() + 60
    while at_work(place):  # workers see that their build is gone, in the middle of a part
        assert time.monotonic() < end
        time.sleep(0.1)
    built(study, "out")  # whole: it writes no temporary files itself
    assert list(place.iterdir()) == []


def test_a_living_build_keeps_its_folder(tmp_path: Path, place: Path) -> None:
    study = write(tmp_path / "study", files(6))
    seen: list[int] = []

    def look(part: str, done: int, total: int) -> None:
        sweep()
        seen.append(len(list(place.glob("ced-cdisc-*/*.arrow"))))

    built(study, "parts", parts=3, watch=look)
    assert len(seen) == 3 and all(seen)
    built(study, "whole")
    for path in (study / "whole").rglob("*.xpt"):
        assert path.read_bytes() == (study / "parts" / path.relative_to(study / "whole")).read_bytes()


def test_a_folder_that_is_just_being_made_is_not_taken_away(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another build looks before the lock, and once more before the folder has its name."""
    looks: list[list[str]] = []

    def looked_at(handle: int) -> Lock:
        sweep()
        looks.append([path.name for path in place.iterdir()])
        result = try_lock(handle)
        sweep()
        looks.append([path.name for path in place.iterdir()])
        return result

    with monkeypatch.context() as patch:
        patch.setattr(spill_folder, "try_lock", looked_at)
        spill = Spill()
    assert [len(names) for names in looks] == [1, 1]
    sweep()
    assert list(place.iterdir()) == [spill.folder]
    spill.close()
    assert list(place.iterdir()) == []


def test_what_is_not_left_by_a_build_stays(place: Path, tmp_path: Path) -> None:
    other, elsewhere = place / "ced-cdisc-other", tmp_path / "elsewhere"
    for folder, content in ((other, "another tool"), (elsewhere, "ced-cdisc\n")):
        folder.mkdir()
        (folder / MARKER).write_text(content)
    (place / "ced-cdisc-link").symlink_to(elsewhere)
    (place / "ced-cdisc-none").mkdir()
    (place / "ced-cdisc-file").write_text("")
    linked = place / "ced-cdisc-linked"
    linked.mkdir()
    (linked / MARKER).symlink_to(elsewhere / MARKER)
    before = sorted(place.rglob("*"))
    sweep()
    assert sorted(place.rglob("*")) == before and (elsewhere / MARKER).is_file()


def test_one_that_was_never_named_goes_after_a_minute(place: Path) -> None:
    begun = place / "ced-cdisc-x.begun"
    begun.mkdir()
    sweep()
    assert begun.is_dir()
    old = time.time() - 61
    os.utime(begun, (old, old))
    sweep()
    assert not begun.exists()


def test_where_there_are_no_locks_nobody_is_taken_for_dead(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spill_folder, "try_lock", lambda handle: Lock.NONE)
    spill = Spill()
    (spill.folder / "a.arrow").write_bytes(b"x")
    sweep()
    assert sorted(path.name for path in spill.folder.iterdir()) == ["a.arrow", MARKER]
    spill.close()
    assert list(place.iterdir()) == []


def test_a_place_for_temporary_files_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    sweep()
    monkeypatch.setattr(tempfile, "gettempdir", lambda: (_ for _ in ()).throw(FileNotFoundError("none")))
    sweep()


ORDERS = pickle.dumps(("a plan", Path("folder"))), pickle.dumps("a task" * 50)


@pytest.mark.parametrize("size", [0, 5, len(ORDERS[0]), len(ORDERS[0]) + 40])
def test_a_worker_whose_orders_end_ends_without_a_word(size: int) -> None:
    given = b"".join(ORDERS)[:size]
    done = subprocess.run([sys.executable, "-c", WORKER], input=given, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_worker_whose_build_is_gone_ends_whatever_it_does() -> None:
    """Its orders stay open, so that they tell it nothing: a process in between starts it and ends."""
    between = (
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {WORKER!r}]); time.sleep(4)"
    )
    read, held = os.pipe()
    try:
        done = subprocess.run(
            [sys.executable, "-c", between], stdin=read, capture_output=True, timeout=60
        )  # till the worker closes the pipes that it shares
    finally:
        os.close(held)
        os.close(read)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_worker_that_nobody_listens_to_ends_without_a_word() -> None:
    read, write_end = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", WORKER], input=b"".join(ORDERS), stdout=write_end, stderr=subprocess.PIPE
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, b"")


def test_orders_that_are_none_are_no_end() -> None:
    done = subprocess.run([sys.executable, "-c", WORKER], input=b"no pickle, and more", capture_output=True)
    assert done.returncode == 1 and b"UnpicklingError" in done.stderr
