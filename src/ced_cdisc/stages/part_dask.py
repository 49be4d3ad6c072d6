"""Parts carried out by the workers of a Dask cluster, which need not share a disk with this machine.

Raw records go out and datasets come back as Arrow bytes. What a lost worker had in hand, the scheduler gives
to another; nothing is kept on the workers between tasks, so that nothing else is lost with one.
"""

from __future__ import annotations

import pickle
import traceback
import warnings
import zlib
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from socket import create_connection, gethostname
from time import monotonic, sleep
from typing import Any, cast
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped
from ced_cdisc.core.version import VERSION
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.stages.part_work import Done, Task, carry_out
from ced_cdisc.stages.part_workers import WorkerFailed
from ced_cdisc.write.spill import FileBlock, keep_bytes
from ced_cdisc.write.spill_folder import Spill, sweep

_WHERE = Location("--dask")
_UNTOUCHED = "nothing was written"
_SECONDS = 10
_PATIENCE = 300
"""Seconds for which a cluster may be without workers, while they start anew or new ones are asked for, or may
say nothing."""
_LOOK = 0.02
"""Seconds between two looks for a task that is done."""


def on_cluster(
    address: str,
) -> Callable[[StudyPlan, Sequence[Task], Path, Callable[[Done], None]], None]:
    """A carrier of tasks that sends them to the scheduler at an address.

    Raises (the carrier):
        Stopped: Dask is not installed (CED452), the scheduler cannot be reached or is lost (CED453), its
            workers have no such version of this tool (CED454), have no room for their files (CED451) or are
            not there (CED432), or a part lost its workers (CED450).
        WorkerFailed: a fault of the tool.
    """

    def carry(plan: StudyPlan, tasks: Sequence[Task], folder: Path, finished: Callable[[Done], None]) -> None:
        with _cluster(address) as cluster:
            _carry(cluster, plan, tasks, folder, finished)

    return carry


class _Cluster(Struct, frozen=True):
    """A connection to the scheduler at an address, and the library."""

    address: str
    client: Any
    distributed: Any

    @contextmanager
    def asked(self) -> Generator[None]:
        """Something that only the scheduler can do; CED453 where it is lost.

        Nothing else may stand within: a fault of a disk is none of the cluster.
        """
        try:
            yield
        except (OSError, self.distributed.CancelledError) as error:
            said = " ".join(str(error).split())
            text = f"the Dask cluster at {self.address} was lost while it built the datasets: {said}"
            raise _stopped("CED453", text, _UNTOUCHED) from error

    def threads(self) -> int:
        """How many threads its workers have; 0 without workers."""
        with self.asked():
            return sum(self.client.nthreads(callback_timeout=_PATIENCE).values())

    def deserted(self, how_long: str) -> Stopped:
        """CED432: it has had no workers for so long."""
        text = f"the Dask cluster at {self.address} has had no workers {how_long}"
        return _stopped("CED432", text, f"{_UNTOUCHED}; start workers, then build again")

    def next_done(self, queue: Any) -> Any:
        """Wait for the next future that is done.

        Raises:
            Stopped: the cluster is without workers for too long, for which Dask would wait without an end.
        """
        asked = seen = monotonic()
        while not queue.has_ready():
            sleep(_LOOK)
            now = monotonic()
            if now - asked < min(_SECONDS, _PATIENCE):
                continue
            asked = now
            if self.threads():
                seen = now
            elif now - seen >= _PATIENCE:
                raise self.deserted(f"for {_PATIENCE:g} seconds")
        with self.asked():
            return next(queue)


@contextmanager
def _cluster(address: str) -> Generator[_Cluster]:
    try:
        distributed = cast("Any", import_module("distributed"))
    except ImportError as error:
        text = "the package distributed is not installed, without which no Dask cluster can be used"
        raise _stopped("CED452", text, "pip install 'ced-cdisc[dask]'") from error
    # What goes wrong is said in a finding; the library would write a trace beside it.
    with distributed.utils.silence_logging_cmgr("critical"):
        try:
            _greeted(address)
            client = distributed.Client(address, timeout=_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            text = f"there is no Dask scheduler at {address or 'an empty address'}"
            hint = "an address reads tcp://host:8786; is the scheduler running?"
            raise _stopped("CED453", text, hint) from error
        try:
            yield _Cluster(address, client, distributed)
        finally:
            client.close(timeout=2)


def _greeted(address: str) -> None:
    """Ask whether a scheduler is there: a client that finds none complains for long, or waits without an end.

    A scheduler speaks first; where the connection is encrypted, that shows nothing.

    Raises:
        OSError, ValueError: nobody is there, or somebody else.
    """
    host, port, is_plain = _place(address)
    with create_connection((host, port), timeout=_SECONDS) as connection:
        if is_plain and not connection.recv(1):
            raise ConnectionError("no greeting")


def _place(address: str) -> tuple[str, int, bool]:
    """Host and port of an address such as ``tcp://host:8786``, and whether nothing is encrypted there.

    Raises:
        ValueError: it has another form.
    """
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.scheme not in ("tcp", "tls") or parts.hostname is None or parts.port is None:
        raise ValueError(address)
    return parts.hostname, parts.port, parts.scheme == "tcp"


def _carry(
    cluster: _Cluster,
    plan: StudyPlan,
    tasks: Sequence[Task],
    folder: Path,
    finished: Callable[[Done], None],
) -> None:
    orders = zlib.compress(pickle.dumps(plan, pickle.HIGHEST_PROTOCOL), 1)
    waiting = list(reversed(tasks))
    most = 2 * max(1, cluster.threads())
    with cluster.asked():
        queue = cluster.distributed.as_completed(loop=cluster.client.loop)
    underway: dict[Any, Task] = {}
    while waiting or underway:
        while waiting and len(underway) < most:
            task = waiting.pop()
            future = _submitted(cluster, orders, task)
            underway[future] = task
            queue.add(future)
        future = cluster.next_done(queue)
        task = underway.pop(future)
        finished(_taken(_answer(cluster, future, task), folder))
        with cluster.asked():
            future.release()


def _submitted(cluster: _Cluster, orders: bytes, task: Task) -> Any:
    """The future of a task, sent with all that it needs."""
    records = {name: (file, block, block.path.read_bytes()) for name, (file, block) in task.tables.items()}
    call = pickle.dumps(_Call(VERSION, pickle.dumps((orders, task.number, task.share, records))))
    with cluster.asked(), warnings.catch_warnings():
        # That the records of a part are many is no fault, and no warning for the user.
        warnings.filterwarnings("ignore", message="Sending large graph")
        return cluster.client.submit(pickle.loads, call, pure=False)


class _Call:
    """A call of :func:`carry_out_there`, which unpickling makes.

    So a task is ``pickle.loads`` with bytes, which each worker has: where one lacks this tool, the task fails
    and says so. A task that Dask itself cannot load is given to worker after worker without an end.
    """

    def __init__(self, *words: object) -> None:
        self._words = words

    def __reduce__(self) -> tuple[Any, ...]:
        return carry_out_there, self._words


def _answer(cluster: _Cluster, future: Any, task: Task) -> object:
    """What a worker answered: what :func:`carry_out_there` returns, which raises nothing itself."""
    try:
        with cluster.asked():
            return future.result()
    except cluster.distributed.KilledWorker as error:
        text = f"the part with {task.subjects} could not be built: every worker that had it was lost"
        hint = f"{_UNTOUCHED}; workers that run out of memory need more of it"
        raise _stopped("CED450", text, hint) from error
    except cluster.distributed.scheduler.NoWorkerError as error:
        raise cluster.deserted("for as long as its setting no-workers-timeout says") from error
    except (ImportError, AttributeError) as error:
        text = f"the workers of the Dask cluster cannot load ced-cdisc {VERSION}: {error}"
        raise _stopped("CED454", text, "install the same version on each") from error


def _taken(answer: object, folder: Path) -> Done:
    """What was made of a task, its datasets in files here."""
    if isinstance(answer, str):
        text = f"the workers of the Dask cluster have ced-cdisc {answer}, this is {VERSION}"
        raise _stopped("CED454", text, "install the same version on each")
    if isinstance(answer, Findings):
        raise Stopped(answer)
    if isinstance(answer, WorkerFailed):
        raise answer
    done, contents = cast("tuple[Done, Mapping[str, bytes]]", answer)
    blocks = {name: keep_bytes(folder, block, contents[name]) for name, block in done.blocks.items()}
    return replace(done, blocks=blocks)


def carry_out_there(version: str, message: bytes) -> object:
    """What a worker of the cluster does with a task.

    Args:
        version: of the tool that sends it; by another one, no message is read.
        message: pickled, the plan in its packed form, the number and the share of the task, and by table its
            file, block and bytes.

    Returns:
        What was made with the bytes of its files; the version of the tool if it is another one; the
        findings that stop the build; or the trace of a fault.
    """
    if version != VERSION:
        return VERSION
    sweep()  # what tasks of this machine left that were killed
    try:
        orders, number, share, sent = pickle.loads(message)
        records = cast("Mapping[str, tuple[str, FileBlock, bytes]]", sent)
        plan = cast("StudyPlan", pickle.loads(zlib.decompress(orders)))
        with closing(Spill()) as spill:
            tables = {
                name: (file, keep_bytes(spill.folder, block, content))
                for name, (file, block, content) in records.items()
            }
            done = carry_out(plan, Task(number, "", share, tables), spill.folder)
            return done, {name: block.path.read_bytes() for name, block in done.blocks.items()}
    except Stopped as stopped:
        where = f"on the worker {gethostname()}: "
        return Findings([replace(one, message=where + one.message) for one in stopped.findings])
    except Exception:
        return WorkerFailed(traceback.format_exc())


def _stopped(code: str, text: str, hint: str) -> Stopped:
    return Stopped(Findings([Finding(code, text, _WHERE, hint, Stage.OUTPUT)]))
