"""Numbers as people write them in decimal digits, and what a number of a dataset, a double, keeps of them."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from math import isfinite

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
"""A number as collected texts have it: optional sign, digits, optional decimals."""

_EXACT = Context(prec=700)
_PLAIN = re.compile(r"-?[0-9]+\.[0-9]*[1-9]")


def shortest(number: float) -> str:
    """The shortest decimal text that reads back as the same double, without exponent and without ``.0``.

    >>> [shortest(x) for x in (424.0, 2.2200000000000002, 1e-7, -2.5, -0.0, 1e21)]
    ['424', '2.22', '0.0000001', '-2.5', '0', '1000000000000000000000']
    """
    text = repr(number)
    return text if _PLAIN.fullmatch(text) else decimal_text(Decimal(text))


def decimal_text(value: Decimal) -> str:
    """All digits of a decimal number, without exponent and without zeros behind them.

    >>> decimal_text(Decimal("1.50")), decimal_text(Decimal("1E+21")), decimal_text(Decimal("-0.0"))
    ('1.5', '1000000000000000000000', '0')
    """
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


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
