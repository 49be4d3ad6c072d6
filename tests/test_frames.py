"""Datasets that are read when somebody looks at them (:mod:`ced_cdisc.core.blocks`), and their bytes."""

from __future__ import annotations

import polars as pl
import pytest

from ced_cdisc.core import arrow
from ced_cdisc.core.blocks import Frames
from ced_cdisc.core.later import later, packed


def test_to_ask_for_a_dataset_reads_none_of_it() -> None:
    def read() -> pl.DataFrame:
        raise AssertionError("it was read")

    frames = Frames({"SUPPAE": later({"USUBJID": pl.String(), "QVAL": pl.String()}, 3, read)})
    assert "SUPPAE" in frames
    assert "SUPPCM" not in frames
    assert frames.shape("SUPPAE") == (3, 2)


FRAME = pl.DataFrame(
    {
        "USUBJID": ["S-1", None, "S-2 ä" * 9],
        "AGE": [1.5, -0.0, None],
        "ROW": pl.Series([1, 2, 3], dtype=pl.Int64),
        "ASTDT": pl.Series([19000, None, 3], dtype=pl.Int32).cast(pl.Date),
        "SAFFL": [True, None, False],
        "WHY": pl.Series([["a"], None, []], dtype=pl.List(pl.String)),
    }
)


@pytest.mark.parametrize("few", [0, arrow.FEW_CELLS], ids=["file", "stream"])
@pytest.mark.parametrize("frame", [FRAME, FRAME.clear(), pl.DataFrame()], ids=["rows", "no rows", "nothing"])
def test_a_frame_comes_out_of_bytes_as_it_went_in(
    few: int, frame: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrow, "FEW_CELLS", few if frame.height else few - 1)
    body = arrow.to_bytes(frame)
    assert body.startswith(b"ARROW1") is (few == 0)
    assert body == arrow.to_bytes(frame.clone())
    found = arrow.of_bytes(body)
    assert found.equals(frame)
    assert found.schema == frame.schema == pl.Schema(arrow.schema_of(body))
    some = [name for name in ("ROW", "USUBJID") if name in frame.columns]
    assert arrow.of_bytes(body, some).equals(frame.select(some))


@pytest.mark.parametrize("few", [0, arrow.FEW_CELLS], ids=["file", "stream"])
def test_bytes_that_are_cut_off_hold_no_frame(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, "FEW_CELLS", few)
    body = arrow.to_bytes(FRAME)
    for cut in (b"", body[:3], body[:60]):
        with pytest.raises((pl.exceptions.PolarsError, OSError)):
            arrow.of_bytes(cut)


def test_blocks_are_read_from_either_form(monkeypatch: pytest.MonkeyPatch) -> None:
    for few in (0, arrow.FEW_CELLS):
        monkeypatch.setattr(arrow, "FEW_CELLS", few)
        data = packed(arrow.to_bytes(FRAME), FRAME.height)
        assert (data.height, dict(data.schema)) == (FRAME.height, dict(FRAME.schema))
        assert data.frame(["AGE"]).equals(FRAME.select("AGE"))
        assert data.frame().equals(FRAME)


def test_a_dataset_whose_columns_are_told_is_not_read_for_them() -> None:
    schema = {
        "AETERM": pl.String(), "AVAL": pl.Float64(), "__order": pl.Int64(), "ASTDT": pl.Date(),
        "ASTDTM": pl.Datetime("us"), "__there": pl.Boolean(),
    }  # fmt: skip
    told = arrow.schema_to_json(schema)
    assert told is not None
    data = packed(b"bytes that nobody reads", 3, arrow.schema_of_json(told))
    assert dict(data.schema) == schema and data.height == 3


@pytest.mark.parametrize("other", [pl.Datetime("ms"), pl.Categorical(), pl.List(pl.String), pl.Int32()])
def test_columns_of_other_types_are_read_from_the_bytes(other: pl.DataType) -> None:
    frame = pl.DataFrame({"A": ["x"], "B": pl.Series([None], dtype=other)})
    assert arrow.schema_to_json(frame.schema) is None
    assert packed(arrow.to_bytes(frame), 1).schema == frame.schema
