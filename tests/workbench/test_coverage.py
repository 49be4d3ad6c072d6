"""What became of every raw column of a build, as `coverage` shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import run

from small_study import write_study


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


SOURCES, RAW = "mappings/sources.yaml", "raw/ae.csv"


def built(columns: str, *, header: str = "SUBJ,AENO,TERM,SEV,START,STOP") -> None:
    write_study(Path(), {SOURCES: ("columns: [SUBJ, AENO, TERM, SEV, START, STOP]", columns)})
    raw = Path(RAW)
    first, *rows = raw.read_text("utf-8").splitlines()
    more = header.count(",") - first.count(",")
    lines = [header, *(row + ",x" * more for row in rows)]
    raw.write_text("\n".join(lines) + "\n", "utf-8")
    code, _, err = run("build", "raw", "out", "--no-check")
    assert code == 0, err


def test_all_columns_of_the_small_study_are_mapped() -> None:
    built("columns: [SUBJ, AENO, TERM, SEV, START, STOP]")
    assert run("coverage", "out") == (
        0,
        """\
raw columns: 14 of 14 mapped, 0 excluded, 0 left over

table  records  columns  values  context  excluded  left over  new  accounted for
demog        2        4       4        0         0          0    0        100.0 %
dose         3        4       2        2         0          0    0        100.0 %
ae           3        6       5        1         0          0    0        100.0 %
all          8       14      11        3         0          0    0        100.0 %
""",
        "",
    )


def test_columns_left_over_excluded_and_new_are_named() -> None:
    built(
        "policy: ignore, exclude: {BATCH: Number of the transfer.}, "
        "columns: [SUBJ, AENO, TERM, SEV, START, STOP, BATCH, PAGE]",
        header="SUBJ,AENO,TERM,SEV,START,STOP,BATCH,PAGE,EXTRA",
    )
    code, out, _ = run("coverage", "out")
    assert code == 0
    assert out.splitlines()[0] == (
        "raw columns: 14 of 17 mapped, 1 excluded, 1 left over, 1 not in the contract"
    )
    assert "ae           3        9       5        1         1          1    1         77.7 %" in out
    assert out.endswith(
        """
left over: nothing reads them, and no reason is given
  PAGE of ae: 3 filled cells

new: the files have them, and sources.yaml does not
  EXTRA of ae

excluded
  BATCH of ae: Number of the transfer.
"""
    )
    code, out, err = run("coverage", "out", "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["columns"] == {
        "total": 17,
        "mapped": 14,
        "excluded": 1,
        "left over": 1,
        "not in the contract": 1,
        "context": 3,
        "accounted for [%]": 88.2,
    }
    assert found["tables"]["ae"]["columns"]["PAGE"] == {"status": "left over", "filled cells": 3}
    assert found["tables"]["ae"]["columns"]["TERM"] == {
        "status": "mapped",
        "context": False,
        "read by": ["AE.AETERM"],
    }
    manifest = json.loads(Path("out/build.json").read_text("utf-8"))
    for name, count in manifest["raw"]["columns"].items():
        assert found["columns"][name] == count


def test_a_part_of_a_build_says_so() -> None:
    write_study(Path(), {})
    assert run("build", "raw", "out", "--only", "EX", "--no-check")[0] == 0
    code, out, _ = run("coverage", "out")
    assert code == 0
    assert out.splitlines()[1] == "of a build of EX alone; what reads a column is known of all"


def test_what_is_no_build() -> None:
    Path("empty").mkdir()
    Path("damaged").mkdir()
    Path("damaged/build.json").write_text('{"raw": 1}', "utf-8")
    assert run("coverage", "none") == (2, "", "Error: there is no folder none\n")
    assert run("coverage", "empty") == (
        2,
        "",
        "Error: empty is no output of a build: it has no build.json\n",
    )
    assert run("coverage", "damaged") == (
        2,
        "",
        "Error: damaged/build.json cannot be read: build again\n",
    )
