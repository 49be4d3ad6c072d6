"""A transport file is brought to the disk while it is written, where somebody will wait for that."""

import errno
import os
from pathlib import Path

import polars as pl
import pytest
from xpt_samples import member, number, written

from ced_cdisc.write.xpt import write_xpt

STEP = 1 << 24
ROWS = 5 * STEP // 8 // 2  # two steps and a half
FRAME = pl.DataFrame({"N": pl.int_range(ROWS, eager=True).cast(pl.Float64)})
HEADERS = member(number("N"))

Asked = list[tuple[int, int, int]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the system is asked for: where from, how much, what."""
    calls: Asked = []

    def take(_: int, begin: int, size: int, what: int) -> None:
        calls.append((begin, size, what))

    monkeypatch.setattr(os, "posix_fadvise", take, raising=False)
    return calls


def test_a_file_is_brought_to_the_disk_in_steps_without_gaps(tmp_path: Path, asked: Asked):
    path = tmp_path / "n.xpt"
    with path.open("wb") as stream:
        write_xpt(stream, FRAME, HEADERS)
    assert len(asked) == 2
    begin = path.stat().st_size - ROWS * 8 - (-ROWS * 8) % 80  # behind the headers
    for start, size, what in asked:
        assert (start, what) == (begin, os.POSIX_FADV_DONTNEED)
        assert size >= STEP
        begin += size
    assert path.read_bytes() == written(FRAME, HEADERS)


def test_nothing_is_asked_for_a_file_that_is_read_again(tmp_path: Path, asked: Asked):
    with (tmp_path / "n.xpt").open("w+b") as stream:
        write_xpt(stream, FRAME, HEADERS)
    assert asked == []


def test_a_stream_that_cannot_be_brought_anywhere_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    calls: list[int] = []

    def refuse(descriptor: int, *_: int) -> None:
        calls.append(descriptor)
        raise OSError(errno.ESPIPE, "a pipe")

    monkeypatch.setattr(os, "posix_fadvise", refuse, raising=False)
    path = tmp_path / "n.xpt"
    with path.open("wb") as stream:
        write_xpt(stream, FRAME, HEADERS)
    assert len(calls) == 1
    assert path.read_bytes() == written(FRAME, HEADERS)
