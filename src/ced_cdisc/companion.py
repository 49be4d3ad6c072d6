"""A second process for small studies.

A study of ordinary size is thousands of short steps, too short for threads to share. So the command line has
a build fork once the plan is made and before polars is loaded, whose threads would not outlive that. The
process that was started converts; its companion packages each dataset meanwhile, once it is finished. Raw
tables, guides and rules they share. A check by itself forks at once. No byte depends on it: where the
companion cannot be had or dies, the work is done alone.

A large study is built in other ways (:mod:`ced_cdisc.stages.parts`), and once it is written polars is loaded:
the rules are shared with a fresh process, whose start is a small part of the work then.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from ced_cdisc.core.fresh_python import end_with_parent, fresh_python
from ced_cdisc.core.partner import Partner, PartnerLost
from ced_cdisc.core.threads import processors

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from ced_cdisc.plan.model import StudyPlan  # which a check does not load
    from ced_cdisc.stages.kept import Kept

LARGE_OUTPUT = 1 << 26
"""Bytes of an output from which on a fresh process takes part in its check: a few seconds of work."""
_CODE = "from ced_cdisc.companion import main; main({})"
"""What that process runs."""


class Side:
    """One end of the pair.

    A thread sends, so that no end ever waits for the other to take what is handed over.

    Attributes:
        half: 0 in the process that was started, 1 in its companion.
    """

    def __init__(self, half: int, connection: Connection) -> None:
        self.half = half
        self._connection = connection
        self._waiting: SimpleQueue[bytes] = SimpleQueue()
        self._thread: Thread | None = None

    def send(self, what: Any) -> None:
        """Hand something over, without waiting until it is taken; nothing is said where nobody is there."""
        if self._thread is None:
            self._thread = Thread(target=self._send, daemon=True)
            self._thread.start()
        self._waiting.put(pickle.dumps(what, pickle.HIGHEST_PROTOCOL))

    def receive(self) -> Any:
        """Wait for the next that the other hands over.

        Raises:
            PartnerLost: the other is gone.
        """
        try:
            return pickle.loads(self._connection.recv_bytes())
        except (OSError, EOFError) as error:
            raise PartnerLost from error

    def swap(self, mine: Any) -> Any:
        """Hand ours over and take what the other hands over at this step.

        Raises:
            PartnerLost: the other is gone.
        """
        self.send(mine)
        return self.receive()

    def finish(self) -> None:
        """Wait until all is taken that was handed over, or nobody is there any more."""
        if self._thread is not None:
            self._waiting.put(b"")
            self._thread.join()

    def _send(self) -> None:
        with suppress(OSError):
            while content := self._waiting.get():
                self._connection.send_bytes(content)


@contextmanager
def companion(work: Callable[[Side], None], *, wanted: bool) -> Generator[Side | None]:
    """The other half of a work, for as long as the block lasts.

    Gives None where it is not wanted, there is one processor only, or a fork is not safe: outside Linux, and
    once polars is loaded.

    Args:
        work: what the companion does.
        wanted: whether there is to be one.
    """
    if not wanted or sys.platform != "linux" or "polars" in sys.modules or processors() < 2:
        yield None
        return
    from multiprocessing import get_context

    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_accompany, args=(theirs, ours, work), daemon=True)
    try:
        process.start()
    except OSError:
        yield None
        return
    theirs.close()
    side = Side(0, ours)
    try:
        yield side
    finally:
        with suppress(OSError):
            process.kill()
        side.finish()  # the thread ends since nobody takes what is left
        ours.close()


@contextmanager
def checker(
    partner: Partner | None, out: Path, work: Callable[[Any], None], *, wanted: bool
) -> Generator[Partner | None]:
    """Who takes part in the check of an output: the companion of the build; of a large one, a fresh process.

    Gives None where neither is there.

    Args:
        partner: the companion, if the build has one.
        out: the output, in place.
        work: what a fresh process does, a function that it can import.
        wanted: whether there may be one.
    """
    if partner is not None or not wanted or sys.platform != "linux" or processors() < 2 or _is_small(out):
        yield partner
        return
    from multiprocessing import Pipe

    ours, theirs = Pipe()
    nobody = subprocess.DEVNULL  # it speaks through the pipe alone
    command = fresh_python(_CODE.format(theirs.fileno()))
    try:
        process = subprocess.Popen(
            command, stdin=nobody, stdout=nobody, stderr=nobody, pass_fds=[theirs.fileno()]
        )
    except OSError:
        yield None
        return
    finally:
        theirs.close()
    side = Side(0, ours)
    side.send(work)
    try:
        yield side
    finally:
        process.kill()
        process.wait()
        side.finish()
        ours.close()


def main(pipe: int) -> None:
    """The life of a fresh process that takes part in a check: it is told its work through a pipe."""
    from multiprocessing.connection import Connection

    gc.disable()  # as the command line does
    end_with_parent()
    side = Side(1, Connection(pipe))
    with suppress(PartnerLost):
        side.receive()(side)
    side.finish()


def _is_small(out: Path) -> bool:
    return sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) < LARGE_OUTPUT


def _accompany(connection: Connection, other: Connection, work: Callable[[Side], None]) -> None:
    """The life of the companion. Whatever is at fault, the main process finds too, and says it."""
    other.close()
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    side = Side(1, connection)
    with suppress(PartnerLost):
        work(side)
    side.finish()


def part_of_build(raw: Path, plan: StudyPlan, kept: Kept | None, side: Side) -> None:
    """What the companion of a build does: it packages what the other converts, and shares the rest with it.

    Raises:
        PartnerLost: the build is at its end, or has stopped.
    """
    from ced_cdisc.core.findings import Findings
    from ced_cdisc.stages.checking import check_half_of_output
    from ced_cdisc.stages.guiding import render
    from ced_cdisc.stages.packing import pack
    from ced_cdisc.stages.reading import read_raw

    products = None if kept is None else kept.packages.products
    tables = read_raw(raw, plan, Findings(), side, None if kept is None else kept.tables)
    pack(plan, tables, side, products)
    side.send(render(side.receive(), products))
    check_half_of_output(side)


def half_of_check(folder: Path, side: Side, **options: Any) -> None:
    """What the companion of a check does: half of the files.

    Raises:
        PartnerLost: the check is at its end, or has stopped.
    """
    from ced_cdisc.conformance.check import check_folder

    check_folder(folder, **options, partner=side)
