"""``ced-cdisc build --watch``: what is built again, what is said of it, and which files are looked at."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from kept_builds import change, files

from ced_cdisc.cli import main
from ced_cdisc.cli.changes import WatchedFiles
from small_study import write_study

Edit = Callable[[], object]
WAITING = "waiting for changes of raw and the specs; Ctrl-C ends it\n\n"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    folder = write_study(tmp_path / "study")
    change(folder / "mappings/sdtm/ae.yaml", "ae.TERM\n", "{collect: ae.TERM, text: transliterate}\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, list[str]]]:
    """Gives what is said by a build that goes on: of the first, and after each of some edits."""
    real = WatchedFiles.wait

    def run(*edits: Edit, options: tuple[str, ...] = ()) -> tuple[int, list[str]]:
        waiting = list(edits)

        def wait(self: WatchedFiles, before: object) -> object:
            if not waiting:
                raise KeyboardInterrupt
            waiting.pop(0)()
            looks = iter(range(100))  # what is not noticed by then never is
            return real(self, before, sleep=lambda seconds: next(looks))  # type: ignore[arg-type]

        monkeypatch.setattr(WatchedFiles, "wait", wait)
        result = CliRunner().invoke(
            main, ["build", "raw", "out", "--watch", "--no-check", *options], prog_name="ced-cdisc"
        )
        assert result.stdout == ""
        said = re.sub(r" +\d+\.\d\d s$", "", result.stderr, flags=re.MULTILINE)
        *parts, rest = said.split(WAITING)
        assert rest == ""
        return result.exit_code, parts

    return run


def test_what_is_said_of_each_build(study: Path, watched: Callable[..., tuple[int, list[str]]]) -> None:
    spec, raw = study / "mappings/sdtm/ae.yaml", study / "raw/ae.csv"
    code, (first, mistyped, mended, another) = watched(
        lambda: change(spec, "AESEV:", "AESEVV:"),
        lambda: change(spec, "AESEVV:", "AESEV:"),
        lambda: change(raw, "Headache", "Head\u2013ache"),
    )
    assert first == (
        "specs from mappings and define\n"
        "  EX               3 rows   12 columns\n"
        "  DM               2 rows   25 columns\n"
        "  AE               3 rows   26 columns\n"
        "  ADSL             2 rows    8 columns\n"
        "  raw columns: 14 of 14 mapped, 0 excluded, 0 left over\n"
        "4 datasets and 2 define.xml written to out\n"
    )
    assert mistyped == (
        "ae.yaml changed\n"
        "1 error in the specs\n"
        "mappings/sdtm/ae.yaml:19:3 CED019 AE has no variable AESEVV; did you mean AESEV?\n"
    )
    assert mended == (
        "ae.yaml changed\n"
        "  4 datasets kept\n"
        "  raw columns: 14 of 14 mapped, 0 excluded, 0 left over\n"
        "4 datasets and 2 define.xml written to out\n"
    )
    assert re.sub("subject #[0-9a-f]+", "subject #", another) == (
        "ae.csv changed\n"
        "  AE               3 rows   26 columns\n"
        "  ADSL             2 rows    8 columns\n"
        "  2 datasets kept\n"
        "  raw columns: 14 of 14 mapped, 0 excluded, 0 left over\n"
        "1 note in the raw data\n"
        "mappings/sdtm/ae.yaml:6:13 CED240 AE.AETERM: 'Head\u2013ache' is written 'Head-ache'\n"
        "    ae.csv line 2, subject #\n"
        "identifiers are masked; --show-ids shows them\n"
        "4 datasets and 2 define.xml written to out\n"
    )
    assert code == 0
    assert CliRunner().invoke(main, ["build", "raw", "whole", "--no-check"]).exit_code == 0
    assert files(study) == files(study, "whole")


def test_a_note_is_said_once(study: Path, watched: Callable[..., tuple[int, list[str]]]) -> None:
    raw = study / "raw/ae.csv"
    change(raw, "Headache", "Head\u2013ache")
    _, (first, again, without) = watched(
        lambda: change(raw, "Nausea", "Vomiting"), lambda: change(raw, "Head\u2013ache", "Headache")
    )
    assert "1 note in the raw data\n" in first and "as before" not in first
    assert "CED240" not in again and "\n1 finding as before\n" in again
    assert "CED240" not in without and "as before" not in without


def test_why_datasets_are_made_anew(study: Path, watched: Callable[..., tuple[int, list[str]]]) -> None:
    edit = lambda: change(study / "raw/ae.csv", "Nausea", "Vomiting")  # noqa: E731
    _, (first, again) = watched(edit, options=("--explain",))
    assert first.count("  AE       ") == 2
    assert again.endswith(
        "  2 datasets kept\n"
        "  raw columns: 14 of 14 mapped, 0 excluded, 0 left over\n"
        "  AE       raw/ae.csv changed\n"
        "  ADSL     AE, which it reads, changed\n"
        "4 datasets and 2 define.xml written to out\n"
    )


def test_a_file_of_a_layer_is_looked_at_once_it_is_known(
    study: Path, watched: Callable[..., tuple[int, list[str]]]
) -> None:
    layer = study.parent / "library" / "sdtm"
    layer.mkdir(parents=True)
    (study / "mappings/sdtm/ae.yaml").rename(layer / "ae.yaml")
    change(study / "mappings/study.yaml", "study:", "extends: [../../library]\ndatasets: [AE]\nstudy:")
    _, (_, second) = watched(lambda: change(layer / "ae.yaml", "1: MILD", "1: SEVERE"))
    assert second.startswith("ae.yaml changed\n") and "\n  AE  " in second


def test_a_file_of_a_layer_that_stops_the_first_build_is_looked_at(
    study: Path, watched: Callable[..., tuple[int, list[str]]]
) -> None:
    layer = study.parent / "library" / "sdtm"
    layer.mkdir(parents=True)
    (study / "mappings/sdtm/ae.yaml").rename(layer / "ae.yaml")
    change(layer / "ae.yaml", "AESEV:", "AESEVV:")
    change(study / "mappings/study.yaml", "study:", "extends: [../../library]\ndatasets: [AE]\nstudy:")
    code, (first, second) = watched(lambda: change(layer / "ae.yaml", "AESEVV:", "AESEV:"))
    assert "CED019 AE has no variable AESEVV" in first
    assert second.startswith("ae.yaml changed\n") and "written to out" in second and code == 0


def test_numbers_that_a_build_keeps_are_no_change(
    study: Path, watched: Callable[..., tuple[int, list[str]]]
) -> None:
    change(study / "mappings/study.yaml", "study:", "sequence: pinned\nstudy:")
    _, (_, second) = watched(lambda: change(study / "raw/ae.csv", "Nausea", "Vomiting"))
    assert (study / "mappings/sequence.lock").is_file()
    assert second.startswith("ae.csv changed\n")


def test_the_code_of_the_last_build(study: Path, watched: Callable[..., tuple[int, list[str]]]) -> None:
    spec = study / "mappings/sdtm/ae.yaml"
    assert watched(lambda: change(spec, "AESEV:", "AESEVV:"))[0] == 10
    # A folder that goes for a while ends nothing.
    change(spec, "AESEVV:", "AESEV:")
    code, (_, gone, there) = watched(
        lambda: (study / "raw").rename(study / "away"), lambda: (study / "away").rename(study / "raw")
    )
    assert (
        gone.endswith(" changed\nError: there is no folder raw\n") and "written to out" in there and code == 0
    )


def test_what_cannot_begin_ends_at_once(study: Path, watched: Callable[..., tuple[int, list[str]]]) -> None:
    (study / "raw").rename(study / "away")
    result = CliRunner().invoke(main, ["build", "raw", "out", "--watch"], prog_name="ced-cdisc")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, "Error: there is no folder raw")
    result = CliRunner().invoke(main, ["build", "away", "out", "--watch", "--mappings", "no"])
    assert (result.exit_code, result.stderr) == (2, "Error: there is no folder no\n")


# The files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.csv", "sub/b.csv", "out/c.csv", ".hidden", "sub/~$b.xlsx", "a.csv~", "__pycache__/d.pyc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    return tmp_path


def test_the_files_that_are_looked_at(folder: Path) -> None:
    for name in ("a link", "sub/a link"):
        (folder / name).symlink_to("nothing")  # ends the look at no folder
    looked = WatchedFiles([folder, folder / "not there"], folder / "out")
    assert {Path(name).relative_to(folder).as_posix() for name in looked.state()} == {"a.csv", "sub/b.csv"}


def test_what_changed_is_told_once_no_more_changes(folder: Path) -> None:
    looked = WatchedFiles([folder], folder / "out")
    before = looked.state()
    edits: list[Edit] = [
        lambda: (folder / "a.csv").write_text("12"),
        lambda: (folder / "new.csv").write_text("1"),
        lambda: (folder / "new.csv").write_text("123"),
        lambda: (folder / "sub/b.csv").unlink(),
        lambda: (folder / "out/c.csv").write_text("12"),
    ]
    after, changed = looked.wait(before, sleep=lambda seconds: edits and edits.pop(0)())
    assert changed == [folder / "a.csv", folder / "new.csv", folder / "sub/b.csv"]
    assert after == looked.state()


def test_a_change_that_is_taken_back_is_none(folder: Path) -> None:
    looked, path = WatchedFiles([folder], folder / "out"), folder / "a.csv"
    before, stat = looked.state(), path.stat()

    def back() -> None:
        path.write_text("1")
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    edits: list[Edit] = [lambda: path.write_text("12"), back, lambda: None, lambda: path.write_text("3")]
    _, changed = looked.wait(before, sleep=lambda seconds: edits and edits.pop(0)())
    assert changed == [path] and not edits


def test_further_folders(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    layer = tmp_path_factory.mktemp("layer")
    (layer / "ae.yaml").write_text("1")
    looked = WatchedFiles([folder], folder / "out")
    before = looked.state()
    (folder / "a.csv").write_text("changed while it was built")
    state = looked.with_more([layer, folder], before)
    assert set(state) - set(before) == {str(layer / "ae.yaml")}
    (layer / "ae.yaml").write_text("12")
    changed = looked.wait(state, sleep=lambda seconds: None)[1]
    assert {*changed} == {folder / "a.csv", layer / "ae.yaml"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_the_command_goes_on_until_it_is_interrupted(study: Path) -> None:
    command = [sys.executable, "-m", "ced_cdisc.cli", "build", "raw", "out", "--watch", "--no-check"]
    with subprocess.Popen(command, cwd=study, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said: list[str] = []

        def until(word: str) -> None:
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline:
                assert process.stderr is not None
                line = process.stderr.readline()
                said.append(line)
                if word in line or not line:
                    return
            raise AssertionError(said)

        until("waiting for changes")
        change(study / "raw/ae.csv", "Nausea", "Vomiting")
        until("waiting for changes")
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(60) == 0, rest
        assert "ae.csv changed\n" in said and rest == "\n"
