"""Builds with ``--incremental`` beside full ones: the first, of an unchanged study, and after one change.

python benchmarks/incremental.py [KIND=ROWS ...]

KIND is labs, vitals or wide, ROWS as for study.py; by default labs=10000 vitals=12978 wide=300. A study of
labs or vitals has a small domain beside its large one. The changes are a cell of the raw table of a small
domain, and a label in the spec of the analysis dataset, which is one of the two large ones of labs
and vitals.
Each build is a process of its own, and its time is that of the processor [s], which other work on the machine
changes least; the plan of what did not change is known from before. Of two full builds the faster one counts.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from made_study import WIDE_DOMAINS, add_domain, write_study

DEFAULT = ("labs=10000", "vitals=12978", "wide=300")
CHILD = """
import sys
from pathlib import Path
from ced_cdisc.pipeline import build
folder, out, kept, checked = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "kept", sys.argv[4] == "checked"
specs = {"mappings": folder / "mappings", "define": folder / "define"}
build(folder / "raw", folder / out, **specs, parts=None if kept else 0, incremental=kept, check=checked)
"""


def seconds(folder: Path, out: str, *, kept: bool, checked: bool = True) -> float:
    """The time of the processor for one build.

    Raises:
        SystemExit: it failed.
    """
    given = [str(folder), out, "kept" if kept else "", "checked" if checked else ""]
    process = os.posix_spawn(sys.executable, [sys.executable, "-c", CHILD, *given], dict(os.environ))
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit(f"the build ended with {status}")
    return used.ru_utime + used.ru_stime


def change_cell(path: Path) -> None:
    """Give the first row of a raw table another value in its last column."""
    head, row, rest = path.read_text(encoding="utf-8").split("\n", 2)
    path.write_text("\n".join((head, f"{row.rpartition(',')[0]},55.5", rest)), encoding="utf-8")


def change_label(path: Path) -> None:
    """Give an analysis dataset another label."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("label: ", "label: Other ", 1), encoding="utf-8")


def measure(folder: Path, kind: str, rows: int, *, checked: bool) -> list[float]:
    """The seconds of a full build, and of the first, an unchanged, and two changed incremental ones."""
    write_study(folder, kind, rows)
    small = WIDE_DOMAINS[0].lower() if kind == "wide" else add_domain(folder, max(rows // 20, 17))
    domain = {"labs": "lb", "vitals": "vs"}.get(kind, WIDE_DOMAINS[0].lower())
    seconds(folder, "full", kept=False, checked=False)  # the plan
    full = min(seconds(folder, "full", kept=False, checked=checked) for _ in range(2))
    seconds(folder, "out", kept=True, checked=False)  # the plan of such builds
    shutil.rmtree(Path(os.environ["CED_CDISC_CACHE"]) / "kept")
    found = [full, *(seconds(folder, "out", kept=True, checked=checked) for _ in range(2))]
    change_cell(folder / "raw" / f"{WIDE_DOMAINS[1].lower() if kind == 'wide' else small}.csv")
    found.append(seconds(folder, "out", kept=True, checked=checked))
    change_label(folder / "mappings" / "adam" / f"ad{domain}.yaml")
    return [*found, seconds(folder, "out", kept=True, checked=checked)]


def report(asked: list[tuple[str, int]]) -> Iterator[str]:
    """The lines of a Markdown table."""
    yield "| raw rows | check | full [s] | first | unchanged | small domain changed | analysis changed |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    for kind, rows in asked:
        for checked in (True, False):
            with tempfile.TemporaryDirectory() as made:
                os.environ["CED_CDISC_CACHE"] = f"{made}/cache"
                full, *others = measure(Path(made) / "study", kind, rows, checked=checked)
            cells = " | ".join(f"{100 * one / full:.0f} %" for one in others)
            yield f"| {kind} {rows:,} | {'with' if checked else 'without'} | {full:.2f} | {cells} |"


def main() -> None:
    """Measure and print."""
    pairs = (one.partition("=") for one in sys.argv[1:] or DEFAULT)
    for line in report([(kind, int(rows)) for kind, _, rows in pairs]):
        print(line, flush=True)


if __name__ == "__main__":
    main()
