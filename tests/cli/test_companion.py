"""The second process of a small build or check: it changes no byte and no message, whatever becomes of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import polars  # noqa: F401  since no process with its threads is forked
import pytest
from click.testing import CliRunner
from command_line import AE, RAW_AE, RAW_DM, ced, ced_process, given, masked, spoil, tree

from ced_cdisc import companion
from ced_cdisc.cli import main
from ced_cdisc.core.conformance import CheckResult
from ced_cdisc.core.findings import Findings
from ced_cdisc.pipeline import build
from ced_cdisc.plan.companion_share import companion_share
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.planning import make_plan

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")

CE = """\
domain: CE
from: ae
sort: [CESTDTC, CETERM]
variables:
  CETERM:  {derive: "join(' ', ae.TERM, 'told as é')", text: transliterate}
  CESEV:   {collect: ae.SEV, ct: {1: MILD, 2: MODERATE, 3: SEVERE}}
  CESTDTC: {collect: ae.START, date: edc}
  CEENDTC: {collect: ae.STOP, date: edc}
"""

MH = f"""\
domain: MH
from: ae
sort: [MHSTDTC, MHTERM]
variables:
  MHTERM:  {{derive: "join(' ', ae.TERM, '{"and so on " * 20}as é')", text: [split, transliterate]}}
  MHSTDTC: {{collect: ae.START, date: edc}}
"""

PAIR = "import os; os.sched_getaffinity = lambda pid: {0, 1}\n"
"""Two processors, whatever the machine has."""

ALONE = "import os; os.sched_getaffinity = lambda pid: {0}\n"

DATASETS = ("ae", "ce", "dm", "ex", "mh", "adsl")

STEPS = (0, 2, 3, 7, 10, 12)
"""After how many steps the companion dies: before it hands over raw tables or its datasets, takes one,
hands over the define.xml of SDTM or of ADaM, or guides."""

DYING = """
import os
import ced_cdisc.companion as companion
left = [{steps}]
def dying(step):
    def step_or_die(side, *what):
        if side.half == 1:
            if not left[0]:
                os._exit(9)
            left[0] -= 1
        return step(side, *what)
    return step_or_die
companion.Side.send, companion.Side.receive = dying(companion.Side.send), dying(companion.Side.receive)
"""
"""The companion dies before it hands over or takes the next, after some steps."""

COUNTING = """
import atexit
import ced_cdisc.companion as companion
receive, seen = companion.Side.receive, []
def counted(side):
    seen.append(side.half)
    return receive(side)
companion.Side.receive = counted
atexit.register(lambda: open("received", "w").write(f"{len(seen)}"))
"""
"""How often the process that was started takes something from its companion."""


def given_wider() -> None:
    """The small study with two datasets more, which the companion builds."""
    given()
    Path("mappings/sdtm/ce.yaml").write_text(CE, encoding="utf-8")
    Path("mappings/sdtm/mh.yaml").write_text(MH, encoding="utf-8")


@cache
def built_alone() -> dict[str, str]:
    """What one process makes of the study."""
    assert ced("build", "raw", "alone").code == 0
    made = tree("alone")
    shutil.rmtree("alone")
    return made


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the plan of the study is kept, so that the many processes that build it need not make it."""
    return tmp_path_factory.mktemp("plans")


@pytest.fixture
def alone(plans: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The study in the working folder, and what one process makes of it."""
    monkeypatch.setenv("CED_CDISC_CACHE", str(plans))
    given_wider()
    return built_alone()


def test_two_processes_build_the_same_bytes(alone: dict[str, str]) -> None:
    run = ced_process("build", "raw", "out", before=PAIR + COUNTING)
    assert run.code == 0
    received = 7  # raw tables, datasets, what SDTM and ADaM say of their datasets, their define.xml, guides
    assert int(Path("received").read_text()) == received
    assert tree("out") == alone


def test_the_companion_builds_two_datasets_of_the_study() -> None:
    given_wider()
    plan, _ = make_plan(find_study(Path("mappings"), Path("define"), Path()), Findings())
    share = companion_share([dataset for dataset in plan.datasets if dataset.kind == "sdtm"])
    assert share.handed == {"CE", "MH"}


@pytest.mark.parametrize("steps", STEPS)
def test_a_companion_that_dies_is_done_without(alone: dict[str, str], steps: int) -> None:
    run = ced_process("build", "raw", "out", before=PAIR + DYING.format(steps=steps))
    assert (run.code, tree("out")) == (0, alone)


FAULTS = {
    "spec": ([(AE, "ae.SEV", "ae.SEVV")], ["CED012"]),
    "values": (
        [
            (RAW_AE, "Headache,1", "Headache,9"),
            (RAW_AE, "001,2,Bone", "009,2,Bone"),
            (RAW_AE, "14-FEB-2020", "14-FEX-2020"),
        ],
        ["CED240", "CED250", "CED251", "CED260"],
    ),
    "column": ([(RAW_DM, "SUBJ", "SUBJECT")], ["CED220", "CED221"]),
}
"""Texts that are replaced in files, so that a stage has faults, and their codes."""


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_told_once_and_alike(name: str) -> None:
    given_wider()
    changes, codes = FAULTS[name]
    for change in changes:
        spoil(*change)
    one = ced("build", "raw", "out")
    two = ced_process("build", "raw", "out", before=PAIR)
    assert one.code in (10, 11)
    assert sorted(set(re.findall("CED[0-9]{3}", one.err))) == codes
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
    assert Path("received").read_text() == "2", "what the files hold, and what the rules say"
    for steps in (0, 2):
        assert checked(*check, before=PAIR + DYING.format(steps=steps)) == alone


def test_a_build_and_its_companion_check_alike() -> None:
    given()
    alone = checked_alone("build", "raw", "out")
    assert "datasets checked by" in alone[2]
    assert checked("build", "raw", "out", before=PAIR + COUNTING) == alone
    assert Path("received").read_text() == "9", "those of a build, and two for the check"


def kept_by(cache: Path, before: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What a first build with a check keeps; of datasets, which tell how long they took, only the names."""
    monkeypatch.setenv("CED_CDISC_CACHE", str(cache))
    code, _, _ = checked("build", "raw", "out", "--incremental", before=before)
    assert code == 1, "the check finds that the study is no whole one"
    timed = {name.upper() for name in (*DATASETS, *(f"SUPP{one}" for one in DATASETS))}
    return {
        path.name: b"" if path.name.partition("-")[0] in timed else path.read_bytes()
        for path in (cache / "kept").glob("*/*")
    }


def test_a_first_build_keeps_the_same_with_a_companion(
    alone: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one = kept_by(tmp_path / "one", ALONE, monkeypatch)
    shutil.rmtree("out")
    two = kept_by(tmp_path / "two", PAIR + COUNTING, monkeypatch)
    assert Path("received").read_text() == "10", "those of a build and its check, and that its half is kept"
    assert two == one
    assert {name.partition(" ")[0].partition("-")[0] for name in two} >= {"rules", "package", "raw", "define"}
    explained = ced_process("build", "raw", "out", "--explain", before=PAIR + COUNTING)
    assert (explained.code, tree("out")) == (0, alone)
    assert Path("received").read_text() == "0", "a build that takes datasets has no companion"


@pytest.mark.parametrize("steps", STEPS)
def test_what_a_dying_companion_leaves_is_sound(
    alone: dict[str, str], steps: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    run = ced_process("build", "raw", "out", "--incremental", before=PAIR + DYING.format(steps=steps))
    assert (run.code, tree("out")) == (0, alone)
    again = ced("build", "raw", "out", "--explain")  # a build that takes datasets has no companion
    assert (again.code, tree("out")) == (0, alone)
    assert len(re.findall(" kept$", again.err, re.MULTILINE)) == len(DATASETS)


def checked_large(
    monkeypatch: pytest.MonkeyPatch, processors: int = 2
) -> tuple[tuple[CheckResult, ...], int]:
    """What a build here says of an output that is taken as large, and how often it was told something."""
    told: list[int] = []

    def receive(side: companion.Side) -> Any:
        told.append(side.half)
        return received(side)

    received = companion.Side.receive
    with monkeypatch.context() as patched:
        patched.setattr(companion, "LARGE_OUTPUT", 0)
        patched.setattr(companion.Side, "receive", receive)
        patched.setattr(os, "sched_getaffinity", lambda pid: set(range(processors)))
        return build("raw", "out").checked, len(told)


def test_a_fresh_process_takes_part_in_the_check_of_a_large_output(monkeypatch: pytest.MonkeyPatch) -> None:
    given()
    alone, told = checked_large(monkeypatch, processors=1)
    assert alone[0].failures and told == 0
    shared, told = checked_large(monkeypatch)
    assert told == len(["what the files hold", "what the rules say"])
    assert shared == alone
    monkeypatch.setattr(companion, "_CODE", "raise SystemExit({})")
    lost, told = checked_large(monkeypatch)
    assert (lost, told) == (alone, 2), "each time nobody is there"
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert checked_large(monkeypatch) == (alone, 0)
