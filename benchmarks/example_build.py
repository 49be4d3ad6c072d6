"""Times the example build from a cold start, and our XPT writer beside pyreadstat's, on this machine.

The build is timed where its specs are planned anew (no cache), where the plan is known, and there
without the check at its end.

    .venv/bin/python benchmarks/example_build.py [RUNS] [TIMES]

The frame that is written is VS of the example TIMES times, by default 200. Prints one Markdown table. Single
times of a shared machine say little: medians and ratios count.
"""

from __future__ import annotations

import io
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyreadstat

import ced_cdisc
from ced_cdisc.core.xpt import xpt_member
from ced_cdisc.write.xpt import write_xpt

ROOT = Path(__file__).resolve().parent.parent
RAW = ROOT / "examples" / "improve_ced" / "raw"
TIMES = 200


def main(runs: int, times: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        build = [sys.executable, "-m", "ced_cdisc.cli", "build", str(RAW), str(out)]
        anew = repeated(runs, lambda: run(build, cache="off"))
        run(build, cache=folder)
        known = repeated(runs, lambda: run(build, cache=folder))
        unchecked = repeated(runs, lambda: run([*build, "--no-check"], cache=folder))
        help_ = repeated(runs, lambda: run([sys.executable, "-m", "ced_cdisc.cli", "--help"]))
        os.environ["CED_CDISC_CACHE"] = "off"
        result = ced_cdisc.build(RAW, out)
    frame = pl.concat([result.frames["VS"]] * times)
    member = xpt_member(
        next(d for d in result.packages["sdtm"].datasets if d.name == "VS"), result.plan.snapshot
    )
    pandas_frame = frame.to_pandas()
    ours = repeated(runs, lambda: write_xpt(io.BytesIO(), frame, member))
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "vs.xpt")
        theirs = repeated(
            min(runs, 3),
            lambda: pyreadstat.write_xport(pandas_frame, path, table_name="VS", file_format_version=5),
        )
    rows = f"{len(frame):,} rows x {len(frame.columns)}"
    print(f"Python {platform.python_version()}, polars {pl.__version__}, {platform.machine()}, {runs} runs\n")
    print("| what | median [s] | least [s] |\n|---|---|---|")
    for name, found in (
        ("the example study, whole process, specs planned anew", anew),
        ("the example study, whole process, plan known", known),
        ("the same without the check at the end", unchecked),
        ("`ced-cdisc --help`, whole process", help_),
        (f"XPT write, {rows}, ced-cdisc from polars", ours),
        (f"XPT write, {rows}, pyreadstat from pandas", theirs),
    ):
        print(f"| {name} | {statistics.median(found):.2f} | {min(found):.2f} |")
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(f"\npyreadstat takes {ratio:.0f} times as long as our writer.")


def repeated(runs: int, work: Callable[[], object]) -> list[float]:
    """Wall times of several runs [s]."""
    times: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return times


def run(command: list[str], cache: str = "off") -> None:
    """A process that must succeed, in the root of the repository, with a cache of plans."""
    environment = os.environ | {"CED_CDISC_CACHE": cache}
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=environment)


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given + [5, TIMES][len(given) :]))
