"""Parts carried out by several processes of this machine.

Each worker is a fresh Python that is told what to do through a pipe.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from errno import EAGAIN, ENOMEM
from pathlib import Path
from queue import SimpleQueue
from signal import Signals
from tempfile import TemporaryFile
from threading import Thread
from typing import IO, cast

from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped
from ced_cdisc.core.fresh_python import fresh_python
from ced_cdisc.core.threads import processors
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.stages.part_work import Done, Task

_TRIES = 2
_UNTOUCHED = "nothing was written"
_CODE = "from ced_cdisc.stages.part_worker import main; main()"
"""What a worker runs."""
_SHOWN = 500
"""Characters of the last line that a lost worker wrote; all that it wrote is passed on to standard error."""


class WorkerLost(Exception):
    """A worker ended before it was done, or did not start; the text says how.

    Attributes:
        wrote: the last line on its standard error.
        is_memory: whether fewer workers may help.
    """

    def __init__(self, how: str, wrote: str = "", *, is_memory: bool = False) -> None:
        super().__init__(how)
        self.wrote, self.is_memory = wrote, is_memory


class WorkerFailed(Exception):
    """A worker met a fault of the tool; the text is its trace."""


def in_processes(
    workers: int,
) -> Callable[[StudyPlan, Sequence[Task], Path, Callable[[Done], None]], None]:
    """A carrier of tasks that has so many processes.

    The task of a worker that dies is given to a fresh one, once.

    Raises (the carrier):
        Stopped: a task lost its worker twice (CED450), or found no room for its files (CED451).
        WorkerFailed: a fault of the tool.
    """

    def carry(plan: StudyPlan, tasks: Sequence[Task], folder: Path, finished: Callable[[Done], None]) -> None:
        _Crew(min(workers, len(tasks)), plan, folder).carry(tasks, finished)

    return carry


class _Crew:
    """Threads that each have one worker at a time and wait for it."""

    def __init__(self, size: int, plan: StudyPlan, folder: Path) -> None:
        self._size = size
        self._orders = pickle.dumps((plan, folder), pickle.HIGHEST_PROTOCOL)
        self._waiting: deque[Task] = deque()
        self._answers: SimpleQueue[Done | Exception] = SimpleQueue()
        self._folder = folder
        self._workers: set[_Worker] = set()
        self._ended = False

    def carry(self, tasks: Sequence[Task], finished: Callable[[Done], None]) -> None:
        self._waiting.extend(tasks)
        threads = [Thread(target=self._follow, daemon=True) for _ in range(self._size)]
        for thread in threads:
            thread.start()
        try:
            for _ in tasks:
                answer = self._answers.get()
                if isinstance(answer, Exception):
                    raise answer
                finished(answer)
        finally:
            self._ended = True
            for worker in list(self._workers):
                worker.kill()
            for thread in threads:
                thread.join()

    def _follow(self) -> None:
        """Hand tasks to a worker until none waits; what goes wrong is an answer too."""
        worker: _Worker | None = None
        try:
            while not self._ended:
                try:
                    task = self._waiting.popleft()
                except IndexError:
                    return
                for left in reversed(range(_TRIES)):
                    try:
                        if worker is None:
                            worker = self._hire()
                        self._answers.put(worker.asked(task))
                        break
                    except WorkerLost as lost:
                        worker = self._dismiss(worker)
                        if self._ended:
                            return
                        if not left:
                            raise Stopped(Findings([_lost(task, lost)])) from lost
        except Exception as error:
            self._answers.put(error)
        finally:
            self._dismiss(worker)

    def _hire(self) -> _Worker:
        worker = _Worker(max(1, processors() // self._size), self._folder)
        self._workers.add(worker)
        try:
            if self._ended:  # while it started: nobody else ends it
                raise WorkerLost("is not needed")
            worker.tell(self._orders)
        except WorkerLost:
            self._dismiss(worker)
            raise
        return worker

    def _dismiss(self, worker: _Worker | None) -> None:
        if worker is not None:
            self._workers.discard(worker)
            worker.close()


class _Worker:
    """A process that carries out tasks.

    Args:
        threads: how many polars may use.
        folder: for the file that takes what it writes on its standard error.

    Raises:
        WorkerLost: it does not start.
    """

    def __init__(self, threads: int, folder: Path) -> None:
        command = fresh_python(_CODE)
        environment: Mapping[str, str] = {**os.environ, "POLARS_MAX_THREADS": str(threads)}
        pipe = subprocess.PIPE
        try:
            self._written = TemporaryFile(dir=folder)  # noqa: SIM115 - closed with the process
            try:
                self._process = subprocess.Popen(
                    command, stdin=pipe, stdout=pipe, stderr=self._written, env=environment
                )
            except OSError:
                self._written.close()
                raise
        except OSError as error:
            how = f"did not start: {error.strerror}"
            raise WorkerLost(how, is_memory=error.errno in (EAGAIN, ENOMEM)) from error

    def asked(self, task: Task) -> Done:
        """What it makes of a task.

        Raises:
            Stopped: the task met findings that stop the build.
            WorkerFailed: a fault of the tool.
            WorkerLost: it ended before it was done.
        """
        self.tell(pickle.dumps(task, pickle.HIGHEST_PROTOCOL))
        try:
            answer = pickle.load(cast("IO[bytes]", self._process.stdout))
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise self._lost() from error
        if isinstance(answer, Done):
            return answer
        if isinstance(answer, Findings):
            raise Stopped(answer)
        raise WorkerFailed(str(answer))

    def tell(self, message: bytes) -> None:
        """Send it something.

        Raises:
            WorkerLost: it ended.
        """
        pipe = cast("IO[bytes]", self._process.stdin).fileno()  # past its buffer, which would keep the rest
        left = memoryview(message)
        try:
            while left:
                left = left[os.write(pipe, left) :]
        except OSError as error:
            raise self._lost() from error

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()

    def close(self) -> None:
        """End it, and pass on what it wrote."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        text = self._text()
        self._written.close()
        if text and sys.stderr is not None:
            sys.stderr.write(text)

    def _text(self) -> str:
        self._written.seek(0)
        return self._written.read().decode(errors="replace")

    def _lost(self) -> WorkerLost:
        try:
            code = self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            return WorkerLost("does not answer")
        wrote = self._text().rstrip().rpartition("\n")[2][:_SHOWN]
        if code >= 0:
            return WorkerLost(f"ended with exit code {code}", wrote)
        name = Signals(-code).name
        reason = ", as the system does when memory runs out" * (name == "SIGKILL")
        return WorkerLost(f"was ended by {name}{reason}", wrote, is_memory=True)


def _lost(task: Task, how: WorkerLost) -> Finding:
    wrote = f" and wrote: {how.wrote}" if how.wrote else ""
    text = f"the part with {task.subjects} could not be built: its worker {how}{wrote}; so it went twice"
    hint = _UNTOUCHED + "; with fewer workers each has more memory" * how.is_memory
    return Finding("CED450", text, Location("--workers"), hint, Stage.OUTPUT)
