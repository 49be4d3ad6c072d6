"""A raw table that is a SAS transport file builds what the same CSV builds, in one process or two."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from command_line import RAW_AE, SOURCES, SPECS, Run, ced, ced_process, given, spoil, tree

PAIR = "import os; os.sched_getaffinity = lambda pid: {0, 1}\n"
ONE = "1 error in the raw data\n"


def as_transport_file(name: str = "ae.xpt") -> None:
    """The table ae of the small study as a transport file, as pyreadstat writes it."""
    with Path(RAW_AE).open(encoding="utf-8-sig", newline="") as lines:
        frame = pd.DataFrame(list(csv.DictReader(lines)), dtype="str")
    Path(RAW_AE).unlink()
    pyreadstat.write_xport(frame, f"raw/{name}", file_format_version=5, table_name="AE")
    spoil(SOURCES, "file: ae.csv", f"file: {name}")


def datasets(folder: str) -> dict[str, str]:
    return {name: digest for name, digest in tree(folder).items() if not name.endswith("build.json")}


@pytest.fixture
def from_csv() -> dict[str, str]:
    """What the small study gives from CSV, in the working folder."""
    given()
    assert ced("build", "raw", "csv").code == 0
    return datasets("csv")


def test_it_gives_what_the_same_csv_gives(from_csv: dict[str, str]) -> None:
    as_transport_file()
    assert ced("build", "raw", "out").code == 0
    assert datasets("out") == from_csv


def test_the_format_may_be_named_where_the_ending_is_another(from_csv: dict[str, str]) -> None:
    as_transport_file("ae.v5")
    spoil(SOURCES, "file: ae.v5", "file: ae.v5, format: xpt")
    assert ced("build", "raw", "out").code == 0
    assert datasets("out") == from_csv


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_two_processes_read_it_as_well(from_csv: dict[str, str]) -> None:
    as_transport_file()
    assert ced_process("build", "raw", "out", before=PAIR).code == 0
    assert datasets("out") == from_csv
    assert ced("build", "raw", "alone").code == 0
    assert tree("out") == tree("alone")


def test_messages_count_its_rows() -> None:
    given()
    lines = Path(RAW_AE).read_text().splitlines(keepends=True)
    Path(RAW_AE).write_text("".join([*lines, lines[1].replace("Bone pain", "Headache")]))
    as_transport_file()
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS + ONE + "mappings/sources.yaml:5:17 CED259 ae.xpt: rows 1 and 4 have the same key SUBJ '001', "
        "AENO '1'; the key of a table stands in sources.yaml\n    ae.xpt row 1, subject T1-001\n"
        "    ae.xpt row 4, subject T1-001\n",
    )


def test_a_cut_file_ends_the_build() -> None:
    given()
    as_transport_file()
    content = Path("raw/ae.xpt").read_bytes()
    Path("raw/ae.xpt").write_bytes(content[:-30])
    assert ced("build", "raw", "out") == Run(
        11,
        SPECS + ONE + "raw/ae.xpt CED335 raw/ae.xpt is cut: its data have 130 bytes, "
        "no multiple of 80; copy it anew\n",
    )
