"""A reviewer's guide as a document: sections of paragraphs, lists and tables, before it has a file format.

Markdown, docx and PDF are written from the same :class:`Guide`, in the same order and with the same texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

GuideKind = Literal["csdrg", "adrg"]
GUIDES: tuple[GuideKind, ...] = ("csdrg", "adrg")


class Run(Struct, frozen=True):
    """Some text in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False


Runs = tuple[Run, ...]


class Paragraph(Struct, frozen=True):
    """A paragraph. ``minor`` is a heading within a section, ``literal`` keeps its line ends."""

    runs: Runs
    style: Literal["plain", "minor", "literal", "quote"] = "plain"


class Item(Struct, frozen=True):
    """A point of a list: its depth from 0, its mark (``•`` or ``2.``), and its text."""

    depth: int
    mark: str
    runs: Runs


class Points(Struct, frozen=True):
    """A list of points."""

    items: tuple[Item, ...]


class Table(Struct, frozen=True):
    """A table; ``widths`` are shares of the page's width, one a column."""

    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    widths: tuple[float, ...]


class Place(Struct, frozen=True):
    """What a person must write."""

    wanted: str

    @property
    def text(self) -> str:
        """As it is shown, the same in all formats."""
        return f"[To be completed: {self.wanted}]"


Block = Paragraph | Points | Table | Place


class Section(Struct, frozen=True):
    """A numbered section. ``key`` is the name of its anchor, which stays where its number changes."""

    level: int
    number: str
    key: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def heading(self) -> str:
        """Number and title."""
        return f"{self.number} {self.title}" if self.number else self.title


class Guide(Struct, frozen=True):
    """A reviewer's guide; the data were cut at ``snapshot``, ``created`` is the time that its files show."""

    kind: GuideKind
    title: str
    study: str
    study_title: str
    protocol: str
    snapshot: datetime
    created: datetime
    sections: tuple[Section, ...]

    @property
    def places(self) -> tuple[tuple[Section, Place], ...]:
        """What waits for a person."""
        return tuple((s, b) for s in self.sections for b in s.blocks if isinstance(b, Place))

    @property
    def front(self) -> tuple[tuple[str, str], ...]:
        """What the first page says below the titles: names and values."""
        waiting = len(self.places)
        facts = (
            ("Study", self.study),
            ("Protocol", self.protocol),
            ("Data as of", f"{self.snapshot:%Y-%m-%d}"),
        )
        return (
            facts if not waiting else (*facts, ("To be completed", f"places marked in the text: {waiting}"))
        )


def plain(runs: Runs) -> str:
    """The text of runs."""
    return "".join(run.text for run in runs)


def block_texts(block: Block) -> Iterator[str]:
    """The texts of a block in reading order; tables row by row."""
    match block:
        case Paragraph(runs):
            yield plain(runs)
        case Points(items):
            yield from (plain(item.runs) for item in items)
        case Table(header, rows):
            yield from (plain(cell) for row in (header, *rows) for cell in row)
        case Place():
            yield block.text


def text(words: str) -> Paragraph:
    """A paragraph of plain text."""
    return Paragraph((Run(words),))


def table(
    header: tuple[str, ...], rows: list[tuple[str, ...]], widths: tuple[float, ...] | None = None
) -> Table:
    """A table of plain texts."""
    shares = widths or tuple(1.0 for _ in header)
    return Table(
        tuple((Run(cell),) for cell in header),
        tuple(tuple((Run(cell),) for cell in row) for row in rows),
        tuple(share / sum(shares) for share in shares),
    )


_CP1252 = frozenset(
    bytes([code]).decode("cp1252")
    for code in (*range(0x20, 0x7F), 0x80, *range(0x82, 0x8D), 0x8E, *range(0x91, 0x9D), *range(0x9E, 0x100))
) - {"\u00ad"}
SYMBOLS = frozenset("ΑΒΧΔΕΦΓΗΙΚΛΜΝΟΠΘΡΣΤΥΩΞΨΖαβχδεφγηικλμνοπθρστυωξψζ≤≥≠≈∞√∑∂−→←↑↓")
"""Characters that the PDF has from the standard font Symbol."""


def foreign(words: str) -> str:
    """The first character that the standard fonts of PDF do not have, or an empty text."""
    return next((c for c in words if c not in _CP1252 and c not in SYMBOLS and c != "\n"), "")
