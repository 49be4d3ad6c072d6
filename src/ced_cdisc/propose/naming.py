"""Names that specs can write, for columns whose names in the file they cannot."""

from __future__ import annotations

import re
from unicodedata import normalize

from msgspec.structs import replace

from ced_cdisc.core.characters import IN_ASCII
from ced_cdisc.propose.profile import TableProfile

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "AE", "Ö": "OE", "Ü": "UE"})


def nameable(column: str) -> bool:
    """Whether an expression can name a column: letters of ASCII, digits and underscores."""
    return column.isascii() and column.replace("_", "a").isalnum() and not column[0].isdigit()


def spec_names(columns: tuple[str, ...]) -> dict[str, str]:
    """By name in the file, the proposed one of each column that an expression cannot name.

    >>> spec_names(("SUBJ", "AE Term", "AE.Term", "2nd dose"))
    {'AE Term': 'AE_TERM', 'AE.Term': 'AE_TERM_2', '2nd dose': 'C_2ND_DOSE'}
    """
    taken = {name.casefold() for name in columns if nameable(name)}
    made: dict[str, str] = {}
    for column in columns:
        if nameable(column):
            continue
        plain = re.sub("[^A-Z0-9]+", "_", _in_ascii(column).upper()).strip("_") or "C"
        stem = f"C_{plain}" if plain[0].isdigit() else plain
        name, number = stem, 2
        while name.casefold() in taken:
            name, number = f"{stem}_{number}", number + 1
        taken.add(name.casefold())
        made[column] = name
    return made


def with_names(table: TableProfile) -> TableProfile:
    """The table with the proposed names in place of those of the file, and with what the file calls them."""
    own = spec_names(tuple(column.name for column in table.columns))
    if not own:
        return table
    columns = tuple(
        replace(
            column,
            name=own.get(column.name, column.name),
            unit_of=tuple(own.get(name, name) for name in column.unit_of),
        )
        for column in table.columns
    )
    key = table.key
    if key is not None:
        key = replace(key, columns=tuple(own.get(name, name) for name in key.columns))
    return replace(
        table, columns=columns, key=key, names=tuple((name, theirs) for theirs, name in own.items())
    )


def _in_ascii(text: str) -> str:
    """The letters as ASCII writes them: umlauts as two, others without their accents."""
    written = "".join(IN_ASCII.get(char, char) for char in normalize("NFC", text).translate(_UMLAUTS))
    return "".join(char for char in normalize("NFKD", written) if char.isascii())
