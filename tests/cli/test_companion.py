"""The second process of a small build: it changes no byte and no message, whatever becomes of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from command_line import ced, ced_process, given, tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")

PAIR = "import os; os.sched_getaffinity = lambda pid: {0, 1}\n"
"""Two processors, whatever the machine has."""

DYING = """
import os
import ced_cdisc.companion as companion
swap, left = companion.Side.swap, [{steps}]
def swap_or_die(side, mine):
    if side.half == 1:
        if not left[0]:
            os._exit(9)
        left[0] -= 1
    return swap(side, mine)
companion.Side.swap = swap_or_die
"""

COUNTING = """
import atexit
import ced_cdisc.companion as companion
swap, seen = companion.Side.swap, []
def counted(side, mine):
    seen.append(side.half)
    return swap(side, mine)
companion.Side.swap = counted
atexit.register(lambda: open("swaps", "w").write(f"{len(seen)}"))
"""


@pytest.fixture
def alone() -> dict[str, str]:
    """What one process makes of the small study, in the working folder."""
    given()
    assert ced("build", "raw", "alone").code == 0
    return tree("alone")


def test_two_processes_build_the_same_bytes(alone: dict[str, str]) -> None:
    run = ced_process("build", "raw", "out", before=PAIR + COUNTING)
    assert run.code == 0
    assert int(Path("swaps").read_text()) == 6, "raw tables, SDTM, ADaM, faults, two for the packages"
    assert tree("out") == alone


@pytest.mark.parametrize("steps", range(6))
def test_a_companion_that_dies_is_done_without(alone: dict[str, str], steps: int) -> None:
    run = ced_process("build", "raw", "out", before=PAIR + DYING.format(steps=steps))
    assert (run.code, tree("out")) == (0, alone)


@pytest.mark.parametrize(
    "change",
    [
        {"ae": ("ae.SEV", "ae.SEVV")},
        {"raw_ae": ("Headache,1", "Headache,9")},
        {"raw_ae": ("001,2,Bone", "009,2,Bone")},
        {"raw_demog": ("SUBJ", "SUBJECT")},
    ],
    ids=["spec", "code", "subject", "column"],
)
def test_faults_are_told_once_and_alike(change: dict[str, tuple[str, str]]) -> None:
    given(**change)
    one = ced("build", "raw", "out")
    two = ced_process("build", "raw", "out", before=PAIR)
    assert one.code in (10, 11)
    assert one == two
    assert not Path("out").exists()
