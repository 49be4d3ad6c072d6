"""Numbers as people write them in decimal digits, and what a number of a dataset, a double, keeps of them."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from math import isfinite

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
"""A number as collected texts have it: optional sign, digits, optional decimals."""

_EXACT = Context(prec=700)


def decimal_number(text: str) -> float | None:
    """The number that a text is to its last digit; None where it is no number or none that a double is.

    >>> [decimal_number(text) for text in ("0.5", "1_000", "nan", "9007199254740993")]
    [0.5, None, None, None]
    """
    if NUMBER.fullmatch(text) is None or not isfinite(float(text)) or is_cut(text):
        return None
    return float(text) + 0.0


def is_cut(text: str) -> bool:
    """Whether a whole number is another one as a double, or a number with decimals none but 0.

    Other decimals are cut behind the sixteenth digit, where no measurement has any.

    >>> is_cut("9007199254740993"), is_cut("9007199254740992"), is_cut("0.12345678901234567"), is_cut("x")
    (True, False, False, False)
    """
    if NUMBER.fullmatch(text) is None or not isfinite(float(text)):
        return False
    written, held = Decimal(text), float(text)
    if written == written.to_integral_value(context=_EXACT):
        return written not in (Decimal(held), Decimal(repr(held)))
    return held == 0
