"""Builds with ``--incremental`` beside full ones: the first, of an unchanged study, and after one change.

python benchmarks/incremental.py [KIND=ROWS[:WAY] ...]

KIND is labs, vitals or wide, ROWS as for study.py; by default labs=10000 vitals=12978 wide=300. WAY is how
it is built: `whole`, or as its size says by so many processes (`workers1` is this one, `workers2`): one of
50,000 raw rows of labs is built in parts. A study of labs or vitals has a small domain beside its large one.
The changes are a cell of the raw table of a small domain, and a label in the spec of the analysis dataset,
which is one of the two large ones of labs and vitals. The memory is the highest of one process [MiB], of the
full builds and of the incremental ones.
Each build is a process of its own, and its time is that of the processor [s], which other work on the machine
changes least; the plan of what did not change is known from before. Of two full builds the faster one counts.
"watched" is another cell of the small domain in a process that stays, as that of `build --watch` does: the
faster of two.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from made_study import WIDE_DOMAINS, add_domain, write_study

DEFAULT = ("labs=10000", "vitals=12978", "wide=300")
CHILD = """
import sys
from pathlib import Path
from ced_cdisc.pipeline import build
folder, out, kept, checked = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "kept", sys.argv[4] == "checked"
specs = {"mappings": folder / "mappings", "define": folder / "define"}
way = {"parts": 0} if sys.argv[5] == "whole" else {"workers": int(sys.argv[5].removeprefix("workers"))}
build(folder / "raw", folder / out, **specs, **way, incremental=kept, check=checked)
"""
STAYS = """
import gc
import sys
from pathlib import Path
from time import process_time
from incremental import change_cell
from ced_cdisc.pipeline import build
folder, checked, table = Path(sys.argv[1]), sys.argv[2] == "checked", Path(sys.argv[4])
specs = {"mappings": folder / "mappings", "define": folder / "define"}
way = {"parts": 0} if sys.argv[3] == "whole" else {"workers": int(sys.argv[3].removeprefix("workers"))}
spent = []
for cell in ("51.5", "52.5", "53.5"):
    change_cell(table, cell)
    before = process_time()
    build(folder / "raw", folder / "out", **specs, **way, incremental=True, check=checked)
    spent.append(process_time() - before)
    gc.collect()
print(min(spent[1:]))
"""


class Used(NamedTuple):
    """What one build took: seconds of the processor, and the highest memory of one process [MiB]."""

    seconds: float
    memory: int


def used_by(folder: Path, out: str, way: str, *, kept: bool, checked: bool = True) -> Used:
    """What one build takes.

    Raises:
        SystemExit: it failed.
    """
    given = [str(folder), out, "kept" if kept else "", "checked" if checked else "", way]
    process = os.posix_spawn(sys.executable, [sys.executable, "-c", CHILD, *given], dict(os.environ))
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit(f"the build ended with {status}")
    return Used(used.ru_utime + used.ru_stime, used.ru_maxrss >> 10)


def used_by_one_that_stays(folder: Path, table: Path, way: str, *, checked: bool) -> Used:
    """What a build takes after a change, in a process that has built before; its memory is not looked at."""
    given = [str(folder), "checked" if checked else "", way, str(table)]
    here = dict(os.environ) | {"PYTHONPATH": os.pathsep.join((str(Path(__file__).parent), *sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", STAYS, *given], capture_output=True, text=True, check=True, env=here
    )
    return Used(float(done.stdout), 0)


def change_cell(path: Path, cell: str = "55.5") -> None:
    """Give the first row of a raw table another value in its last column."""
    head, row, rest = path.read_text(encoding="utf-8").split("\n", 2)
    path.write_text("\n".join((head, f"{row.rpartition(',')[0]},{cell}", rest)), encoding="utf-8")


def change_label(path: Path) -> None:
    """Give an analysis dataset another label."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("label: ", "label: Other ", 1), encoding="utf-8")


def measure(folder: Path, kind: str, rows: int, way: str, *, checked: bool) -> list[Used]:
    """What a full build takes, and the first, an unchanged, a changed, a watched and another changed one."""
    write_study(folder, kind, rows)
    small = WIDE_DOMAINS[0].lower() if kind == "wide" else add_domain(folder, max(rows // 20, 17))
    domain = {"labs": "lb", "vitals": "vs"}.get(kind, WIDE_DOMAINS[0].lower())
    used_by(folder, "full", way, kept=False, checked=False)  # the plan
    full = min(used_by(folder, "full", way, kept=False, checked=checked) for _ in range(2))
    used_by(folder, "out", way, kept=True, checked=False)  # the plan of such builds
    shutil.rmtree(Path(os.environ["CED_CDISC_CACHE"]) / "kept")
    found = [full, *(used_by(folder, "out", way, kept=True, checked=checked) for _ in range(2))]
    table = folder / "raw" / f"{WIDE_DOMAINS[1].lower() if kind == 'wide' else small}.csv"
    change_cell(table)
    found.append(used_by(folder, "out", way, kept=True, checked=checked))
    found.append(used_by_one_that_stays(folder, table, way, checked=checked))
    change_label(folder / "mappings" / "adam" / f"ad{domain}.yaml")
    return [*found, used_by(folder, "out", way, kept=True, checked=checked)]


def report(asked: list[tuple[str, int, str]]) -> Iterator[str]:
    """The lines of a Markdown table."""
    changed = "unchanged | small domain changed | watched | analysis changed"
    yield f"| raw rows | way | check | full [s] | first | {changed} | memory | with incremental |"
    yield "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for kind, rows, way in asked:
        for checked in (True, False):
            with tempfile.TemporaryDirectory() as made:
                os.environ["CED_CDISC_CACHE"] = f"{made}/cache"
                full, *others = measure(Path(made) / "study", kind, rows, way, checked=checked)
            cells = " | ".join(f"{100 * one.seconds / full.seconds:.0f} %" for one in others)
            memory = f"{full.memory:,} | {max(one.memory for one in others):,}"
            head = f"{kind} {rows:,} | {way} | {'with' if checked else 'without'} | {full.seconds:.2f}"
            yield f"| {head} | {cells} | {memory} |"


def main() -> None:
    """Measure and print."""
    asked: list[tuple[str, int, str]] = []
    for one in sys.argv[1:] or DEFAULT:
        kind, _, rest = one.partition("=")
        rows, _, way = rest.partition(":")
        asked.append((kind, int(rows), way or "whole"))
    for line in report(asked):
        print(line, flush=True)


if __name__ == "__main__":
    main()
