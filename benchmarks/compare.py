"""Times `ced-cdisc compare` on two files of ten million records and 20 variables, beside a pandas merge.

    .venv/bin/python benchmarks/compare.py [ROWS]

The files are written to a temporary folder first (about 1.7 GB each as XPT). B has its records in the same
order, or in another one; 1 value in 10,000 of AVAL differs, and the report has to say so. The pandas merge
(read, outer merge on the keys, compare every column) has a tenth of the records as Parquet, and ours too.
Prints one Markdown table; memory is the greatest resident set, in which the pages of a mapped transport file
count.

Measured on two cores under a load of five to twelve processes:

| XPT, 10,000,000 records | seconds | of the processor | memory [GB] |
|---|---|---|---|
| same order, unequal variables decoded | 102 | 12 | 3.7 |
| same order, unequal values decoded | 14 to 31 | 9 to 10 | 1.9 |
| another order, every variable decoded and reordered | 146 | 54 | 3.8 |
| another order, bytes compared in one pass | 25 to 71 | 18 to 20 | 2.6 |
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.write.xpt import write_xpt

KEYS = "USUBJID,PARAMCD,AVISITN,ATPTN"
SUBJECTS_PER, PARAMETERS, VISITS, POINTS = 500, 10, 10, 5
PANDAS = """
import sys
import pandas as pd
a, b = (pd.read_parquet(path) for path in sys.argv[1:3])
keys = sys.argv[3].split(",")
both = a.merge(b, on=keys, how="outer", suffixes=("", "_B"), indicator=True)
print((both["_merge"] != "both").sum())
for name in a.columns.difference(keys):
    x, y = both[name], both[name + "_B"]
    print(name, int(((x != y) & ~(x.isna() & y.isna())).sum()))
"""


def frame(rows: int) -> pl.DataFrame:
    """Records of a laboratory dataset, sorted by subject, parameter, visit and time point."""
    at = np.arange(rows)
    random = np.random.default_rng(1)
    point, visit = at % POINTS, at // POINTS % VISITS
    parameter, subject = at // (POINTS * VISITS) % PARAMETERS, at // SUBJECTS_PER
    value = np.round(random.normal(50, 10, rows), 2)
    base = np.round(random.normal(50, 10, rows), 2)
    names = pl.Series([f"PARAM{i:03}" for i in range(PARAMETERS)])
    long = pl.Series([f"Parameter number {i:03} (mmol/L)" for i in range(PARAMETERS)])
    visits = pl.Series([f"Week {i}" for i in range(VISITS)])
    ids = "STUDY01-" + pl.Series(subject).cast(pl.String).str.zfill(6)
    return pl.DataFrame(
        {
            "STUDYID": pl.repeat("STUDY01", rows, eager=True),
            "USUBJID": ids,
            "TRTA": pl.Series(["Placebo", "Active"]).gather(subject % 2),
            "TRTAN": (subject % 2).astype(np.float64),
            "PARAMCD": names.gather(parameter),
            "PARAM": long.gather(parameter),
            "AVISIT": visits.gather(visit),
            "AVISITN": visit.astype(np.float64),
            "ATPTN": point.astype(np.float64),
            "ADT": 21000.0 + visit * 7,
            "ADY": 1.0 + visit * 7,
            "AVAL": value,
            "AVALC": pl.Series(value).cast(pl.String),
            "BASE": base,
            "CHG": value - base,
            "PCHG": 100 * (value - base) / base,
            "ANRLO": np.full(rows, 30.0),
            "ANRHI": np.full(rows, 70.0),
            "ABLFL": pl.Series([None, "Y"]).gather((visit == 0).astype(np.int64)),
            "ASEQ": (at % SUBJECTS_PER + 1).astype(np.float64),
        }
    )


def member(data: pl.DataFrame) -> XptMember:
    """Headers that fit the data."""
    variables = tuple(
        XptVariable(name, name, "Num", 8)
        if kind == pl.Float64
        else XptVariable(name, name, "Char", int(data[name].str.len_bytes().max() or 1))  # pyright: ignore
        for name, kind in data.schema.items()
    )
    return XptMember("ADLB", "Laboratory", variables, created="01JAN20:00:00:00", modified="01JAN20:00:00:00")


def run(arguments: list[str], expected: int) -> tuple[float, float, float]:
    """Seconds, seconds of the processor, and greatest resident set [GB] of a process."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != expected:
        raise SystemExit(f"{arguments} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6


def write(rows: int, folder: Path) -> None:
    """The files that are compared."""
    a = frame(rows)
    with (folder / "a.xpt").open("wb") as stream:
        write_xpt(stream, a, member(a))
    wrong = pl.int_range(pl.len()) % 10_000 == 0
    b = a.with_columns(AVAL=pl.when(wrong).then(pl.col("AVAL") * 1000).otherwise(pl.col("AVAL")))
    with (folder / "b.xpt").open("wb") as stream:
        write_xpt(stream, b, member(b))
    few = rows // 10
    a.head(few).write_parquet(folder / "few_a.parquet")
    b.head(few).sample(fraction=1, shuffle=True, seed=1).write_parquet(folder / "few_b.parquet")
    del a
    b = b.sample(fraction=1, shuffle=True, seed=1)
    with (folder / "shuffled.xpt").open("wb") as stream:
        write_xpt(stream, b, member(b))
    del b


def main(rows: int) -> None:
    """Write the files, measure, print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own: the resident set of a child begins with that of its parent.
        run([__file__, str(rows), name], 0)
        few = rows // 10
        print(
            "| what | records | seconds | of the processor | memory [GB] |\n|---|---|---|---|---|", flush=True
        )
        measured: dict[str, float] = {}
        for what, count, one, other in (
            ("compare, XPT, same order", rows, "a.xpt", "b.xpt"),
            ("compare, XPT, another order", rows, "a.xpt", "shuffled.xpt"),
            ("compare, Parquet, another order", few, "few_a.parquet", "few_b.parquet"),
        ):
            files = [str(folder / one), str(folder / other)]
            report = folder / "report.txt"
            options = ["--keys", KEYS, "--out", str(report)]
            seconds, busy, memory = run(["-m", "ced_cdisc.cli", "compare", *files, *options], 1)
            said = f"AVAL differs in {-(-count // 10_000):,} of {count:,} records: B = A x 1000"
            if said not in report.read_text():
                raise SystemExit(f"the report of {what} does not say: {said}")
            report.unlink()
            measured[what] = seconds
            print(f"| {what} | {count:,} | {seconds:.1f} | {busy:.1f} | {memory:.1f} |", flush=True)
        files = [str(folder / "few_a.parquet"), str(folder / "few_b.parquet")]
        seconds, busy, memory = run(["-c", PANDAS, *files, KEYS], 0)
        print(
            f"| pandas merge, Parquet, another order | {few:,} | {seconds:.1f} | {busy:.1f} | {memory:.1f} |"
        )
        ratio = measured["compare, Parquet, another order"] / seconds
        print(f"\ncompare takes {ratio:.2f} of the time of the pandas merge")


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    if len(sys.argv) > 2:
        write(size, Path(sys.argv[2]))
    else:
        main(size)
