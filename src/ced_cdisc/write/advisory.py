"""Advisory locks, by which runs at the same time know of each other; the system frees those of a dead one."""

from __future__ import annotations

from enum import Enum

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


class Lock(Enum):
    """What came of asking for a lock."""

    HAD = "had"
    TAKEN = "taken"
    """A living run has it."""
    NONE = "none"
    """System or file system has no locks: who asks knows of nobody."""


def try_lock(handle: int) -> Lock:
    """Lock an open file or folder for this run alone, without waiting; closing the handle frees it."""
    if fcntl is None:
        return Lock.NONE
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return Lock.TAKEN
    except OSError:
        return Lock.NONE
    return Lock.HAD
