"""What a dataset is described by is the same, read at once as plain lists or column by column."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.core.blocks import Blocks
from ced_cdisc.describe.held import Held

ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, "", "A", "B"]),
        st.sampled_from([None, -1.0, 0.0, 2.5]),
        st.sampled_from(["S1", "S2"]),
    ),
    max_size=12,
)


@given(ROWS)
def test_small_and_large_datasets_hold_the_same(rows: list[tuple[str | None, float | None, str]]) -> None:
    frame = pl.DataFrame(rows, schema={"BY": pl.String, "X": pl.Float64, "STUDYID": pl.String}, orient="row")
    small = Held(Blocks.of(frame))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ced_cdisc.core.blocks.FEW", -1)
        large = Held(Blocks.of(frame))
        for name in frame.columns:
            assert (
                small.values(name) == large.values(name) == {row[frame.columns.index(name)] for row in rows}
            )
        assert list(small.rows("BY", "X")) == list(large.rows("BY", "X"))
        assert list(small.rows("BY", "X")) == list(dict.fromkeys((by, x) for by, x, _ in rows))
        for by in (("BY",), ("BY", "STUDYID")):
            assert list(small.groups(by, "X")) == list(large.groups(by, "X"))
            assert small.tell_apart(by) == large.tell_apart(by)
        held = {(by or None, x, study) for by, x, study in rows}  # no text is a missing one in a file
        assert small.tell_apart(["BY", "X", "STUDYID"]) == (len(held) == len(rows))
