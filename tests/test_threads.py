"""Work that a thread does ahead."""

from __future__ import annotations

import threading

import pytest

from ced_cdisc.core.threads import ahead


def test_the_next_is_made_while_one_is_looked_at() -> None:
    started = {number: threading.Event() for number in range(4)}

    def make(number: int) -> tuple[int, bool]:
        started[number].set()
        return number, threading.current_thread() is threading.main_thread()

    for place, (number, in_main) in enumerate(ahead(make, range(4))):
        assert (number, in_main) == (place, False)
        if place < 3:
            assert started[place + 1].wait(10), "made before it is asked for"
        assert not any(started[later].is_set() for later in range(place + 2, 4)), "but one ahead, not more"


def test_an_error_comes_where_it_is_due() -> None:
    made = ahead(lambda number: 1 / number, [1, 2, 0, 4])
    assert [next(made), next(made)] == [1, 0.5]
    with pytest.raises(ZeroDivisionError):
        next(made)
    assert not list(ahead(abs, list[int]()))
