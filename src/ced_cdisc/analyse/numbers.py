"""Numbers as they are ranked, kept and printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from ced_cdisc.plan.analyses import COUNTS, Shown

RANKED_DECIMALS = 9
"""Values are rounded to so many decimals before they are ranked, so that what is equal on paper is a tie."""
NOT_ESTIMABLE = "NE"
"""What stands for a number that the values do not suffice for."""
_DIGITS = 12
_SMALLEST = Decimal("0.00001")


def ranked(values: Iterable[float]) -> list[float]:
    """The values as they are ranked; -0 is 0."""
    return [round(value, RANKED_DECIMALS) + 0.0 for value in values]


def kept(value: float) -> float:
    """The number with 12 significant digits: those that do not depend on machine or library."""
    return float(f"{value:.{_DIGITS}g}")


def fixed(value: float, decimals: int, *, strip: bool = False) -> str:
    """Rounded half away from zero, of the number with 12 significant digits, and without -0.

    >>> fixed(3.6499999999999999, 1), fixed(-18.0, 1), fixed(1.0, 1, strip=True), fixed(-0.04, 1)
    ('3.7', '-18.0', '1', '0.0')
    """
    exact = Decimal(f"{value:.{_DIGITS}g}")
    made = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    made = made or abs(made)  # no -0
    text = f"{made:f}"
    return text.removesuffix("." + "0" * decimals) if strip and decimals else text


def p_value(value: float) -> str:
    """Two significant digits, rounded half up; below 0.00001 only that.

    >>> p_value(0.013616), p_value(0.00018159), p_value(0.0996), p_value(3e-7)
    ('0.014', '0.00018', '0.10', '<0.00001')
    """
    exact = Decimal(f"{value:.{_DIGITS}g}")
    if exact < _SMALLEST:
        return "<0.00001"
    for _ in range(2):  # 0.0996 is 0.10 at three decimals, and has two significant digits at two
        exact = exact.quantize(Decimal(1).scaleb(exact.adjusted() - 1), ROUND_HALF_UP)
    return f"{exact:f}"


def printed(show: Iterable[str | Shown], values: Mapping[str, float]) -> str:
    """A print format with its values; ``P={p}`` is ``P<0.00001`` where P is smaller.

    A place without a value is NE, and so is the whole where none has one.
    """
    show, text = tuple(show), ""
    if not any(isinstance(piece, Shown) and piece.name in values for piece in show):
        return NOT_ESTIMABLE
    for piece in show:
        if isinstance(piece, str):
            text += piece
        elif piece.name not in values:
            text += NOT_ESTIMABLE
        elif piece.name in COUNTS:
            text += str(int(values[piece.name]))
        elif piece.name == "p":
            shown = p_value(values["p"])
            text = (text.removesuffix("=") if shown.startswith("<") else text) + shown
        else:
            text += fixed(values[piece.name], piece.decimals or 0, strip=piece.strip)
    return text
