"""Logarithms and powers of e, each the double nearest to the exact value.

The system's library gives a double that is the nearest or next to it. Which one is found by the inverse: the
exact value lies above the middle between two doubles where ``e ** middle`` is below the number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Context, Decimal

from ced_cdisc.recompute.values import DataFault, as_text

_DIGITS = Context(prec=60)


def log(number: float | None) -> float | None:
    """The natural logarithm; of 0 or a negative number a fault."""
    return _logarithm(number, math.log, _DIGITS.exp)


def log10(number: float | None) -> float | None:
    """The logarithm to base 10; of 0 or a negative number a fault."""
    return _logarithm(number, math.log10, lambda power: _DIGITS.power(10, power))


def exp(number: float | None) -> float | None:
    """e to a power; missing where it is beyond the largest double."""
    if number is None:
        return None
    try:
        guess = math.exp(number)
    except OverflowError:
        return None
    return _nearest(guess, lambda middle: middle <= 0 or _DIGITS.ln(middle) < Decimal(number))


def _logarithm(
    number: float | None, near: Callable[[float], float], inverse: Callable[[Decimal], Decimal]
) -> float | None:
    if number is None:
        return None
    if number <= 0:
        raise DataFault(f"{as_text(number)} has no logarithm")
    if number == 1:
        return 0.0
    return _nearest(near(number), lambda middle: inverse(middle) < Decimal(number))


def _nearest(guess: float, is_above: Callable[[Decimal], bool]) -> float:
    """The double nearest to a value, of which it is known whether it is above a number."""
    while is_above(_middle(guess, math.nextafter(guess, math.inf))):
        guess = math.nextafter(guess, math.inf)
    while not is_above(_middle(math.nextafter(guess, -math.inf), guess)):
        guess = math.nextafter(guess, -math.inf)
    return guess


def _middle(low: float, high: float) -> Decimal:
    return _DIGITS.divide(_DIGITS.add(Decimal(low), Decimal(high)), 2)
