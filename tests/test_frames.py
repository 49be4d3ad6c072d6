"""Datasets that are read when somebody looks at them (:mod:`ced_cdisc.core.blocks`)."""

from __future__ import annotations

import polars as pl

from ced_cdisc.core.blocks import Frames
from ced_cdisc.core.later import later


def test_to_ask_for_a_dataset_reads_none_of_it() -> None:
    def read() -> pl.DataFrame:
        raise AssertionError("it was read")

    frames = Frames({"SUPPAE": later({"USUBJID": pl.String(), "QVAL": pl.String()}, 3, read)})
    assert "SUPPAE" in frames
    assert "SUPPCM" not in frames
    assert frames.shape("SUPPAE") == (3, 2)
