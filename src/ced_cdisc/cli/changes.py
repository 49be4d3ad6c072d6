"""What changes among the files of a study, for builds that go on as long as somebody works on them.

The files are looked at again and again. So that holds on shares and in containers, too, where no system
tells of changes; a look at a thousand files takes some milliseconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

State = Mapping[str, tuple[int, int]]
"""The time of change [ns since 1970] and the size [bytes] of files, by their paths."""
EVERY = 0.2
"""Seconds between two looks."""


class WatchedFiles:
    """The files of some folders.

    Hidden ones are left out, and what Python and editors leave beside the files that somebody writes.

    Args:
        folders: looked through with all below; one that is not there has no files.
        without: a folder of which nothing is looked at.
    """

    def __init__(self, folders: Iterable[Path], without: Path) -> None:
        self._folders = {os.path.realpath(folder) for folder in folders}
        self._without = os.path.realpath(without)

    def state(self) -> State:
        """How they stand now."""
        return self._state_of(self._folders)

    def with_more(self, folders: Iterable[Path], state: State) -> State:
        """Look at further folders from now on; gives a state with theirs as they stand now."""
        more = {os.path.realpath(folder) for folder in folders} - self._folders
        self._folders |= more
        return {**self._state_of(more), **state}

    def with_written(self, path: Path, state: State) -> State:
        """A state with a file as it stands now, since a build wrote it."""
        real = Path(os.path.realpath(path))
        try:
            stat = real.stat()
        except FileNotFoundError:
            return state
        return {**state, str(real): (stat.st_mtime_ns, stat.st_size)}

    def wait(self, before: State, sleep: Callable[[float], None] = time.sleep) -> tuple[State, list[Path]]:
        """Wait until something is not as it was ``before``, and then until no more changes from look to look.

        Gives how the files stand, and those that are new, changed or gone.
        """
        last = before
        while True:
            now = self.state()
            if now != before and now == last:
                others = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
                return now, list(map(Path, others))
            last = now
            sleep(EVERY)

    def _state_of(self, folders: Iterable[str]) -> State:
        found: dict[str, tuple[int, int]] = {}
        waiting = list(folders)
        while waiting:
            with suppress(OSError), os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.path == self._without or _is_left_out(entry.name):
                        continue
                    if entry.is_dir():
                        waiting.append(entry.path)
                        continue
                    with suppress(OSError):  # gone, on its way, or a link to nothing
                        stat = entry.stat()
                        found[entry.path] = stat.st_mtime_ns, stat.st_size
        return found


def _is_left_out(name: str) -> bool:
    is_beside = name.startswith((".", "~$")) or name.endswith(("~", ".tmp", ".swp"))
    return is_beside or name == "__pycache__"
