"""``sequence: pinned``: when the lock is written, and when not."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from command_line import RAW_AE, SPECS, spoil, tree
from pinned_study import FIRST, LATE, LOCK, SIX, STARTED, built, given_pinned, lock, refused

import ced_cdisc
from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.write import advisory, exchange
from ced_cdisc.write.folder import OutputFolder
from ced_cdisc.write.sequence_lock import SequenceLock


def test_specs_that_may_not_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    given_pinned()
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "mappings" and access(path, mode))
    assert refused(code=12) == (
        f"{SPECS}1 error in the output\n{LOCK} CED295 the numbers of this build cannot be kept in {LOCK}: "
        "no permission; allow writing there\n"
    )
    assert not Path("out").exists()
    Path(LOCK).write_text(FIRST)
    assert built() == STARTED + SIX


def test_the_shipped_specs_hold_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    given_pinned()
    for name in ("mappings", "define"):
        Path(name).rename(f"shipped-{name}")
    folders = (Path("shipped-mappings").absolute(), Path("shipped-define").absolute())
    monkeypatch.setattr("ced_cdisc.spec.locate.shipped_study", lambda: folders)
    assert refused(code=12) == (
        f"no mappings/ here, used the shipped example\n1 error in the output\n"
        f"{LOCK} CED295 the numbers of this build cannot be kept in {LOCK}: it belongs to the installation; "
        "copy the specs into folders of your own\n"
    )


def test_a_lock_that_changes_during_the_build() -> None:
    given_pinned()

    def meanwhile(name: str, done: int, total: int) -> None:
        Path(LOCK).write_text(FIRST)

    with pytest.raises(ced_cdisc.core.findings.Stopped) as stopped:
        ced_cdisc.build("raw", "out", watch=meanwhile, check=False)
    assert str(stopped.value) == (
        f"{LOCK} CED295 the numbers of this build cannot be kept in {LOCK}: another build has changed it; "
        "build again"
    )
    assert not Path("out").exists()


def opened(term: str) -> SequenceLock:
    """The lock of a build with a record that it does not have yet."""
    findings = Findings()
    made = SequenceLock.open(Path("mappings"), "mappings", findings, None)
    made.take("CE", [("T1-001", f"ce TERM={term}", 1)], findings)
    assert not findings.errors
    return made


def kept(one: SequenceLock) -> list[str]:
    """What is said of a lock that is to be written."""
    findings = Findings()
    one.keep(shipped=False, findings=findings)
    return [str(found) for found in findings]


def test_of_two_builds_at_the_same_time_one_is_told_to_build_again() -> None:
    """Both began with the same lock: each would give its own record the number of the other's."""
    Path("mappings").mkdir()
    first, second = opened("Pain"), opened("Fever")
    assert kept(first) == []
    head = f"{LOCK} CED295 the numbers of this build cannot be kept in {LOCK}: "
    assert kept(second) == [head + "another build is changing it; build again"]
    second.release()
    first.release()
    assert kept(second) == [head + "another build has changed it; build again"]
    second.take_back()
    second.release()
    assert Path(LOCK).read_bytes() == first.content()
    third = opened("Rash")
    assert kept(third) == []
    third.release()
    assert Path(LOCK).read_bytes() == third.content()
    assert [path.name for path in Path("mappings").iterdir()] == ["sequence.lock"]


def test_of_two_builds_where_there_are_no_locks_the_second_keeps_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(advisory, "fcntl", None)
    Path("mappings").mkdir()
    first, second = opened("Pain"), opened("Fever")
    assert kept(first) == []
    assert kept(second) == [
        f"{LOCK} CED295 the numbers of this build cannot be kept in {LOCK}: another build has changed it; "
        "build again"
    ]
    second.take_back()
    for one in (first, second):
        one.release()
    assert Path(LOCK).read_bytes() == first.content()
    assert [path.name for path in Path("mappings").iterdir()] == ["sequence.lock"]


def test_a_lock_for_which_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    given_pinned()
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if "sequence.lock" not in path.name:
            return write(path, content)
        write(path, content[:9])
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    assert refused(code=12) == (
        f"{SPECS}1 error in the output\n{LOCK} CED295 the numbers of this build cannot be kept in "
        f"{LOCK}: No space left on device; allow writing there\n"
    )
    assert [path.name for path in Path("mappings").glob("*.new")] == []
    assert not Path("out").exists()


def test_a_failed_build_leaves_the_lock_as_it_was() -> None:
    given_pinned()
    built()
    spoil(RAW_AE, LATE, "001,9,Anaemia,7,01-FEB-2020,\n" + LATE)
    assert "CED250" in refused()
    assert lock() == FIRST
    assert sorted(path.name for path in Path("mappings").iterdir()) == [
        "adam",
        "sdtm",
        "sequence.lock",
        "sources.yaml",
        "study.yaml",
    ]


def test_a_build_that_is_killed_before_its_last_step_loses_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """What its output was to have is kept before that is in its place: else another record might get it."""
    given_pinned()
    built()
    before = tree("out")
    spoil(RAW_AE, LATE, "001,9,Anaemia,1,01-FEB-2020,\n" + LATE)

    def interrupted(self: OutputFolder) -> list[Finding]:
        assert tree("out") == before
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(OutputFolder, "commit", interrupted)
        patch.setattr(SequenceLock, "take_back", lambda self: None)  # a kill leaves no time for it
        assert refused(code=130) == f"{SPECS}interrupted; out is as it was\n"
    numbers = [line for line in lock().splitlines() if line.startswith("AE\tT1-001")]
    assert len(numbers) == 3
    spoil(RAW_AE, "001,9,Anaemia", "001,8,Fatigue")
    Path("mappings/.sequence.lock.new").write_text("left")
    built()
    more = [line for line in lock().splitlines() if line.startswith("AE\tT1-001")]
    assert [line.split("\t")[2:4] for line in more if line not in numbers] == [
        ["3", "retired"],
        ["4", "used"],
    ]
    Path("mappings/.sequence.lock.new").write_text("left")
    built()
    assert [path.name for path in Path("mappings").glob(".*")] == []


@pytest.mark.parametrize("had", [True, False])
def test_numbers_are_taken_back_where_the_output_is_not_written(
    monkeypatch: pytest.MonkeyPatch, *, had: bool
) -> None:
    given_pinned()
    if had:
        built()
        spoil(RAW_AE, LATE, "001,9,Anaemia,1,01-FEB-2020,\n" + LATE)

    def failing(self: OutputFolder) -> list[Finding]:
        assert ("Anaemia" in Path(RAW_AE).read_text()) == (lock() != FIRST)
        raise KeyboardInterrupt

    monkeypatch.setattr(OutputFolder, "commit", failing)
    assert refused(code=130) == f"{SPECS}interrupted; out is as it was\n"
    assert Path(LOCK).exists() == had
    assert not had or lock() == FIRST
    assert [path.name for path in Path("mappings").glob(".*")] == []


def test_a_disk_that_fails_after_the_exchange_loses_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    given_pinned()
    built()
    spoil(RAW_AE, LATE, "001,9,Anaemia,1,01-FEB-2020,\n" + LATE)
    sync = exchange._sync_folder

    def failing(folder: Path) -> None:
        if folder == Path().resolve():
            raise OSError(errno.EIO, "Input/output error")
        sync(folder)

    monkeypatch.setattr(exchange, "_sync_folder", failing)
    assert built() == (
        f"{STARTED}1 warning in the output\n"
        "out CED419 out is written, but may not be on the disk yet: Input/output error; "
        f"look at the disk, then build again: a power cut may bring the former output back\n{SIX}"
    )
    assert json.loads(Path("out/build.json").read_text())["datasets"]["AE"]["rows"] == 4
    assert lock().count("AE\tT1-001") == 3


def test_an_interrupt_after_the_exchange_loses_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    given_pinned()
    commit = OutputFolder.commit

    def interrupted(self: OutputFolder) -> list[Finding]:
        commit(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(OutputFolder, "commit", interrupted)
    assert refused(code=130) == f"{SPECS}interrupted; out is written\n"
    assert lock() == FIRST
    assert [path.name for path in Path("mappings").glob(".*")] == []
