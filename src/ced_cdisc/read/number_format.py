"""What a spreadsheet shows of a cell beside what the cell holds: text that its number format puts there.

Source: ECMA-376, 18.8.31 (numFmts): sections for positive and negative numbers, zero and text, or by
conditions.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[(?P<bracket>[^\]]*)\]|(?P<end>;)|(?P<sign>E[+-])'
    r"|(?P<value>General|Standard|[0#?.,]+|@)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|=|<|>)(-?[0-9.]+)")
_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq,
    ">=": operator.ge, ">": operator.gt, "<>": operator.ne,
}  # fmt: skip
_COMPARATORS = re.compile("[<>=≤≥≈~±]")
_HELD = ".."
"""Stands for what the cell holds, in what it shows."""


class Section(Struct, frozen=True):
    """One part of a number format: under which condition it holds, and what stands beside the value."""

    text: str = ""
    zeros: int = 0
    """How many digits stand before the decimal point at least."""
    condition: tuple[str, float] | None = None

    @property
    def has_value(self) -> bool:
        """Whether the value is shown at all."""
        return _HELD in self.text


class Shown(Struct, frozen=True):
    """What a cell shows; ``differs`` where that says another thing than the value, not only more of it."""

    text: str
    differs: bool


def shown_beside(form: str, value: float | str) -> Shown | None:
    """What a cell shows by its format, where that is text beside the value or in its place; else None.

    Blanks, minus and brackets around a number are its sign or looks.

    >>> cells = ('"<"0', 5), ('0.0" mg"', 2.5), ("000", 7), ("0_);(0)", -5), ('0;-0;"ND"', 0)
    >>> [shown.text if shown else None for shown in (shown_beside(*cell) for cell in cells)]
    ['<..', '.. mg', '007', None, 'ND']
    """
    if form == "General":
        return None
    sections = _sections(form)
    section = _of_number(sections, value) if not isinstance(value, str) else _of_text(sections, form)
    if section is None:
        return None
    text = section.text.strip(" \u00a0\u202f-()")
    if not section.has_value:
        return None if text == "" and value == 0 else Shown(text or "nothing", differs=True)
    if text != _HELD:
        return Shown(section.text.strip(), differs=_COMPARATORS.search(text) is not None)
    whole = "" if isinstance(value, str) else str(int(abs(value)))
    return Shown(whole.zfill(section.zeros), differs=False) if whole and len(whole) < section.zeros else None


@lru_cache(maxsize=1024)
def _sections(form: str) -> tuple[Section, ...]:
    made: list[Section] = []
    text, digits, condition = "", "", None
    for token in _TOKEN.finditer(f"{form};"):
        if token["end"]:
            whole = digits.lower().partition(".")[0]
            made.append(Section(text, 0 if "e" in whole or "/" in text else whole.count("0"), condition))
            text, digits, condition = "", "", None
        elif token["value"] or token["sign"]:
            digits += token["value"] or token["sign"]
            text += "" if text.endswith(_HELD) else _HELD
        elif token["bracket"]:
            match = _CONDITION.fullmatch(token["bracket"])
            condition = (match[1], float(match[2])) if match else condition
            text += token["bracket"][1:].partition("-")[0] if token["bracket"].startswith("$") else ""
        else:
            beside = token["quoted"] or token["escaped"] or token["other"] or ""
            between = text.endswith(_HELD) and token["other"] in (" ", "\u00a0", "\u202f", "/")  # 1 234, 1/2
            text += "" if between else beside
    return tuple(made)


def _of_number(sections: Sequence[Section], value: float) -> Section | None:
    numbers = sections[:3]
    for section in numbers:
        if section.condition and _HOLDS[section.condition[0]](value, section.condition[1]):
            return section
    others = [section for section in numbers if section.condition is None]
    if len(others) < len(numbers):
        return others[0 if value < 0 else -1] if others else None
    return others[1 if value < 0 and len(others) > 1 else 2 if value == 0 and len(others) > 2 else 0]


def _of_text(sections: Sequence[Section], form: str) -> Section | None:
    return sections[3] if len(sections) > 3 else sections[-1] if "@" in form else None
