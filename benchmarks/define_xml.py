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

from ced_cdisc.check.define import _schema, check_define
from ced_cdisc.define import read_define, write_define
from ced_cdisc.write.define import define_xml

T = TypeVar("T")


def main(runs: int) -> None:
    """Measure and print."""
    package = large()
    times: dict[str, list[float]] = {}

    def timed(what: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        made = work()
        times.setdefault(what, []).append(time.perf_counter() - start)
        return made

    for _ in range(runs):
        _schema.cache_clear()
        xml = timed("written", lambda: define_xml(package))
        findings = timed("validated, with the rules beyond the schema", lambda: check_define(xml))
        model = timed("read", lambda: read_define(xml))
        assert timed("written again", lambda: write_define(model)) == xml
    said = sorted({f"{f.code} {f.message}" for f in findings})
    print(f"{DATASETS} datasets, {DATASETS * VARIABLES:,} variables, {CODELISTS} codelists; ")
    print(f"{len(xml) / 1e6:.1f} MB, {runs} runs, {len(said)} findings\n")
    print("| what | median [s] | least [s] |\n|---|---|---|")
    for what, measured in times.items():
        print(f"| {what} | {statistics.median(measured):.2f} | {min(measured):.2f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
