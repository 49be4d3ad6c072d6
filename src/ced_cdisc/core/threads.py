"""How many processors the process has, and how many threads share work outside of Python's lock."""

from __future__ import annotations

import os

_MOST = 4


def processors() -> int:
    """Those that the process may run on: a job of a cluster has a part of the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads() -> int:
    """Threads for numpy, polars and pyarrow: one for each processor, at most four.

    Memory and the file are the limit then.
    """
    return min(_MOST, processors())
