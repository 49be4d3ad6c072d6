"""How a command works on little data: one thread of polars, a companion, no collector; no value hangs on it.

Small data are thousands of short steps: handing each to other threads and back takes as long as the step. The
process lives for seconds and makes almost no cycles: the collector would only look at the same objects again
and again, which takes a sixth of the time. Frames are freed without it.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path

SMALL_RAW = 1 << 23
"""Raw tables below this size [bytes], together, are too small for several threads to pay."""
SMALL_PACKAGE = 1 << 24
"""The same of transport files, whose values have fixed lengths."""


def work_as_small(folder: Path, below: int) -> bool:
    """Whether the files of a folder are small; if so, this process is set to that.

    polars asks for the number of threads once, when it is loaded: to be called before.
    """
    gc.disable()
    small = _is_small(folder, below)
    if small:
        os.environ.setdefault("POLARS_MAX_THREADS", "1")
    return small


def _is_small(folder: Path, below: int) -> bool:
    size = 0
    try:
        for path in folder.rglob("*"):
            size += path.stat().st_size
            if size > below:
                return False
    except OSError:
        return False
    return True
