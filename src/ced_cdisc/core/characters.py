"""ASCII in place of other characters: the table of ``text: transliterate``."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

_SIGNS = {
    "µ": "u", "\u03bc": "u", "Ω": "Ohm", "\u2126": "Ohm", "Å": "A", "\u212b": "A", "°": "deg",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "Δ": "Delta", "κ": "kappa", "λ": "lambda",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "±": "+/-", "×": "x", "÷": "/", "−": "-", "√": "sqrt",
    "½": "1/2", "¼": "1/4", "¾": "3/4", "¹": "1", "²": "2", "³": "3",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "–": "-", "—": "-", "\u2015": "-", "\u00ad": "",
    "‘": "'", "’": "'", "‚": "'", "′": "'", "´": "'", "“": '"', "”": '"', "„": '"', "″": '"',
    "«": '"', "»": '"', "…": "...", "•": "*", "·": ".", "→": "->", "←": "<-", "↑": "up", "↓": "down",
    "©": "(c)", "®": "(R)", "™": "(TM)", "€": "EUR", "£": "GBP", "¿": "?", "¡": "!",
    "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202f": " ", "\u200b": "", "\ufeff": "",
    "ß": "ss", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Þ": "Th", "þ": "th",
    "Ð": "D", "ð": "d", "Đ": "D", "đ": "d", "Ł": "L", "ł": "l", "ı": "i", "Ħ": "H", "ħ": "h",
    "ﬁ": "fi", "ﬂ": "fl",
}  # fmt: skip
_LATIN = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
_MARKS = range(0x300, 0x370)


def _letters() -> dict[str, str]:
    """Latin letters with marks to the letter alone, and marks that stand by themselves to nothing."""
    made = {chr(mark): "" for mark in _MARKS}
    for code in _LATIN:
        base = unicodedata.normalize("NFD", chr(code))
        if len(base) > 1 and base[0].isascii():
            made[chr(code)] = base[0]
    return made


IN_ASCII: Mapping[str, str] = MappingProxyType(_letters() | _SIGNS)
"""Characters and what is written for them; all texts are printable ASCII or empty."""
