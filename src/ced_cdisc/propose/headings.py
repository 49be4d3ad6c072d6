"""What the name of a column says beside the thing itself: its unit, or that it is an item of ODM."""

from __future__ import annotations

import re
from functools import lru_cache

from ced_cdisc.standards.units import canonical_unit

_BRACKETS = re.compile(r"(?P<name>.*\S)\s*[(\[](?P<unit>[^()\[\]]+)[)\]]")
_BEHIND = re.compile(r"(?P<name>.*[^_])_(?P<unit>[A-Za-z]{2,4})")
_ITEM = re.compile(r"(?:ITEM|IT|I)[._](?:[A-Za-z0-9_]+\.)*")


@lru_cache(maxsize=4096)
def told_name(column: str) -> tuple[str, str]:
    """The name without its unit and without the prefix of an ItemOID; and the unit, empty where it has none.

    >>> told_name("Weight (kg)"), told_name("TEMP [°C]"), told_name("WEIGHT_KG"), told_name("IT.VS.SYSBP")
    (('Weight', 'kg'), ('TEMP', 'C'), ('WEIGHT', 'kg'), ('SYSBP', ''))
    """
    name = _ITEM.sub("", column, count=1) if _ITEM.match(column) else column
    name = name or column
    for pattern in (_BRACKETS, _BEHIND):
        found = pattern.fullmatch(name)
        if found is None:
            continue
        unit = canonical_unit(found["unit"]) or canonical_unit(found["unit"].lower())
        if unit is not None:
            return found["name"], unit
    return name, ""
