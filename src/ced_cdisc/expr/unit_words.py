"""What a conversion of units rests on, and a date moved by days, in words."""

from __future__ import annotations

import re

from ced_cdisc.expr import tree
from ced_cdisc.standards.units import Substance, conversion, substances, unit_of

_QUANTITIES = ("mass", "amount", "equivalents")


def rests_on(node: tree.Call, more: list[str]) -> str:
    """What a conversion rests on besides the units: molar mass, valence, units of the study.

    Where the unit stands in the data, it is said from which units molar mass or valence are needed.
    """
    known = substances().get(next((word for word in more if " = " not in word), ""))
    start, to = (arg.value if isinstance(arg, tree.Literal) else None for arg in node.args[1:3])
    rules = tuple(word for word in more if " = " in word)
    words: list[str] = []
    if known is not None and start is None:
        words += _from_others(known, str(to))
    elif known is not None:
        found = conversion(str(start), str(to), known.testcd, rules)
        words += [_molar_mass(known)] * (found is not None and found.by_mass)
        words += [f"valence {known.valence}"] * (found is not None and found.by_valence)
    words += [f"with 1 {rule}" for rule in rules if start is None or rule.startswith(f"{start} = ")]
    return f" ({', '.join(words)})" if words else ""


def _from_others(known: Substance, to: str) -> list[str]:
    """How mass, amount and equivalents become the one of them that a unit measures."""
    unit = unit_of(to)
    own = (
        next((what for what, power in unit.dimension if what in _QUANTITIES and power == 1), "")
        if unit
        else ""
    )
    made: list[str] = []
    for what in _QUANTITIES:
        if own and what != own and (known.valence or "equivalents" not in (what, own)):
            ways = [f"the {_molar_mass(known)}"] * ("mass" in (what, own))
            ways += [f"the valence {known.valence}"] * ("equivalents" in (what, own))
            made.append(f"from {what} by {' and '.join(ways)}")
    return made


def _molar_mass(known: Substance) -> str:
    return f"molar mass of {known.name} {known.molar_mass} g/mol"


def moved(date: str, days: str) -> str:
    """A date so many days later, or earlier, in words.

    >>> moved("ADT", "-1"), moved("ADT", "30"), moved("ADT", "X")
    ('ADT minus 1 day', 'ADT plus 30 days', 'ADT plus X days')
    """
    earlier = re.fullmatch(r"-\d+", days) is not None
    number = days.removeprefix("-") if earlier else days
    return f"{date} {'minus' if earlier else 'plus'} {number} day{'' if number == '1' else 's'}"
