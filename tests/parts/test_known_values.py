"""What the parts of a dataset are known to hold as they are written is what reading them would say."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from many_subjects import built, digests, files, workers, write

from ced_cdisc.core.blocks import Blocks, is_unique, rises
from ced_cdisc.stages.how import How
from ced_cdisc.write.spill import FileBlock, write_block

Row = tuple[str | None, float | None]


def test_rows_that_rise_by_a_plain_comparison_of_tuples() -> None:
    seen = {True: 0, False: 0}
    for seed in range(400):
        chance = random.Random(seed)
        letters, numbers = [None, "A", "AB", "B"], [None, -1.0, -0.0, 0.0, 2.5]
        rows: list[Row] = [
            (chance.choice(letters), chance.choice(numbers)) for _ in range(chance.randrange(5))
        ]
        if chance.random() < 0.7:
            rows.sort(key=_key)
        frame = pl.DataFrame(rows, schema={"A": pl.String, "B": pl.Float64}, orient="row")
        expected = all(_key(one) < _key(other) for one, other in pairwise(rows))
        assert rises(frame) == expected, rows
        assert is_unique(frame) == (len({(a, None if b is None else b + 0.0) for a, b in rows}) == len(rows))
        seen[expected] += 1
    assert min(seen.values()) > 50


def _key(row: Row) -> tuple[tuple[bool, object], ...]:
    return tuple((value is not None, value) for value in row)


def test_what_is_known_is_told_without_the_file(tmp_path: Path) -> None:
    frame = pl.DataFrame({"USUBJID": ["1", "1", "2"], "X": ["b", "a", "b"], "N": [1.0, 2.0, 1.0]})
    known = {("X",): frame.select("X").unique(maintain_order=True)}
    blocks = [
        write_block(tmp_path, "0", frame, ["USUBJID", "N"], known),
        write_block(tmp_path, "1", frame.with_columns(USUBJID=pl.lit("3"), X=pl.lit("c")), ["USUBJID", "X"]),
    ]
    data = Blocks(frame.schema, tuple(blocks), "USUBJID")
    blocks[0].path.unlink()
    assert blocks[0].values(("X",)) is not None
    assert blocks[0].values(("N",)) is None
    assert blocks[0].tells_apart(["USUBJID", "N"])
    assert blocks[0].tells_apart(["N", "X", "USUBJID"])
    assert not blocks[0].tells_apart(["USUBJID"])
    assert not blocks[1].tells_apart(["USUBJID", "X"])  # two of its rows are equal there
    assert not data.is_unique(["USUBJID", "N", "X"])


def test_description_reads_none_of_the_columns_that_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With few rows counted as many, values of parts are told, not read; and the bytes are the same."""
    folder = write(tmp_path, files(9))
    built(folder, "whole", parts=0)
    monkeypatch.setattr("ced_cdisc.core.blocks.FEW", 8)
    read: list[tuple[str, tuple[str, ...]]] = []
    plainly = FileBlock.read

    def noted(block: FileBlock, names: Sequence[str]) -> pl.DataFrame:
        read.append((block.path.name, tuple(names)))
        return plainly(block, names)

    monkeypatch.setattr(FileBlock, "read", noted)
    built(folder, "parts", parts=3)
    assert digests(folder / "parts") == digests(folder / "whole")
    of_vs = [names for file, names in read if file.endswith("-VS.arrow")]
    assert [len(names) for names in of_vs if len(names) < 3] == []
    assert len(of_vs) == 3  # each part once, for the transport file


def test_a_large_study_is_built_by_a_process_for_each_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ced_cdisc.stages.how.threads", lambda: 3)
    assert [How().processes, How(workers=1).processes, How(workers=5).processes] == [3, 1, 5]
    assert [How(parts=4).processes, How(parts=4, workers=2).processes, How(dask="tcp://x:1").processes] == [
        1,
        2,
        1,
    ]
    folder = write(tmp_path, files(9))
    built(folder, "whole", parts=0)
    monkeypatch.setattr("ced_cdisc.stages.parts.LARGE_CELLS", 1)
    monkeypatch.setattr("ced_cdisc.stages.raw_parts.CELLS_OF_A_PART", 300)
    seen: list[int] = []
    built(folder, "large", watch=lambda name, done, total: seen.append(len(workers())))
    assert max(seen) == 3
    assert digests(folder / "large") == digests(folder / "whole")
    built(folder, "alone", workers=1, watch=lambda name, done, total: seen.append(len(workers())))
    assert seen[-1] == 0
