"""The earliest and the latest of partial dates, by both engines and by looking at every day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from random_expressions import DATES

from ced_cdisc.expr.unsettled import extreme
from ced_cdisc.recompute import partial

DAYS = [date(2020, 1, 1) + timedelta(days=n) for n in range(366)]
SOME = ["2020-01-01", "2020-01-30", "2020-01-31", "2020-01", "2020-02-01", "2020-02", "2020-12-31", "2020"]


def meant(text: str) -> set[str]:
    """The days that a date may mean."""
    return {day.isoformat() for day in DAYS if day.isoformat().startswith(text)}


@given(st.lists(st.sampled_from([*DATES, *SOME]), min_size=1, max_size=5), st.booleans())
def test_both_engines_agree(texts: list[str], latest: bool) -> None:
    assert extreme(texts, latest=latest)[0] == partial.extreme(texts, latest=latest)


@given(st.lists(st.sampled_from(SOME), min_size=1, max_size=4), st.booleans())
def test_what_is_certain_holds_for_every_day_that_may_be_meant(texts: list[str], latest: bool) -> None:
    found, in_doubt = extreme(texts, latest=latest)
    choose = max if latest else min
    possible = meant(texts[0])
    for text in texts[1:]:
        possible = {choose(one, other) for one in possible for other in meant(text)}
    certain = next(size for size in (10, 7, 4) if len({day[:size] for day in possible}) == 1)
    assert found == min(possible)[:certain]
    assert in_doubt == (found not in texts or meant(found) != possible)
