"""Transport files, descriptions and checks that are kept: the output and what is said of it stay the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from kept_builds import a_pipe, built, change, cut, entries, files, flipped, said

from ced_cdisc.describe.as_json import description_of_json
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.stages import packaging
from ced_cdisc.write.kept_files import KeptFiles
from small_study import write_study


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    return write_study(tmp_path / "study")


def test_nothing_is_described_written_or_checked_twice(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = built(study)

    def not_again(*_: object, **__: object) -> None:
        raise AssertionError("it is made again")

    monkeypatch.setattr(packaging, "describe_dataset", not_again)
    monkeypatch.setattr(packaging, "_write_transport", not_again)
    monkeypatch.setattr("ced_cdisc.conformance.check.read_folder", not_again)
    monkeypatch.setattr(
        "ced_cdisc.core.later.Packed.read", not_again
    )  # DM alone is looked at: are all subjects in it?
    with pytest.raises(AssertionError, match="it is made again"):
        built(study)
    monkeypatch.setattr("ced_cdisc.convert.build.check_in_dm", lambda world: None)
    again = built(study)
    assert said(again) == said(first)


def test_what_the_rules_say_follows_the_data(study: Path) -> None:
    built(study)
    for old, new in (("Headache", "Dizziness"), ("Dizziness", "DROP TABLE"), ("DROP TABLE", "Headache")):
        change(study / "raw/ae.csv", old, new)
        made, whole = built(study), built(study, "whole", incremental=False)
        assert said(made) == said(whole)
        assert files(study) == files(study, "whole")


@pytest.mark.parametrize("pattern", ["package-AE-*.0.file", "package-AE-*.kept", "check-*.kept"])
def test_what_does_not_hold_is_made_again(study: Path, pattern: str) -> None:
    first = built(study)
    whole = files(study)
    for damage in (flipped, cut, a_pipe):
        (entry,) = entries(study, pattern)
        damage(entry)
        again = built(study)
        assert files(study) == whole and said(again) == said(first), damage
        (healed,) = entries(study, pattern)
        assert healed.is_file(), damage


def test_an_edited_output_spoils_no_other(study: Path) -> None:
    built(study)
    whole = files(study)
    with (study / "out/sdtm/ae.xpt").open("r+b") as stream:
        stream.seek(-40, os.SEEK_END)
        stream.write(b"edited by somebody")
    built(study, "other")
    assert files(study, "other") == whole


def test_with_other_options(study: Path) -> None:
    built(study)
    lock = study / "mappings/sequence.lock"
    change(study / "mappings/study.yaml", "usubjid:", "sequence: pinned\nusubjid:")
    ways: list[dict[str, Any]] = [
        {},
        {"only": "AE"},
        {"only": "AE,DM"},
        {"renumber": True},
        {"formats": "xpt,json"},
        {"formats": "json"},
        {"verify": True},
    ]
    for number, words in enumerate(ways):
        before = lock.read_bytes() if lock.is_file() else None
        made = built(study, f"out{number}", **words)
        numbers = lock.read_bytes()
        lock.unlink() if before is None else lock.write_bytes(before)
        full = built(study, f"whole{number}", incremental=False, **words)
        assert files(study, f"out{number}") == files(study, f"whole{number}"), words
        assert said(made) == said(full), words
        assert lock.read_bytes() == numbers, words


def test_two_builds_at_once(study: Path) -> None:
    built(study, "whole", incremental=False)
    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(command, study, name) for name in ("one", "two")]:
            process = one.result()
            assert process.wait() == 0
    assert files(study, "one") == files(study, "two") == files(study, "whole")
    assert set(built(study).reasons.values()) == {"kept"}


def command(study: Path, out: str, *, stop: str = "") -> subprocess.Popen[bytes]:
    """A build in a process of its own; ``stop`` is carried out in it before the build."""
    text = f"""
import os, signal
from pathlib import Path
from ced_cdisc.pipeline import build
from ced_cdisc.write.kept_files import KeptFiles
{stop}
study = Path({str(study)!r})
build(study / "raw", study / {out!r}, mappings=study / "mappings", define=study / "define", incremental=True)
"""
    return subprocess.Popen([sys.executable, "-c", text])


KILLS = {
    "before an entry is in place": "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)",
    "between a file and its entry": (
        "write = KeptFiles.write\n"
        "def killed(self, name, *given):\n"
        "    name.startswith('package') and os.kill(os.getpid(), signal.SIGKILL)\n"
        "    write(self, name, *given)\n"
        "KeptFiles.write = killed"
    ),
}


@pytest.mark.parametrize("stop", KILLS.values(), ids=KILLS)
def test_a_build_that_is_killed_while_it_keeps(study: Path, stop: str) -> None:
    built(study, "whole", incremental=False)
    assert command(study, "out", stop=stop).wait() == -signal.SIGKILL
    made = built(study)
    assert files(study) == files(study, "whole")
    assert set(made.reasons) == {"EX", "DM", "AE", "ADSL"}


def test_a_file_of_nobody_goes_first(tmp_path: Path) -> None:
    store = KeptFiles.of_study(tmp_path, "of-one", "tool")
    assert store is not None
    store.write("AE", "a", {})
    for name, key in (("AE", "a"), ("DM", "b")):
        source = tmp_path / f"source-{name}"
        source.write_bytes(b"x" * 100)
        store.write_beside(name, key, 0, source)
        source.unlink()
    KeptFiles(tmp_path / "of-one", "tool", most=350).sweep()
    left = {path.name for path in (tmp_path / "of-one").iterdir()}
    assert left == {"AE-a.kept", "AE-a.0.file"}


def test_a_file_that_an_output_has_takes_no_room(tmp_path: Path) -> None:
    store = KeptFiles.of_study(tmp_path, "of-one", "tool")
    assert store is not None
    output = tmp_path / "ae.xpt"
    output.write_bytes(b"x" * 1000)
    store.write("AE", "a", {})
    store.write_beside("AE", "a", 0, output)
    small = KeptFiles(tmp_path / "of-one", "tool", most=900)
    small.sweep()
    assert {path.name for path in (tmp_path / "of-one").iterdir()} == {"AE-a.kept", "AE-a.0.file"}
    output.unlink()
    small.sweep()
    assert list((tmp_path / "of-one").iterdir()) == []


@pytest.mark.parametrize("value", [None, [], [[], [], []], [["AE"], [], []], {"a": 1}, [1, 2, 3]])
def test_no_description(study: Path, value: object) -> None:
    plan: StudyPlan = built(study).plan
    with pytest.raises((ValueError, TypeError, LookupError)):
        description_of_json(plan.datasets[0], value)


def test_an_output_keeps_the_files_that_stay(study: Path) -> None:
    built(study)
    whole = files(study)
    (entry,) = entries(study, "package-AE-*.0.file")
    output = study / "out/sdtm/ae.xpt"
    before = output.stat()
    built(study)
    after = output.stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_nlink) == (before.st_ino, before.st_mtime_ns, 2)
    assert output.samefile(entry) and files(study) == whole
    built(study, "other")  # a copy; from now on that one is kept
    assert not output.samefile(study / "other/sdtm/ae.xpt")
    assert entry.samefile(study / "other/sdtm/ae.xpt") and output.stat().st_nlink == 1
    built(study)
    assert not output.samefile(study / "other/sdtm/ae.xpt")
    assert files(study) == files(study, "other") == whole


def edit(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.seek(-40, os.SEEK_END)
        stream.write(b"edited by somebody")


def test_an_edited_output_is_put_right(study: Path) -> None:
    built(study)
    whole = files(study)
    edit(study / "out/sdtm/ae.xpt")
    made = built(study)
    assert made.reasons["AE"] == "kept, but the transport file of AE was damaged"
    assert files(study) == whole
    assert set(built(study).reasons.values()) == {"kept"} and files(study) == whole


def test_a_file_that_somebody_else_names_is_not_shared(study: Path) -> None:
    built(study)
    whole = files(study)
    os.link(study / "out/sdtm/ae.xpt", study / "theirs.xpt")
    built(study)
    edit(study / "theirs.xpt")
    assert files(study) == whole
    assert set(built(study).reasons.values()) == {"kept"} and files(study) == whole


def test_a_file_of_other_rights_is_not_given_back(study: Path) -> None:
    built(study)
    whole, output = files(study), study / "out/sdtm/ae.xpt"
    usual = output.stat().st_mode
    output.chmod(0o400)
    built(study)
    assert output.stat().st_mode == usual and files(study) == whole


def test_a_build_that_fails_takes_nothing_from_the_output(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(study)
    whole, before = files(study), (study / "out/sdtm/ae.xpt").stat().st_ino

    def failing(*_: object) -> None:
        raise RuntimeError("stopped")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="stopped"):
        patch.setattr("ced_cdisc.write.folder.OutputFolder.commit", failing)
        built(study)
    assert files(study) == whole and not list(study.glob(".out*"))
    assert set(built(study).reasons.values()) == {"kept"}
    assert (study / "out/sdtm/ae.xpt").stat().st_ino == before


def test_where_files_cannot_have_two_names(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr("os.link", refused)
    built(study)
    whole = files(study)
    (entry,) = entries(study, "package-AE-*.0.file")
    assert built(study).reasons["AE"] == "kept" and files(study) == whole
    assert not entry.samefile(study / "out/sdtm/ae.xpt") and entry.stat().st_nlink == 1
