"""The commands that answer a question at once, from a cold process: CPU seconds, and a ratio.

python benchmarks/workbench.py [RUNS]

Each command is started RUNS times (5) in a process of its own, with its plan in the cache; the best counts.
What the machine does besides changes the seconds, and hardly the ratio to loading polars, numpy and pyarrow.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

CLONE = Path(__file__).resolve().parents[1]
RAW = ("--raw", "examples/improve_ced/raw")
WHO = "USUBJID=IMPROVECED-01-001"
LIBRARIES = ("-c", "import polars, numpy, pyarrow.csv")
COMMANDS = {
    "--help": ("--help",),
    "explain AE.AESTDY": ("explain", "AE.AESTDY"),
    "schema sdtm": ("schema", "sdtm"),
    "why: the age": ("why", "ADSL", WHO, "AGE", *RAW),
    "why: a mean of a diary": ("why", "ADNTG", WHO, "PARAMCD=NTGDAY", "AVISIT=Month 6", "AVAL", *RAW),
    "why: a baseline": ("why", "ADCF", WHO, "PARAMCD=CBFPCT", "AVISIT=Month 6", "BASE", *RAW),
    "why: the change of a scale": ("why", "ADQSSAQ", WHO, "PARAMCD=SAQPL", "AVISIT=Month 6", "CHG", *RAW),
}


def seconds(arguments: tuple[str, ...], runs: int, environment: dict[str, str]) -> float:
    """The CPU seconds of the best of several runs."""
    spent: list[float] = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *arguments], cwd=CLONE, env=environment, check=True, capture_output=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def main() -> None:
    """Print a line a command."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPATH": str(CLONE / "src"), "CED_CDISC_CACHE": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # the second run is that of a user
        seconds(("-m", "ced_cdisc.cli", "check-spec"), 1, environment)
        base = seconds(LIBRARIES, runs, environment)
        print(f"{'libraries alone':<28} {base:5.2f} s")
        for name, words in COMMANDS.items():
            spent = seconds(("-m", "ced_cdisc.cli", *words), runs, environment)
            print(f"{name:<28} {spent:5.2f} s {spent / base:6.2f}")


if __name__ == "__main__":
    main()
