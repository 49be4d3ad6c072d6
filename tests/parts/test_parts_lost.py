"""A part that cannot be built stops the build, and nothing is written."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from many_subjects import built, files, workers, write

from ced_cdisc.core.findings import Stopped
from ced_cdisc.core.version import VERSION


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
        "start: No such file or directory; so it went twice; nothing was written; with fewer workers each "
        "has more memory"
    )


def test_no_room_for_the_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", (tmp_path / "gone").as_posix())
    text = _stopped(tmp_path, parts=2)
    assert text == (
        f"TMPDIR CED451 the data cannot be kept in temporary files in {tmp_path.as_posix()}/gone: "
        "No such file or directory; make room, or name a folder on another disk in TMPDIR; the former output "
        "is untouched"
    )


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "http://127.0.0.1:8786"])
def test_no_scheduler_at_the_address(address: str, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    assert _stopped(tmp_path, dask=address) == (
        f"--dask CED453 there is no Dask scheduler at {address}; an address reads tcp://host:8786; is the "
        "scheduler running?"
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
        n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        text = _stopped(tmp_path, dask=cluster.scheduler_address)
    assert text == (
        f"--dask CED454 the workers of the Dask cluster have ced-cdisc {VERSION}, this is 9.9.9; install the "
        "same version on each"
    )
