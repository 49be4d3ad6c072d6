"""Texts that a transport file cannot hold: the second engine's way of writing and breaking them."""

from __future__ import annotations

from ced_cdisc.core.characters import IN_ASCII
from ced_cdisc.core.metadata import XPT_TEXT_BYTES
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.plan.texts import part_column, split_variables
from ced_cdisc.recompute.records import Table
from ced_cdisc.recompute.values import filled


def in_ascii(text: str) -> str | None:
    """The text in ASCII characters as far as the table has them; missing where nothing is left."""
    return filled(text.translate({ord(character): other for character, other in IN_ASCII.items()}))


def parts(text: str) -> list[str]:
    """The text in parts of at most 200 bytes, each ended by a blank that is in none of them.

    A part never ends with a blank, so blanks at the end of the text are lost. A text without a fitting blank
    is one part.
    """
    rest, done = text.rstrip(" "), list[str]()
    while len(rest.encode()) > XPT_TEXT_BYTES:
        fitting = [
            place
            for place, character in enumerate(rest)
            if character == " " and rest[:place].strip(" ") and rest[place - 1] != " "
            if len(rest[:place].encode()) <= XPT_TEXT_BYTES
        ]
        if not fitting:
            return [text]
        done.append(rest[: fitting[-1]])
        rest = rest[fitting[-1] + 1 :]
    return [*done, rest]


def split_texts(dataset: DatasetPlan, table: Table) -> None:
    """Break the long texts of a finished dataset; every record gets the columns of the parts."""
    for variable, _ in split_variables(dataset):
        broken = [(r, v) for r in table.records if isinstance(v := r.values.get(variable), str)]
        pieces = [(record, parts(text)) for record, text in broken if len(text.encode()) > XPT_TEXT_BYTES]
        for number in range(1, max((len(listed) for _, listed in pieces), default=1)):
            for record in table.records:
                record.values.setdefault(part_column(variable, number), None)
        for record, listed in pieces:
            record.values[variable] = listed[0]
            for number, piece in enumerate(listed[1:], 1):
                record.values[part_column(variable, number)] = piece
