"""Parts carried out by the workers of a Dask cluster, which need not share a disk with this machine.

Raw records go out and datasets come back as Arrow bytes. What a lost worker had in hand, the scheduler gives
to another; nothing is kept on the workers between tasks, so that nothing else is lost with one.
"""

from __future__ import annotations

import pickle
import warnings
import zlib
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from socket import create_connection
from typing import Any, cast
from urllib.parse import urlsplit

from msgspec.structs import replace

from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped
from ced_cdisc.core.version import VERSION
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.stages.part_work import Done, Task, carry_out
from ced_cdisc.write.spill import FileBlock, keep_bytes
from ced_cdisc.write.spill_folder import Spill, sweep

_WHERE = Location("--dask")
_UNTOUCHED = "nothing was written"
_SECONDS = 10


def on_cluster(
    address: str,
) -> Callable[[StudyPlan, Sequence[Task], Path, Callable[[Done], None]], None]:
    """A carrier of tasks that sends them to the scheduler at an address.

    Raises (the carrier):
        Stopped: Dask is not installed (CED452), the scheduler cannot be reached or is lost (CED453), its
            workers have no such version of this tool (CED454), or a part lost its workers (CED450).
    """

    def carry(plan: StudyPlan, tasks: Sequence[Task], folder: Path, finished: Callable[[Done], None]) -> None:
        with _client(address) as (client, distributed):
            try:
                _carry(client, distributed, plan, tasks, folder, finished)
            except (OSError, distributed.CancelledError) as error:
                text = f"the Dask cluster at {address} was lost while it built the datasets: {error}"
                raise _stopped("CED453", text, _UNTOUCHED) from error

    return carry


@contextmanager
def _client(address: str) -> Generator[tuple[Any, Any]]:
    """A connection to the scheduler, and the library."""
    try:
        distributed = cast("Any", import_module("distributed"))
    except ImportError as error:
        text = "the package distributed is not installed, without which no Dask cluster can be used"
        raise _stopped("CED452", text, "pip install 'ced-cdisc[dask]'") from error
    try:
        with create_connection(_place(address), timeout=_SECONDS):
            pass  # a client that finds nobody complains for long
        client = distributed.Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        text = f"there is no Dask scheduler at {address}"
        raise _stopped(
            "CED453", text, "an address reads tcp://host:8786; is the scheduler running?"
        ) from error
    try:
        yield client, distributed
    finally:
        client.close(timeout=2)


def _place(address: str) -> tuple[str, int]:
    """Host and port of an address such as ``tcp://host:8786``.

    Raises:
        ValueError: it has another form.
    """
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.scheme not in ("tcp", "tls") or parts.hostname is None or parts.port is None:
        raise ValueError(address)
    return parts.hostname, parts.port


def _carry(
    client: Any,
    distributed: Any,
    plan: StudyPlan,
    tasks: Sequence[Task],
    folder: Path,
    finished: Callable[[Done], None],
) -> None:
    orders = zlib.compress(pickle.dumps(plan, pickle.HIGHEST_PROTOCOL), 1)
    waiting = list(reversed(tasks))
    most = 2 * max(1, sum(client.nthreads().values()))
    underway: dict[Any, Task] = {}
    queue = distributed.as_completed(loop=client.loop)
    while waiting or underway:
        while waiting and len(underway) < most:
            task = waiting.pop()
            future = _submitted(client, orders, task)
            underway[future] = task
            queue.add(future)
        future = next(queue)
        task = underway.pop(future)
        finished(_taken(future, task, distributed, folder))
        future.release()


def _submitted(client: Any, orders: bytes, task: Task) -> Any:
    """The future of a task, sent with all that it needs."""
    records = {name: (file, block, block.path.read_bytes()) for name, (file, block) in task.tables.items()}
    with warnings.catch_warnings():
        # That the records of a part are many is no fault, and no warning for the user.
        warnings.filterwarnings("ignore", message="Sending large graph")
        return client.submit(carry_out_there, VERSION, orders, task.share, task.number, records, pure=False)


def _taken(future: Any, task: Task, distributed: Any, folder: Path) -> Done:
    """What was made of a task, its datasets in files here."""
    try:
        answer = future.result()
    except distributed.KilledWorker as error:
        text = f"the part with {task.subjects} could not be built: every worker that had it was lost"
        hint = f"{_UNTOUCHED}; workers that run out of memory need more of it"
        raise _stopped("CED450", text, hint) from error
    except (ImportError, AttributeError) as error:
        text = f"the workers of the Dask cluster cannot load ced-cdisc {VERSION}: {error}"
        raise _stopped("CED454", text, "install the same version on each") from error
    if isinstance(answer, str):
        text = f"the workers of the Dask cluster have ced-cdisc {answer}, this is {VERSION}"
        raise _stopped("CED454", text, "install the same version on each")
    if isinstance(answer, Findings):
        raise Stopped(answer)
    done, contents = cast("tuple[Done, Mapping[str, bytes]]", answer)
    blocks = {name: keep_bytes(folder, block, contents[name]) for name, block in done.blocks.items()}
    return replace(done, blocks=blocks)


def carry_out_there(
    version: str, orders: bytes, share: Any, number: int, records: Mapping[str, tuple[str, FileBlock, bytes]]
) -> object:
    """What a worker of the cluster does with a task.

    Returns:
        What was made with the bytes of its files; the version of the tool if it is another one; or the
        findings that stop the build.
    """
    if version != VERSION:
        return VERSION
    plan = cast("StudyPlan", pickle.loads(zlib.decompress(orders)))
    sweep()  # what tasks of this machine left that were killed
    try:
        with closing(Spill()) as spill:
            tables = {
                name: (file, keep_bytes(spill.folder, block, content))
                for name, (file, block, content) in records.items()
            }
            done = carry_out(plan, Task(number, "", share, tables), spill.folder)
            return done, {name: block.path.read_bytes() for name, block in done.blocks.items()}
    except Stopped as stopped:
        return stopped.findings


def _stopped(code: str, text: str, hint: str) -> Stopped:
    return Stopped(Findings([Finding(code, text, _WHERE, hint, Stage.OUTPUT)]))
