"""Whole builds of made studies: time, the time of each stage, and memory, and how they grow with the rows.

python benchmarks/study.py [KIND=ROWS ...]

KIND is vitals, labs or wide (60 domains), ROWS the raw rows of its large table, of a wide study of each; by
default wide=1000 vitals=12978 vitals=648900 labs=10000 labs=100000. Each
build is a process of its own, from a cold start, with the plan made anew. The exponent of a kind is that of
the time over the rows between its two largest sizes: 1 is in step with the rows.
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
from functools import partial
from pathlib import Path
from typing import Any

from made_study import write_study

DEFAULT = ("wide=1000", "vitals=12978", "vitals=648900", "labs=10000", "labs=100000")
STAGES = {
    "plan": ("ced_cdisc.pipeline", "make_plan"),
    "read": ("ced_cdisc.stages.reading", "read_raw"),
    "convert": ("ced_cdisc.stages.converting", "convert"),
    "package": ("ced_cdisc.stages.packaging", "package"),
}


def child(folder: Path) -> None:
    """One build; prints the seconds of its stages, and the records of its datasets."""
    os.environ["CED_CDISC_CACHE"] = "off"
    begin = time.perf_counter()
    pipeline = importlib.import_module("ced_cdisc.pipeline")
    seconds = {"import": time.perf_counter() - begin}

    def timed(name: str, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        start = time.perf_counter()
        made = work(*given, **named)
        seconds[name] = time.perf_counter() - start
        return made

    for name, (module, function) in STAGES.items():
        found = importlib.import_module(module)
        setattr(found, function, partial(timed, name, getattr(found, function)))
    made = pipeline.build(
        folder / "raw", folder / "out", mappings=folder / "mappings", define=folder / "define"
    )
    print(json.dumps([seconds, {name: len(frame) for name, frame in made.frames.items()}]))


def measure(folder: Path) -> tuple[float, float, dict[str, float], dict[str, int]]:
    """Seconds and MiB of a whole process, seconds by stage, and records by dataset."""
    answer = folder / "answer.json"
    begin = time.perf_counter()
    process = os.fork()
    if not process:
        os.dup2(os.open(answer, os.O_WRONLY | os.O_CREAT), 1)
        os.execv(sys.executable, [sys.executable, __file__, "--child", str(folder)])
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit(f"the build ended with {status}")
    seconds, records = json.loads(answer.read_text())
    return time.perf_counter() - begin, used.ru_maxrss / 1024, seconds, records


def report(asked: list[tuple[str, int]]) -> Iterator[str]:
    """The lines of a Markdown table, then the exponents."""
    yield f"{os.cpu_count()} cores, Python {platform.python_version()}\n"
    heads = " | ".join(f"{one} [s]" for one in ("import", *STAGES))
    yield f"| raw rows | records | whole [s] | {heads} | memory [MiB] |"
    yield "|---|---:|" + "---:|" * (len(STAGES) + 3)
    times: dict[str, list[tuple[int, float]]] = {}
    for kind, rows in asked:
        with tempfile.TemporaryDirectory() as made:
            write_study(Path(made), kind, rows)
            whole, memory, seconds, records = measure(Path(made))
        times.setdefault(kind, []).append((rows, whole))
        cells = " | ".join(f"{seconds[one]:.2f}" for one in ("import", *STAGES))
        yield f"| {kind} {rows:,} | {sum(records.values()):,} | {whole:.2f} | {cells} | {memory:,.0f} |"
    for kind, found in times.items():
        if len(found) > 1:
            (few, short), (many, long) = sorted(found)[-2:]
            exponent = math.log(long / short) / math.log(many / few)
            yield f"\n{kind}: from {few:,} to {many:,} rows the time grows with the exponent {exponent:.2f}."


def main() -> None:
    """Measure and print, or be the child."""
    if sys.argv[1:2] == ["--child"]:
        child(Path(sys.argv[2]))
        return
    asked = [one.split("=") for one in sys.argv[1:] or DEFAULT]
    for line in report([(kind, int(rows)) for kind, rows in asked]):
        print(line, flush=True)


if __name__ == "__main__":
    main()
