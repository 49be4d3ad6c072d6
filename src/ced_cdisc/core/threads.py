"""How many processors the process has, and how many threads share work outside of Python's lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")

_MOST = 4


def processors() -> int:
    """Those that the process may run on: a job of a cluster has a part of the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads() -> int:
    """Threads for numpy, polars and pyarrow: one for each processor, at most four.

    Memory and the file are the limit then.
    """
    return min(_MOST, processors())


def have_polars_find_numpy() -> None:
    """Before threads of ours hand arrays to polars: of two that are the first, one stops with a TypeError.

    Polars looks for numpy when it first meets an array, and two threads that look at once are in each other's
    way (polars 2.1). Both libraries are loaded, if they are not yet.
    """
    import numpy as np
    import polars as pl

    pl.Series(np.empty(0))


def ahead(make: Callable[[S], T], of: Iterable[S]) -> Iterator[T]:
    """What is made of each, in order; while one is looked at, a thread makes the next.

    An error comes where what it was made of is due.
    """
    have_polars_find_numpy()
    with ThreadPoolExecutor(1) as pool:
        next_: Future[T] | None = None
        for one in of:
            made, next_ = next_, pool.submit(make, one)
            if made is not None:
                yield made.result()
        if next_ is not None:
            yield next_.result()
