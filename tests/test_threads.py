"""Work that a thread does ahead."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ced_cdisc.core.threads import ahead


def test_the_next_is_made_while_one_is_looked_at() -> None:
    started = {number: threading.Event() for number in range(4)}

    def make(number: int) -> tuple[int, bool]:
        started[number].set()
        return number, threading.current_thread() is threading.main_thread()

    for place, (number, in_main) in enumerate(ahead(make, range(4))):
        assert (number, in_main) == (place, False)
        if place < 3:
            assert started[place + 1].wait(10), "made before it is asked for"
        assert not any(started[later].is_set() for later in range(place + 2, 4)), "but one ahead, not more"


def test_an_error_comes_where_it_is_due() -> None:
    made = ahead(lambda number: 1 / number, [1, 2, 0, 4])
    assert [next(made), next(made)] == [1, 0.5]
    with pytest.raises(ZeroDivisionError):
        next(made)
    assert not list(ahead(abs, list[int]()))


_TOGETHER = """
import polars._dependencies as found, sys, time
from pathlib import Path

import_module = found.import_module
def slowly(name):
    module = import_module(name)
    time.sleep(0.2)
    return module
found.import_module = slowly

import numpy as np
import polars as pl
from ced_cdisc.core.findings import Location
from ced_cdisc.core.threads import ahead
from ced_cdisc.read.contract import TableContract
from ced_cdisc.read.tables import read_tables

if sys.argv[1] == "tables":
    contracts = [TableContract(name, f"{name}.csv", "csv", ("A",), Location("")) for name in "xy"]
    tables, _ = read_tables(Path.cwd(), contracts)
    print([len(table.frame) for table in tables.values()])
else:
    made = ahead(lambda n: pl.Series(np.arange(n)), [1, 2, 3])
    print([len(one) + len(pl.Series(np.arange(1))) for one in made])
"""


@pytest.mark.parametrize(("way", "said"), [("tables", "[1, 1]"), ("ahead", "[2, 3, 4]")])
def test_polars_finds_numpy_once(tmp_path: Path, way: str, said: str) -> None:
    """Two threads that hand it the first arrays at once were in each other's way, in a fresh process."""
    for name in "xy":
        (tmp_path / f"{name}.csv").write_text("A\n1\n", encoding="utf-8")
    command = [sys.executable, "-c", _TOGETHER, way]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == (said, 0), done.stderr
