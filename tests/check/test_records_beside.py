"""Records beside a table: the left join of polars, with the columns of the records shared."""

from __future__ import annotations

import polars as pl
import pytest

from ced_cdisc.conformance.beside import beside

RECORDS = pl.DataFrame({"K": ["b", None, "a", "b", "x"], "N": [1.0, 2.0, None, 1.0, 5.0], "V": range(5)})
ONCE = pl.DataFrame({"K": ["a", "b", None], "more": [1, 2, 3]})
TWICE = pl.DataFrame({"K": ["a", "b", "b"], "more": [1, 2, 3]})


@pytest.mark.parametrize("other", [ONCE, TWICE, ONCE.clear()])
@pytest.mark.parametrize("nulls_equal", [True, False])
def test_it_is_the_left_join(other: pl.DataFrame, nulls_equal: bool) -> None:
    expected = RECORDS.join(other, on="K", how="left", nulls_equal=nulls_equal, maintain_order="left")
    assert beside(RECORDS, other, "K", nulls_equal=nulls_equal).equals(expected)
    assert beside(RECORDS, other, ["K"], nulls_equal=nulls_equal).equals(expected)


def test_several_keys() -> None:
    other = pl.DataFrame({"N": [1.0, 5.0], "K": ["b", "y"], "there": [True, True]})
    assert beside(RECORDS, other, ["K", "N"])["there"].to_list() == [True, None, None, True, None]
