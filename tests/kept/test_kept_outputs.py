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

from ced_cdisc.describe.as_json import description_of_json
from ced_cdisc.pipeline import Build, build
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.stages import packaging
from ced_cdisc.write.kept_files import KeptFiles
from small_study import write_study


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    return write_study(tmp_path / "study")


def built(study: Path, out: str = "out", *, incremental: bool = True, **words: Any) -> Build:
    return build(
        study / "raw",
        study / out,
        mappings=study / "mappings",
        define=study / "define",
        incremental=incremental,
        **words,
    )


def files(study: Path, out: str = "out") -> dict[str, bytes]:
    folder = study / out
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def said(made: Build) -> list[Any]:
    """What the rules say, without the name of the folder."""
    return [(one.standards, one.datasets, one.reading, one.rules, one.memory) for one in made.checked]


def entries(study: Path, pattern: str) -> list[Path]:
    return sorted((study.parent / "cache/kept").glob(f"*/{pattern}"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_nothing_is_described_written_or_checked_twice(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = built(study)

    def not_again(*_: object, **__: object) -> None:
        raise AssertionError("it is made again")

    monkeypatch.setattr(packaging, "describe_dataset", not_again)
    monkeypatch.setattr(packaging, "_write_transport", not_again)
    monkeypatch.setattr("ced_cdisc.conformance.check.read_folder", not_again)
    monkeypatch.setattr("polars.read_ipc", not_again)  # DM alone is looked at: are all subjects in it?
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


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.unlink()  # the output may be the same file
    path.write_bytes(bytes(content))


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-10])


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


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
