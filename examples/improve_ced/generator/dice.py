"""Reproducible draws.

Only `Random.random()` keeps its sequence across Python versions, so every draw is made from it. A `Dice` is
named after what it is thrown for: any module can ask again for the same draw without passing values around.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

SEED = "3471611"
T = TypeVar("T")


class Dice:
    def __init__(self, *names: str) -> None:
        generator = random.Random()
        generator.seed("/".join((SEED, *names)), version=2)
        self._random = generator.random

    def chance(self, probability: float) -> bool:
        return self._random() < probability

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._random() * (high - low + 1))

    def number(self, low: float, high: float, digits: int) -> float:
        return round(low + self._random() * (high - low), digits)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._random() * len(choices))]

    def sample(self, choices: Sequence[T], count: int) -> list[T]:
        """Different choices, in the order in which they were given."""
        left = list(range(len(choices)))
        taken = [left.pop(int(self._random() * len(left))) for _ in range(count)]
        return [choices[index] for index in sorted(taken)]
