"""A number of events in a time, with the exact interval of a Poisson number."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from ced_cdisc.analyse.methods import Found, TooFew, distributions, tail
from ced_cdisc.analyse.selecting import Value


def event_rate(events: Sequence[Value], times: Sequence[Value], per: float, confidence: int = 95) -> Found:
    """The events for each so much of the time, with the exact (Garwood) confidence interval.

    Its ends are quantiles of gamma distributions; of no event the lower one is 0. The events are taken for
    independent, those of one subject too.

    Args:
        events: the number of events of each record; one without is left out.
        times: the time in which they were counted.
        per: of how much of the time the rate is told.
        confidence: the level of the interval, in percent.

    Raises:
        TooFew: there is no record, or no time; a time is missing or below 0, or a number of events is none.
    """
    known = [(float(one), time) for one, time in zip(events, times, strict=True) if one is not None]
    counts: dict[str, float] = {"n": len(known)}
    if not known:
        raise TooFew("there is no value", counts)
    if any(time is None for _, time in known):  # its events would count, or be lost
        raise TooFew("a record with a number of events has no time", counts)
    if any(number < 0 or number != int(number) for number, _ in known):
        raise TooFew("a number of events is no whole number from 0 on", counts)
    spent = [float(time) for _, time in known if time is not None]
    if any(time < 0 for time in spent):
        raise TooFew("a time is below 0", counts)
    number, time = int(fsum(number for number, _ in known)), fsum(spent)
    counts |= {"events": number, "time": time}
    if not time:
        raise TooFew("there is no time", counts)
    lower = float(distributions().gammaincinv(number, tail(confidence))) if number else 0.0
    upper = float(distributions().gammainccinv(number + 1, tail(confidence)))
    ends = {"rate": float(number), "lower": lower, "upper": upper}
    return Found({**counts, **{name: per * end / time for name, end in ends.items()}})
