"""Vital signs from raw to VS, ADVS and transport files: our build beside a program written by hand.

python benchmarks/by_hand.py [ROWS[:ROUNDS] ...]

ROWS are the raw rows, by default 12978 in three rounds and 648900 in one: the sizes at which the R packages
sdtm.oak, admiral and haven were measured once (24.5 s with 340 MiB, 762 s with 7,100 MiB). Ours is the whole
command from a cold start, the plan made anew, and writes define.xml, define.html and build.json too; without
the check at its end. By hand is pandas with pyreadstat, and with polars-readstat where it is installed. Up to
200,000 records in a dataset their values are compared with ours before anything is measured. The rounds are
interleaved: ratios of medians count. Memory is that of the process and of all that it starts.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from made_study import SIGNS, write_study
from watching import Watched, build_command, watched

HERE = Path(__file__).resolve().parent
DEFAULT = ("12978:3", "648900:1")
MOST_COMPARED = 200_000


def commands(folder: Path) -> dict[str, list[str]]:
    """What is measured, and how it is called; ours first."""
    by_hand = [sys.executable, str(HERE / "by_hand_pandas.py"), str(folder)]
    found = {
        "ours": build_command(folder, folder / "ours"),
        "pandas, pyreadstat": [*by_hand, f"{folder}/pyreadstat"],
    }
    if find_spec("polars_readstat") is not None:
        found["pandas, polars-readstat"] = [*by_hand, f"{folder}/polars-readstat", "polars-readstat"]
    return found


def compare(folder: Path, theirs: str) -> None:
    """Compare all values of VS and ADVS with ours.

    Raises:
        SystemExit: a variable differs, and the times would not be those of the same work.
    """
    from ced_cdisc.read.xpt import read_xpt

    for ours, other in (("ours/sdtm/vs.xpt", "vs.xpt"), ("ours/adam/advs.xpt", "advs.xpt")):
        one, two = (read_xpt(path)[0] for path in (folder / ours, folder / theirs / other))
        if one.columns != two.columns or one.height != two.height:
            raise SystemExit(f"{other} of {theirs} has {two.shape}, ours {one.shape}")
        for name in one.columns:
            if not one[name].equals(two[name]):
                raise SystemExit(f"{other} of {theirs} has other values of {name}")


def measure(rows: int, rounds: int) -> Iterator[str]:
    """The lines of the table for one size."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_study(folder, "vitals", rows)
        wanted = commands(folder)
        if rows * len(SIGNS) <= MOST_COMPARED:
            for command in wanted.values():
                watched(command)
            for name in list(wanted)[1:]:
                compare(folder, name.rpartition(" ")[2])
        found: dict[str, list[Watched]] = {name: [] for name in wanted}
        for _ in range(rounds):
            for name, command in wanted.items():
                found[name].append(watched(command))
    ours = statistics.median(run.seconds for run in found["ours"])
    for name, runs in found.items():
        middle = statistics.median(run.seconds for run in runs)
        processor = statistics.median(run.processor for run in runs)
        memory = max(run.memory for run in runs)
        yield f"| {rows:,} | {name} | {middle:.2f} | {middle / ours:.1f} | {processor:.2f} | {memory:,} |"


def main() -> None:
    """Measure and print."""
    print("| raw rows | what | median [s] | as long as ours | of the processor [s] | memory [MiB] |")
    print("|---:|---|---:|---:|---:|---:|")
    for one in sys.argv[1:] or DEFAULT:
        rows, _, rounds = one.partition(":")
        for line in measure(int(rows), int(rounds or 1)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
