"""Where the time of the example build goes: a flame graph as text.

.venv/bin/python benchmarks/flame.py [FOLDER] [LEAST]

FOLDER is a study (raw, mappings, define), by default the example; LEAST the percent below which nothing is
listed, by default 2. One process, specs planned anew, sampled every millisecond by pyinstrument. Below each
function of ours stand those that it calls, with their share of the whole and, in brackets, the share that is
spent in it and in libraries called from it. Libraries are told apart only where they are loaded.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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


def sampled(folder: Path | None) -> Any:
    """The root frame of one build."""
    os.environ["CED_CDISC_CACHE"] = "off"
    from pyinstrument import Profiler

    places = {name: ROOT / path if folder is None else folder / name for name, path in STUDY.items()}
    with tempfile.TemporaryDirectory() as made:
        profiler = Profiler(interval=0.001)
        with profiler:
            import ced_cdisc

            ced_cdisc.build(
                places["raw"], Path(made) / "out", mappings=places["mappings"], define=places["define"]
            )
    return profiler.last_session.root_frame()


def gather(frame: Any, into: Part) -> None:
    """Add a frame to the parts: ours by name, what is not ours to the one that called it."""
    path = Path(frame.file_path or "")
    for child in frame.children:
        place = Path(child.file_path or "")
        inside = "ced_cdisc" in place.parts and child.function != "<module>"
        if child.function == "<module>" or "importlib" in str(child.file_path):
            into.below.setdefault(LOADING, Part()).seconds += child.time
        elif inside and not child.function.startswith("<"):
            module = ".".join(place.parts[place.parts.index("ced_cdisc") + 1 :]).removesuffix(".py")
            name = f"{module}.{child.function}"
            if place == path and child.function == frame.function:  # calls itself
                gather(child, into)
                continue
            part = into.below.setdefault(name, Part())
            part.seconds += child.time
            gather(child, part)
        else:
            gather(child, into)


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
    root = Part()
    frame = sampled(folder)
    root.seconds = frame.time
    gather(frame, root)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, one process: {root.seconds:.1f} s\n")
    print("```text")
    print("\n".join(lines("the whole build", root, root.seconds, least)))
    print("```")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(Path(given[0]) if given and given[0] else None, float(given[1]) if len(given) > 1 else 2.0)
