"""Sizes of files as people write them: ``5GB``, ``500 MB``."""

from __future__ import annotations

import re

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", re.IGNORECASE)
_TIMES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


class UnknownSize(ValueError):
    """A text that is no size of a file."""


def bytes_of(text: str) -> int | None:
    """The bytes of a size, or None for ``none``; a GB has 1,000,000,000 bytes.

    Raises:
        UnknownSize: it is no size, or nothing.

    >>> bytes_of("5GB"), bytes_of("1.5 MB"), bytes_of("800"), bytes_of("none")
    (5000000000, 1500000, 800, None)
    """
    if text.strip().lower() == "none":
        return None
    match = _SIZE.fullmatch(text.strip())
    size = int(float(match[1]) * _TIMES[match[2].lower()]) if match else 0
    if not size:
        raise UnknownSize(f"{text!r} is no size of a file; expected one such as 5GB, 800MB or none")
    return size


def shown_bytes(size: int) -> str:
    """A size for a message.

    >>> shown_bytes(5_000_000_000), shown_bytes(1234)
    ('5 GB', '1,234 bytes')
    """
    for unit, times in (("GB", 10**9), ("MB", 10**6)):
        if size and size % times == 0:
            return f"{size // times:,} {unit}"
    return f"{size:,} bytes"
