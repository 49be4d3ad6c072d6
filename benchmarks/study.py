"""Whole builds of made studies: time, the time of each stage, and memory, and how they grow with the rows.

python benchmarks/study.py [--no-check] [KIND=ROWS[:WAY] ...]

KIND is vitals, labs or wide (60 domains), ROWS the raw rows of its large table, of a wide study of each; by
default wide=1000 vitals=12978 vitals=648900 labs=10000 labs=100000. WAY is how the study is built: `whole`,
in so many parts (`parts3`), by so many processes (`workers2`; `workers1` is this one), or on a Dask cluster
of so many processes on this machine (`dask2`); without it, as the size says. Each build is a process of its
own, from a cold start, with the plan made anew. In brackets stand the seconds of the processor, of all its
processes: what else a shared machine does changes them less than the others. The memory is that of it and
all its processes, at its highest before the check and with it. The exponent of a kind is that of the time
over the rows between its two largest sizes: 1 is in step with the rows; benchmarks/growth.py looks at more.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from made_study import write_study
from watching import Watched, tree_memory

DEFAULT = ("wide=1000", "vitals=12978", "vitals=648900", "labs=10000", "labs=100000")
STAGES = {
    "plan": ("ced_cdisc.pipeline", "make_plan"),
    "read": ("ced_cdisc.stages.reading", "read_raw"),
    "convert": ("ced_cdisc.stages.making", "make_datasets"),
    "package": ("ced_cdisc.stages.packaging", "package"),
}
NO_CHECK = "--no-check"
BUILT = "built"
"""A file that says that the build is past its package, and the check begins."""


def child(folder: Path, way: str) -> None:
    """One build; prints the seconds of its stages and those of the processor, and its records by dataset."""
    os.environ["CED_CDISC_CACHE"] = "off"
    seconds: dict[str, tuple[float, float]] = {}

    def timed(name: str, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        start, used = time.perf_counter(), processor()
        made = work(*given, **named)
        seconds[name] = time.perf_counter() - start, processor() - used
        return made

    pipeline = timed("import", importlib.import_module, "ced_cdisc.pipeline")

    for name, (module, function) in STAGES.items():
        found = importlib.import_module(module)
        setattr(found, function, partial(timed, name, getattr(found, function)))
    check = pipeline.check_output

    def checked(*given: Any) -> Any:
        (folder / BUILT).touch()
        return timed("check", check, *given)

    pipeline.check_output = checked
    kind, number = way.rstrip("0123456789"), int("".join(filter(str.isdigit, way)) or 0)
    named: dict[str, Any] = {"check": NO_CHECK not in sys.argv}
    if kind in ("parts", "whole"):
        named["parts"] = number
    elif kind == "workers":
        named["workers"] = number
    with ExitStack() as stack:
        if kind == "dask":
            cluster = importlib.import_module("distributed").LocalCluster(
                n_workers=number, threads_per_worker=1, dashboard_address=None
            )
            named["dask"] = stack.enter_context(cluster).scheduler_address
        made = pipeline.build(
            folder / "raw", folder / "out", mappings=folder / "mappings", define=folder / "define", **named
        )
    print(json.dumps([seconds, {name: made.frames.shape(name)[0] for name in made.frames}]))


def processor() -> float:
    """Seconds of the processor that this process has used, and those below it that have ended."""
    return sum(os.times()[:4])


def measure(folder: Path, way: str) -> tuple[Watched, list[int], dict[str, list[float]], dict[str, int]]:
    """What it took, MiB before the check and with it, what each stage took, records by dataset."""
    answer = folder / "answer.json"
    begin = time.perf_counter()
    process = os.fork()
    if not process:
        os.dup2(os.open(answer, os.O_WRONLY | os.O_CREAT), 1)
        os.execv(
            sys.executable,
            [sys.executable, __file__, "--child", str(folder), way, *({NO_CHECK} & set(sys.argv))],
        )
    highest = [0, 0]
    while True:
        ended, status, used = os.wait4(process, os.WNOHANG)
        if ended:
            break
        now = tree_memory(process)
        for place in range(int((folder / BUILT).exists()), 2):
            highest[place] = max(highest[place], now)
        time.sleep(0.03)
    if status:
        raise SystemExit(f"the build ended with {status}")
    seconds, records = json.loads(answer.read_text())
    whole = Watched(time.perf_counter() - begin, used.ru_utime + used.ru_stime, highest[1])
    return whole, highest, seconds, records


def report(asked: list[tuple[str, int, str]]) -> Iterator[str]:
    """The lines of a Markdown table, then the exponents."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    yield f"{machine}; in brackets seconds of the processor\n"
    stages = ("import", *STAGES, "check")
    heads = " | ".join(f"{one} [s]" for one in stages)
    heads = f"whole [s] | {heads} | memory [MiB] | with check [MiB]"
    yield f"| raw rows | way | records | {heads} |"
    yield "|---|---|---:|" + "---:|" * (len(stages) + 3)
    times: dict[str, list[tuple[int, float]]] = {}
    for kind, rows, way in asked:
        with tempfile.TemporaryDirectory() as made:
            write_study(Path(made), kind, rows)
            whole, (memory, checked), seconds, records = measure(Path(made), way)
        times.setdefault(f"{kind} {way}".strip(), []).append((rows, whole.seconds))
        cells = " | ".join("{:.2f} ({:.2f})".format(*seconds.get(one, (0, 0))) for one in stages)
        count = sum(records.values())
        cells = f"{whole.seconds:.2f} ({whole.processor:.2f}) | {cells}"
        yield f"| {kind} {rows:,} | {way or 'by size'} | {count:,} | {cells} | {memory:,} | {checked:,} |"
    for kind, found in times.items():
        if len(found) > 1:
            (few, short), (many, long) = sorted(found)[-2:]
            exponent = math.log(long / short) / math.log(many / few)
            yield f"\n{kind}: from {few:,} to {many:,} rows the time grows with the exponent {exponent:.2f}."


def main() -> None:
    """Measure and print, or be the child."""
    if sys.argv[1:2] == ["--child"]:
        child(Path(sys.argv[2]), sys.argv[3])
        return
    asked: list[tuple[str, int, str]] = []
    for one in [one for one in sys.argv[1:] if one != NO_CHECK] or DEFAULT:
        kind, _, rest = one.partition("=")
        rows, _, way = rest.partition(":")
        asked.append((kind, int(rows), way))
    for line in report(asked):
        print(line, flush=True)


if __name__ == "__main__":
    main()
