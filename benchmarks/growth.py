"""How time and memory of a build grow with the records, from ten thousand to ten million.

python benchmarks/growth.py [--once] [RECORDS ...]

Laboratory results of 20 analytes as LB and ADLB, of which RECORDS is the sum; by default 10,000, 100,000,
1,000,000 and 10,000,000. Each build is the whole command from a cold start, the plan made anew, without the
check at its end: three times up to a million records, in interleaved rounds, and once beyond, or ``--once``
each. The exponent is the slope of a straight line through the logarithms of time and records by least
squares, over the sizes from 100,000 records on: 1 is in step with the records, 1.04 is eleven times the time
for ten times the records.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from math import log
from pathlib import Path
from statistics import median

from made_study import ANALYTES, write_study
from watching import Watched, build_command, watched

DEFAULT = (10_000, 100_000, 1_000_000, 10_000_000)
ROUNDS = 3
ONCE = "--once"
MANY = 1_000_000
"""Records beyond which a build is measured once."""
LEAST = 100_000
"""Records from which on the start of the command no longer counts."""


def measure(sizes: Sequence[int], rounds: int) -> dict[int, list[Watched]]:
    """The builds of each size."""
    found: dict[int, list[Watched]] = {size: [] for size in sizes}
    with ExitStack() as stack:
        folders = {size: Path(stack.enter_context(tempfile.TemporaryDirectory())) for size in sizes}
        for size, folder in folders.items():
            write_study(folder, "labs", size // (2 * len(ANALYTES)))
        for round_ in range(rounds):
            for size, folder in folders.items():
                if not round_ or size <= MANY:
                    found[size].append(watched(build_command(folder, folder / "out")))
    return found


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The slope of a line through the logarithms of pairs, by least squares.

    >>> round(exponent([(1, 2), (10, 20), (100, 200)]), 9)
    1.0
    """
    pairs = [(log(one), log(other)) for one, other in points]
    middle = sum(x for x, _ in pairs) / len(pairs), sum(y for _, y in pairs) / len(pairs)
    over = sum((x - middle[0]) * (y - middle[1]) for x, y in pairs)
    return over / sum((x - middle[0]) ** 2 for x, _ in pairs)


def report(found: dict[int, list[Watched]]) -> Iterator[str]:
    """The lines of a Markdown table, then the exponents."""
    yield "| records of LB and ADLB | median [s] | of the processor [s] | µs a record | memory [MiB] |"
    yield "|---:|---:|---:|---:|---:|"
    shown: list[tuple[int, float, float]] = []
    for size, runs in sorted(found.items()):
        seconds, processor = median(run.seconds for run in runs), median(run.processor for run in runs)
        memory = max(run.memory for run in runs)
        yield f"| {size:,} | {seconds:.2f} | {processor:.2f} | {seconds / size * 1e6:.1f} | {memory:,} |"
        if size >= LEAST:
            shown.append((size, seconds, processor))
    if len(shown) > 1:
        of_time = exponent([(size, seconds) for size, seconds, _ in shown])
        of_work = exponent([(size, processor) for size, _, processor in shown])
        yield (
            f"\nFrom {shown[0][0]:,} records on the time grows with the exponent {of_time:.2f}, "
            f"that of the processor with {of_work:.2f}."
        )


def main() -> None:
    """Measure and print."""
    sizes = [int(one) for one in sys.argv[1:] if one != ONCE] or list(DEFAULT)
    for line in report(measure(sizes, 1 if ONCE in sys.argv else ROUNDS)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
