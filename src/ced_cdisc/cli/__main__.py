"""The command ``ced-cdisc``, also as ``python -m ced_cdisc.cli``, and how its process ends."""

from __future__ import annotations

import atexit
import os
import sys
import threading

from ced_cdisc.cli import main


def run() -> None:
    """Carry out the command line.

    A build leaves a million values behind, and Python takes them apart one by one before a process ends, for
    a tenth of the time that the build took. Nobody waits for that: when all else that belongs to an end is
    done, the process is left with its exit code.

    The library of linear algebra that comes with numpy starts a thread for each processor once it is loaded,
    and these spin while they wait, beside work that needs the processors. No command has matrices for them.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        main()
    except SystemExit as ended:
        if isinstance(ended.code, int | None) and _is_done():
            os._exit(ended.code or 0)
        raise


def _is_done() -> bool:
    """Do what Python does at the end of a process, but for taking values apart; whether it could be done.

    Where a thread is still at work, or what was printed cannot be written, the end is left to Python.
    """
    if any(one is not threading.main_thread() and not one.daemon for one in threading.enumerate()):
        return False
    atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage] # of which Python has no other way
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # as of a process without a console
                stream.flush()
    except (OSError, ValueError):
        return False
    return True


if __name__ == "__main__":
    run()
