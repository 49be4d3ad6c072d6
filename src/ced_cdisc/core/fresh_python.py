"""A further process of this machine: a fresh Python that finds modules where this one does.

A fork would share the locks of polars' threads, and the ways of multiprocessing load the program of the
caller again, which may start a build itself.
"""

from __future__ import annotations

import os
import sys
from threading import Thread
from time import sleep

_SECONDS = 0.2


def fresh_python(code: str) -> list[str]:
    """The command that runs code.

    The folders are arguments: in PYTHONPATH they would also be asked for modules that Python looks for as it
    starts, before it has its own.
    """
    return [sys.executable, "-P", "-c", f"import sys; sys.path[:] = sys.argv[1:]; {code}", *_search_path()]


def _search_path() -> list[str]:
    """Where this process looks for modules; the working folder last, where no file in it hides another."""
    here = os.path.realpath(os.curdir)
    return sorted((path for path in sys.path if path), key=lambda path: os.path.realpath(path) == here)


def end_with_parent() -> None:
    """End this process once the one that started it is gone, which else shows when the work is done."""
    Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        sleep(_SECONDS)
    os._exit(0)
