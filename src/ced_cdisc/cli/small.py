"""How a process works on its data: without the collector, and on little data with one thread of polars.

A command makes almost no cycles: the collector would only look at the same objects again and again, which
takes a sixth of the time of a small build. Frames are freed without it. Small data are thousands of short
steps: handing each to other threads and back takes as long as the step. No value hangs on any of this.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path

from msgspec import Struct


class Size(Struct, frozen=True):
    """Below which files are small [bytes]: more of them, or a larger one, and several threads pay."""

    together: int
    each: int


SMALL_RAW = Size(together=1 << 22, each=1 << 18)
"""Of raw tables. A study of few large ones has few steps for two processes to share."""
SMALL_PACKAGE = Size(together=1 << 24, each=1 << 24)
"""Of transport files, whose values have fixed lengths."""


def work_as_small(folder: Path, below: Size) -> bool:
    """Whether the files of a folder are small; this process is set to the work on them (:func:`set_up`)."""
    small = _is_small(folder, below)
    set_up(small=small)
    return small


def set_up(*, small: bool) -> None:
    """Set this process to its work: without the collector, and with one thread of polars where that is small.

    polars asks for the number of threads once, when it is loaded: to be called before. A number that the user
    set stays.
    """
    gc.disable()
    if small:
        os.environ.setdefault("POLARS_MAX_THREADS", "1")


def _is_small(folder: Path, below: Size) -> bool:
    together = 0
    try:
        for path in folder.rglob("*"):
            size = path.stat().st_size
            together += size
            if together > below.together or size > below.each:
                return False
    except OSError:
        return False
    return True
