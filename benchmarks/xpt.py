"""Our transport files beside those of others: time and memory of writing and reading, in one run.

python benchmarks/xpt.py [ROWS] [ROUNDS]

Laboratory data (ROWS records of 25 variables, by default 1,000,000) are written and read by our code, by
pyreadstat and, where it is installed, by polars-readstat; beside them the same bytes are written and synced
as they are. Each measurement is a process of its own. The rounds are interleaved, so that what else the
machine does falls on all alike: ratios of medians count, single times do not. pyreadstat, which takes a
minute for a million rows, has a tenth of them, counted tenfold.

Memory is the most that a process had resident while it worked, less what it had when the work began; for
``streamed``, which reads its rows from a Parquet file as it writes them, it is all of the process.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from check import laboratory, member

Work = Callable[[], object]
SLOW = 10
"""Of how many rows one is given to pyreadstat."""
_BLOCK = 50_000


def write_plain(folder: Path) -> Work:
    """The bytes of the file as they are."""
    content = (folder / "lb.xpt").read_bytes()
    return lambda: _synced(folder / "plain.out", [content])


def write_ours(folder: Path) -> Work:
    """A frame in memory by :func:`write_xpt`."""
    from ced_cdisc.write.xpt import write_xpt

    frame = pl.read_parquet(folder / "lb.parquet")
    headers = member("LB", frame)

    def work() -> None:
        with (folder / "ours.xpt").open("wb") as stream:
            write_xpt(stream, frame, headers)
            os.fsync(stream.fileno())

    return work


def write_streamed(folder: Path) -> Work:
    """Blocks of a Parquet file by :func:`write_xpt_blocks`."""
    from ced_cdisc.write.xpt import write_xpt_blocks

    headers = member("LB", pl.read_parquet(folder / "head.parquet"))
    rows = int((folder / "rows.txt").read_text())

    def blocks() -> Iterator[pl.DataFrame]:
        for start in range(0, rows, _BLOCK):
            yield pl.scan_parquet(folder / "lb.parquet").slice(start, _BLOCK).collect()

    def work() -> None:
        with (folder / "streamed.xpt").open("wb") as stream:
            write_xpt_blocks(stream, blocks(), headers)
            os.fsync(stream.fileno())

    return work


def write_polars_readstat(folder: Path) -> Work:
    """A frame in memory by polars-readstat."""
    from polars_readstat import write_xpt

    frame = pl.read_parquet(folder / "lb.parquet")
    return lambda: write_xpt(frame, str(folder / "polars.xpt"), version=5, table_name="LB")


def write_pyreadstat(folder: Path) -> Work:
    """A pandas frame by pyreadstat; a tenth of the rows."""
    import pyreadstat

    frame = pl.read_parquet(folder / "lb.parquet", n_rows=_tenth(folder)).to_pandas()
    path = str(folder / "pyreadstat.xpt")
    return lambda: pyreadstat.write_xport(frame, path, table_name="LB", file_format_version=5)


def read_ours(folder: Path) -> Work:
    """The whole file by :func:`read_xpt`."""
    from ced_cdisc.read.xpt import read_xpt

    return lambda: read_xpt(folder / "lb.xpt")


def read_polars_readstat(folder: Path) -> Work:
    """The whole file by polars-readstat."""
    from polars_readstat import read_readstat

    return lambda: read_readstat(str(folder / "lb.xpt"))


def read_pyreadstat(folder: Path) -> Work:
    """The first tenth of the rows by pyreadstat."""
    import pyreadstat

    rows = _tenth(folder)
    return lambda: pyreadstat.read_xport(str(folder / "lb.xpt"), row_limit=rows)


WRITERS = [write_ours, write_streamed, write_polars_readstat, write_pyreadstat, write_plain]
READERS = [read_ours, read_polars_readstat, read_pyreadstat]


def _tenth(folder: Path) -> int:
    return int((folder / "rows.txt").read_text()) // SLOW


def _synced(path: Path, parts: list[bytes]) -> None:
    with path.open("wb") as stream:
        stream.writelines(parts)
        stream.flush()
        os.fsync(stream.fileno())


def prepare(folder: Path, rows: int) -> None:
    """The data as a Parquet file and as a transport file."""
    from ced_cdisc.write.xpt import write_xpt

    frame = laboratory(rows)
    frame.write_parquet(folder / "lb.parquet", row_group_size=_BLOCK)
    longest = frame.select(pl.col(pl.String).str.len_bytes().arg_max()).row(0)
    head = pl.concat([frame.slice(row, 1) for row in longest])
    head.write_parquet(folder / "head.parquet")  # has the longest text of each variable
    (folder / "rows.txt").write_text(str(rows))
    with (folder / "lb.xpt").open("wb") as stream:
        write_xpt(stream, frame, member("LB", frame))


def one(name: str, folder: Path) -> None:
    """One measurement, printed as JSON: seconds, and MiB beyond what the process had before it."""
    work = globals()[name](folder)
    before = most_resident()
    begin = time.perf_counter()
    work()
    seconds = time.perf_counter() - begin
    streamed = name == "write_streamed"
    print(json.dumps([seconds, most_resident() - (0 if streamed else before)]))


def most_resident() -> float:
    """The most memory that this program had [MiB]; what getrusage tells takes in what the caller had."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def measure(works: list[Callable[[Path], Work]], folder: Path, rounds: int) -> dict[str, list[list[float]]]:
    """The measurements of each, in interleaved rounds."""
    found: dict[str, list[list[float]]] = {}
    for _ in range(rounds):
        for work in works:
            name = work.__name__
            if "polars_readstat" in name and find_spec("polars_readstat") is None:
                continue
            command = [sys.executable, __file__, "--one", name, str(folder)]
            answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            seconds, memory = json.loads(answer.splitlines()[-1])
            times = SLOW if name.endswith("_pyreadstat") and "polars" not in name else 1
            found.setdefault(name, []).append([seconds * times, memory])
    return found


def table(found: dict[str, list[list[float]]]) -> Iterator[str]:
    """The rows of a Markdown table, with the ratio to ours."""
    ours = statistics.median(seconds for seconds, _ in next(iter(found.values())))
    for name, measured in found.items():
        middle = statistics.median(seconds for seconds, _ in measured)
        least = min(seconds for seconds, _ in measured)
        memory = max(size for _, size in measured)
        words = name.replace("polars_readstat", "polars-readstat").replace("_", " ", 1)
        yield f"| {words} | {middle:.2f} | {least:.2f} | {middle / ours:.2f} | {memory:,.0f} |"


def main() -> None:
    """Prepare, measure, print."""
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]))
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        prepare(folder, rows)
        size = (folder / "lb.xpt").stat().st_size / 1e6
        print(f"{rows:,} rows x 25, {size:,.0f} MB, {rounds} rounds, {os.cpu_count()} cores, ", end="")
        print(f"Python {platform.python_version()}, polars {pl.__version__}\n")
        print("| what | median [s] | least [s] | as long as ours | memory [MiB] |")
        print("|---|---:|---:|---:|---:|")
        for works in (WRITERS, READERS):
            print("\n".join(table(measure(works, folder, rounds))))


if __name__ == "__main__":
    main()
