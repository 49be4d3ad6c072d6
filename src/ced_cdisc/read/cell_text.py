"""Numbers and spans of time of a binary file as the texts that a raw table holds."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal


def number_text(value: float) -> str:
    """The shortest decimal text that reads back as the same double, without exponent.

    >>> number_text(424.0), number_text(2.2200000000000002), number_text(1e-7), number_text(-0.0)
    ('424', '2.22', '0.0000001', '0')
    """
    text = f"{Decimal(repr(value)):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def duration_text(value: timedelta) -> str:
    """``HH:MM:SS``, with milliseconds where there are any; hours may pass 24.

    >>> duration_text(timedelta(days=1, hours=2, minutes=3, seconds=4))
    '26:03:04'
    """
    sign = "-" if value < timedelta() else ""
    seconds, rest = divmod(abs(value), timedelta(seconds=1))
    millis = rest // timedelta(milliseconds=1)
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{millis:03d}" if millis else text
