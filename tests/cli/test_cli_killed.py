"""A build that is killed while it writes leaves the former output whole, and the next build succeeds."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import pytest
from command_line import SPECS, Run, around, ced, ced_process, given, given_build, spoil, tree

from ced_cdisc.report.console import BuildConsole

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals of POSIX, renameat2 of Linux")

AT_THE_FILE = """
import os, signal
from pathlib import Path
write, calls = Path.write_bytes, []
def dying(path, content):
    calls.append(path)
    if len(calls) == {number}:
        write(path, content[: len(content) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    return write(path, content)
Path.write_bytes = dying
"""
AT_THE_EXCHANGE = """
import os, signal
from ced_cdisc.write.folder import OutputFolder
OutputFolder.commit = lambda self: os.kill(os.getpid(), signal.SIGKILL)
"""
MOMENTS = [AT_THE_FILE.format(number=1), AT_THE_FILE.format(number=5), AT_THE_EXCHANGE]


@pytest.mark.parametrize("moment", MOMENTS, ids=["first file", "fifth file", "exchange"])
def test_kill_9_leaves_the_former_output_whole_and_the_next_build_succeeds(moment: str) -> None:
    before = given_build()
    spoil("raw/ae.csv", "Nausea", "Vomiting")
    assert ced_process("build", "raw", "out", before=moment).code == -signal.SIGKILL
    assert tree("out") == before
    assert ced("build", "raw", "out").code == 0
    assert tree("out").keys() == before.keys()
    assert tree("out")["sdtm/ae.xpt"] != before["sdtm/ae.xpt"]
    assert around() == ["define", "mappings", "out", "raw"]


def test_kill_9_of_a_first_build_leaves_no_output() -> None:
    given()
    assert ced_process("build", "raw", "out", before=MOMENTS[1]).code == -signal.SIGKILL
    assert "out" not in around()
    assert ced("build", "raw", "out").code == 0
    assert around() == ["define", "mappings", "out", "raw"]


def test_an_interrupt_from_the_keyboard_leaves_the_former_output_whole() -> None:
    before = given_build()
    spoil("raw/ae.csv", "Nausea", "Vomiting")
    run = ced_process("build", "raw", "out", before=MOMENTS[1].replace("SIGKILL", "SIGINT"))
    assert run.code == 130
    assert run.err == "specs from mappings and define\ninterrupted; out is as it was\n"
    assert tree("out") == before
    assert around() == ["define", "mappings", "out", "raw"]


def test_an_interrupt_after_the_exchange_says_that_out_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the former output is removed, which takes long for a large study; the next build clears up."""
    before = given_build()
    spoil("raw/ae.csv", "Nausea", "Vomiting")
    remove = shutil.rmtree

    def interrupted(path: Path, **options: Any) -> None:
        if Path(path).name == "new":
            raise KeyboardInterrupt
        remove(path, **options)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", interrupted)
        assert ced("build", "raw", "out") == Run(130, SPECS + "interrupted; out is written\n")
    assert tree("out")["sdtm/ae.xpt"] != before["sdtm/ae.xpt"]
    written = tree("out")
    assert ced("build", "raw", "out").code == 0
    assert tree("out") == written
    assert around() == ["define", "mappings", "out", "raw"]


def test_an_interrupt_while_the_bar_goes_says_that_out_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def interrupted(self: BuildConsole) -> Generator[Callable[[str, int, int], None]]:
        yield lambda name, done, total: None
        raise KeyboardInterrupt

    given()
    monkeypatch.setattr(BuildConsole, "progress", interrupted)
    assert ced("build", "raw", "out") == Run(130, SPECS + "interrupted; out is written\n")
    assert Path("out/sdtm/ae.xpt").is_file()


@pytest.mark.parametrize("command", [("build", "raw", "out"), ("check-spec",)])
def test_an_interrupt_while_a_command_loads_what_it_needs(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is no 1, which is that of findings."""

    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    given()
    monkeypatch.setattr(import_module("ced_cdisc.cli.build"), "work_as_small", interrupted)
    monkeypatch.setattr("ced_cdisc.spec.locate.find_study", interrupted)
    assert ced(*command) == Run(130, "interrupted\n")
