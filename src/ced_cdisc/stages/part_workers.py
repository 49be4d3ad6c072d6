"""Parts carried out by several processes of this machine.

Each worker is a fresh Python that is told what to do through a pipe: a fork would share the locks of polars'
threads, and the ways of multiprocessing load the program of the caller again, which may start a build itself.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from signal import Signals
from threading import Thread
from typing import IO, cast

from ced_cdisc.core.findings import Finding, Findings, Location, Stage, Stopped
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.stages.part_work import Done, Task

_TRIES = 2
_HINT = "nothing was written; with fewer workers each has more memory"


class WorkerLost(Exception):
    """A worker ended before it was done, or did not start; the text says how."""


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
        self._workers: set[subprocess.Popen[bytes]] = set()
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
        worker: subprocess.Popen[bytes] | None = None
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
                        self._answers.put(_asked(worker, task))
                        break
                    except WorkerLost as lost:
                        worker = self._dismiss(worker)
                        if self._ended:
                            return
                        if not left:
                            raise Stopped(Findings([_lost(task, str(lost))])) from lost
        except Exception as error:
            self._answers.put(error)
        finally:
            self._dismiss(worker)

    def _hire(self) -> subprocess.Popen[bytes]:
        threads = max(1, (os.cpu_count() or 1) // self._size)
        environment: Mapping[str, str] = {
            **os.environ,
            "POLARS_MAX_THREADS": str(threads),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        command = [sys.executable, "-m", "ced_cdisc.stages.part_worker"]
        try:
            worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        except OSError as error:
            raise WorkerLost(f"did not start: {error.strerror}") from error
        self._workers.add(worker)
        try:
            _tell(worker, self._orders)
        except WorkerLost:
            self._dismiss(worker)
            raise
        return worker

    def _dismiss(self, worker: subprocess.Popen[bytes] | None) -> None:
        if worker is None:
            return
        self._workers.discard(worker)
        worker.kill()
        worker.wait()
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                pipe.close()


def _tell(worker: subprocess.Popen[bytes], message: bytes) -> None:
    pipe = cast("IO[bytes]", worker.stdin).fileno()  # past its buffer, which would keep what a dead one left
    left = memoryview(message)
    try:
        while left:
            left = left[os.write(pipe, left) :]
    except OSError as error:
        raise WorkerLost(_how_it_ended(worker)) from error


def _asked(worker: subprocess.Popen[bytes], task: Task) -> Done:
    """What a worker makes of a task."""
    _tell(worker, pickle.dumps(task, pickle.HIGHEST_PROTOCOL))
    try:
        answer = pickle.load(cast("IO[bytes]", worker.stdout))
    except (EOFError, OSError, pickle.UnpicklingError) as error:
        raise WorkerLost(_how_it_ended(worker)) from error
    if isinstance(answer, Done):
        return answer
    if isinstance(answer, Findings):
        raise Stopped(answer)
    raise WorkerFailed(str(answer))


def _how_it_ended(worker: subprocess.Popen[bytes]) -> str:
    try:
        code = worker.wait(timeout=10)
    except subprocess.TimeoutExpired:
        return "does not answer"
    if code >= 0:
        return f"ended with exit code {code}"
    name = Signals(-code).name
    return f"was ended by {name}" + ", as the system does when memory runs out" * (name == "SIGKILL")


def _lost(task: Task, how: str) -> Finding:
    text = f"the part with {task.subjects} could not be built: its worker {how}; so it went twice"
    return Finding("CED450", text, Location("--workers"), _HINT, Stage.OUTPUT)
