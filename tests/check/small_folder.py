"""A folder of small transport files with a few faults, and the calls of the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from click.testing import CliRunner, Result

from ced_cdisc.cli import main
from ced_cdisc.core.xpt import XptMember, XptVariable
from ced_cdisc.standards.ig import load_sdtmig
from ced_cdisc.write.xpt import write_xpt

STAMP = "01JAN26:00:00:00"
DM = [
    {"STUDYID": "S1", "DOMAIN": "DM", "USUBJID": "S1-1", "SEX": "F", "AGE": 40.0, "AGEU": "YEARS"},
    {"STUDYID": "S1", "DOMAIN": "DM", "USUBJID": "S1-2", "SEX": "Male", "AGE": 50.0, "AGEU": "YEARS"},
]
TS = [
    {
        "STUDYID": "S1",
        "DOMAIN": "TS",
        "TSSEQ": 1.0,
        "TSPARMCD": "SSTDTC",
        "TSPARM": "Study Start Date",
        "TSVAL": "2020-01-01",
    }
]
AE = [
    {
        "STUDYID": "S1",
        "DOMAIN": "AE",
        "USUBJID": "S1-1",
        "AESEQ": 1.0,
        "AETERM": "Fall",
        "AESTDTC": "2020-02-30",
    },
    {
        "STUDYID": "S1",
        "DOMAIN": "AE",
        "USUBJID": "S1-1",
        "AESEQ": 1.0,
        "AETERM": "Pain",
        "AESTDTC": "2020-03-01",
    },
    {
        "STUDYID": "S1",
        "DOMAIN": "AE",
        "USUBJID": "S1-2",
        "AESEQ": 1.0,
        "AETERM": "Rash",
        "AESTDTC": "MAR2020",
    },
]


def write_dataset(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """The records as a transport file with the labels of the guide."""
    frame = pl.DataFrame(rows)
    guide = load_sdtmig().dataset(name)
    known = {v.name: v.label for v in guide.variables}
    variables = tuple(
        XptVariable(n, known[n], "Num", 8)
        if dtype.is_numeric()
        else XptVariable(n, known[n], "Char", max(len(v) for v in frame[n].drop_nulls()))
        for n, dtype in frame.schema.items()
    )
    with (folder / f"{name.lower()}.xpt").open("wb") as stream:
        write_xpt(stream, frame, XptMember(name, guide.label, variables, STAMP, STAMP))


def small_folder(folder: Path) -> Path:
    """DM and AE with two errors and some warnings, and the start of the study."""
    write_dataset(folder, "DM", DM)
    write_dataset(folder, "AE", AE)
    write_dataset(folder, "TS", TS)
    return folder


def run(*arguments: str) -> Result:
    """``ced-cdisc check`` with these arguments."""
    return CliRunner().invoke(main, ["check", *arguments])
