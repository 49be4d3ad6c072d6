"""The rate of events with the exact interval of a Poisson number, by published ends and by chi-square."""

from __future__ import annotations

import pytest
from scipy import stats

from ced_cdisc.analyse.methods import TooFew
from ced_cdisc.analyse.rates import event_rate


@pytest.mark.parametrize(
    ("events", "lower", "upper"), [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904)]
)
def test_ends_that_are_published(events: int, lower: float, upper: float) -> None:
    """The limits of a Poisson number, as in the tables of Garwood (1936) and of poisson.test in R."""
    found = event_rate([events], [1.0], 1).values
    assert [round(found[name], 4) for name in ("rate", "lower", "upper")] == [events, lower, upper]


def test_events_and_times_are_summed_and_the_rate_is_of_so_much_time() -> None:
    found = event_rate([2, 0, None, 3.0], [1.5, 2.25, 9.0, 0.25], 100, 90).values
    ends = [stats.chi2.ppf(0.05, 10) / 2, stats.chi2.ppf(0.95, 12) / 2]
    assert (found["n"], found["events"], found["time"]) == (3, 5, 4.0)
    assert [found[name] for name in ("rate", "lower", "upper")] == pytest.approx(
        [125.0, *(100 * end / 4 for end in ends)]
    )


@pytest.mark.parametrize(
    ("events", "times", "said"),
    [
        ([None], [1.0], "there is no value"),
        ([1, 2], [1.0, None], "a record with a number of events has no time"),
        ([1, 0.5], [1.0, 1.0], "a number of events is no whole number from 0 on"),
        ([-1], [1.0], "a number of events is no whole number from 0 on"),
        ([1, 1], [1.0, -0.5], "a time is below 0"),
        ([0], [0.0], "there is no time"),
    ],
)
def test_what_gives_no_rate(events: list[float | None], times: list[float | None], said: str) -> None:
    """Nothing is left out to get a number."""
    with pytest.raises(TooFew, match=f"^{said}$"):
        event_rate(events, times, 100)
