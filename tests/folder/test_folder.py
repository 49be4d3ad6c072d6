"""The output folder is replaced in one step, or left as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from out_folder import LINUX, around, build, content, write

from ced_cdisc.write import exchange
from ced_cdisc.write.folder import OutputFolder


def test_a_first_build_and_the_next_one_leave_nothing_beside_out(way: str) -> None:
    build("one")
    assert content() == "one"
    Path("out").chmod(0o750)
    build("two")
    assert content() == "two"
    assert Path("out").stat().st_mode & 0o777 == 0o750
    assert around() == ["out"]


def test_an_empty_folder_is_taken(way: str) -> None:
    Path("out").mkdir()
    build("one")
    assert content() == "one"
    assert around() == ["out"]


def test_a_link_to_a_folder_means_that_folder() -> None:
    Path("real").mkdir()
    Path("out").symlink_to("real")
    build("one")
    assert content("real") == "one"
    assert Path("out").is_symlink()


@pytest.mark.parametrize("name", ["out[1]*?", "ö" * 120, ".hidden"])
def test_unusual_names(name: str) -> None:
    build("one", name)
    build("two", name)
    assert content(name) == "two"
    assert around() == [name]


def test_without_commit_nothing_changes(way: str) -> None:
    build("one")
    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None
    with output as work:
        write(work, "two")
    assert content() == "one"
    assert around() == ["out"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_interrupt_cleans_up(error: type[BaseException]) -> None:
    build("one")
    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None
    with pytest.raises(error), output as work:
        write(work, "two")
        raise error
    assert content() == "one"
    assert around() == ["out"]


@pytest.mark.parametrize("step", [1, 2])
def test_an_interrupt_between_the_two_renames_brings_the_old_output_back(
    step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    build("one")
    monkeypatch.setattr(exchange, "exchange", lambda one, other: False)
    calls: list[Path] = []

    def rename(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) == step:
            raise KeyboardInterrupt
        source.rename(target)

    monkeypatch.setattr(exchange, "_rename", rename)
    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None
    with pytest.raises(KeyboardInterrupt), output as work:
        write(work, "two")
        output.commit()
    assert content() == "one"
    assert around() == ["out"]


@pytest.mark.parametrize("at", ["_sync_folder", "exchange", "_rename"])
@pytest.mark.parametrize("former", [True, False])
def test_an_interrupt_tells_on_which_side_of_the_exchange_it_came(
    at: str, former: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupt right after the call that exchanges, before any other line of ours, counts as after."""
    if former:
        build("one")
    if at != "exchange":
        monkeypatch.setattr(exchange, "exchange", lambda one, other: False)
    made = getattr(exchange, at)

    def interrupted(*arguments: Path) -> None:
        made(*arguments)
        if Path("out/sdtm").exists() and content() == "two":
            raise KeyboardInterrupt

    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None
    reached = former or at != "exchange"  # a first build is put in place by a rename
    with pytest.raises(KeyboardInterrupt), output as work:
        write(work, "two")
        monkeypatch.setattr(exchange, at, interrupted)
        output.commit()
        assert not reached
        raise KeyboardInterrupt
    assert output.is_committed
    assert content() == "two"
    assert around() == ["out"]


def test_commit_outside_the_block_is_a_bug() -> None:
    output, _ = OutputFolder.prepare(Path("out"))
    assert output is not None
    with pytest.raises(RuntimeError, match="commit outside the with block"):
        output.commit()


@LINUX
def test_the_exchange_of_the_system() -> None:
    for name in ("one", "two"):
        Path(name).mkdir()
        Path(name, name).touch()
    assert exchange.exchange(Path("one"), Path("two"))
    assert Path("one/two").exists() and Path("two/one").exists()
    with pytest.raises(FileNotFoundError):
        exchange.exchange(Path("one"), Path("nowhere"))
