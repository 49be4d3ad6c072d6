"""The second process of a small build or check: it changes no byte and no message, whatever becomes of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import polars  # noqa: F401  since no process with its threads is forked
import pytest
from click.testing import CliRunner
from command_line import ced, ced_process, given, masked, tree

from ced_cdisc.cli import main

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


@cache
def built_alone() -> dict[str, str]:
    """What one process makes of the small study."""
    assert ced("build", "raw", "alone").code == 0
    made = tree("alone")
    shutil.rmtree("alone")
    return made


@pytest.fixture
def alone() -> dict[str, str]:
    """The small study in the working folder, and what one process makes of it."""
    given()
    return built_alone()


def test_two_processes_build_the_same_bytes(alone: dict[str, str]) -> None:
    run = ced_process("build", "raw", "out", before=PAIR + COUNTING)
    assert run.code == 0
    swaps = 8  # raw tables, SDTM, ADaM, faults, two for the packages, two for the guides
    assert int(Path("swaps").read_text()) == swaps
    assert tree("out") == alone


@pytest.mark.parametrize("steps", range(8))
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


def test_the_example_is_small_and_forks() -> None:
    """What is loaded before the data are read is known for the example, not for the small study alone."""
    code = """import sys
from pathlib import Path
from ced_cdisc.core.findings import Findings
from ced_cdisc.pipeline import find_study, make_plan, pin_numbers, prepare_output, read_guides, written_as
import ced_cdisc.cli.build
study, findings = find_study(None, None, Path()), Findings()
plan, _ = make_plan(study, findings)
assert read_guides(study, plan, findings).asked
plan, _ = pin_numbers(plan, study, findings)
prepare_output(Path("out"), Path("raw"), study, [], findings)
written_as(plan, ("xpt",))
print("polars" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8")
    assert run.stdout == "False\n"


def checked_alone(*arguments: str) -> tuple[int, str, str]:
    """The same within this process, which polars is loaded in, so that it has no companion."""
    assert "polars" in sys.modules
    result = CliRunner().invoke(main, arguments, prog_name="ced-cdisc")
    return result.exit_code, result.stdout, masked(result.stderr)


def checked(*arguments: str, before: str) -> tuple[int, str, str]:
    """A process that checks: exit code, standard output, and standard error without times."""
    code = f"import sys\n{before}\nfrom ced_cdisc.cli import main\nmain(sys.argv[1:], prog_name='ced-cdisc')"
    run = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8")
    return run.returncode, run.stdout, masked(run.stderr)


def test_two_processes_check_alike() -> None:
    given()
    assert ced("build", "raw", "out").code == 0
    Path("out/sdtm/ae.xpt").unlink()
    check = ("check", "out", "--format", "json")
    alone = checked_alone(*check)
    assert '"failed"' in alone[1] and '"passed"' in alone[1]
    assert checked(*check, before=PAIR + COUNTING) == alone
    assert Path("swaps").read_text() == "2", "the files, and what the rules say"
    for steps in (0, 1):
        assert checked(*check, before=PAIR + DYING.format(steps=steps)) == alone


def test_a_build_and_its_companion_check_alike() -> None:
    given()
    alone = checked_alone("build", "raw", "out")
    assert "datasets checked by" in alone[2]
    assert checked("build", "raw", "out", before=PAIR + COUNTING) == alone
    assert Path("swaps").read_text() == "11", "those of a build, one for the folders, two for the check"
