"""Where the time of the example build goes: a flame graph as text.

.venv/bin/python benchmarks/flame.py [FOLDER] [LEAST]

FOLDER is a study (raw, mappings, define), by default the example; LEAST the percent below which nothing is
listed, by default 2. One process that works as the command line does, specs planned anew. It is looked at
after each millisecond of CPU, so that the shares do not hang on what else the machine does. Below each
function of ours stand those that it calls, with their share of the whole and, in brackets, the share that is
spent in it and in libraries called from it. Libraries are told apart only where they are loaded.
"""

from __future__ import annotations

import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
STUDY = {"raw": "examples/improve_ced/raw", "mappings": "mappings", "define": "define"}
LOADING = "libraries and modules loaded"


@dataclass
class Part:
    """A function, or the loading of modules, with what it calls."""

    seconds: float = 0.0
    below: dict[str, Part] = field(default_factory=dict[str, "Part"])

    @property
    def own(self) -> float:
        return self.seconds - sum(part.seconds for part in self.below.values())


def sampled(folder: Path | None) -> Part:
    """What one build spends."""
    os.environ["CED_CDISC_CACHE"] = "off"
    places = {name: ROOT / path if folder is None else folder / name for name, path in STUDY.items()}
    root = Part()
    before = time.process_time()

    def look(_: int, frame: FrameType | None) -> None:
        nonlocal before
        now = time.process_time()
        add(root, frame, now - before)
        before = now

    signal.signal(signal.SIGPROF, look)
    with tempfile.TemporaryDirectory() as made:
        signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
        from ced_cdisc.cli.small import SMALL_RAW, work_as_small
        from ced_cdisc.pipeline import build

        work_as_small(places["raw"], SMALL_RAW)
        try:
            build(places["raw"], Path(made) / "out", mappings=places["mappings"], define=places["define"])
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)  # else its next signal ends the process without a word
    return root


def add(root: Part, frame: FrameType | None, seconds: float) -> None:
    """Add what was spent to all that is being called: ours by name, others to the one that called them."""
    root.seconds += seconds
    part = root
    for name in reversed(list(_called(frame))):
        part = part.below.setdefault(name, Part())
        part.seconds += seconds


def _called(frame: FrameType | None) -> Iterator[str]:
    """The functions of ours that are being called, the innermost first; one that calls itself once."""
    last = ""
    while frame is not None:
        code, place = frame.f_code, Path(frame.f_code.co_filename)
        name = ""
        if code.co_name == "<module>" or "importlib" in code.co_filename:
            name = LOADING if place != Path(__file__) else ""
        elif "ced_cdisc" in place.parts and not code.co_name.startswith("<"):
            module = ".".join(place.parts[place.parts.index("ced_cdisc") + 1 :]).removesuffix(".py")
            name = f"{module}.{code.co_name}"
        if name and name != last:
            yield name
            last = name
        frame = frame.f_back


def lines(name: str, part: Part, whole: float, least: float, depth: int = 0) -> Iterator[str]:
    """A part and those below it, the greatest first."""
    share = 100 * part.seconds / whole
    if share < least:
        return
    own = f" ({100 * part.own / whole:.0f})" if part.below and 100 * part.own / whole >= least else ""
    yield f"{'  ' * depth}{share:3.0f} %{own} {name}"
    for below, found in sorted(part.below.items(), key=lambda item: (-item[1].seconds, item[0])):
        yield from lines(below, found, whole, least, depth + 1)


def main(folder: Path | None, least: float) -> None:
    """Build, and print."""
    root = sampled(folder)
    print(f"Python {platform.python_version()}, one process: {root.seconds:.1f} s of CPU\n")
    print("```text")
    print("\n".join(lines("the whole build", root, root.seconds, least)))
    print("```")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(Path(given[0]) if given and given[0] else None, float(given[1]) if len(given) > 1 else 2.0)
