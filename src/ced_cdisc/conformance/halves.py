"""Which of two processes does which part of a work."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

EACH = 160_000
"""The bytes of a transport file that are gone through in the time that any file takes, however small."""


def halves(sizes: Mapping[T, int]) -> tuple[list[T], list[T]]:
    """Files in two parts that take about the same time: the largest first, each to who has less to do.

    Args:
        sizes: of the files [bytes]; those of the same size keep their order.
    """
    found: tuple[list[T], list[T]] = ([], [])
    load = [0, 0]
    for one, size in sorted(sizes.items(), key=lambda pair: -pair[1]):
        half = 0 if load[0] <= load[1] else 1
        found[half].append(one)
        load[half] += size + EACH
    return found
