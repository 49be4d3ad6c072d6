"""A part that cannot be built stops the build, and nothing is written."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from errno import ENOMEM
from pathlib import Path
from threading import Event, Thread
from typing import Any, NoReturn, cast

import pytest
from click.testing import CliRunner
from many_subjects import built, files, workers, write

from ced_cdisc.cli import main
from ced_cdisc.core.findings import Findings, Stopped
from ced_cdisc.core.version import VERSION
from ced_cdisc.stages import part_workers
from ced_cdisc.stages.part_work import Task


def _stopped(folder: Path, **way: object) -> str:
    write(folder, files(4))
    with pytest.raises(Stopped) as caught:
        built(folder, "out", **way)
    assert not (folder / "out").exists()
    return str(caught.value)


def test_a_part_that_loses_its_worker_twice(tmp_path: Path) -> None:
    ended = Event()

    def kill_all() -> None:
        while not ended.wait(0.02):
            for worker in workers():
                with suppress(OSError):  # it is gone already
                    os.kill(worker, signal.SIGKILL)

    killer = Thread(target=kill_all)
    killer.start()
    try:
        text = _stopped(tmp_path, workers=2, parts=1)
    finally:
        ended.set()
        killer.join()
    assert text == (
        "--workers CED450 the part with subjects T1-001 to T1-004 could not be built: its worker was ended "
        "by SIGKILL, as the system does when memory runs out; so it went twice; nothing was written; with "
        "fewer workers each has more memory"
    )


def test_workers_that_cannot_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", (tmp_path / "gone").as_posix())
    text = _stopped(tmp_path, workers=2, parts=1)
    assert text == (
        "--workers CED450 the part with subjects T1-001 to T1-004 could not be built: its worker did not "
        "start: No such file or directory; so it went twice; nothing was written"
    )


def test_memory_that_a_worker_does_not_get_to_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(ENOMEM, os.strerror(ENOMEM))

    monkeypatch.setattr(part_workers.subprocess, "Popen", refused)
    text = _stopped(tmp_path, workers=2, parts=1)
    assert text == (
        "--workers CED450 the part with subjects T1-001 to T1-004 could not be built: its worker did not "
        "start: Cannot allocate memory; so it went twice; nothing was written; with fewer workers each has "
        "more memory"
    )


def test_what_a_worker_wrote_before_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "broken", {"ced_cdisc/__init__.py": "raise SystemExit('on\\nfire')"})
    monkeypatch.setattr(sys, "path", [(tmp_path / "broken").as_posix(), *sys.path])
    text = _stopped(tmp_path, workers=2, parts=1)
    assert text == (
        "--workers CED450 the part with subjects T1-001 to T1-004 could not be built: its worker ended with "
        "exit code 1 and wrote: fire; so it went twice; nothing was written"
    )
    assert capsys.readouterr().err == "on\nfire\n" * 2


@pytest.mark.parametrize("is_on_path", [False, True])
def test_a_worker_runs_no_file_of_the_working_folder_for_a_module_of_python(
    is_on_path: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor where the command was started with ``python -m``, which puts that folder first."""
    ran = tmp_path / "ran"
    here = write(
        tmp_path / "here", dict.fromkeys(("calendar.py", "sitecustomize.py"), f"open({str(ran)!r}, 'w')")
    )
    monkeypatch.chdir(here)
    if is_on_path:
        monkeypatch.setattr(sys, "path", [here.as_posix(), *sys.path])
    write(tmp_path, files(4))
    built(tmp_path, "out", workers=2, parts=1)
    assert not ran.exists()


def test_processors_that_the_process_may_not_use_are_not_shared_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def refused(*_: object, env: dict[str, str], **__: object) -> None:
        told.append(env["POLARS_MAX_THREADS"])
        raise OSError(ENOMEM, os.strerror(ENOMEM))

    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)))
    monkeypatch.setattr(part_workers.subprocess, "Popen", refused)
    _stopped(tmp_path, workers=2, parts=2)
    assert set(told) == {"3"}


def test_a_worker_that_starts_while_the_build_ends_is_given_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One task stops the build while the worker of the other is being started."""
    is_starting, is_ended = Event(), Event()
    asked: list[Task] = []
    start = subprocess.Popen[bytes]
    order = iter((0, 1))

    def slow(*words: Any, **named: Any) -> subprocess.Popen[bytes]:
        if next(order):
            is_starting.set()
            assert is_ended.wait(60)
        return start(*words, **named)

    def join(thread: Thread) -> None:  # all workers that are known have been killed
        is_ended.set()
        joined(thread)

    def stop(_: object, task: Task) -> NoReturn:
        asked.append(task)
        assert is_starting.wait(60)
        raise Stopped(Findings())

    joined = Thread.join
    monkeypatch.setattr(part_workers.subprocess, "Popen", slow)
    monkeypatch.setattr(part_workers._Worker, "asked", stop)  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(Thread, "join", join)
    tasks = [Task(number, "", cast(Any, None), {}) for number in (0, 1)]
    with pytest.raises(Stopped):
        part_workers.in_processes(2)(cast(Any, None), tasks, tmp_path, lambda _: None)
    assert len(asked) == 1


@pytest.mark.parametrize("shown", [False, True])
def test_subjects_of_a_lost_part_are_masked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: bool
) -> None:
    write(tmp_path, files(4))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", (tmp_path / "gone").as_posix())
    done = CliRunner().invoke(main, ["build", "raw", "out", "--workers", "2", *["--show-ids"][: int(shown)]])
    (said,) = (line for line in done.stderr.splitlines() if "CED450" in line)
    subject = r"T1-00\d" if shown else "#[0-9a-f]{6}"
    assert re.fullmatch(
        rf"--workers CED450 the part with subjects? {subject}( to {subject})? could not be built: its worker "
        "did not start: No such file or directory; so it went twice; nothing was written",
        said,
    )


def test_no_room_for_the_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", (tmp_path / "gone").as_posix())
    text = _stopped(tmp_path, parts=2)
    assert text == (
        f"TMPDIR CED451 the data cannot be kept in temporary files in {tmp_path.as_posix()}/gone: "
        "No such file or directory; make room, or name a folder on another disk in TMPDIR; the former output "
        "is untouched"
    )


def test_no_folder_for_temporary_files_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system whose disk is full: Python looks for one that can be written, and finds none."""
    folders = [(tmp_path / name).as_posix() for name in ("tmp", "var")]
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("tempfile._candidate_tempdir_list", lambda: folders)
    assert _stopped(tmp_path, parts=2) == (
        f"TMPDIR CED451 the data cannot be kept in temporary files: No usable temporary directory found in "
        f"{folders}; make room, or name a folder on another disk in TMPDIR; the former output is untouched"
    )


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "http://127.0.0.1:8786", ""])
def test_no_scheduler_at_the_address(address: str, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    assert _stopped(tmp_path, dask=address) == (
        f"--dask CED453 there is no Dask scheduler at {address or 'an empty address'}; an address reads "
        "tcp://host:8786; is the scheduler running?"
    )


def test_dask_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert _stopped(tmp_path, dask="tcp://127.0.0.1:1") == (
        "--dask CED452 the package distributed is not installed, without which no Dask cluster can be used; "
        "pip install 'ced-cdisc[dask]'"
    )


def test_workers_of_a_cluster_with_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("ced_cdisc.stages.part_dask.VERSION", "9.9.9")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        text = _stopped(tmp_path, dask=cluster.scheduler_address)
    assert text == (
        f"--dask CED454 the workers of the Dask cluster have ced-cdisc {VERSION}, this is 9.9.9; install the "
        "same version on each"
    )
