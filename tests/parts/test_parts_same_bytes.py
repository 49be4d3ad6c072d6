"""Whole, in parts, by several processes, or on a Dask cluster: every byte of the output is the same.

The example, with the controls that it pools, is built in parts in tests/example/test_same_bytes.py.
"""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import polars as pl
import pytest
from many_subjects import built, digests, files, workers, write

from ced_cdisc.pipeline import Build, build
from ced_cdisc.stages.merging import merged
from ced_cdisc.write.spill import write_block
from shared_builds import Made

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FORMATS = "xpt,json,parquet"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Build]:
    """The study of nine subjects, built whole into ``whole``; its folder, and what was handed out."""
    folder = write(tmp_path_factory.mktemp("small"), files(9))
    return folder, built(folder, "whole", parts=0, formats=FORMATS)


@pytest.fixture(scope="module")
def small(whole: tuple[Path, Build]) -> Path:
    return whole[0]


@pytest.mark.parametrize("parts", [1, 2, 5, 9, 40])
def test_parts_give_the_bytes_of_the_whole(whole: tuple[Path, Build], parts: int) -> None:
    small, frames = whole[0], whole[1].frames
    done = built(small, f"parts{parts}", parts=parts, formats=FORMATS)
    assert digests(small / f"parts{parts}") == digests(small / "whole")
    assert {name: frame.to_dicts() for name, frame in done.frames.items()} == {
        name: frame.to_dicts() for name, frame in frames.items()
    }
    assert {name: done.frames.shape(name) for name in done.frames} == {
        name: frame.shape for name, frame in frames.items()
    }


def test_processes_give_the_bytes_of_the_whole_though_one_is_killed(small: Path) -> None:
    """Each worker that is at work when the first part is done is killed."""
    killed: list[int] = []

    def kill(name: str, done: int, total: int) -> None:
        if not killed:
            for worker in workers():
                killed.append(worker)
                os.kill(worker, signal.SIGKILL)

    built(small, "workers", workers=2, parts=6, formats=FORMATS, watch=kill)
    assert killed
    assert digests(small / "workers") == digests(small / "whole")


def test_a_cluster_gives_the_bytes_of_the_whole_though_a_worker_is_killed(small: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        killed: list[int] = []

        def kill(name: str, done: int, total: int) -> None:
            if not killed:
                worker = cluster.workers[0].process.process
                killed.append(worker.pid)
                os.kill(worker.pid, signal.SIGKILL)

        address = cluster.scheduler_address
        built(small, "dask", dask=address, parts=6, formats=FORMATS, watch=kill)
    assert killed
    assert digests(small / "dask") == digests(small / "whole")


@pytest.mark.parametrize("way", [{"parts": 3}, {"workers": 2}])
def test_the_second_example(way: dict[str, int], second_example: Made, tmp_path: Path) -> None:
    home = EXAMPLES / "vitals_labs"
    specs = {"mappings": home / "mappings", "define": home / "define"}
    build(home / "raw", tmp_path / "other", **specs, check=False, **way)
    assert digests(tmp_path / "other") == digests(second_example[1])


def test_parts_whose_keys_overlap_are_merged_in_their_order(tmp_path: Path) -> None:
    """As in a pooled dataset that STUDYID leads: each part has records of both studies."""
    chance = random.Random(7)
    rows = [
        {
            "STUDYID": chance.choice([None, "A", "B"]),
            "USUBJID": f"S{subject:02}",
            "AVAL": chance.choice([None, 1.0, 2.0]),
            "N": n,
        }
        for subject in range(8)
        for n in range(subject * 50, subject * 50 + 50)
    ]
    keys = ["STUDYID", "USUBJID", "AVAL"]
    whole = pl.DataFrame(rows).sort(keys, nulls_last=False, maintain_order=True)
    parts = [
        write_block(tmp_path, f"{i}", whole.filter(pl.col("USUBJID").is_in(subjects)), keys)
        for i, subjects in enumerate((["S00", "S05"], ["S01", "S02", "S03"], ["S04", "S06", "S07"]))
    ]
    made = merged("X", parts, whole.columns, keys, tmp_path)
    assert made.frame().equals(whole)
    assert made.apart == ""
