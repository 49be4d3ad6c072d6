"""All benchmarks with one command, as one Markdown page.

.venv/bin/python benchmarks/run.py [--smallest] [NAME ...]

NAME is one of the files beside this one, such as xpt; by default all of them, which takes three quarters of
an hour and 8 GB of disk. ``--smallest`` gives each the least work that shows that it runs: its times say
nothing. What is committed as ``results-DATE.md`` is what this prints, with a sentence on what else the
machine did.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).resolve().parent
FULL: dict[str, list[str]] = {
    "imports": [],
    "example_build": [],
    "study": [],
    "by_hand": [],
    "growth": [],
    "incremental": [],
    "xpt": [],
    "check": [],
    "compare": [],
    "define_xml": [],
    "define_page": [],
}
SMALLEST: dict[str, list[str]] = {
    "imports": ["1"],
    "example_build": ["1", "2"],
    "study": ["vitals=600", "labs=200", "wide=34"],
    "by_hand": ["600:1"],
    "growth": ["--once", "400", "100000", "101000"],
    "incremental": ["labs=200", "wide=34"],
    "xpt": ["2000", "1"],
    "check": ["2000"],
    "compare": ["400000"],
    "define_xml": ["1"],
    "define_page": ["1"],
}
LIBRARIES = ("polars", "pyarrow", "numpy", "pandas", "lxml", "pyreadstat", "polars-readstat")


def machine() -> str:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found: list[str] = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"no {name}")
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {', '.join(found)}."
    )


def report(names: list[str], given: dict[str, list[str]]) -> Iterator[str]:
    """The page, a benchmark at a time.

    Raises:
        SystemExit: a benchmark failed; what it wrote to standard error stands above.
    """
    yield f"# Benchmarks\n\n{machine()}\nRatios within one table count, single times do not.\n"
    for name in names:
        module = HERE / f"{name}.py"
        title = module.read_text(encoding="utf-8").splitlines()[0].strip('"').rstrip(".:")
        yield f"## {title} (`benchmarks/{name}.py`)\n"
        made = subprocess.run(
            [sys.executable, module, *given[name]], stdout=subprocess.PIPE, encoding="utf-8", check=False
        )
        if made.returncode:
            raise SystemExit(f"benchmarks/{name}.py ended with {made.returncode}")
        yield made.stdout.strip() + "\n"


def main(arguments: list[str]) -> None:
    """Run the benchmarks that are named, or all, and print as they end."""
    given = SMALLEST if "--smallest" in arguments else FULL
    names = [one for one in arguments if one != "--smallest"] or list(given)
    if unknown := [one for one in names if one not in given]:
        raise SystemExit(f"there is no benchmark {unknown[0]}; there are {', '.join(given)}")
    for part in report(names, given):
        print(part, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
