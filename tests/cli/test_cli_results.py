"""``ced-cdisc results``: the table of a build, and what is said where there is none."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import ced, ced_process, given, tree
from rich.console import Console

from ced_cdisc.cli import main
from ced_cdisc.report.results import print_results

PAIR = "import os; os.sched_getaffinity = lambda pid: {0, 1}\n"
DISPLAY = (
    "documents:",
    "displays:\n"
    "  T1: {title: Subjects, reason: DATA DRIVEN, purpose: EXPLORATORY OUTCOME MEASURE}\n"
    "documents:",
)
RESULTS = (
    "sort: [USUBJID]\n",
    """\
sort: [USUBJID]
results:
  - id: R1
    display: T1
    what: Adverse events
    data: "SEX in ('F', 'M')"
    variable: NAE
    method: min and max
    show: "{min:0} to {max:0}"
    sensitivity: [{method: mean and SD}]
  - {id: R2, display: T1, what: Men, data: "SEX != 'U'", variable: SEX, method: n and percent, value: M}
""",
)
TABLE = """\
Analysis results of study T1

T1  Subjects

  Result  What            n  Value    Method
  R1      Adverse events  2  1 to 2   minimum and maximum
            sensitivity   2  1.5±0.7  mean and SD
  R2      Men             2  1 (50%)  number and percent with SEX = M
"""


def with_results() -> None:
    given(adsl=RESULTS, define=DISPLAY)


def test_the_table(tmp_path: Path) -> None:
    with_results()
    assert ced("build", "raw", "out").code == 0
    run = CliRunner().invoke(main, ["results", "out"])
    assert (run.exit_code, run.stdout, run.stderr) == (0, TABLE, "")
    assert Path("out/adam/results.txt").read_text(encoding="utf-8") == TABLE
    listed = json.loads(Path("out/build.json").read_bytes())["outputs"]
    assert {"adam/results.json", "adam/results.txt"} < set(listed)


def test_the_table_in_a_pipe_is_utf_8_whatever_the_locale() -> None:
    with_results()
    assert ced("build", "raw", "out").code == 0
    code = "from ced_cdisc.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "results", "out"],
        capture_output=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path), "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
    )
    assert done.stdout.decode() == TABLE


def test_on_a_terminal_each_display_is_a_table() -> None:
    with_results()
    assert ced("build", "raw", "out").code == 0
    console = Console(width=90, record=True, file=io.StringIO())
    print_results(json.loads(Path("out/adam/results.json").read_bytes()), console)
    lines = [line.strip() for line in console.export_text().splitlines()]
    assert lines[0] == "T1  Subjects"
    assert "R1       Adverse events   2   1 to 2    minimum and maximum" in lines
    assert "sensitivity    2   1.5±0.7   mean and SD" in lines


@pytest.mark.parametrize("make", ["none", "empty", "build", "damaged", "other"])
def test_without_results_that_is_said(make: str) -> None:
    shown = {
        "none": "there is no folder out",
        "empty": "out is no output of a build: it has no build.json",
        "build": "out holds no results: the specs of its build have no 'results'",
        "damaged": "out/adam/results.json cannot be read: build again",
        "other": "out/adam/results.json cannot be read: build again",
    }[make]
    given()
    if make == "empty":
        Path("out").mkdir()
    elif make != "none":
        assert ced("build", "raw", "out").code == 0
    if make in ("damaged", "other"):
        Path("out/adam/results.json").write_text("{" if make == "damaged" else "[]", encoding="utf-8")
    run = ced("results", "out")
    assert (run.code, run.err) == (2, f"Error: {shown}\n")


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_two_processes_give_the_same_bytes() -> None:
    with_results()
    assert ced("build", "raw", "alone").code == 0
    assert ced_process("build", "raw", "out", before=PAIR).code == 0
    assert tree("out") == tree("alone")
    assert "adam/results.json" in tree("out")
