"""The text of a unit, taken apart."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[*/()]|[^*/()]+")


def taken_apart(name: str) -> list[tuple[str, int]]:
    """The units of a product or quotient, and whether each multiplies (1) or divides (-1).

    None at all where it is no such text, or could mean two things: of ``g/m2*h`` the hour may stand above or
    below.
    """
    found: list[tuple[str, int]] = []
    outer: list[tuple[int, int]] = []
    base, sign, is_due = 1, 1, True
    for token in _TOKEN.findall(name):
        if token in "*/":
            if (is_due and (found or outer or token == "*")) or (token == "*" and sign < 0):
                return []
            sign, is_due = (1 if token == "*" else -1), True
        elif token == ")":
            if is_due or not outer:
                return []
            base, sign = outer.pop()
        elif not is_due:
            return []
        elif token == "(":
            outer.append((base, sign))
            base, sign = base * sign, 1
        else:
            found.append((token, base * sign))
            is_due = False
    return [] if is_due or outer else found
