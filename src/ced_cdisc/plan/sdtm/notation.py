"""The notation of numbers of a table in an expression of one's own."""

from __future__ import annotations

import re

_READING = re.compile(r"(?P<quoted>'[^']*'|\"[^\"]*\")|\b(?:number|numeric|numeral|comparator) *\(")
_SIGN = re.compile(r"'[^']*'|\"[^\"]*\"|[()]")


def noted(text: str, name: str, notation: str) -> str:
    """An expression that reads numbers of ``name`` in a notation, wherever it reads them as numbers.

    >>> noted("if(x = 'number(x)', 5, number(trim(x)))", "x", "comma")
    "if(x = 'number(x)', 5, number(decimal(trim(x), 'comma')))"
    """
    made, at = "", 0
    for found in _READING.finditer(text):
        if found["quoted"] or found.start() < at:
            continue
        end, depth = found.end(), 1
        for sign in _SIGN.finditer(text, end):
            depth += (sign[0] == "(") - (sign[0] == ")")
            if not depth:
                end = sign.start()
                break
        read = text[found.end() : end]
        if name in read and "decimal(" not in read:
            made += f"{text[at : found.end()]}decimal({read}, '{notation}')"
            at = end
    return made + text[at:]
