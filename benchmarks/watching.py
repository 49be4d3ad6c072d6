"""How benchmarks look at a command: seconds, those of the processor, and the memory of all its processes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple


class Watched(NamedTuple):
    """What one run of a command took.

    Attributes:
        seconds: from its start to its end.
        processor: of the processor, of it and all that it started; other work of the machine changes it less.
        memory: the highest sum over its processes [MiB].
    """

    seconds: float
    processor: float
    memory: int


def build_command(folder: Path, out: Path, *more: str) -> list[str]:
    """The build of a made study as people call it, without the check at its end."""
    specs = ["--mappings", f"{folder}/mappings", "--define", f"{folder}/define"]
    return [
        sys.executable,
        "-m",
        "ced_cdisc.cli",
        "build",
        f"{folder}/raw",
        str(out),
        *specs,
        "--no-check",
        *more,
    ]


def watched(command: list[str]) -> Watched:
    """Run a command from a cold start, the plan made anew.

    Raises:
        SystemExit: it failed; what it said stands above.
    """
    environment = {**os.environ, "CED_CDISC_CACHE": "off"}
    with tempfile.TemporaryFile() as said:
        begin, highest = time.perf_counter(), 0
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env=environment)
        while True:
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            highest = max(highest, tree_memory(process.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace"))
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Watched(seconds, used.ru_utime + used.ru_stime, highest)


def tree_memory(process: int) -> int:
    """Memory of a process and all below it [MiB]; pages that several share count for each."""
    waiting, pages = [process], 0
    while waiting:
        one = waiting.pop()
        try:
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        except (OSError, IndexError):
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20
