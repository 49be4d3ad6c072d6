"""Cold starts: ``ced-cdisc --help``, and what each library that we load costs by itself.

python benchmarks/imports.py [ROUNDS]

Each start is a process of its own. The rounds are interleaved, and what the bare interpreter takes is listed
first: ratios of medians count.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

ROUNDS = 5
STARTS = {
    "the bare interpreter": ["-c", "pass"],
    "`ced-cdisc --help`": ["-m", "ced_cdisc.cli", "--help"],
    "`ced-cdisc build --help`": ["-m", "ced_cdisc.cli", "build", "--help"],
    "import ced_cdisc": ["-c", "import ced_cdisc"],
    "import ced_cdisc.pipeline": ["-c", "import ced_cdisc.pipeline"],
    "the parsers of the specs": ["-c", "import ced_cdisc.plan.study, ced_cdisc.spec.load"],
    "click": ["-c", "import click"],
    "yaml": ["-c", "import yaml"],
    "pydantic": ["-c", "import pydantic"],
    "lxml.etree": ["-c", "import lxml.etree"],
    "numpy": ["-c", "import numpy"],
    "polars": ["-c", "import polars"],
    "pyarrow": ["-c", "import pyarrow"],
    "pandas": ["-c", "import pandas"],
    "scipy.stats": ["-c", "import scipy.stats"],
    "pyreadstat": ["-c", "import pyreadstat"],
}


def start(arguments: list[str]) -> float:
    """The seconds of one process, which must succeed."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def report(rounds: int) -> Iterator[str]:
    """The lines of a Markdown table."""
    times: dict[str, list[float]] = {name: [] for name in STARTS}
    for _ in range(rounds):
        for name, arguments in STARTS.items():
            times[name].append(start(arguments))
    bare = statistics.median(times["the bare interpreter"])
    yield f"{os.cpu_count()} cores, Python {platform.python_version()}, {rounds} interleaved rounds.\n"
    yield "| start | median [s] | least [s] | over the bare interpreter [s] |"
    yield "|---|---:|---:|---:|"
    for name, found in times.items():
        median = statistics.median(found)
        yield f"| {name} | {median:.2f} | {min(found):.2f} | {median - bare:.2f} |"


if __name__ == "__main__":
    for line in report(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS):
        print(line, flush=True)
