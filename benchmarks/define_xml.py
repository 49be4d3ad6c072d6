"""Times define.xml of 60 datasets, 3,000 variables and 200 codelists: written, checked, read, written again.

    .venv/bin/python benchmarks/define_xml.py [RUNS]

Prints one Markdown table; it fails where the file has a finding or the round trip changes a byte.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from define_page import CODELISTS, DATASETS, VARIABLES, large

from ced_cdisc.check.define import check_define, lint
from ced_cdisc.define import read_define, write_define
from ced_cdisc.write.define import define_xml

A = TypeVar("A")
T = TypeVar("T")


def main(runs: int) -> None:
    """Measure and print."""
    package = large()
    times: dict[str, list[float]] = {}
    for _ in range(runs):
        lint.read_schema.cache_clear()
        xml = timed(times, "written", define_xml, package)
        findings = timed(times, "validated, with the rules beyond the schema", check_define, xml)
        model = timed(times, "read", read_define, xml)
        assert timed(times, "written again", write_define, model) == xml
    assert not findings
    print(f"{DATASETS} datasets, {DATASETS * VARIABLES:,} variables, {CODELISTS} codelists; ")
    print(f"{len(xml) / 1e6:.1f} MB, {runs} runs, no finding\n")
    print("| what | median [s] | least [s] |\n|---|---|---|")
    for what, measured in times.items():
        print(f"| {what} | {statistics.median(measured):.2f} | {min(measured):.2f} |")


def timed(times: dict[str, list[float]], what: str, work: Callable[[A], T], given: A) -> T:
    """Do the work, and keep its seconds of processor: other programs on the machine do not count."""
    start = time.process_time()
    made = work(given)
    times.setdefault(what, []).append(time.process_time() - start)
    return made


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
