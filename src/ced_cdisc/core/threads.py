"""How many threads share work that numpy, polars and pyarrow do outside of Python's lock."""

from __future__ import annotations

import os

_MOST = 4


def threads() -> int:
    """As many as the process has processors, at most four: memory and the file are the limit then."""
    if hasattr(os, "sched_getaffinity"):
        return min(_MOST, len(os.sched_getaffinity(0)))
    return min(_MOST, os.cpu_count() or 1)
