"""When two engines agree."""

# ruff: noqa: DTZ001 - date-times of a trial have no time zone, as in SAS
from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime

import pytest

from ced_cdisc.recompute import Difference, agree, compare


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        (0.1 + 0.2, 0.3, True),
        (1e20, 1e20 * (1 + 1e-13), True),
        (1.0, 1.0 + 1e-11, False),
        (0.0, 1e-13, True),
        (1.0, 1, True),
        (1.0, True, False),
        (1.0, "1", False),
        (1.0, None, False),
        (None, None, True),
        ("a", "a ", False),
        (None, "", False),
        (date(2018, 1, 1), date(2018, 1, 1), True),
        (date(2018, 1, 1), datetime(2018, 1, 1), False),
        (float("nan"), None, False),
    ],
)
def test_numbers_within_fuzz_and_everything_else_exactly(mine: object, theirs: object, same: bool) -> None:
    assert agree(mine, theirs) is same
    assert agree(theirs, mine) is same


def test_differences_name_the_cell() -> None:
    rows = [{"A": 1.0, "B": "x"}, {"A": 2.0, "B": "y"}, {"A": 3.0}]
    other = [{"A": 1.0, "B": "x"}, {"A": 2.5, "B": None}]
    assert compare(rows, other, ["A", "B"], "VS") == [
        Difference("VS", 2, "", 3, 2),
        Difference("VS", 1, "A", 2.0, 2.5),
        Difference("VS", 1, "B", "y", None),
    ]
    assert compare(rows, rows, ["A", "B"]) == []


def test_the_second_engine_needs_no_library_of_frames() -> None:
    frames = "{'polars', 'pandas', 'numpy', 'pyarrow'}"
    code = f"import sys, ced_cdisc.recompute; print({frames} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
