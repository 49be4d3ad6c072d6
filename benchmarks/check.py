"""Time and memory of ``ced-cdisc check`` on laboratory data of many records.

python benchmarks/check.py [ROWS] [FOLDER]

Writes DM and LB (ROWS records of 2,000 subjects, by default 1,000,000) as transport files into a temporary
folder, or takes FOLDER as it is, and runs the whole command three times. Prints one Markdown table: the
seconds of the processor tell more than those of the clock where others use the machine, too.

Measured one after the other on two cores under a load of five to ten processes:

| LB, 1,000,000 records of 25 variables | seconds | of the processor | memory [MiB] |
|---|---|---|---|
| texts copied twice, whole records joined | 9 to 20 | 5.7 to 6.8 | 1,240 to 1,300 |
| texts read in place, keys joined alone | 3.7 to 21 | 4.4 to 5.8 | 670 to 770 |
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.standards.ig import load_sdtmig
from ced_cdisc.write.xpt import write_xpt

SUBJECTS = 2000
STAMP = "01JAN26:00:00:00"
TESTS = (
    ("ALB", "Albumin", "g/L", "CHEMISTRY"),
    ("ALT", "Alanine Aminotransferase", "U/L", "CHEMISTRY"),
    ("CREAT", "Creatinine", "umol/L", "CHEMISTRY"),
    ("HGB", "Hemoglobin", "g/L", "HEMATOLOGY"),
    ("K", "Potassium", "mmol/L", "CHEMISTRY"),
)


def laboratory(rows: int) -> pl.DataFrame:
    """LB with 25 variables."""
    number = pl.int_range(rows)
    per = -(-rows // SUBJECTS)
    test = number % len(TESTS)
    day = (number % per) // 20
    date = (pl.date(2020, 1, 1) + pl.duration(days=day)).dt.to_string("%Y-%m-%d")
    digits = number * 7919
    value = (digits % 90 + 10).cast(pl.String) + "." + (digits % 9 + 1).cast(pl.String)

    def of_test(place: int) -> pl.Expr:
        return test.replace_strict({n: t[place] for n, t in enumerate(TESTS)}, return_dtype=pl.String)

    return pl.select(
        STUDYID=pl.lit("BENCH01"),
        DOMAIN=pl.lit("LB"),
        USUBJID="BENCH01-" + (number // per + 1000).cast(pl.String),
        LBSEQ=(number % per + 1).cast(pl.Float64),
        LBREFID="S" + (number // 5).cast(pl.String),
        LBTESTCD=of_test(0),
        LBTEST=of_test(1),
        LBCAT=of_test(3),
        LBORRES=value,
        LBORRESU=of_test(2),
        LBORNRLO=pl.lit("10"),
        LBORNRHI=pl.lit("100"),
        LBSTRESC=value,
        LBSTRESN=value.cast(pl.Float64),
        LBSTRESU=of_test(2),
        LBSTNRLO=pl.lit(10.0),
        LBSTNRHI=pl.lit(100.0),
        LBNRIND=pl.lit("NORMAL"),
        LBSPEC=pl.lit("SERUM"),
        LBMETHOD=pl.lit("SPECTROPHOTOMETRY"),
        LBLOBXFL=pl.when(number % per < len(TESTS)).then(pl.lit("Y")),
        VISITNUM=(day // 28 + 1).cast(pl.Float64),
        VISIT="VISIT " + (day // 28 + 1).cast(pl.String),
        LBDTC=date + "T08:" + (number % 60).cast(pl.String).str.zfill(2),
        LBDY=(day + 1).cast(pl.Float64),
    )


def demographics() -> pl.DataFrame:
    """DM with the reference start of all subjects."""
    number = pl.int_range(SUBJECTS)
    return pl.select(
        STUDYID=pl.lit("BENCH01"),
        DOMAIN=pl.lit("DM"),
        USUBJID="BENCH01-" + (number + 1000).cast(pl.String),
        SUBJID=(number + 1000).cast(pl.String),
        RFSTDTC=pl.lit("2020-01-01"),
    )


def member(name: str, frame: pl.DataFrame) -> XptMember:
    """The headers of a dataset, with the labels of the guide."""
    guide = load_sdtmig().dataset(name)
    labels = {v.name: v.label for v in guide.variables}
    longest = frame.select(pl.col(pl.String).str.len_bytes().max()).row(0, named=True)
    variables = tuple(
        XptVariable(n, labels[n], "Char" if n in longest else "Num", longest.get(n) or 8)
        for n in frame.columns
    )
    return XptMember(name, guide.label, variables, STAMP, STAMP)


def write(folder: Path, name: str, frame: pl.DataFrame) -> None:
    """The frame as a transport file."""
    with (folder / f"{name.lower()}.xpt").open("wb") as stream:
        write_xpt(stream, frame, member(name, frame))


def measure(folder: Path) -> tuple[float, float, float]:
    """Seconds, seconds of the processor, and the largest resident memory [MiB] of the command."""
    arguments = [sys.executable, "-m", "ced_cdisc.cli", "check", str(folder), "--fail-on", "none"]
    for flag in ("SDTMIG=3.4", "CT=2024-09-27"):
        arguments += ["--standard", flag]
    begin = time.perf_counter()
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execv(sys.executable, arguments)
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit(f"the command ended with {status}")
    return time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Write, measure, print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as made:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(made)
        if len(sys.argv) <= 2:
            write(folder, "DM", demographics())
            write(folder, "LB", laboratory(rows))
        print("| run | seconds | of the processor | memory [MiB] |\n|---|---|---|---|", flush=True)
        for run in range(1, 4):
            seconds, busy, memory = measure(folder)
            print(f"| {run} | {seconds:.2f} | {busy:.2f} | {memory:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
