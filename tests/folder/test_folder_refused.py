"""Output folders that are refused, each with the whole text of its finding."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from out_folder import LEFT_ALONE, around, build, content, left_between_renames, refusal, write

from ced_cdisc.core.findings import Severity, Stage, Stopped
from ced_cdisc.write import exchange
from ced_cdisc.write.folder import OutputFolder


def test_a_file_in_the_place_of_out() -> None:
    Path("out").write_text("mine")
    assert refusal() == "out CED401 out is a file, not a folder; name another folder"
    assert Path("out").read_text() == "mine"


def test_a_folder_of_somebody_else() -> None:
    Path("out").mkdir()
    Path("out/thesis.docx").touch()
    head = "out CED402 out is not empty and not a former build: "
    assert refusal() == f"{head}it has no build.json; {LEFT_ALONE} with its thesis.docx"
    for text in ('{"tool": "make"}', "[]", "not json", "\ufeff", "[" * 200_000):
        Path("out/build.json").write_text(text)
        assert refusal() == (
            f"{head}its build.json was not written by ced-cdisc; {LEFT_ALONE} with its "
            f"build.json, thesis.docx"
        )
    assert around() == ["out"]
    assert Path("out/thesis.docx").exists()


@pytest.mark.skipif(not os.path.ismount("/proc"), reason="/proc is no mount point here")
def test_a_mount_point() -> None:
    assert refusal("/proc") == (
        "/proc CED403 /proc is a mount point, which cannot be exchanged; name a folder in it, as /proc/build"
    )


def test_out_and_the_input_folders() -> None:
    Path("study/raw/sub").mkdir(parents=True)
    Path("alias").symlink_to("study")
    raw = [Path("study/raw")]
    hint = "name a folder beside it: OUT is replaced as a whole"
    said = "CED404 {0} {1} the input folder study/raw; " + hint
    for out, relation in [
        ("study/raw", "is"),
        ("alias/raw", "is"),
        ("study/raw/out", "lies in"),
        ("study/raw/sub/new/out", "lies in"),
        ("alias", "holds"),
        ("study", "holds"),
    ]:
        assert refusal(out, raw) == f"{out} " + said.format(out, relation)
    assert OutputFolder.prepare(Path("study/out"), raw)[0] is not None
    assert OutputFolder.prepare(Path("study/rawer"), raw)[0] is not None


def test_the_working_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    build("one")
    monkeypatch.chdir("out/sdtm")
    for out in ("..", "../../out", "."):
        assert refusal(out) == (
            f"{out} CED405 {out} is the working folder or holds it; change to another folder first"
        )


def test_no_parent() -> None:
    assert refusal("a/b/out") == (
        "a/b/out CED406 the folder a/b around a/b/out does not exist; make it first"
    )


def test_a_parent_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    message = (
        "out CED407 the folder around out cannot be written, so OUT cannot be exchanged: {0}; "
        f"write to another folder, or allow writing in {tmp_path.resolve().as_posix()}"
    )
    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda path, mode: False)
        assert refusal() == message.format("no permission")

    def no_room(**_: Any) -> str:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.mkdtemp", no_room)
    with pytest.raises(Stopped) as stopped, output:
        pass
    assert str(stopped.value) == message.format("Read-only file system")


def test_a_working_folder_whose_marker_others_hold_each_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None
    monkeypatch.setattr(exchange, "_lock", lambda handle: False)
    with pytest.raises(Stopped) as stopped, output:
        pass
    assert str(stopped.value) == (
        "out CED407 the folder around out cannot be written, so OUT cannot be exchanged: "
        "Resource temporarily unavailable; "
        f"write to another folder, or allow writing in {tmp_path.resolve().as_posix()}"
    )
    assert around() == []


def test_a_holder_half_made_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(Stopped, match=r"CED407 .*: No space left on device; "), output:
            pass
    assert around() == []


def test_an_output_that_cannot_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    build("one")

    def refuse(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        assert refusal() == f"out CED408 out/build.json cannot be read: Permission denied; {LEFT_ALONE}"
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert refusal() == "out CED408 out cannot be looked at: Permission denied"


@pytest.mark.parametrize("outputs", [["sdtm/dm.xpt"], {"sdtm/dm.xpt": "sha256"}])
def test_files_added_to_a_former_build(outputs: object) -> None:
    build("one")
    Path("out/build.json").write_text(json.dumps({"tool": "ced-cdisc", "outputs": outputs}))
    Path("out/.DS_Store").touch()
    assert OutputFolder.prepare(Path("out"))[0] is not None
    Path("out/sdtm/notes.txt").touch()
    assert refusal() == (
        "out CED409 out is a former build with files that it did not write: sdtm/notes.txt; "
        "move them away: OUT is replaced as a whole"
    )


def test_a_living_run_is_not_disturbed() -> None:
    first, _ = OutputFolder.prepare(Path("out"))
    assert first is not None
    with first as work:
        assert refusal() == ("out CED410 another run is writing out; wait for it, or write to another folder")
        assert OutputFolder.prepare(Path("out2"))[0] is not None
        write(work, "one")
        first.commit()
    assert content() == "one"


def test_a_killed_run_and_an_out_made_anew_are_left_to_the_user() -> None:
    holder = left_between_renames()
    Path("out").mkdir()
    Path("out/mine").touch()
    assert refusal() == (
        f"out CED411 a killed run left the former output in {holder.as_posix()}/old, and out was "
        f"made anew since; "
        "move one of them away, then build again"
    )
    assert content(f"{holder}/old") == "one"
    assert Path("out/mine").exists()


def test_a_working_folder_that_runs_full() -> None:
    build("one")
    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None
    with pytest.raises(Stopped) as stopped, output:
        raise OSError(errno.ENOSPC, "No space left on device")
    assert str(stopped.value) == (
        "out CED412 the output for out cannot be written: No space left on device; "
        "the former output is untouched; make room or write to another folder"
    )
    with pytest.raises(Stopped, match=r"CED412 .*: No such file or directory"), output as work:
        (work / "none/file").write_text("x")
    with pytest.raises(FileNotFoundError), output:
        Path("elsewhere").read_text()
    assert content() == "one"
    assert around() == ["out"]


def test_an_exchange_that_the_system_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    build("one")

    def busy(one: Path, other: Path) -> bool:
        raise OSError(errno.EBUSY, "Device or resource busy", str(other))

    monkeypatch.setattr(exchange, "exchange", busy)
    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None
    with pytest.raises(Stopped) as stopped, output as work:
        write(work, "two")
        output.commit()
    assert str(stopped.value) == (
        "out CED413 the finished output cannot take the place of out: Device or resource busy; "
        "the former output is untouched; write to another folder"
    )
    assert content() == "one"
    assert around() == ["out"]


def test_a_disk_that_fails_after_the_exchange(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    build("one")
    sync = exchange._sync_folder

    def failing(folder: Path) -> None:
        if folder == Path().resolve():
            raise OSError(errno.EIO, "Input/output error")
        sync(folder)

    monkeypatch.setattr(exchange, "_sync_folder", failing)
    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None
    with output as work:
        write(work, "two")
        assert not output.is_committed
        (found,) = output.commit()
    assert (str(found), found.severity, found.stage) == (
        "out CED419 out is written, but may not be on the disk yet: Input/output error; "
        "look at the disk, then build again: a power cut may bring the former output back",
        Severity.WARNING,
        Stage.OUTPUT,
    )
    assert output.is_committed
    assert content() == "two"
    assert around() == ["out"]


def test_an_error_after_the_exchange_does_not_say_that_the_output_is_untouched() -> None:
    build("one")
    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None
    with pytest.raises(OSError, match="No space left on device"), output as work:
        write(work, "two")
        output.commit()
        raise OSError(errno.ENOSPC, "No space left on device")
    assert content() == "two"
    assert around() == ["out"]


def test_a_link_that_leads_nowhere() -> None:
    Path("out").symlink_to("gone")
    assert refusal() == "out CED414 out is a link that leads nowhere"
    Path("loop").symlink_to("loop")
    assert refusal("loop") == "loop CED414 loop is a link that leads nowhere"
    loop_within = "loop/out CED414 loop/out is a link that leads nowhere"
    no_folder = "loop/out CED406 the folder loop around loop/out does not exist; make it first"
    assert refusal("loop/out") == (loop_within if sys.version_info < (3, 13) else no_folder)


def test_an_out_that_changes_during_the_run_is_left_alone() -> None:
    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None
    with pytest.raises(Stopped, match="CED402 out is not empty and not a former build"), output as work:
        write(work, "two")
        Path("out").mkdir()
        Path("out/mine").touch()
        output.commit()
    assert Path("out/mine").exists()
    assert around() == ["out"]
