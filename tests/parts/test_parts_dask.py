"""A cluster at fault and a fault of the tool on a cluster are told apart."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from logging import ERROR, StreamHandler, getLogger
from pathlib import Path
from socket import create_server, gethostname
from types import ModuleType
from typing import Any

import pytest
from many_subjects import built, files, write

from ced_cdisc.core.findings import Stopped
from ced_cdisc.core.version import VERSION
from ced_cdisc.stages import part_dask
from ced_cdisc.stages.part_workers import WorkerFailed
from ced_cdisc.write.spill_folder import Spill

distributed: Any = pytest.importorskip("distributed")


@contextmanager
def cluster(**words: Any) -> Iterator[Any]:
    """One worker; ``processes=False``: in this process, where what a test replaces is replaced."""
    common = {"threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": 50, "protocol": "tcp://"}
    with distributed.LocalCluster(**{"n_workers": 1, **common, **words}) as made:
        yield made


@pytest.mark.parametrize("kind", [AttributeError, ImportError, OSError, ValueError])
def test_a_fault_of_the_tool_is_told_with_its_trace(
    kind: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise kind("a fault of the tool")

    monkeypatch.setattr(part_dask, "carry_out", fails)
    write(tmp_path, files(4))
    with cluster(processes=False) as there, pytest.raises(WorkerFailed) as caught:
        built(tmp_path, "out", dask=there.scheduler_address, parts=2)
    assert str(caught.value).startswith("Traceback (most recent call last):\n")
    assert str(caught.value).endswith(
        f', in fails\n    raise kind("a fault of the tool")\n{kind.__name__}: a fault of the tool\n'
    )
    assert not (tmp_path / "out").exists()


def test_a_fault_of_this_machine_is_none_of_the_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("a fault of this disk")

    write(tmp_path, files(4))
    with cluster() as there, monkeypatch.context() as patched:
        patched.setattr(part_dask, "keep_bytes", fails)  # the worker is another process
        with pytest.raises(OSError, match=r"^a fault of this disk$"):
            built(tmp_path, "out", dask=there.scheduler_address, parts=2)


def test_workers_without_the_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = ModuleType("not_on_the_workers")
    exec("def carry_out_there(*words): ...", module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(part_dask, "carry_out_there", module.carry_out_there)
    write(tmp_path, files(4))
    with cluster() as there, pytest.raises(Stopped) as caught:
        built(tmp_path, "out", dask=there.scheduler_address, parts=2)
    assert str(caught.value) == (
        f"--dask CED454 the workers of the Dask cluster cannot load ced-cdisc {VERSION}: No module named "
        "'not_on_the_workers'; install the same version on each"
    )


def test_a_cluster_that_ends_while_it_builds(tmp_path: Path) -> None:
    write(tmp_path, files(9))
    with cluster() as there:
        address = there.scheduler_address

        def end(*_: object) -> None:
            there.close()

        with pytest.raises(Stopped) as caught:
            built(tmp_path, "out", dask=address, parts=6, watch=end)
    said = " ".join(str(caught.value.__cause__).split())
    assert str(caught.value) == (
        f"--dask CED453 the Dask cluster at {address} was lost while it built the datasets: {said}; nothing "
        "was written"
    )
    assert "scheduler-connection-lost" in said
    assert not (tmp_path / "out").exists()


def test_a_scheduler_that_stands_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its connection stays open, and a client would wait for its answer without an end."""
    monkeypatch.setattr(part_dask, "_PATIENCE", 1)
    write(tmp_path, files(9))
    with distributed.SubprocessCluster(
        host="127.0.0.1",
        n_workers=1,
        scheduler_kwargs={"dashboard_address": ":0"},
        worker_kwargs={"nthreads": 1},
        silence_logs=50,
    ) as there:
        with distributed.Client(there.scheduler_address, set_as_default=False) as client:
            client.wait_for_workers(1, timeout=60)
        process: int = there.scheduler.process.pid
        try:
            with pytest.raises(Stopped) as caught:
                built(
                    tmp_path,
                    "out",
                    dask=there.scheduler_address,
                    parts=6,
                    watch=lambda *_: os.kill(process, signal.SIGSTOP),
                )
        finally:
            os.kill(process, signal.SIGCONT)
        assert str(caught.value) == (
            f"--dask CED453 the Dask cluster at {there.scheduler_address} was lost while it built the "
            "datasets: timed out after 1 s.; nothing was written"
        )
    assert not (tmp_path / "out").exists()


def test_the_library_writes_no_trace_beside_a_finding(tmp_path: Path) -> None:
    """As it does where the scheduler is lost in the middle of a message."""
    written = StreamHandler(StringIO())
    written.setLevel(ERROR)  # the scheduler, which is in this process, tells of the client that left
    logger = getLogger("distributed")

    def log(*_: object) -> None:
        logger.error("a trace")

    write(tmp_path, files(4))
    with cluster() as there:
        logger.addHandler(written)
        try:
            built(tmp_path, "out", dask=there.scheduler_address, parts=2, watch=log)
            assert written.stream.getvalue() == ""
            log()
        finally:
            logger.removeHandler(written)
    assert written.stream.getvalue() == "a trace\n"


def test_a_cluster_without_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For which Dask waits without an end."""
    monkeypatch.setattr(part_dask, "_PATIENCE", 0.3)
    write(tmp_path, files(4))
    with cluster(n_workers=0) as there, pytest.raises(Stopped) as caught:
        built(tmp_path, "out", dask=there.scheduler_address, parts=2)
    assert str(caught.value) == (
        f"--dask CED432 the Dask cluster at {there.scheduler_address} has had no workers for 0.3 seconds; "
        "nothing was written; start workers, then build again"
    )
    assert not (tmp_path / "out").exists()


def test_a_cluster_that_is_told_not_to_wait_for_workers(tmp_path: Path) -> None:
    write(tmp_path, files(4))
    dask: Any = pytest.importorskip("dask")
    set_to = dask.config.set({"distributed.scheduler.no-workers-timeout": "100 ms"})
    with set_to, cluster(n_workers=0) as there, pytest.raises(Stopped) as caught:
        built(tmp_path, "out", dask=there.scheduler_address, parts=2)
    assert str(caught.value) == (
        f"--dask CED432 the Dask cluster at {there.scheduler_address} has had no workers for as long as its "
        "setting no-workers-timeout says; nothing was written; start workers, then build again"
    )


def test_somebody_else_at_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of Dask waits without an end for one that takes the connection and says nothing."""
    monkeypatch.setattr(part_dask, "_SECONDS", 0.2)
    write(tmp_path, files(4))
    with create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Stopped) as caught:
            built(tmp_path, "out", dask=address, parts=2)
    assert str(caught.value) == (
        f"--dask CED453 there is no Dask scheduler at {address}; an address reads tcp://host:8786; is the "
        "scheduler running?"
    )


def test_a_worker_without_room_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> Spill:
        with monkeypatch.context() as patched:
            patched.setattr("tempfile.tempdir", (tmp_path / "gone").as_posix())
            return Spill()

    monkeypatch.setattr(part_dask, "Spill", full)
    write(tmp_path, files(4))
    with cluster(processes=False) as there, pytest.raises(Stopped) as caught:
        built(tmp_path, "out", dask=there.scheduler_address, parts=2)
    assert str(caught.value) == (
        f"TMPDIR CED451 on the worker {gethostname()}: the data cannot be kept in temporary files in "
        f"{tmp_path.as_posix()}/gone: No such file or directory; make room, or name a folder on another disk "
        "in TMPDIR; the former output is untouched"
    )
