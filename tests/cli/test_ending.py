"""The end of the process of a command: its code, all that it printed, and whatever waits for an end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from command_line import SPECS, given

RUN = "import sys\nfrom ced_cdisc.cli.__main__ import run\n{before}\nrun()\nprint('never reached')\n"


def ended(*arguments: str, before: str = "") -> tuple[int, str, str]:
    code = RUN.format(before=before)
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8")
    return done.returncode, done.stdout, done.stderr


def test_the_codes_of_commands_are_those_of_their_process() -> None:
    given()
    assert ended("check-spec")[0] == 0
    assert ended("nothing")[0] == 2
    given(ae=("ae.SEV", "ae.SEVV"))
    code, out, err = ended("check-spec")
    assert (code, out) == (10, "")
    assert err.startswith(SPECS) and "ae.SEVV" in err


def test_all_that_was_printed_is_written_and_what_waits_for_an_end_is_done() -> None:
    given()
    command = "import sys; from ced_cdisc.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", command, "schema", "sdtm"], capture_output=True, check=True)
    plain = done.stdout.decode()
    assert ended("schema", "sdtm") == (0, plain, SPECS)
    waiting = """import atexit, os, threading
atexit.register(print, "registered")"""
    assert ended("schema", "sdtm", before=waiting) == (0, plain + "registered\n", SPECS)
    thread = """import threading
threading.Thread(target=lambda: (threading.main_thread().join(), print("thread"))).start()"""
    assert ended("schema", "sdtm", before=thread) == (0, plain + "thread\n", SPECS)


def test_the_process_is_left_at_once() -> None:
    """Values are not taken apart, which is what takes the time."""
    given()
    slow = """
class Value:
    def __del__(self):
        print("taken apart")
kept = Value()"""
    assert "taken apart" not in ended("check-spec", before=slow)[1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_what_cannot_be_written_is_told_as_python_tells_it() -> None:
    given()
    code, _, err = ended("check-spec", before="sys.stdout = open('/dev/full', 'w')\nprint('lost')")
    assert code == 120
    assert "No space left on device" in err


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted as Linux lists them")
def test_numpy_starts_no_threads_of_its_own_unless_the_user_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would spin beside the work; on one processor there are none in any case."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    counting = """import ced_cdisc.cli.__main__ as command
def main():
    import os, numpy
    print(os.environ["OPENBLAS_NUM_THREADS"], len(os.listdir("/proc/self/task")))
    sys.exit(0)
command.main = main"""
    assert ended(before=counting)[1] == "1 1\n"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    assert ended(before=counting)[1].startswith("2 ")
